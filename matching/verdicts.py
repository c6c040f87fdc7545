"""One line against one product: the verdict, the product's words it rests on, and how far it is met."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import lru_cache

from matching import coverage, regions
from matching.coverage import UNKNOWN, Judgement, Weight
from matching.reading import grains, modes, periods, prices
from matching.types import Document, Kind, Line, Verdict

_READ = 800
"""Characters of each text that are read for verdicts."""


def judge(line: Line, document: Document, today: date, weight: Weight | None = None) -> Judgement:
    """The verdict on ``line``. A line without words anyone could check is UNKNOWN."""
    if not (line.value.strip() or line.phrase.strip()):
        return UNKNOWN
    match line.kind:
        case Kind.REGION:
            return _region(line, document)
        case Kind.TIME_SPAN:
            return _time_span(line, document, today)
        case Kind.UPDATE_CYCLE:
            return _update_cycle(line, document)
        case Kind.GRANULARITY:
            return _granularity(line, document)
        case Kind.DELIVERY | Kind.FORMAT:
            return _manner(line, document)
        case Kind.BUDGET:
            return _budget(line, document)
        case _:
            return coverage.judge(line, document, weight)


def _said(met: bool, quote: str, source: str) -> Judgement:
    return Judgement(Verdict.MET if met else Verdict.UNMET, quote, source)


def texts(document: Document) -> Iterator[tuple[str, str]]:
    """The product's texts with the attribute each is from, the most telling first."""
    yield "title", document.title[:_READ]
    for name in ("granularity", "region", "update_frequency"):
        if value := getattr(document, name):
            yield name, value
    for tag in document.tags[:40]:
        yield "tags", tag
    yield "description", document.description[:_READ]
    yield "detail", document.detail[:_READ]
    for field in document.fields[:200]:
        yield "fields", field


# ------------------------------------------------------------------------------------------------- region
@lru_cache(maxsize=4_096)
def _asked(value: str, phrase: str) -> regions.Codes:
    for text in (value, phrase):
        places = regions.find(text)
        if places:
            return frozenset(code for place in places for code in place.options[0])
    return frozenset()


def _region(line: Line, document: Document) -> Judgement:
    asked = _asked(line.value, line.phrase)
    if not asked:
        return _literal(line, document)
    title = regions.find(document.title[:_READ])
    stated = regions.find(document.region)
    if title and stated and not _within(title, stated):
        title = () if not any(regions.covers(asked, c) or regions.covers(c, asked) for c in _areas(title)) else title
    for source, places in (("title", title), ("region", stated)):
        if places:
            area = frozenset(code for codes in _areas(places) for code in codes)
            best = next((p for p in places if any(regions.overlaps(c, asked) for c in p.options)), places[0])
            covered = regions.covers(area, asked) or any(regions.covers(c, asked) for p in places for c in p.options)
            return UNKNOWN if not covered and _part(best, asked) else _said(covered, best.phrase, source)
    told = (("description", document.description[:_READ]), ("detail", document.detail[:_READ]))
    for source, text in (*told, ("publisher", document.publisher)):
        if source == "publisher" and not _OFFICE.search(text):
            continue
        for place in regions.find(text):
            if any(regions.covers(codes, asked) for codes in place.options) and _spread(text, place):
                return _said(True, place.phrase, source)
    return UNKNOWN


_SPREAD_BEFORE = re.compile(
    r"(?:覆盖|涵盖|囊括|包[括含]|涉及|收录|范围|汇[集聚总]|采集|面向|来自|遍及|遍布|整合|区域|地区)[^，。；,;.]{0,6}$"
    r"|\b(?:in|of|for|from|across|throughout|covering|covers|within|over|nationwide|all)\s(?:the\s|all\s|whole\s|of\s)*$",
    re.IGNORECASE,
)
_SPREAD_AFTER = re.compile(
    r"(?:范围|境内|各[地省市级类]|\d|[一-十百千两]{1,4}[多余个省]|所有|主要|全部|所?有?[省城]市|县|[(（]|(?:各行业)?数据)"
)


def _spread(text: str, place: regions.Place) -> bool:
    """Whether running text says of a whole country that the data is of it; 全国领先 says nothing of a city in it."""
    whole = all(len(code) <= 2 for codes in place.options for code in codes)
    if not whole:
        return True
    before = text[max(0, place.start - 24) : place.start]
    return _SPREAD_BEFORE.search(before) is not None or _SPREAD_AFTER.match(text, place.end) is not None


