"""How well requirement lines are read: precision and recall per kind against labelled texts.

A predicted line counts when a labelled line of the same kind overlaps its phrase by at least half of the
shorter of the two. Run ``python -m matching.evaluate_lines FILE.jsonl[.gz]``; each record holds ``text`` (or the
``id`` of a text given with ``--texts``) and ``lines`` (``kind``, ``level``, ``phrase``, ``value``).
"""

from __future__ import annotations

import argparse
import gzip
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from matching.lines import extract
from matching.types import Kind, Level, Line


class Figures(msgspec.Struct):
    """Counts for one kind; ``values`` and ``levels`` are agreements among the lines found."""

    predicted: int = 0
    right: int = 0
    labelled: int = 0
    found: int = 0
    values: int = 0
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
                row.values += partner.value == line.value
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


def report(table: dict[Kind, Figures]) -> str:
    """The figures as a table of text."""
    rows = ["kind          labels  found  precision  recall  value=  level="]
    rows += [
        f"{kind.value:<13} {row.labelled:>6} {row.predicted:>6}  {row.precision:>9.2f} {row.recall:>7.2f}"
        f"  {row.values / max(1, row.found):>6.2f}  {row.levels / max(1, row.found):>6.2f}"
        for kind, row in table.items()
    ]
    return "\n".join(rows)


def load(path: Path, texts: dict[str, str] | None = None) -> list[tuple[str, tuple[Line, ...]]]:
    """Texts with their labels from JSONL, packed or not; a record without ``text`` is looked up by its ``id``."""
    raw = path.read_bytes()
    records = [msgspec.json.decode(row) for row in (gzip.decompress(raw) if path.suffix == ".gz" else raw).splitlines()]
    known = texts or {}
    pairs = [(record["text"] if "text" in record else known[record["id"]], record["lines"]) for record in records]
    return [(text, labelled(text, entries)) for text, entries in pairs]


def texts_of(path: Path) -> dict[str, str]:
    """The texts of a JSONL(.gz) file of demands by id."""
    raw = path.read_bytes()
    records = map(msgspec.json.decode, (gzip.decompress(raw) if path.suffix == ".gz" else raw).splitlines())
    return {record["id"]: record["text"] for record in records}


def main(arguments: Sequence[str]) -> int:
    """Print the table for all the files together."""
    parser = argparse.ArgumentParser(prog="python -m matching.evaluate_lines", description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, help="labelled texts, JSONL or JSONL.gz")
    parser.add_argument("--texts", type=Path, help="demands whose labels refer to them by id only")
    parser.add_argument("--half", choices=["seen", "held"], help="only every second text, from the first or second")
    given = parser.parse_args(arguments)
    known = texts_of(given.texts) if given.texts else None
    step = slice(None) if given.half is None else slice(int(given.half == "held"), None, 2)
    pairs = [pair for path in given.files for pair in load(path, known)[step]]
    table = evaluate_lines([gold for _, gold in pairs], [extract(text) for text, _ in pairs])
    sys.stdout.write(report(table) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
