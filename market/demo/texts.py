"""The shape of the demonstration texts (the JSON files beside this module)."""

from __future__ import annotations

from decimal import Decimal
from importlib.resources import files
from typing import Literal, TypeVar

import msgspec

from market.domain.accounts import OrganisationKind
from market.domain.demands import DemandState
from market.domain.gaps import UnmetCode
from market.domain.negotiations import Clause
from market.domain.permissions import Role
from market.domain.products import Delivery, PriceUnit, ProductContent

T = TypeVar("T")
Side = Literal["consumer", "provider"]


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A person of an organisation."""

    key: str
    name: str
    email: str
    role: Role


class DemoOrganisation(msgspec.Struct, frozen=True, kw_only=True):
    """An invented organisation and its people."""

    key: str
    name: str
    kind: OrganisationKind
    credit_code: str
    region: str
    about: str
    evidence: str = ""
    verification: Literal["verified", "pending", "rejected", "suspended"] = "verified"
    verification_note: str = ""
    members: tuple[Member, ...]


class DemoProduct(ProductContent, frozen=True, kw_only=True):
    """A product and the state it is shown in."""

    key: str
    supplier: str
    state: Literal["draft", "review", "listed", "suspended", "delisted"]
    note: str = ""


class DemoLetter(msgspec.Struct, frozen=True, kw_only=True):
    """What the broker's gap letter says; the words of one that closes the demand are the demand's ``reason``."""

    code: UnmetCode
    article: str = ""
    note: str = ""


class DemoRouting(msgspec.Struct, frozen=True, kw_only=True):
    """A likely holder the broker asks, and the answer if there is one yet."""

    to: str
    note: str
    answer: Literal["", "have", "lack"] = ""
    reason: str = ""


class DemoDemand(msgspec.Struct, frozen=True, kw_only=True):
    """A demand, its state, and how far its best pairing went (``story``, with product ``with``); ``also``: products the
    broker proposed beside it."""

    key: str
    enterprise: str
    state: DemandState
    sealed: bool = False
    masked: tuple[str, ...] = ()
    title: str
    text: str
    theme: str = ""
    region: str = ""
    purpose: str = ""
    budget: Decimal | None = None
    needed_by: int | None = None
    reason: str = ""
    question: str = ""
    letter: DemoLetter | None = None
    routed: tuple[DemoRouting, ...] = ()
    story: str | None = None
    story_code: str | None = None
    story_reason: str = ""
    product: str | None = msgspec.field(name="with", default=None)
    also: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    """Products whose supplier is asked about the first line they do not speak of."""
    pool: Literal["", "joined"] = ""
    """Joined: a broker has confirmed the pool it fell into, and its owner has joined."""


class DemoOffer(msgspec.Struct, frozen=True, kw_only=True):
    """One offer of a negotiation; the period begins on the day the demo is loaded."""

    by: Side
    price: Decimal
    price_unit: PriceUnit
    period_months: int
    delivery: Delivery
    permitted_use: str
    obligations: str = ""
    clauses: tuple[Clause, ...] = ()
    valid_days: int = 14
    note: str = ""


class DemoMessage(msgspec.Struct, frozen=True, kw_only=True):
    """One message of the thread."""

    by: Literal["consumer", "provider", "broker"]
    text: str


class Talk(msgspec.Struct, frozen=True, kw_only=True):
    """The bargaining about one demand."""

    demand: str
    offers: tuple[DemoOffer, ...]
    messages: tuple[DemoMessage, ...] = ()
    end_reason: str = ""
    ended_by: Side = "consumer"
    hold_reason: str = ""


def read(name: str, kind: type[T]) -> tuple[T, ...]:
    """All records of ``market/demo/<name>.json``."""
    raw = files(__package__).joinpath(f"{name}.json").read_bytes()
    return msgspec.json.decode(raw, type=tuple[kind, ...])  # type: ignore[valid-type]
