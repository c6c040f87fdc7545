"""Pages of pools: the broker's list, the pool with its members as the reader may see them, and the steps."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from market.domain.accounts import Actor
from market.domain.permissions import Permission
from market.domain.pools import Confirming, Joining, Leaving, MemberState, Pool, PoolState, seats
from market.domain.words import N_
from market.services import pools
from market.store import journal
from market.store.query import Db
from market.web import forms
from market.web.page import Web, go, page

P = Permission


@get("/pools", permission=P.DEMAND_READ)
async def list_pools(db: NamedDependency[Db], actor: NamedDependency[Actor], cursor: FromQuery[str] = "") -> Template:
    """Pools of one's own demands; for staff all, latest change first."""
    found = await pools.page(db, actor, cursor=cursor)
    return page("pages/pools.html", cards=found.items, next=found.next)


@get("/pools/{pool_id:int}", permission=P.DEMAND_READ)
async def pool_page(
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    pool_id: FromPath[int],
) -> Template:
    """One pool: how far it is, its members, shares of the price, and the steps open to the reader."""
    return await _pool_page(db, actor, pool_id)


async def _pool_page(db: Db, actor: Actor, pool_id: int, **again: Any) -> Template:
    pool = await pools.get(db, actor, pool_id)
    found = await pools.members(db, pool)
    offered = {edge.action: edge for edge in pools.actions(actor, pool, found)}
    mine = pools.own(actor, found)
    return page(
        "pages/pool.html",
        pool=pool,
        seats=seats(pool, found, actor.organisation_id, staff=actor.is_staff),
        mine=mine,
        actions=offered,
        plain=[edge for name, edge in offered.items() if name in ("lead", "settle", "dissolve")],
        asks=_asks(pool, mine),
        most=sum(member.state in (MemberState.INVITED, MemberState.JOINED) for member in found),
        events=await journal.OF_OBJECT.all(db, "pool", pool_id) if actor.is_staff else [],
        **{"typed": {}, **again},
    )


def _asks(pool: Pool, mine: Any) -> bool:
    """Whether the reader's own share is still to be asked for."""
    settled = pool.state is PoolState.NEGOTIATING and pool.offer_id is not None
    return settled and mine is not None and mine.state is MemberState.JOINED and mine.agreement_id is None


@post("/pools/{pool_id:int}/confirm", permission=P.DEMAND_TRIAGE)
async def confirm_pool(
    request: Web,
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    pool_id: FromPath[int],
) -> Redirect:
    """Confirm it and set the quorum."""
    return await forms.step(
        request,
        lambda typed: _pool_page(db, actor, pool_id, typed=typed | {"action": "confirm"}),
        lambda typed: pools.confirm(db, actor, pool_id, forms.read(Confirming, typed), now=now),
        f"/pools/{pool_id}",
        N_("Confirmed. The owners of the demands have been invited."),
    )


@post("/pools/{pool_id:int}/join", permission=P.DEMAND_WRITE)
async def join_pool(
    request: Web,
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    pool_id: FromPath[int],
) -> Redirect:
    """Commit one's own demand."""
    return await forms.step(
        request,
        lambda typed: _pool_page(db, actor, pool_id, typed=typed | {"action": "join"}),
        lambda typed: pools.join(db, actor, pool_id, forms.read(Joining, typed), now=now),
        f"/pools/{pool_id}",
        N_("You have joined. You may leave until enough have joined."),
    )


@post("/pools/{pool_id:int}/leave", permission=P.DEMAND_WRITE)
async def leave_pool(
    request: Web,
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    pool_id: FromPath[int],
) -> Redirect:
    """Leave, or turn the invitation down."""
    return await forms.step(
        request,
        lambda typed: _pool_page(db, actor, pool_id, typed=typed | {"action": "leave"}),
        lambda typed: pools.leave(db, actor, pool_id, forms.read(Leaving, typed), now=now),
        f"/pools/{pool_id}",
        N_("You are not in the pool; you may still join while it forms."),
    )


@post("/pools/{pool_id:int}/actions/{action:str}", permission=P.DEMAND_READ)
async def act_on_pool(
    request: Web,
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    pool_id: FromPath[int],
    action: FromPath[str],
) -> Redirect:
    """Lead, settle or dissolve."""
    return await forms.step(
        request,
        lambda typed: _pool_page(db, actor, pool_id, typed=typed),
        lambda typed: pools.act(
            db, actor, pool_id, action, version=forms.version(typed), now=now, reason=typed.get("reason")
        ),
        f"/pools/{pool_id}",
        N_("Done."),
    )


@post("/pools/{pool_id:int}/share", permission=P.NEGOTIATION_WRITE)
async def ask_for_share(
    request: Web,
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    pool_id: FromPath[int],
) -> Redirect:
    """Go to the request filled in with the pool's terms and one's own share, or to the match it still waits for."""
    place, ready = await pools.ask_for_share(db, actor, pool_id, now=now)
    if ready:
        return go(request, place)
    return go(
        request, place, N_("The supplier has been asked. As soon as both sides are interested, ask for your share.")
    )


ROUTES = [list_pools, pool_page, confirm_pool, join_pool, leave_pool, act_on_pool, ask_for_share]
