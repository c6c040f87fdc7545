"""Pools: near-identical demands of different organisations, bought together once enough of them have joined.

A member knows how many others there are and nothing more until the quorum is reached; a sealed demand stays covered
even then. Each member ends with an agreement of its own over its share of the price.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from market.domain.demands import DemandState
from market.domain.words import N_

FEWEST = 2
"""Members a pool is made of at least."""
HEAVIEST = 1000


class PoolState(StrEnum):
    """See ``lifecycles.POOL``."""

    SUGGESTED = "suggested"
    FORMING = "forming"
    QUORUM = "quorum"
    NEGOTIATING = "negotiating"
    AGREED = "agreed"
    DISSOLVED = "dissolved"


LIVE = frozenset({PoolState.SUGGESTED, PoolState.FORMING, PoolState.QUORUM, PoolState.NEGOTIATING})
KNOWN = frozenset({PoolState.QUORUM, PoolState.NEGOTIATING, PoolState.AGREED})
"""States in which the members who joined know each other."""


class MemberState(StrEnum):
    """Where one demand stands in a pool."""

    INVITED = "invited"
    JOINED = "joined"
    LEFT = "left"
    GONE = "gone"
    """The demand was closed or its organisation is not verified any more."""


Weight = Annotated[int, Meta(ge=1, le=HEAVIEST, description="Your part of the price relative to the others' parts")]
Quorum = Annotated[int, Meta(ge=FEWEST, le=HEAVIEST, description="How many must join before the pool negotiates")]
Version = Annotated[int, Meta(ge=1, le=2**31 - 1)]


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """One demand of a pool as stored."""

    demand_id: int
    organisation_id: int
    organisation_name: str
    organisation_verified: bool
    title: str
    demand_state: DemandState
    sealed: bool
    state: MemberState
    weight: int
    agreement_id: int | None
    """The member's agreement in force over the product whose terms were taken for the pool."""


class Pool(msgspec.Struct, frozen=True, kw_only=True):
    """A pool as stored. ``quorum`` is None until a broker has confirmed it; ``offer_id`` are the terms for all."""

    id: int
    quorum: int | None
    lead_demand_id: int | None
    product_id: int | None
    product_title: str | None
    offer_id: int | None
    price: Decimal | None
    state: PoolState
    state_reason: str | None
    due_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime


class PoolCard(msgspec.Struct, frozen=True, kw_only=True):
    """A pool in a list; ``title`` is that of its first demand, for a member that of its own."""

    id: int
    title: str
    members: int
    joined: int
    quorum: int | None
    state: PoolState
    due_at: datetime | None
    version: int
    updated_at: datetime


class Seat(msgspec.Struct, frozen=True, kw_only=True):
    """One member as a reader may see it: without a name and a demand where those are covered."""

    number: int
    own: bool
    lead: bool
    state: MemberState
    weight: int
    share: Decimal | None
    demand_id: int | None = None
    title: str = ""
    organisation_name: str = ""
    agreed: bool = False


class Joining(msgspec.Struct, frozen=True, kw_only=True):
    """Join with a demand; ``weight`` is the part of the price relative to the other members' parts."""

    version: Version
    weight: Weight = 1


class Leaving(msgspec.Struct, frozen=True, kw_only=True):
    """Leave the pool, or turn the invitation down."""

    version: Version


class Confirming(msgspec.Struct, frozen=True, kw_only=True):
    """A broker confirms a pool: from then on its members are invited, and it negotiates once ``quorum`` have joined."""

    version: Version
    quorum: Quorum


def shares(price: Decimal, weights: Sequence[int]) -> tuple[Decimal, ...]:
    """The price in cents by weight, summing exactly to it (largest remainder; equal remainders: the earlier member).

    >>> shares(Decimal("100.00"), (1, 1, 1))
    (Decimal('33.34'), Decimal('33.33'), Decimal('33.33'))
    """
    cents, total = int(price * 100), sum(weights)
    parts = [divmod(cents * weight, total) for weight in weights]
    left = cents - sum(whole for whole, _ in parts)
    larger = sorted(range(len(parts)), key=lambda place: (-parts[place][1], place))[:left]
    return tuple(Decimal(whole + (place in larger)).scaleb(-2) for place, (whole, _) in enumerate(parts))


