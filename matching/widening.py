"""Easier forms of a line, the nearest first: the county's city, then its province; a day for an hour; a later start;
a file beside an interface; a tenth more money. What a line asks for is read as ``verdicts`` reads it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from matching import regions
from matching.index.located import place_of
from matching.reading import grains, modes, periods, prices
from matching.types import Document, Kind, Line, Verdict
from matching.verdicts import judge

_TIMES: Final = ((1 / 24, "小时"), (1.0, "日"), (7.0, "周"), (30.0, "月"), (91.0, "季度"), (365.0, "年"))
_PLACES: Final = ((1, "路段"), (2, "村"), (3, "乡镇"), (4, "区县"), (5, "地市"), (6, "省"))
_METRES: Final = (10, 30, 100, 500, 1_000, 5_000)
_YEARS: Final = (20, 10, 5, 3, 2, 1)
_MORE: Final = tuple(map(Decimal, ("1.1", "1.25", "1.5", "2")))
_PERIODS: Final[dict[float | None, str]] = {365.0: "每年", 30.0: "每月", 1.0: "每天", 0.0: "每次"}
_FILES: Final = "文件下载"


def wider(line: Line, today: date) -> Iterator[Line]:
    """Each next form asks for less than the one before; none for a line that can be met or dropped only.

    The lines have no phrase: nobody wrote them. ``today`` is the day 近三年 is counted back from.
    """
    read = _READERS.get(line.kind)
    if read is not None:
        for value in read(line, today):
            yield Line(level=line.level, kind=line.kind, value=value)


def accepts(form: Line, document: Document, today: date) -> bool:
    """Whether ``document`` does for a wider ``form`` of a line: for a place, that it lies anywhere in it."""
    if form.kind is not Kind.REGION:
        return judge(form, document, today).verdict is not Verdict.UNMET
    return any(
        regions.overlaps(place_of(document), codes) for place in regions.find(form.value) for codes in place.options
    )


def _region(line: Line, today: date) -> Iterator[str]:
    place = next((place for text in (line.value, line.phrase) for place in regions.find(text)), None)
    codes = place.options[0] if place else frozenset()
    code = next(iter(codes)) if len(codes) == 1 else ""
    while len(code) > 2 and code.startswith("CN"):
        code = code[:-2]
        if label := regions.label(frozenset([code])):
            yield label


def _granularity(line: Line, today: date) -> Iterator[str]:
    asked = grains.grain(line.value)
    if asked.time is asked.space is asked.metres is None:
        asked = grains.grain(line.phrase)
    if asked.metres is not None:
        yield from (f"{step}米" for step in _METRES if step > asked.metres)
        return
    times = [word for days, word in _TIMES if asked.time is not None and days > asked.time * 1.1]
    spaces = [word for rank, word in _PLACES if asked.space is not None and rank > asked.space]
    # What the line asks for besides stays as it is.
    time = next((f"按{word}、" for days, word in _TIMES if asked.time is not None and days >= asked.time * 0.9), "")
    space = next((f"、到{word}" for rank, word in _PLACES if asked.space is not None and rank >= asked.space), "")
    yield from (f"按{word}{space}" for word in times)
    yield from (f"{time}到{word}" for word in spaces)


def _update_cycle(line: Line, today: date) -> Iterator[str]:
    asked = next((cycle for text in (line.value, line.phrase) if (cycle := periods.cycle(text))), None)
    if asked is not None:
        yield from (f"每{word}更新" for days, word in _TIMES if days > asked.days * 1.1)


def _time_span(line: Line, today: date) -> Iterator[str]:
    span = next((span for text in (line.value, line.phrase) for span in periods.spans(text, today)), None)
    if span is None or span.time_from is None:
        return
    end = min(span.time_to or today, today)
    for years in _YEARS:
        start = end - timedelta(days=365 * years)
        if start > span.time_from + timedelta(days=90):
            yield f"{start.year}年以来" if span.time_to is None else f"{start.year}年至{end.year}年"


def _delivery(line: Line, today: date) -> Iterator[str]:
    asked = {key for text in (line.value, line.phrase) for found in modes.deliveries(text) for key in found.keys}
    if asked and "download" not in asked:
        yield f"{line.value.strip() or line.phrase.strip()}或{_FILES}"


def _budget(line: Line, today: date) -> Iterator[str]:
    money = next((money for text in (line.phrase, line.value) for money in prices.budgets(text)), None)
    if money is None or money.limit is None:
        return
    period = _PERIODS.get(money.days, "")
    for factor in _MORE:
        limit = (money.limit * factor).normalize()
        amount = f"{limit / 10_000:f}万元" if limit >= 10_000 and limit % 100 == 0 else f"{limit:f}元"
        yield f"{period}{amount}以内"


_READERS: Final[dict[Kind, Callable[[Line, date], Iterator[str]]]] = {
    Kind.REGION: _region,
    Kind.GRANULARITY: _granularity,
    Kind.UPDATE_CYCLE: _update_cycle,
    Kind.TIME_SPAN: _time_span,
    Kind.DELIVERY: _delivery,
    Kind.BUDGET: _budget,
}
