"""The page of a demand's bundles: several products that together meet what no single one does."""

from __future__ import annotations

from datetime import datetime

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from market.domain.accounts import Actor
from market.domain.bundles import Start
from market.domain.demands import DemandState
from market.domain.errors import Conflict
from market.domain.permissions import Permission
from market.domain.words import N_
from market.services import bundles, demands
from market.services.matchmaking import Matchmaker
from market.store.query import Db
from market.web import forms
from market.web.page import Web, go, page

P = Permission


@get("/demands/{demand_id:int}/bundles", permission=P.MATCH_READ)
async def bundles_page(
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    matchmaker: NamedDependency[Matchmaker],
    now: NamedDependency[datetime],
    demand_id: FromPath[int],
) -> Template:
    """The smallest and the cheapest bundle, line by line."""
    return await _bundles_page(db, actor, matchmaker, demand_id, now)


async def _bundles_page(db: Db, actor: Actor, matchmaker: Matchmaker, demand_id: int, now: datetime) -> Template:
    found = await bundles.propose(db, actor, matchmaker, demand_id, now=now)
    demand = await demands.get(db, actor, demand_id)
    starts = actor.may(P.MATCH_ANSWER) and not actor.is_staff and demand.state is DemandState.OPEN
    return page("pages/bundles.html", demand=demand, found=found, starts=starts)


@post("/demands/{demand_id:int}/bundles", permission=P.MATCH_ANSWER)
async def start_bundle(
    request: Web,
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    matchmaker: NamedDependency[Matchmaker],
    now: NamedDependency[datetime],
    demand_id: FromPath[int],
) -> Redirect:
    """Say interest in every product of a bundle."""
    typed = forms.typed(await request.form(), "products")
    again = await _bundles_page(db, actor, matchmaker, demand_id, now)
    with forms.retry_on(again):
        try:
            await bundles.start(db, actor, demand_id, forms.read(Start, typed), now=now)
        except Conflict as error:
            raise forms.too_late(error, again) from error
    done = N_("Started: every supplier is asked, and the broker sees what is new. Each answer comes by itself.")
    return go(request, f"/demands/{demand_id}", done)


ROUTES = [bundles_page, start_bundle]
