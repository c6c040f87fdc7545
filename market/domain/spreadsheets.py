"""Products in a spreadsheet: what each row would change, and what became of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from market.domain.products import ProductContent

FileName = Annotated[str, Meta(min_length=1, max_length=200)]

MOST_ROWS = 5_000
"""Rows of one file."""


class Verdict(StrEnum):
    """What a row would do."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"


class Outcome(StrEnum):
    """What became of a row that was to be stored."""

    STORED = "stored"
    SENT = "sent"
    """Stored, and sent for review."""
    REFUSED = "refused"


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A field of a product before and after, as text."""

    field: str
    before: str
    after: str


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """Why a row cannot be taken; ``line`` is the other row it clashes with. ``column`` "": the whole row."""

    column: str
    sentence: str
    line: int | None = None


class SheetRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row, ``line`` as counted in the file. ``version`` is that of the product when the row was read."""

    line: int
    verdict: Verdict
    title: str
    product_id: int | None = None
    version: int | None = None
    changes: tuple[Change, ...] = ()
    reasons: tuple[Reason, ...] = ()
    outcome: Outcome | None = None


class Draft(SheetRow, frozen=True, kw_only=True):
    """A row with all that is needed to store it, or to hand it back."""

    source_id: str = ""
    content: ProductContent | None = None
    cells: tuple[tuple[str, str], ...] = ()
    """(column, text) in the order of the file"""


class Spreadsheet(msgspec.Struct, frozen=True, kw_only=True):
    """A file that was sent in. The first four counts are by verdict, the last three by what became of the rows.

    ``send``: what is stored as a draft is sent for review. ``sent`` counts those, which are ``stored`` as well.
    """

    id: int
    name: str
    person_name: str
    created_at: datetime
    confirmed_at: datetime | None
    finished_at: datetime | None
    send: bool
    new: int
    changed: int
    unchanged: int
    rejected: int
    stored: int
    sent: int
    refused: int

    @property
    def storable(self) -> int:
        """Rows that would be, or were to be, stored."""
        return self.new + self.changed

    @property
    def done(self) -> int:
        """How many of them have had their turn."""
        return self.stored + self.refused
