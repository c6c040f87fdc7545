"""All page routes."""

from __future__ import annotations

from pathlib import Path

from litestar import Router
from litestar.static_files import create_static_files_router
from litestar.types import ControllerRouterHandler

from market.domain.permissions import Permission
from market.web.guards import file_name_guard
from market.web.pages import (
    account,
    advice,
    agreements,
    bundles,
    composing,
    demands,
    desk,
    desk_demands,
    desk_health,
    desk_listings,
    desk_match,
    desk_organisations,
    entrance,
    events,
    gaps,
    home,
    inbox,
    journal,
    matches,
    negotiations,
    organisation,
    performance,
    pools,
    products,
    public,
    questions,
    ranker,
    routings,
    search,
    searches,
    spreadsheets,
    system,
    webhooks,
)

ROUTES: list[ControllerRouterHandler] = [
    Router(
        "/",
        route_handlers=[
            *system.ROUTES,
            *account.ROUTES,
            *advice.ROUTES,
            *desk_organisations.ROUTES,
            *entrance.ROUTES,
            *events.ROUTES,
            *organisation.ROUTES,
            *composing.ROUTES,
            *demands.ROUTES,
            *bundles.ROUTES,
            *pools.ROUTES,
            *performance.ROUTES,
            *products.ROUTES,
            *search.ROUTES,
            *searches.ROUTES,
            *public.ROUTES,
            *spreadsheets.ROUTES,
            *home.ROUTES,
            *inbox.ROUTES,
            *journal.ROUTES,
            *webhooks.ROUTES,
            *desk.ROUTES,
            *desk_health.ROUTES,
            *desk_listings.ROUTES,
            *desk_match.ROUTES,
            *desk_demands.ROUTES,
            *matches.ROUTES,
            *questions.ROUTES,
            *routings.ROUTES,
            *gaps.ROUTES,
            *negotiations.ROUTES,
            *ranker.ROUTES,
            *agreements.ROUTES,
        ],
        include_in_schema=False,
    ),
    create_static_files_router(
        "/static",
        directories=[Path(__file__).parent / "static"],
        opt={"permission": Permission.PUBLIC},
        guards=[file_name_guard],
        cache_control=None,
        name="static",
    ),
]
