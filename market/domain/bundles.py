"""Bundles: several products that together meet every must line of a demand that no single one meets."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from market.domain.demands import Demand, LineKind, LineLevel, RequirementLine
from market.domain.matches import MatchReason, MatchState, Verdict
from market.domain.products import PriceUnit, Product

MOST = 4
"""Products of one bundle at most."""


class Aim(StrEnum):
    """What makes a bundle the best."""

    SMALLEST = "smallest"
    CHEAPEST = "cheapest"


class Check(StrEnum):
    """What the members of a bundle must agree on."""

    JOIN_KEY = "join_key"
    PERIOD = "period"
    REGION = "region"
    LICENCE = "licence"


class Cover(msgspec.Struct, frozen=True, kw_only=True):
    """Products that together meet every must line: the fields they share, the checks no text settles, and whether the
    search saw everything."""

    products: tuple[int, ...]
    keys: tuple[str, ...]
    open: tuple[Check, ...]
    complete: bool


class BundleMember(msgspec.Struct, frozen=True, kw_only=True):
    """One product of a bundle. ``match_id``: the pairing with the demand that stands already."""

    product_id: int
    title: str
    supplier_name: str
    price: Decimal | None
    price_unit: PriceUnit | None
    licence: str
    reasons: tuple[MatchReason, ...]
    match_id: int | None = None
    match_state: MatchState | None = None


class BundleLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the demand against the whole: ``by`` are the products that meet it."""

    level: LineLevel
    kind: LineKind
    value: str
    verdict: Verdict
    by: tuple[int, ...] = ()


class BundleCheck(msgspec.Struct, frozen=True, kw_only=True):
    """One thing the members must agree on; ``said`` are the words it rests on."""

    check: Check
    verdict: Verdict
    said: tuple[str, ...] = ()


class Bundle(msgspec.Struct, frozen=True, kw_only=True):
    """Products that together meet every must line, and what is known of them together.

    ``price`` is what the first year costs, None when a price is not stated or depends on use. ``complete`` is False
    when the search was cut short and a better bundle may exist.
    """

    aims: tuple[Aim, ...]
    members: tuple[BundleMember, ...]
    lines: tuple[BundleLine, ...]
    checks: tuple[BundleCheck, ...]
    price: Decimal | None
    within_budget: Verdict
    complete: bool


class Bundles(msgspec.Struct, frozen=True, kw_only=True):
    """The answer for one demand. ``alone``: listed products that meet every must line by themselves, best first."""

    looked_at: int
    alone: tuple[int, ...] = ()
    bundles: tuple[Bundle, ...] = ()


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """Start with these products: interest in each of them at once."""

    products: Annotated[tuple[Annotated[int, Meta(ge=1, le=2**63 - 1)], ...], Meta(min_length=1, max_length=MOST)]


def first_year(product: Product) -> Decimal | None:
    """What the first year of a product costs: what is paid once, a year, or twelve months; None when use decides."""
    if product.price is None or product.price == 0:
        return product.price
    months = {PriceUnit.MONTH: 12, PriceUnit.YEAR: 1, PriceUnit.PRODUCT: 1}
    return product.price * months[product.price_unit] if product.price_unit in months else None


def within(price: Decimal | None, budget: Decimal | None) -> Verdict:
    """Whether the sum stays within the budget."""
    if price is None or budget is None:
        return Verdict.UNKNOWN
    return Verdict.MET if price <= budget else Verdict.UNMET


def needed(line: RequirementLine | MatchReason) -> bool:
    """Whether a bundle must meet this line. A budget is set against the sum, not against one member."""
    return line.level is LineLevel.MUST and line.kind is not LineKind.BUDGET


def whole(reasons: Sequence[MatchReason]) -> bool:
    """Whether a product meets every must line by itself."""
    return all(reason.verdict is Verdict.MET for reason in reasons if needed(reason))


def together(demand: Demand, members: Sequence[BundleMember]) -> tuple[BundleLine, ...]:
    """Every line of the demand but the budget against all members: met by one is met."""
    found = []
    for place, line in enumerate(demand.lines):
        told = {member.product_id: member.reasons[place].verdict for member in members}
        by = tuple(product for product, verdict in told.items() if verdict is Verdict.MET)
        unknown = Verdict.UNKNOWN if Verdict.UNKNOWN in told.values() else Verdict.UNMET
        if line.kind is not LineKind.BUDGET:
            verdict = Verdict.MET if by else unknown
            found.append(BundleLine(level=line.level, kind=line.kind, value=line.value, verdict=verdict, by=by))
    return tuple(found)
