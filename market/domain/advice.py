"""What would help a supplier: the change that opens demands, the product nobody offers yet."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from market.domain.demands import MASK, Demand, LineKind, LineLevel, RequirementLine
from market.domain.matches import Verdict
from market.domain.products import HINTS, Hint

FIELD_OF = {LineKind(hint.kind): hint.field for hint in reversed(HINTS) if hint.kind}
"""Where a product answers a kind of requirement line."""


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """A demand anybody may read."""

    id: int
    title: str


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """Offer ``value`` in ``field``, and ``count`` more open demands find all they must have.

    ``verdict`` is unmet when the product says otherwise now, unknown when it does not say. ``demands`` are those of
    them that may be named; sealed ones are only counted.
    """

    kind: LineKind
    field: str
    value: str
    verdict: Verdict
    demands: tuple[Named, ...]
    count: int


class Outlook(msgspec.Struct, frozen=True, kw_only=True):
    """What a product is worth among the open demands it is about: how many there are, how many find all they must
    have, what would open more, and what is left unsaid (with how many of them ask for it)."""

    product_id: int
    near: int
    open: int
    changes: tuple[Change, ...]
    missing: tuple[Hint, ...]


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A product nobody offers: its topic, its place ("" anywhere), the demands it would serve as in ``Change``."""

    topic: str
    place: str
    demands: tuple[Named, ...]
    count: int
    budget: Decimal | None
    """What those of the demands that are named would spend together, yuan; None when none of them says."""


class Unmet(msgspec.Struct, frozen=True, kw_only=True):
    """An open demand without a pairing that meets what it must have."""

    id: int
    title: str
    lines: tuple[RequirementLine, ...]
    budget: Decimal | None
    organisation_id: int
    organisation_name: str
    sealed: bool
    masked: tuple[str, ...]


def readable(lines: tuple[RequirementLine, ...]) -> tuple[RequirementLine, ...]:
    """What a stranger can read of the lines of a masked demand; nothing when a covered one is a must.

    A covered word must not be found out by trying which change opens the demand.
    """
    covered = [line for line in lines if MASK in line.value or MASK in line.phrase]
    if any(line.level is LineLevel.MUST for line in covered):
        return ()
    return tuple(line for line in lines if line not in covered)


def may_be_served(demand: Demand, organisation_id: int) -> bool:
    """Whether this organisation's products may be proposed for the demand at all."""
    return demand.organisation_id != organisation_id and demand.organisation_verified
