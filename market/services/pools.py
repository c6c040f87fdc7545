"""Pools: a broker confirms what was found, owners join with their demands, one of them negotiates for all.

The chain: enough members join (quorum); one takes the lead and negotiates the match of their own demand; the supplier's
offer the lead takes for the pool is the price for all, and each member asks for an agreement of their own over their
share of it. Members are told through their own demand, whose page shows the pool. Rows are locked demand before pool.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from market.domain.accounts import SYSTEM, Actor, OrganisationState
from market.domain.demands import DemandState
from market.domain.errors import IllegalTransition, NotFound, NotYours, Stale
from market.domain.lifecycles import POOL
from market.domain.machine import Edge, Party
from market.domain.negotiations import Terms
from market.domain.paging import PAGE, Cursor, Page, page_of, place
from market.domain.permissions import Permission
from market.domain.pools import (
    Confirming,
    Joining,
    Leaving,
    Member,
    MemberState,
    Pool,
    PoolCard,
    PoolState,
    joined,
    shares,
)
from market.services import jobs, wishes
from market.services.transitions import fire, offered
from market.store import demands, journal, pools
from market.store.journal import Event
from market.store.query import Db

_BY_SYSTEM = frozenset({Party.SYSTEM})
_ENDED = frozenset({DemandState.WITHDRAWN, DemandState.CLOSED_UNMET, DemandState.EXPIRED})


async def get(db: Db, actor: Actor, pool_id: int) -> Pool:
    """The pool; raises NotFound for anybody but staff and, once it is confirmed, its members."""
    return await pools.GET.one(db, pool_id, actor.organisation_id, actor.is_staff)


async def members(db: Db, pool: Pool) -> list[Member]:
    """Every demand that is or was in it. Not for readers as it is: see ``domain.pools.seats``."""
    return await pools.MEMBERS.all(db, pool.id)


async def of_demand(db: Db, actor: Actor, demand_id: int) -> Pool | None:
    """The pool a demand is in, for its owner and staff."""
    pool_id = await pools.OF_DEMAND.first(db, demand_id, actor.is_staff)
    return await pools.GET.first(db, pool_id, actor.organisation_id, actor.is_staff) if pool_id else None


async def strength(db: Db, demand_id: int) -> int:
    """How many organisations stand behind a demand together: 0 when it is in no pool that has reached its quorum."""
    return await pools.STRENGTH.one(db, demand_id)


async def page(
    db: Db, actor: Actor, *, states: list[str] | None = None, cursor: str | None = None, limit: int = PAGE
) -> Page[PoolCard]:
    """Pools the actor may see, latest change first."""
    rows = await pools.LIST.all(db, states, *place(cursor), actor.is_staff, actor.organisation_id, limit + 1)
    return page_of(rows, limit, lambda card: Cursor(card.updated_at, card.id))


def parties(actor: Actor, found: Sequence[Member]) -> frozenset[Party]:
    """What the actor may be to a pool with these members; a token without the scope is nobody to it."""
    sides = actor.parties(demander=actor.organisation_id if own(actor, found) else None)
    kept = {Party.DEMANDER: Permission.DEMAND_WRITE, Party.BROKER: Permission.DEMAND_TRIAGE}
    return frozenset(party for party in sides if party in kept and actor.may(kept[party]))


def own(actor: Actor, found: Sequence[Member]) -> Member | None:
    """The actor's own member; an organisation has one demand in a pool at most."""
    mine = (member for member in found if member.organisation_id == actor.organisation_id is not None)
    return next(mine, None)


def actions(actor: Actor, pool: Pool, found: Sequence[Member]) -> list[Edge]:
    """The moves open to this actor, as their own demand stands."""
    mine = own(actor, found)
    state = mine.state if mine else None
    fitting = {
        "join": state in (MemberState.INVITED, MemberState.LEFT),
        "leave": state in (MemberState.INVITED, MemberState.JOINED),
        "lead": state is MemberState.JOINED,
        "settle": bool(mine) and mine is not None and mine.demand_id == pool.lead_demand_id,
    }
    edges = offered(POOL, pool, parties(actor, found), actor)
    return [edge for edge in edges if fitting.get(edge.action, True)]


async def confirm(db: Db, actor: Actor, pool_id: int, given: Confirming, *, now: datetime) -> Pool:
    """A broker confirms a suggested pool and says how many must join; the owners of its demands are invited."""
    pool, found = await _locked(db, actor, pool_id, given.version)
    if Party.BROKER in parties(actor, found) and pool.state is PoolState.SUGGESTED:
        await pools.QUORUM.run(db, pool_id, given.quorum)
    facts = {"quorum": given.quorum, "members": len(_invited(found))}
    await fire(db, POOL, pool, "confirm", actor, parties(actor, found), now=now, facts=facts)
    await _tell(db, pool_id, _invited(found), "pool_invite", Party.BROKER, actor.person_id)
    return await get(db, actor, pool_id)