def _part(place: regions.Place, asked: regions.Codes) -> bool:
    """Whether ``place`` is all or a next smaller division (a county of a city) of one place asked for: there may be
    more of it to be had. A county of a whole country is not told apart from being elsewhere."""
    near = {len(whole) + 2 for whole in asked} | {len(whole) for whole in asked}
    parts = [part for codes in place.options for part in codes]
    return any(part.startswith(whole) and len(part) in near for part in parts for whole in asked)


_OFFICE = re.compile(r"局|厅|委员会|委$|办公室|政府|[Mm]inistry|[Bb]ureau|[Dd]epartment|[Gg]overnment")


def _areas(places: tuple[regions.Place, ...]) -> Iterator[regions.Codes]:
    return (codes for place in places for codes in place.options)


def _within(inner: tuple[regions.Place, ...], outer: tuple[regions.Place, ...]) -> bool:
    return any(regions.covers(o, i) for o in _areas(outer) for i in _areas(inner))


def _literal(line: Line, document: Document) -> Judgement:
    """Met when the product says the very words; otherwise unknown."""
    for words in (line.phrase.strip(), line.value.strip()):
        for source, text in texts(document):
            at = text.lower().find(words.lower()) if words else -1
            quote = text[at : at + len(words)]
            if at >= 0 and quote.lower() == words.lower():
                return _said(True, quote, source)
    return UNKNOWN


# -------------------------------------------------------------------------------------------- time span
def _time_span(line: Line, document: Document, today: date) -> Judgement:
    wanted = next(iter(periods.spans(line.value, today) or periods.spans(line.phrase, today)), None)
    if wanted is None:
        return _literal(line, document)
    covered = _covered(document, today)
    if covered is None:
        return UNKNOWN
    start, end, quotes = covered
    if wanted.history or wanted.time_from is None:
        long = start is not None and (end or today).year - start.year >= 1
        return _said(long, *quotes[0]) if start is not None else UNKNOWN
    asked_to = min(wanted.time_to or today, today)
    if end is not None and end < wanted.time_from:
        return _said(False, *quotes[-1])
    if start is not None and start > asked_to:
        return _said(False, *quotes[0])
    if start is None:
        return UNKNOWN
    length = max(1, (asked_to - wanted.time_from).days + 1)
    both = (min(end or today, asked_to) - max(start, wanted.time_from)).days + 1
    late = start > wanted.time_from
    return _said(both >= 0.8 * length, *quotes[0 if late or both >= 0.8 * length else -1])


def _covered(document: Document, today: date) -> tuple[date | None, date | None, list[tuple[str, str]]] | None:
    """From when to when the product reaches, and where it says so (first for the start, last for the end)."""
    quotes = [(value.isoformat(), name) for name in ("time_from", "time_to") if (value := getattr(document, name))]
    if quotes:
        return document.time_from, document.time_to, quotes
    for source, text in (("title", document.title), ("description", document.description[:_READ])):
        found = [s for s in periods.spans(text, today) if s.time_from is not None]
        if found and (source == "title" or found[0].time_to is None or len(found) == 1):
            return found[0].time_from, found[0].time_to, [(found[0].phrase, source)]
    return None


# ------------------------------------------------------------------------------------------ update cycle
def _update_cycle(line: Line, document: Document) -> Judgement:
    wanted = _cycle_wanted(line.value, line.phrase)
    if wanted is None:
        return _literal(line, document)
    offered, source = periods.cycle(document.update_frequency), "update_frequency"
    for name in ("title", "description", "detail"):
        if offered is None:
            offered = next(iter(periods.cycles(getattr(document, name)[:_READ])), None)
            source = name
    if offered is None or (math.isnan(offered.days) and not math.isnan(wanted)):
        return UNKNOWN
    if math.isinf(wanted) and not math.isinf(offered.days):
        return UNKNOWN
    if math.isnan(wanted):
        return _said(not math.isinf(offered.days), offered.phrase, source)
    return _said(offered.days <= wanted * 1.1, offered.phrase, source)


@lru_cache(maxsize=4_096)
def _cycle_wanted(value: str, phrase: str) -> float | None:
    for text in (value, phrase):
        if "或" in text or " or " in text:
            either = [cycle.days for part in re.split("或| or ", text) if (cycle := periods.cycle(part))]
            if either:
                return max(either)
        found = [c.days for c in periods.cycles(text)]
        if not found and (bare := periods.cycle(text)):
            found = [bare.days]
        if found:
            return min(found)
    return None


