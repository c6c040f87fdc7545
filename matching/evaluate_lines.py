"""How well requirement lines are read: precision and recall per kind against labelled texts.

A predicted line counts when a labelled line of the same kind overlaps its phrase by at least half of the
shorter of the two. A record holds ``text`` (or only the ``id`` of a text that is elsewhere) and ``lines`` (``kind``,
``level``, ``phrase``, ``value``). ``python -m matching evaluate-lines FILE…`` prints the table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from matching.readers import InputError, Row, read_demands, rows
from matching.text import simplified
from matching.types import Kind, Level, Line


class Figures(msgspec.Struct):
    """Counts for one kind; ``levels`` counts agreements among the lines found."""

    predicted: int = 0
    right: int = 0
    labelled: int = 0
    found: int = 0
    levels: int = 0

    @property
    def precision(self) -> float:
        return self.right / self.predicted if self.predicted else 1.0

    @property
    def recall(self) -> float:
        return self.found / self.labelled if self.labelled else 1.0


def overlap(one: Line, other: Line) -> bool:
    """Same kind, and the phrases share at least half of the shorter one."""
    shared = min(one.start + len(one.phrase), other.start + len(other.phrase)) - max(one.start, other.start)
    return one.kind is other.kind and shared > 0 and 2 * shared >= min(len(one.phrase), len(other.phrase))


def evaluate_lines(gold: Iterable[Sequence[Line]], predicted: Iterable[Sequence[Line]]) -> dict[Kind, Figures]:
    """Figures per kind over texts given in the same order in both."""
    table = {kind: Figures() for kind in Kind}
    for wanted, read in zip(gold, predicted, strict=True):
        for line in read:
            table[line.kind].predicted += 1
            table[line.kind].right += any(overlap(line, other) for other in wanted)
        for line in wanted:
            row = table[line.kind]
            row.labelled += 1
            partner = next((other for other in read if overlap(line, other)), None)
            if partner is not None:
                row.found += 1
                row.levels += partner.level is line.level
    return table


def labelled(text: str, entries: Iterable[dict[str, Any]]) -> tuple[Line, ...]:
    """Labels of one text as lines; each phrase is looked up, equal phrases one after the other."""
    at: dict[str, int] = {}
    lines = []
    for entry in entries:
        phrase = entry["phrase"]
        start = text.find(phrase, at.get(phrase, 0))
        if start < 0:
            start = text.index(phrase)
        at[phrase] = start + 1
        lines.append(Line(level=Level(entry["level"]), kind=Kind(entry["kind"]), value=entry.get("value", phrase),
                          phrase=phrase, start=start))  # fmt: skip
    return tuple(lines)


def cuts(text: str, lines: Iterable[Line]) -> tuple[str, list[tuple[Kind, int, int]]]:
    """A labelled text as the model of lines learns from it: in Simplified characters, with the places of its lines."""
    return simplified(text), [(line.kind, line.start, line.start + len(line.phrase)) for line in lines]


def load(path: Path, texts: Mapping[str, str] | None = None) -> list[tuple[str, tuple[Line, ...]]]:
    """Texts with their labels; a record without ``text`` is looked up in ``texts`` by its ``id``.

    :raises InputError: a record whose text is nowhere, or a label that cannot be read or is not in its text.
    """
    return [_labelled(f"{path}, line {number}", record, texts or {}) for number, record in rows(path)]


def _labelled(place: str, record: Row, texts: Mapping[str, str]) -> tuple[str, tuple[Line, ...]]:
    text = record["text"] if "text" in record else texts.get(str(record.get("id")))
    if text is None:
        raise InputError(f"{place}: no text for the id {record.get('id')!r}")
    try:
        return text, labelled(text, record["lines"])
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{place}: not the labels of a text: {error}") from error


def texts_of(path: Path) -> dict[str, str]:
    """The texts of a file of demands by id."""
    return {demand.id: demand.text for demand in read_demands(path)}
