"""Keyset paging: a cursor is the (time, id) of the last row seen, opaque to the caller."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Generic, TypeVar

import msgspec

from market.domain.errors import Invalid
from market.domain.words import N_

T = TypeVar("T")
U = TypeVar("U")
PAGE = 20
MOST = 100
LONGEST = 200
"""Characters of a cursor."""


class Cursor(msgspec.Struct, frozen=True, array_like=True):
    """Where the next page begins: after the row of this time and id."""

    at: datetime
    id: int


class Page(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """Some rows, and the cursor of the next page (None on the last)."""

    items: tuple[T, ...]
    next: str | None = None

    def map(self, change: Callable[[T], U]) -> Page[U]:
        """The same page with every item changed."""
        return Page(items=tuple(map(change, self.items)), next=self.next)


def encode(cursor: Cursor) -> str:
    """As it stands in an address."""
    return base64.urlsafe_b64encode(msgspec.json.encode(cursor)).decode().rstrip("=")


def wrong_cursor() -> Invalid:
    """The error for a cursor that we did not hand out."""
    return Invalid({"cursor": N_("This page address is not valid. Start from the first page.")})


def decode(text: str | None) -> Cursor | None:
    """Raises Invalid for anything we did not hand out."""
    if not text:
        return None
    if len(text) > LONGEST:  # before parsing: deep nesting would exhaust the stack
        raise wrong_cursor()
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        cursor = msgspec.json.decode(raw, type=Cursor)
    except (binascii.Error, ValueError, msgspec.DecodeError):
        raise wrong_cursor() from None
    if cursor.at.tzinfo is None or not 0 <= cursor.id < 2**63:
        raise wrong_cursor()
    return cursor


def place(text: str | None) -> tuple[datetime | None, int | None]:
    """(time, id) after which a page begins, as its query takes them; None and None for the first. Raises Invalid."""
    cursor = decode(text)
    return (cursor.at, cursor.id) if cursor else (None, None)


def page_of(rows: Sequence[T], limit: int, key: Callable[[T], Cursor]) -> Page[T]:
    """Make a page of ``limit`` out of the ``limit + 1`` rows that were asked for."""
    more = len(rows) > limit
    items = tuple(rows[:limit])
    return Page(items=items, next=encode(key(items[-1])) if more else None)
