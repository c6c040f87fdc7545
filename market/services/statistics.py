"""Figures anyone may see: by field, by region, month by month, and how long it takes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial

import msgspec

from market import i18n
from market.services import texts
from market.services.matchmaking import Matchmaker, in_thread
from market.store import statistics as store
from market.store.query import Db
from market.store.statistics import Cell, Month, Pace

SHOWN = 15
"""Fields and regions shown; the rest is one line."""
AGE = timedelta(minutes=5)
"""How old the figures may be."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of one field or region. ``label`` "": not said; ``rest``: all the others together."""

    value: str
    label: str
    products: int
    demands: int
    unmet: int
    agreements: int
    rest: bool = False


class Statistics(msgspec.Struct, frozen=True, kw_only=True):
    """Figures as of ``at``; regions are provinces of China, other countries, or China as a whole."""

    at: datetime
    fields: tuple[Line, ...]
    regions: tuple[Line, ...]
    unmet: tuple[Line, ...]
    months: tuple[Month, ...]
    pace: Pace


async def read(db: Db, matchmaker: Matchmaker, *, now: datetime) -> Statistics:
    """The figures, at most ``AGE`` old."""
    language = i18n.language.get()
    return await matchmaker.aged(("statistics", language), AGE, now, partial(_read, db, now, language))


async def _read(db: Db, now: datetime, language: str) -> Statistics:
    cells = await store.CELLS.all(db)
    months, pace = await store.MONTHS.all(db, now), await store.PACE.one(db)
    return await in_thread(_statistics, cells, months, pace, now, language)


def _statistics(cells: Sequence[Cell], months: Sequence[Month], pace: Pace, now: datetime, language: str) -> Statistics:
    fields = _lines((cell.theme, cell.theme, cell) for cell in cells)
    places = ((_place(cell.region), cell) for cell in cells)
    regions = _lines((code, texts.place_name(code, language) if code else "", cell) for code, cell in places)
    unmet = sorted((line for line in fields if line.unmet and line.value), key=lambda line: (-line.unmet, line.value))
    return Statistics(
        at=now,
        fields=_short(fields),
        regions=_short(regions),
        unmet=tuple(unmet[:SHOWN]),
        months=tuple(months),
        pace=pace,
    )


def _place(region: str) -> str:
    """The code of the province or country of a region; of several the first, of none empty."""
    codes = sorted(texts.places(region))
    return "" if not codes else codes[0][:4] if codes[0].startswith("CN") else codes[0][:2]


def _lines(cells: Iterable[tuple[str, str, Cell]]) -> list[Line]:
    """The sums of (value, label, cell) by value, most products and demands first, what is not said last."""
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for value, label, cell in cells:
        told = sums[value, label]
        for i, n in enumerate((cell.products, cell.demands, cell.unmet, cell.agreements)):
            told[i] += n
    lines = [_line(value, label, told) for (value, label), told in sums.items()]
    return sorted(lines, key=lambda line: (not line.value, -line.products - line.demands, line.value))


def _line(value: str, label: str, sums: Sequence[int], *, rest: bool = False) -> Line:
    products, demands, unmet, agreements = sums
    return Line(
        value=value, label=label, products=products, demands=demands, unmet=unmet, agreements=agreements, rest=rest
    )


def _short(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The first ``SHOWN``, the others as one."""
    if len(lines) <= SHOWN + 1:
        return tuple(lines)
    others = lines[SHOWN:]
    sums = [sum(getattr(line, name) for line in others) for name in ("products", "demands", "unmet", "agreements")]
    return (*lines[:SHOWN], _line("", "", sums, rest=True))
