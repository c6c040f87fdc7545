"""Negotiations in the states of the Dataspace Protocol 2025-1 §Contract Negotiation, and their offers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from market.domain.calendar import CLOSING, ZONE, is_workday
from market.domain.machine import Party
from market.domain.money import Money
from market.domain.products import Delivery, PriceUnit, Short
from market.domain.words import N_


class NegotiationState(StrEnum):
    """See ``lifecycles.NEGOTIATION``."""

    REQUESTED = "requested"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    AGREED = "agreed"
    VERIFIED = "verified"
    FINALIZED = "finalized"
    TERMINATED = "terminated"


class Clause(msgspec.Struct, frozen=True, kw_only=True):
    """One clause of the contract."""

    title: Annotated[str, Meta(min_length=1, max_length=200)]
    text: Annotated[str, Meta(min_length=1, max_length=10_000)]


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What an offer offers. Sent, stored, hashed and signed as its canonical JSON (:func:`canonical`)."""

    price: Money
    price_unit: PriceUnit
    period_from: date
    period_to: date
    delivery: Delivery
    permitted_use: Annotated[str, Meta(min_length=1, max_length=5_000)]
    obligations: Annotated[str, Meta(max_length=5_000)] = ""
    clauses: Annotated[tuple[Clause, ...], Meta(max_length=60)] = ()


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """One numbered, immutable offer. ``terms`` is canonical JSON, ``terms_hash`` its SHA-256."""

    id: int
    negotiation_id: int
    number: int
    party: Party
    person_id: int
    person_name: str
    terms: str
    terms_hash: bytes
    note: str
    expires_at: datetime
    created_at: datetime

    def read(self) -> Terms:
        """The terms as a Struct."""
        return msgspec.json.decode(self.terms, type=Terms)


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One message of the thread beside the offers."""

    id: int
    negotiation_id: int
    party: Party
    person_id: int
    person_name: str
    body: str
    created_at: datetime


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """When a side had the room open while offer ``offer`` was the last: for the first and for the latest time."""

    party: Party
    offer: int
    first_at: datetime
    last_at: datetime


class Negotiation(msgspec.Struct, frozen=True, kw_only=True):
    """A negotiation as stored."""

    id: int
    match_id: int
    demand_id: int
    demand_revision: int
    product_id: int
    product_revision: int
    consumer_id: int
    consumer_name: str
    consumer_verified: bool
    provider_id: int
    provider_name: str
    provider_verified: bool
    demand_title: str
    product_title: str
    agreement_id: int | None
    hold_reason: str | None
    state: NegotiationState
    state_party: Party | None
    state_reason: str | None
    due_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime


class NegotiationCard(msgspec.Struct, frozen=True, kw_only=True):
    """A negotiation in a list; price and unit are the last offer's."""

    id: int
    yours: bool
    """Whether it waits for the reader's side; for whoever lifts holds, whether it is on hold."""
    demand_id: int
    product_id: int
    consumer_id: int
    consumer_name: str
    provider_id: int
    provider_name: str
    demand_title: str
    product_title: str
    offers: int
    price: Decimal
    price_unit: PriceUnit
    held: bool
    state: NegotiationState
    due_at: datetime | None
    version: int
    updated_at: datetime


class OfferIn(msgspec.Struct, frozen=True, kw_only=True):
    """What a side sends: terms, how long they stand, and a word with them."""

    terms: Terms
    valid_days: Annotated[int, Meta(ge=1, le=365)] = 14
    note: Annotated[str, Meta(max_length=2_000)] = ""


class TermChange(msgspec.Struct, frozen=True, kw_only=True):
    """One difference between two offers; an empty ``was`` or ``now`` means added or taken out."""

    name: Short
    was: str
    now: str
    clause: bool = False
    """``name`` is a clause's title, not one of the fixed terms."""


def canonical(terms: Terms) -> str:
    """One byte sequence for equal terms: sorted keys, no white space, prices with two places."""
    fixed = msgspec.structs.replace(terms, price=(terms.price + 0).quantize(Decimal("0.01")))  # + 0: no "-0.00"
    return msgspec.json.encode(fixed, order="sorted").decode()


def terms_hash(terms: str) -> bytes:
    """SHA-256 of the canonical JSON."""
    return hashlib.sha256(terms.encode()).digest()


def terms_errors(terms: Terms) -> dict[str, str]:
    """What single-field bounds cannot say, field -> sentence."""
    found: dict[str, str] = {}
    if terms.period_from > terms.period_to:
        found["period_to"] = N_("The period ends before it begins.")
    titles = [c.title for c in terms.clauses]
    if len(set(titles)) < len(titles):
        found["clauses"] = N_("Two clauses have the same title.")
    return found


INCOMPLETE_CLAUSE = N_("A clause needs a title of at most 200 characters and a text of at most 10,000.")


def stands_until(now: datetime, days: int) -> datetime:
    """When an offer made now lapses: the close of business of its last day; today does not count, and a last day off
    work moves on (Civil Code art. 201, 203)."""
    last = now.astimezone(ZONE).date() + timedelta(days=days)
    while not is_workday(last):
        last += timedelta(days=1)
    return datetime.combine(last, CLOSING, ZONE)


def changes(before: Terms, after: Terms) -> tuple[TermChange, ...]:
    """What differs between two offers, clause by clause, in the order of the terms."""
    found = []
    for name in ("price", "price_unit", "period_from", "period_to", "delivery", "permitted_use", "obligations"):
        was, now = getattr(before, name), getattr(after, name)
        if was != now:
            found.append(TermChange(name=name, was=str(was), now=str(now)))
    old = {c.title: c.text for c in before.clauses}
    new = {c.title: c.text for c in after.clauses}
    for title in dict.fromkeys([*old, *new]):
        if old.get(title, "") != new.get(title, ""):
            found.append(TermChange(name=title, was=old.get(title, ""), now=new.get(title, ""), clause=True))
    if [t for t in old if t in new] != [t for t in new if t in old]:
        found.append(TermChange(name="clause_order", was=" · ".join(old), now=" · ".join(new)))
    return tuple(found)


def first_seen(seen: Sequence[Seen], party: Party, offer: int) -> datetime | None:
    """When this side first had the offer, or one after it, before its eyes."""
    return min((s.first_at for s in seen if s.party is party and s.offer >= offer), default=None)


def last_looked(seen: Sequence[Seen], said: Iterable[Offer | Message], party: Party) -> datetime | None:
    """When this side last had the room open, or said something, in whatever way."""
    looked = [s.last_at for s in seen if s.party is party]
    return max((*looked, *(one.created_at for one in said if one.party is party)), default=None)


def not_held(negotiation: Negotiation, _: Mapping[str, Any]) -> str | None:
    """The broker's hold is a flag that stops every step towards agreement."""
    return N_("The broker is holding this negotiation.") if negotiation.hold_reason else None


def offer_stands(_: Negotiation, facts: Mapping[str, Any]) -> str | None:
    """Civil Code art. 486: an acceptance after expiry is a new offer."""
    if facts["offer"].expires_at < facts["now"]:
        return N_("The offer has expired. Send a new one (Civil Code, article 486).")
    return None


def parties_verified(negotiation: Negotiation, _: Mapping[str, Any]) -> str | None:
    """Data Security Law art. 33."""
    if negotiation.consumer_verified and negotiation.provider_verified:
        return None
    return N_("Both organisations must be verified (Data Security Law, article 33).")
