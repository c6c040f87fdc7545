"""Pages of demands: the public page, my demands, the form, steps of the lifecycle."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from market.domain.accounts import Actor
from market.domain.demands import DemandState
from market.domain.permissions import Permission
from market.domain.words import N_
from market.services import demands, gaps, matches, pools, relaxations
from market.services.matchmaking import Matchmaker
from market.store import journal
from market.store.query import Db
from market.web import forms
from market.web.page import Web, go, page

P = Permission


@get("/my/demands", permission=P.DEMAND_WRITE)
async def my_demands(db: NamedDependency[Db], actor: NamedDependency[Actor], cursor: FromQuery[str] = "") -> Template:
    """The organisation's own demands in every state."""
    found = await demands.page(db, actor, mine=True, cursor=cursor)
    return page("pages/demands.html", cards=list(found.items), next=found.next)


@get("/demands/{demand_id:int}", permission=P.PUBLIC)
async def demand_page(
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    matchmaker: NamedDependency[Matchmaker],
    now: NamedDependency[datetime],
    demand_id: FromPath[int],
) -> Template:
    """One demand, with the steps open to the reader, and for its own side what would bring more."""
    shown = await _demand_page(db, actor, demand_id)
    if shown.context["own"] and shown.context["demand"].state is DemandState.OPEN:
        shown.context["relaxed"] = await relaxations.advise(db, actor, matchmaker, demand_id, now=now)
    return shown


async def _demand_page(db: Db, actor: Actor, demand_id: int, **again: Any) -> Template:
    demand = await demands.get(db, actor, demand_id)
    own = demands.is_insider(actor, demand)
    events = await journal.OF_OBJECT.all(db, "demand", demand_id) if own else []
    found = await matches.of_demand(db, actor, demand_id) if actor.may(P.MATCH_READ) else []
    return page(
        "pages/demand.html",
        demand=demand,
        own=own,
        actions=demands.actions(actor, demand),
        events=events,
        found=found,
        pool=await pools.of_demand(db, actor, demand_id) if own else None,
        letters=await gaps.letters(db, actor, demand_id) if own else [],
        **{"typed": {}, "relaxed": [], **again},
    )


@post("/demands/{demand_id:int}/actions/{action:str}", permission=P.DEMAND_READ)
async def act_on_demand(
    request: Web,
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    demand_id: FromPath[int],
    action: FromPath[str],
) -> Redirect:
    """Take one step of the lifecycle."""
    form = await request.form()
    typed = forms.typed(form)
    again = await _demand_page(db, actor, demand_id, typed=typed)
    with forms.retry(lambda errors, unmet: forms.with_errors(again, errors, unmet)):
        await demands.act(
            db, actor, demand_id, action, now=now, version=forms.version(form), reason=typed.get("reason")
        )
    return go(request, f"/demands/{demand_id}", N_("Done."))


ROUTES = [my_demands, demand_page, act_on_demand]