async def join(db: Db, actor: Actor, pool_id: int, given: Joining, *, now: datetime) -> Pool:
    """Commit one's demand; the last one needed completes the quorum. Raises Unmet when the demand is not open."""
    pool, found = await _locked(db, actor, pool_id, given.version)
    mine = own(actor, found)
    await fire(db, POOL, pool, "join", actor, parties(actor, found), now=now, facts={"member": mine})
    if mine:
        await pools.MEMBER.run(db, pool_id, mine.demand_id, MemberState.JOINED, given.weight)
    await _follow(db, pool_id, now)
    return await get(db, actor, pool_id)


async def leave(db: Db, actor: Actor, pool_id: int, given: Leaving, *, now: datetime) -> Pool:
    """Leave before the quorum, or turn the invitation down."""
    pool, found = await _locked(db, actor, pool_id, given.version)
    mine = own(actor, found)
    await fire(db, POOL, pool, "leave", actor, parties(actor, found), now=now, facts={"member": mine})
    if mine:
        await pools.MEMBER.run(db, pool_id, mine.demand_id, MemberState.LEFT, mine.weight)
    return await get(db, actor, pool_id)


async def act(
    db: Db, actor: Actor, pool_id: int, action: str, *, version: int, now: datetime, reason: str | None = None
) -> Pool:
    """``lead`` (negotiate for all), ``settle`` (take the supplier's last offer for all) or ``dissolve`` (broker)."""
    pool, found = await _locked(db, actor, pool_id, version)
    if action not in ("lead", "settle", "dissolve"):
        raise IllegalTransition
    mine = own(actor, found)
    offer = await pools.STANDING_OFFER.first(db, mine.demand_id, now) if mine else None
    facts = {"member": mine, "offer": offer}
    await fire(db, POOL, pool, action, actor, parties(actor, found), now=now, facts=facts, reason=reason)
    if action == "dissolve":
        await _let_go(db, pool, found, Party.BROKER, actor.person_id)
    elif mine and action == "lead":
        await pools.LEAD.run(db, pool_id, mine.demand_id)
    elif mine:
        await pools.SETTLED.run(db, pool_id, offer)
        others = [member for member in joined(found) if member.demand_id != mine.demand_id]
        await _tell(db, pool_id, others, "pool_terms", Party.SYSTEM, actor.person_id)
    return await get(db, actor, pool_id)


async def on_event(db: Db, event: Event, now: datetime) -> None:
    """What a journalled event means for pools: a member gone, an agreement come into force. Safe to repeat."""
    if event.kind == "demand" and event.target in _ENDED:
        await _lose(db, now, demand_id=event.object_id)
    elif event.kind == "organisation" and event.target and event.target != OrganisationState.VERIFIED:
        await _lose(db, now, organisation_id=event.object_id)
    elif event.kind == "agreement" and event.target == "effective":
        for pool_id in await pools.OF_NEGOTIATION.all(db, event.object_id):
            await _locked_by_system(db, pool_id)
            await _follow(db, pool_id, now)
    elif event.kind == "pool" and event.action == "expire":
        found = await pools.MEMBERS.all(db, event.object_id)
        pool = await _locked_by_system(db, event.object_id)
        await _let_go(db, pool, found, Party.SYSTEM, None)


async def _lose(db: Db, now: datetime, *, demand_id: int | None = None, organisation_id: int | None = None) -> None:
    for pool_id in await pools.LOST.all(db, demand_id, organisation_id):
        pool = await _locked_by_system(db, pool_id)
        await pools.DROP.run(db, pool_id)
        left = _invited(await pools.MEMBERS.all(db, pool_id))
        if pool.state is PoolState.SUGGESTED and len(left) < 2:
            await fire(db, POOL, pool, "dissolve", SYSTEM, _BY_SYSTEM, now=now, reason="too_few")
            await pools.RELEASE.run(db, pool_id)
        await _follow(db, pool_id, now)


async def _follow(db: Db, pool_id: int, now: datetime) -> None:
    """The steps that follow from how many have joined and what they have signed."""
    pool = await pools.GET.one(db, pool_id, None, True)
    found = joined(await pools.MEMBERS.all(db, pool_id))
    enough = bool(pool.quorum) and len(found) >= (pool.quorum or 0)
    lead_gone = pool.state is PoolState.NEGOTIATING and pool.lead_demand_id not in {m.demand_id for m in found}
    facts: dict[str, Any] = {"joined": 0 if lead_gone else len(found)}
    if pool.state is PoolState.FORMING and enough:
        await fire(db, POOL, pool, "reach", SYSTEM, _BY_SYSTEM, now=now, facts=facts)
        await _tell(db, pool_id, found, "pool_quorum", Party.SYSTEM, None)
    elif pool.state in (PoolState.QUORUM, PoolState.NEGOTIATING) and (lead_gone or not enough):
        await fire(db, POOL, pool, "reopen", SYSTEM, _BY_SYSTEM, now=now, facts=facts)
        await pools.LEAD.run(db, pool_id, None)
        await _tell(db, pool_id, found, "pool_reopen", Party.SYSTEM, None)
        if enough:  # only the lead went: the others are still enough
            await _follow(db, pool_id, now)
    elif pool.state is PoolState.NEGOTIATING and pool.offer_id and all(member.agreement_id for member in found):
        await fire(db, POOL, pool, "agree", SYSTEM, _BY_SYSTEM, now=now, facts={"all_agreed": True})
        await _tell(db, pool_id, found, "pool_agree", Party.SYSTEM, None)