# ------------------------------------------------------------------------------------------- granularity
@lru_cache(maxsize=8_192)
def _grain(text: str) -> grains.Grain:
    return grains.grain(text)


def _granularity(line: Line, document: Document) -> Judgement:
    wanted = _grain(line.value)
    if wanted.time is wanted.space is wanted.metres is None and not wanted.record:
        wanted = _grain(line.phrase)
    checks = [
        _finer(wanted.time, "time", document),
        _finer(wanted.space, "space", document),
        _finer(wanted.metres, "metres", document),
    ]
    if wanted.record:
        checks.append(_records(document))
    known = [check for check in checks if check is not None]
    if not known:
        return _literal(line, document)
    worst = min(known, key=lambda c: (c.verdict is Verdict.MET) + 2 * (c.verdict is Verdict.UNKNOWN))
    if worst.verdict is Verdict.UNMET:
        return worst
    return next((check for check in known if check.verdict is Verdict.UNKNOWN), known[0])


def _finer(wanted: float | None, scale: str, document: Document) -> Judgement | None:
    if wanted is None:
        return None
    for source, text in texts(document):
        short = source in ("granularity",)
        offered = [_grain(text)] if short else list(grains.grains(text))
        found = [(value, grain) for grain in offered if (value := getattr(grain, scale)) is not None]
        if found:
            value, grain = min(found, key=lambda pair: pair[0])
            met = value <= wanted * 1.1
            # A coarser grain told in passing does not say that there is no finer one.
            if met or source in ("title", "granularity"):
                return _said(met, grain.phrase, source)
    return UNKNOWN


def _records(document: Document) -> Judgement:
    for source, text in texts(document):
        for grain in [_grain(text)] if source == "granularity" else grains.grains(text):
            if grain.record:
                return _said(True, grain.phrase, source)
    return UNKNOWN


# -------------------------------------------------------------------------------------- delivery and format
_FILES = re.compile(r"csv|xlsx?|json|xml|pdf|shp|zip|txt|docx?|file|文件|下载|数据集", re.IGNORECASE)


def _manner(line: Line, document: Document) -> Judgement:
    delivery = line.kind is Kind.DELIVERY
    read = modes.deliveries if delivery else modes.formats
    wanted = {key for text in (line.value, line.phrase) for found in read(text) for key in found.keys}
    if not wanted:
        return _literal(line, document)
    offered = list(_offered(document, delivery=delivery))
    related = [(quote, source) for keys, quote, source in offered if wanted & set(keys)]
    names = frozenset() if delivery else modes.names(line.phrase or line.value)
    for quote, source in related:
        if not names or names & modes.names(quote):
            return _said(True, quote, source)
    if related:
        # A supplier of XLSX can often give CSV too, but the product does not say so.
        return UNKNOWN
    attribute = "delivery" if delivery else "formats"
    for keys, quote, source in offered:
        if source == attribute and keys:
            return _said(False, quote, source)
    return UNKNOWN


def _offered(document: Document, *, delivery: bool) -> Iterator[tuple[tuple[str, ...], str, str]]:
    read = modes.deliveries if delivery else modes.formats
    for name in ("delivery", "formats"):
        for item in getattr(document, name):
            for found in read(item):
                yield found.keys, found.phrase, name
            # A file is got by download unless the product says by what way it comes.
            if delivery and name == "formats" and not document.delivery and _FILES.search(item):
                yield ("download",), item, name
    for name in ("title", "description", "detail"):
        for found in read(getattr(document, name)[:_READ]):
            yield found.keys, found.phrase, name


# ------------------------------------------------------------------------------------------------- budget
_FREE = re.compile(r"免费|无偿|无条件开放|free of charge|\bfree\b", re.IGNORECASE)


def _budget(line: Line, document: Document) -> Judgement:
    money = next(iter(prices.budgets(line.phrase) or prices.budgets(line.value)), None)
    if document.price is None or not document.price.is_finite():
        for source, text in texts(document):
            if match := _FREE.search(text):
                return _said(True, match[0], source)
        return UNKNOWN
    if document.price == 0:
        return _said(True, str(document.price), "price")
    days = prices.price_period(document.price_unit)
    counted = days in prices.COUNTED
    if money is None or money.limit is None or (days != money.days and (counted or money.days in prices.COUNTED)):
        return UNKNOWN
    price = document.price
    if days is not None and not counted:
        # A budget without a period is set against a year of a product sold by time.
        price = price * Decimal(str((money.days or 365.0) / days))
    limit = money.limit * (Decimal("1.1") if money.about else 1)
    return _said(price <= limit, str(document.price), "price")
