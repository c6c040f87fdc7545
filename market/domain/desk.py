"""The desk: what waits for staff, how urgent it is, and what may be decided about many rows at once."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from math import log2
from typing import Annotated

import msgspec
from msgspec import Meta

from market.domain.inbox import InboxItem
from market.domain.matches import RejectCode
from market.domain.permissions import STEPS, Permission

TYPICAL_VALUE = Decimal(50_000)
"""Yuan. What is worth this much moves neither forward nor back."""
EVEN_CHANCE = 0.5
NOTHING_NAMED = 0.2
"""What is left of the share of lines that are met when no topic and no field is among them, only places, times, forms.

Of the pairs of market_demands_dev with half of their lines met or more, 3 % fit then, and 33 % else.
"""
DOUBLING = timedelta(hours=12)
"""How much earlier something counts as due that is worth twice as much, or twice as likely."""
MOST_MOVED = timedelta(days=3)
"""However much it is worth, it is moved no further than this."""
_BEFORE_ALL = timedelta(days=3650)
LONGEST_PUT_OFF = 30
"""Days."""
MOST_ROWS = 100
"""Rows decided on at once."""


class Waiting(InboxItem, frozen=True, kw_only=True):
    """Something that waits for staff, with what its urgency is made of."""

    version: int
    value: Decimal | None
    """Yuan: the demand's budget or the product's price."""
    chance: float | None
    """0 to 1: what a calibrated model says."""
    fit: float | None
    """0 to 1: the share of the lines that are met (see NOTHING_NAMED). It orders; it is no chance to be told."""
    met: int
    unmet: int
    unknown: int
    assignee_id: int | None
    assignee_name: str | None
    put_off_until: date | None

    @property
    def permission(self) -> Permission:
        """What deciding on it takes."""
        return STEPS[(self.kind, self.party)]


def urgency(due_at: datetime, value: Decimal | None, chance: float | None, *, now: datetime) -> datetime:
    """When something counts as due: the worklist is sorted by this, the earliest first.

    Deadline × value × chance, so that the order does not change while one pages through it: every doubling of the
    value (over TYPICAL_VALUE) or of the chance (over EVEN_CHANCE) moves the deadline forward by DOUBLING, every halving
    back, MOST_MOVED at most. What is not known moves nothing. What is overdue stands before all that is not.
    """
    doublings = 0.0
    if value is not None:
        doublings += log2(max(value, Decimal(1)) / TYPICAL_VALUE)
    if chance is not None:
        doublings += log2(max(chance, 0.01) / EVEN_CHANCE)
    moved = max(-MOST_MOVED, min(MOST_MOVED, doublings * DOUBLING))
    return due_at - moved - (_BEFORE_ALL if due_at <= now else timedelta(0))


class DeskAction(StrEnum):
    """What may be done with rows of the worklist."""

    APPROVE = "approve"
    DECLINE = "decline"


STANDS_FOR: dict[tuple[str, DeskAction], str] = {
    ("match", DeskAction.APPROVE): "propose",
    ("match", DeskAction.DECLINE): "reject",
    ("demand", DeskAction.APPROVE): "open",
    ("demand", DeskAction.DECLINE): "ask",
    ("product", DeskAction.APPROVE): "list",
    ("product", DeskAction.DECLINE): "return",
    ("organisation", DeskAction.APPROVE): "verify",
    ("organisation", DeskAction.DECLINE): "reject",
    ("negotiation", DeskAction.APPROVE): "release",
    ("negotiation", DeskAction.DECLINE): "abort",
    ("pool", DeskAction.DECLINE): "dissolve",
}
"""(kind, action) -> the step it stands for. A pool cannot be confirmed here: its page asks how many must join."""


class DeskRow(msgspec.Struct, frozen=True, kw_only=True):
    """Which object, and at which version it was looked at."""

    kind: Annotated[str, Meta(max_length=20)]
    id: Annotated[int, Meta(ge=1, le=2**53 - 1)]
    version: Annotated[int, Meta(ge=1, le=2**31 - 1)]


DeskRows = Annotated[tuple[DeskRow, ...], Meta(min_length=1, max_length=MOST_ROWS)]


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """One decision about many rows; declining takes a reason, and for matches a code."""

    action: DeskAction
    rows: DeskRows
    code: RejectCode | None = None
    reason: Annotated[str, Meta(max_length=2_000)] = ""


class Assignment(msgspec.Struct, frozen=True, kw_only=True):
    """Who sees to these rows; ``person_id`` None: nobody in particular."""

    rows: DeskRows
    person_id: Annotated[int, Meta(ge=1, le=2**53 - 1)] | None = None


class PutOff(msgspec.Struct, frozen=True, kw_only=True):
    """These rows are out of sight until a day; None: they are back at once."""

    rows: DeskRows
    until: date | None = None


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one row; ``problems`` says why it did not work."""

    kind: str
    id: int
    done: bool
    problems: tuple[str, ...] = ()


class Colleague(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody things may be assigned to."""

    person_id: int
    name: str
    role: str
