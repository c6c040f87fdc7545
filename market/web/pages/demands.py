"""Pages of demands: the public page, my demands, the form, steps of the lifecycle."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from market.domain.accounts import Actor
from market.domain.demands import DemandState
from market.domain.my_demands import standing
from market.domain.permissions import Permission
from market.domain.words import N_
from market.services import comparisons, demands, gaps, matches, my_demands, pools, relaxations, routings
from market.services.matchmaking import Matchmaker
from market.store import journal
from market.store.query import Db
from market.web import forms
from market.web.page import Web, page

P = Permission


@get("/my/demands", permission=P.DEMAND_WRITE)
async def my_demands_page(
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    group: FromQuery[str] = "",
    cursor: FromQuery[str] = "",
) -> Template:
    """Where the organisation's own demands stand, who must act by when, and the next step of each."""
    waiting = await my_demands.waits(db, actor, now=now)
    found = await my_demands.page(db, actor, waiting, now=now, group=group, cursor=cursor)
    counts = await my_demands.counts(db, actor)
    return page(
        "pages/demands.html",
        rows=[(own, standing(own)) for own in found.items],
        next=found.next,
        group=group if group in counts or group == my_demands.YOURS else "",
        counts={my_demands.YOURS: len(waiting), **counts},
        total=sum(counts.values()),
    )


@get("/demands/{demand_id:int}", permission=P.PUBLIC)
async def demand_page(
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    matchmaker: NamedDependency[Matchmaker],
    now: NamedDependency[datetime],
    demand_id: FromPath[int],
    product: FromQuery[list[int] | None] = None,
    together: FromQuery[bool] = False,
) -> Template:
    """One demand, with the steps open to the reader, and for its own side what fits and what would bring more.

    ``product``, given twice or more: only these are compared. ``together``: bundles stand beside the products.
    """
    if together:
        shown = await _demand_page(db, actor, demand_id, now, matchmaker=matchmaker)
    else:
        shown = await _demand_page(db, actor, demand_id, now, product or ())
    demand = shown.context["demand"]
    if shown.context["own"] and demand.state is DemandState.OPEN:
        shown.context["relaxed"] = await relaxations.of_demand(db, matchmaker, demand, now=now)
    return shown


async def _demand_page(
    db: Db,
    actor: Actor,
    demand_id: int,
    now: datetime,
    chosen: Collection[int] = (),
    matchmaker: Matchmaker | None = None,
    **again: Any,
) -> Template:
    """``matchmaker``: bundles stand beside the products."""
    demand = await demands.get(db, actor, demand_id)
    own = demands.is_insider(actor, demand)
    events = await journal.OF_OBJECT.all(db, "demand", demand_id) if own else []
    mine = demand.organisation_id == actor.organisation_id is not None and actor.may(P.MATCH_READ)
    where = await my_demands.one(db, actor, demand_id, now=now) if mine else None
    return page(
        "pages/demand.html",
        demand=demand,
        where=where,
        standing=standing(where) if where else None,
        own=own,
        actions=demands.actions(actor, demand),
        events=events,
        found=await matches.of_demand(db, actor, demand_id) if actor.is_staff else [],
        comparison=await comparisons.of_demand(db, actor, demand, chosen, now=now, matchmaker=matchmaker)
        if mine
        else None,
        pool=await pools.of_demand(db, actor, demand_id) if own else None,
        letters=await gaps.of_demand(db, actor, demand) if own else [],
        routed=(await routings.page(db, actor, demand_id=demand_id)).items if actor.may(P.MATCH_READ) else [],
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
    return await forms.step(
        request,
        lambda typed: _demand_page(db, actor, demand_id, now, typed=typed),
        lambda typed: demands.act(
            db, actor, demand_id, action, now=now, version=forms.version(typed), reason=typed.get("reason")
        ),
        f"/demands/{demand_id}",
        N_("Done."),
    )


ROUTES = [my_demands_page, demand_page, act_on_demand]
