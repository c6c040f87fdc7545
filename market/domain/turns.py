"""Lists in which what waits for the reader stands first, the most urgent before the rest, and their keyset paging."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Protocol

import msgspec

from market.domain.paging import Cursor, decode, wrong_cursor

LAST = datetime(3000, 1, 1, tzinfo=UTC)
"""The place of what waits without a deadline; whatever is later belongs to the rest."""
_FIRST, _FINAL = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """That an object waits for the reader, and until when (None: as long as it takes)."""

    id: int
    due_at: datetime | None


class Listed(Protocol):
    """A row of such a list."""

    @property
    def id(self) -> int: ...
    @property
    def updated_at(self) -> datetime: ...


class TurnFirst:
    """The order: what waits by its deadline, then the rest, the latest change first; from a page's cursor on.

    A cursor is a time and an id as everywhere; a time after ``LAST`` is one of change, mirrored, so that both parts
    run forward. Raises Invalid for a cursor we did not hand out.
    """

    def __init__(self, waiting: Sequence[Due], cursor: str | None) -> None:
        self._places = {due.id: Cursor(due.due_at or LAST, due.id) for due in waiting}
        after = decode(cursor)
        self.waiting = list(self._places)
        """The ids of all that waits."""
        self.ahead: list[int] = []
        """Of them those to come, in order."""
        self.after: tuple[datetime | None, int | None] = (None, None)
        """The (time of change, id) of the rest after which the page begins."""
        if after is not None and after.at > LAST:
            self.after = (_mirrored(after.at), after.id)
        else:
            places = sorted(self._places.values(), key=lambda place: (place.at, place.id))
            self.ahead = [p.id for p in places if after is None or (p.at, p.id) > (after.at, after.id)]

    def cursor(self, row: Listed) -> Cursor:
        """Where the page after this row begins."""
        return self._places.get(row.id) or Cursor(_mirrored(row.updated_at), row.id)


def _mirrored(at: datetime) -> datetime:
    try:
        return _FINAL - (at - _FIRST)
    except OverflowError:
        raise wrong_cursor() from None
