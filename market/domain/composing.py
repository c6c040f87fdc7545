"""The composer: what was read out of a text while it is written, and what the person made of it.

The text is read anew with every change, so what the person changed is kept beside what had been read: a line that is
still read the same way keeps the person's version, one that is no longer read goes with its phrase.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec

from market.domain.demands import LineKind, LineLevel, Lines, RequirementLine


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A line as the composer shows it. ``was``: what the text was read to say, "" for a line added by hand.

    Without a value it is taken out: it stays on the page, to be put back, and is not stored.
    """

    level: LineLevel = LineLevel.MUST
    kind: LineKind = LineKind.TOPIC
    value: str = ""
    phrase: str = ""
    start: int = -1
    was: str = ""


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """One change asked for with a button: take row ``drop`` out, put row ``back`` in again, ``add`` "kind:value",
    ``relax`` "row:wider", to nice to have where nothing is wider."""

    drop: int | None = None
    back: int | None = None
    add: str = ""
    relax: str = ""


def said(line: RequirementLine | Row) -> str:
    """What a line says, in one text."""
    return f"{line.level} {line.kind} {line.value}"


def _kept(line: RequirementLine, row: Row) -> Row:
    """The person's version of a line that was read."""
    return msgspec.structs.replace(row, phrase=line.phrase, start=line.start, was=said(line))


def _as_row(line: RequirementLine, **changes: Any) -> Row:
    return msgspec.convert(msgspec.to_builtins(line) | changes, Row)


def rows_of(read: Lines, stored: Lines) -> tuple[Row, ...]:
    """The rows of a stored demand whose text is ``read``: the stored lines, each beside what it was read from.

    What is read and not stored is shown as taken out.
    """
    left = list(stored)
    pairs: dict[int, RequirementLine] = {}
    same: tuple[Callable[[RequirementLine], Any], ...] = (
        lambda line: line,
        lambda line: (line.kind, line.start, line.phrase) if line.phrase else object(),
        lambda line: (line.start, line.phrase) if line.phrase else object(),
    )
    for key in same:
        for n, line in enumerate(read):
            if n not in pairs and (mine := next((one for one in left if key(one) == key(line)), None)):
                left.remove(mine)
                pairs[n] = mine
    rows = [_kept(line, _as_row(pairs[n]) if n in pairs else _as_row(line, value="")) for n, line in enumerate(read)]
    return (*rows, *map(_as_row, left))


def merged(text: str, read: Lines, rows: Iterable[Row]) -> tuple[Row, ...]:
    """The text's lines as read now, with what the person made of them before (``rows``)."""
    before: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        before[row.was].append(row)
    by_hand = [row for row in before.pop("", []) if row.value]
    found: list[Row] = []
    for line in read:
        same = before[said(line)]
        if same:
            nearest = min(same, key=lambda row: abs(row.start - line.start))
            same.remove(nearest)
            found.append(_kept(line, nearest))
        elif typed := next((row for row in by_hand if (row.kind, row.value) == (line.kind, line.value)), None):
            by_hand.remove(typed)
            found.append(_kept(line, typed))
        else:
            found.append(_as_row(line, was=said(line)))
    own = [row for rest in before.values() for row in rest if row.value and said(row) != row.was]
    return (*found, *(_linked(text, msgspec.structs.replace(row, was="")) for row in (*own, *by_hand)))


def _linked(text: str, row: Row) -> Row:
    """Without its link when the phrase does not stand there any more."""
    if row.phrase and row.start >= 0 and text[row.start : row.start + len(row.phrase)] == row.phrase:
        return row
    return msgspec.structs.replace(row, phrase="", start=-1)


def changed(rows: Sequence[Row], wish: Wish) -> tuple[Row, ...]:
    """The rows after what a button asked for, before they are merged with what the text says."""
    place, _, wider = wish.relax.partition(":")
    found = []
    for n, row in enumerate(rows):
        if place == str(n):
            found.append(msgspec.structs.replace(row, **({"value": wider} if wider else {"level": LineLevel.NICE})))
        elif n == wish.drop:
            if row.was:
                found.append(msgspec.structs.replace(row, value=""))
        elif n != wish.back:
            found.append(row)
    return (*found, *added(wish))


def added(wish: Wish) -> tuple[Row, ...]:
    """The row a button adds; its value may be left for the person to write."""
    kind, colon, value = wish.add.partition(":")
    if not colon or kind not in tuple(LineKind):
        return ()
    return (Row(level=LineLevel.SHOULD, kind=LineKind(kind), value=value),)


def lines_of(rows: Iterable[Row]) -> Lines:
    """What is stored of the rows."""
    return tuple(
        RequirementLine(level=row.level, kind=row.kind, value=row.value, phrase=row.phrase, start=row.start)
        for row in rows
        if row.value
    )
