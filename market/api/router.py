"""Assembles the API and its OpenAPI document."""

from __future__ import annotations

from litestar import Router
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.types import ControllerRouterHandler

from market import __version__
from market.api.account import AccountController, TokenController
from market.api.advice import AdviceController
from market.api.agreements import AgreementController
from market.api.bundles import BundleController
from market.api.demands import DemandController
from market.api.desk import DeskController
from market.api.gaps import GapController
from market.api.inbox import InboxController, NotificationController
from market.api.journal import HistoryController, JournalController
from market.api.matches import MatchController
from market.api.negotiations import NegotiationController
from market.api.organisations import OrganisationController
from market.api.pools import PoolController
from market.api.products import ProductController
from market.api.public import PublicController
from market.api.questions import QuestionController
from market.api.ranker import RankerController
from market.api.routings import RoutingController
from market.api.search import SearchController
from market.api.searches import SavedSearchController
from market.api.spreadsheets import SpreadsheetController
from market.api.webhooks import WebhookController
from market.domain.permissions import Permission
from market.web.guards import json_guard

ROUTES: list[ControllerRouterHandler] = [
    Router(
        "/api/v1",
        route_handlers=[
            AccountController,
            AdviceController,
            AgreementController,
            BundleController,
            DemandController,
            DeskController,
            HistoryController,
            GapController,
            InboxController,
            JournalController,
            MatchController,
            NegotiationController,
            NotificationController,
            OrganisationController,
            PoolController,
            ProductController,
            PublicController,
            QuestionController,
            RoutingController,
            RankerController,
            SavedSearchController,
            SearchController,
            SpreadsheetController,
            TokenController,
            WebhookController,
        ],
        guards=[json_guard],
    )
]

OPENAPI = OpenAPIConfig(
    title="Duijie API",
    version=__version__,
    description="Everything a person can do on the market, for programs. Make a token under Organisation, API tokens.",
    openapi_router=Router("/schema", route_handlers=[], opt={"permission": Permission.PUBLIC}),
    render_plugins=[JsonRenderPlugin(path="/openapi.json")],
    use_handler_docstrings=True,
    components=Components(security_schemes={"token": SecurityScheme(type="http", scheme="bearer")}),
)