def joined(members: Sequence[Member]) -> list[Member]:
    """Those who have committed themselves."""
    return [member for member in members if member.state is MemberState.JOINED]


def seats(pool: Pool, members: Sequence[Member], organisation_id: int | None, *, staff: bool) -> tuple[Seat, ...]:
    """The members as this reader may see them. Before the quorum everybody but oneself is a number."""
    committed = joined(members)
    parts = shares(pool.price, [member.weight for member in committed]) if committed and pool.price is not None else ()
    mine = dict(zip((member.demand_id for member in committed), parts, strict=False))
    found = []
    for number, member in enumerate(members, 1):
        seat = Seat(
            number=number,
            own=member.organisation_id == organisation_id,
            lead=member.demand_id == pool.lead_demand_id,
            state=member.state,
            weight=member.weight,
            share=mine.get(member.demand_id),
            agreed=member.agreement_id is not None,
        )
        known = pool.state in KNOWN and member.state is MemberState.JOINED and not member.sealed
        if seat.own or known or staff:
            seat = msgspec.structs.replace(
                seat, demand_id=member.demand_id, title=member.title, organisation_name=member.organisation_name
            )
        found.append(seat)
    return tuple(found)


def has_quorum_set(_: Pool, facts: Mapping[str, Any]) -> str | None:
    """A quorum that the pool's members can reach."""
    if FEWEST <= facts.get("quorum", 0) <= facts.get("members", 0):
        return None
    return N_("Set how many must join: at least two, and no more than there are members.")


def member_is_open(_: Pool, facts: Mapping[str, Any]) -> str | None:
    """Only a demand that is still wanted joins."""
    member: Member | None = facts.get("member")
    if member and member.demand_state in (DemandState.OPEN, DemandState.IN_NEGOTIATION, DemandState.PARTLY_FULFILLED):
        return None
    return N_("The demand is not open any more.")


def member_is_verified(_: Pool, facts: Mapping[str, Any]) -> str | None:
    """Data Security Law art. 33: identities are verified."""
    member: Member | None = facts.get("member")
    if member and member.organisation_verified:
        return None
    return N_("The organisation's identity is not verified yet (Data Security Law, article 33).")


def is_invited(_: Pool, facts: Mapping[str, Any]) -> str | None:
    """Joining once is enough."""
    member: Member | None = facts.get("member")
    if member and member.state in (MemberState.INVITED, MemberState.LEFT):
        return None
    return N_("You have joined this pool already.")


def may_leave(_: Pool, facts: Mapping[str, Any]) -> str | None:
    """Who is in may go out."""
    member: Member | None = facts.get("member")
    if member and member.state in (MemberState.INVITED, MemberState.JOINED):
        return None
    return N_("You are not in this pool any more.")


def is_joined(_: Pool, facts: Mapping[str, Any]) -> str | None:
    """Only who has joined negotiates for the others."""
    member: Member | None = facts.get("member")
    if member and member.state is MemberState.JOINED:
        return None
    return N_("Only a member who has joined can do this.")


def is_lead(pool: Pool, facts: Mapping[str, Any]) -> str | None:
    """The terms for all are taken by who negotiates them."""
    member: Member | None = facts.get("member")
    if member and member.demand_id == pool.lead_demand_id:
        return None
    return N_("Only the lead negotiator can do this.")


def has_offer(_: Pool, facts: Mapping[str, Any]) -> str | None:
    """The terms for all are the supplier's last offer to the lead."""
    if facts.get("offer"):
        return None
    return N_("There is no standing offer of a supplier to the lead negotiator's demand. Negotiate one first.")


def has_reached_quorum(pool: Pool, facts: Mapping[str, Any]) -> str | None:
    """Enough members have joined."""
    return None if pool.quorum and facts.get("joined", 0) >= pool.quorum else N_("Not enough members have joined yet.")


def has_lost_quorum(pool: Pool, facts: Mapping[str, Any]) -> str | None:
    """Too few members are left."""
    return N_("Enough members are left.") if pool.quorum and facts.get("joined", 0) >= pool.quorum else None


def all_agreed(_: Pool, facts: Mapping[str, Any]) -> str | None:
    """Each member has an agreement of its own in force."""
    return None if facts.get("all_agreed") else N_("Not every member has an agreement in force yet.")