def _invited(found: Sequence[Member]) -> list[Member]:
    return [member for member in found if member.state in (MemberState.INVITED, MemberState.JOINED)]


async def _let_go(db: Db, pool: Pool, found: Sequence[Member], party: Party, person_id: int | None) -> None:
    """The pool is over: its demands may join another."""
    if pool.quorum:
        await _tell(db, pool.id, _invited(found), "pool_dissolve", party, person_id)
    await pools.RELEASE.run(db, pool.id)


async def _tell(db: Db, pool_id: int, found: Sequence[Member], event: str, party: Party, person_id: int | None) -> None:
    """Through each member's own demand: nobody reads of another's there."""
    for member in found:
        data = {"pool": pool_id}
        await journal.append(db, "demand", member.demand_id, event, party=party, person_id=person_id, data=data)
        await jobs.event(db, "demand", member.demand_id)


async def _locked(db: Db, actor: Actor, pool_id: int, version: int) -> tuple[Pool, list[Member]]:
    await pools.GET.one(db, pool_id, actor.organisation_id, actor.is_staff)
    pool = await _locked_by_system(db, pool_id)
    if pool.version != version:
        raise Stale
    found = await pools.MEMBERS.all(db, pool_id)
    if not parties(actor, found) & {Party.DEMANDER, Party.BROKER}:
        raise NotYours
    return pool, found


async def _locked_by_system(db: Db, pool_id: int) -> Pool:
    """The pool and, before it, its demands, whose journals are written to."""
    await pools.LOCK_DEMANDS.all(db, pool_id)
    return await pools.lock(db, pool_id, None, True)


async def ask_for_share(db: Db, actor: Actor, pool_id: int, *, now: datetime) -> tuple[str, bool]:
    """Where a member goes on to an agreement over its share: the address, and whether terms can be sent there now.

    A live negotiation over the product leads to its room, a mutual match to the first request; else interest in the
    product is said for the member. Raises NotYours for whoever has not joined, IllegalTransition before terms stand.
    """
    pool = await pools.GET.one(db, pool_id, actor.organisation_id, actor.is_staff)
    mine = own(actor, await pools.MEMBERS.all(db, pool_id))
    if mine is None or mine.state is not MemberState.JOINED:
        raise NotYours
    if pool.state is not PoolState.NEGOTIATING or pool.product_id is None:
        raise IllegalTransition
    demand = await demands.lock(db, mine.demand_id, actor.organisation_id, False)
    if room := await pools.ROOM.first(db, demand.id, pool.product_id):
        return room, True
    match = await pools.MUTUAL.first(db, demand.id, pool.product_id)
    if match is None:
        [product] = await wishes.listed(db, [pool.product_id])
        await wishes.ask_for(db, actor, demand, product, now=now)
        return f"/pools/{pool_id}", False
    return f"/negotiations/new?match={match}", True


async def share(db: Db, demand_id: int, product_id: int) -> Terms | None:
    """The terms negotiated for a demand's pool over this product, at the price of the demand's own share."""
    pool_id = await pools.LIVE_OF_DEMAND.first(db, demand_id)
    pool = await pools.GET.one(db, pool_id, None, True) if pool_id else None
    if pool is None or pool.offer_id is None or pool.product_id != product_id:
        return None
    found = joined(await pools.MEMBERS.all(db, pool.id))
    parts = shares(pool.price or Decimal(0), [member.weight for member in found])
    own_part = next((p for member, p in zip(found, parts, strict=True) if member.demand_id == demand_id), None)
    terms = msgspec.json.decode(await pools.TERMS.one(db, pool.offer_id), type=Terms)
    return None if own_part is None else msgspec.structs.replace(terms, price=own_part)


async def own_terms(db: Db, actor: Actor, pool_id: int) -> Terms:
    """The terms taken for all at the actor's own share. Raises NotFound for whoever has none."""
    pool = await pools.GET.one(db, pool_id, actor.organisation_id, actor.is_staff)
    mine = own(actor, await pools.MEMBERS.all(db, pool_id))
    terms = await share(db, mine.demand_id, pool.product_id) if mine and pool.product_id else None
    if terms is None:
        raise NotFound
    return terms
