"""From the words of a demand to its requirement lines, each linked to the phrase it was read from.

Rules recognise numbers, units, places, formats and the like wherever they stand; what each word of the text says is
decided by a model of labelled texts (``tagging``); the level follows from the clause (必须, 最好, 如有; must,
preferably, if possible). Nothing is added that the text does not say.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from itertools import islice
from typing import Protocol

from matching import regions
from matching.reading import grains, modes, periods, prices, tagging
from matching.reading.tagging import Cut
from matching.reading.wording import Piece, clauses, level, limited
from matching.text import simplified
from matching.types import Kind, Level, Line

_LIMIT = 10_000
"""Characters read; a demand says what it wants well before that."""
_KEYWORDS = 30
"""Up to this many characters without punctuation are a few key words."""
_MOST = 40
"""Lines of one kind read from one text."""

_REFUSED = re.compile(r"[^，。；;、]{0,4}(?:不行|不要|除外|不算)(?=[，。；;]|$)")
_DENIED = re.compile(
    r"(?:无需|不需要?|不要(?!求)|不用|无须|不必)(?:提供|用|走)?$"
    r"|\b(?:without|no need for|(?:do not|don't) need)\s(?:an?\s)?$"
)
_LATENCY = re.compile(r"(?:延迟|时延|响应|耗时)[^，。；]{0,8}$|\b(?:latency|delay|lag)\b[^.,;]{0,12}$", re.IGNORECASE)
_DEFAULTS = {Kind.FORMAT: Level.SHOULD, Kind.BUDGET: Level.SHOULD}
_ANY_DAY = date(2000, 1, 1)
"""Spans are only located here; what 近五年 means is decided on the day of matching."""
_WISHED = re.compile(
    r"希望(?:能够?)?|可以|拟补充|\bwould (?:like|love)\b|\bhop(?:e|es|ing)\b|\bshould\b", re.IGNORECASE
)
"""How a request is made, not how strongly it is meant."""
_ASKED = re.compile(r"需要|想要?|求|请|希望|有没有|谁|\b(?:need|want|looking|seek|request|find)", re.IGNORECASE)
_EITHER = re.compile(r"或|、|\bor\b|共享")
_NAMED = (Kind.TOPIC, Kind.FIELDS, Kind.PURPOSE)
_SAYS = {
    True: re.compile(
        r"(?!(?:数据|信息|资料|data|information|datasets?)\Z).*?[^\W_]\s?[^\W_]", re.IGNORECASE | re.DOTALL
    ),
    False: re.compile(r".*?[^\W_]", re.DOTALL),
}
"""What a phrase must hold to say something."""
_LED = re.compile(r"(?:须|应|需|要)?(?:包括|包含|含有?)(?!糖|水|税|氧|量|沙)")
"""What a list of fields begins with and is not of it."""
_LOOSE = re.compile(r"(?:\s*(?:或者?|[、，,]|\b(?:or|and)\b))+\s*\Z")
"""What leads from a phrase to the next."""
_EDGES = " \t\r\n，,。.；;：:、的"
_FOUND = (Kind.TIME_SPAN, Kind.BUDGET, Kind.FORMAT, Kind.DELIVERY, Kind.UPDATE_CYCLE, Kind.GRANULARITY, Kind.REGION)
"""Kinds that rules recognise."""


@lru_cache(maxsize=1_024)
def extract(text: str) -> tuple[Line, ...]:
    """The requirement lines of ``text`` in order of their phrases. The empty tuple when it asks for nothing.

    Only the first 10,000 characters are read and at most 40 lines of a kind; takes time linear in the text.
    """
    text = text[:_LIMIT]
    if not text.strip():
        return ()
    return _Reader(text).lines()


def extract_titled(title: str, text: str) -> tuple[Line, ...]:
    """The lines of a demand: those of its text, and from its title what it is about when the text does not say.

    Lines from the title come first; their ``start`` counts in the title.
    """
    said = extract(text)
    if any(line.kind is Kind.TOPIC for line in said):
        return said
    named = extract(title)
    return tuple(line for line in named if not said or line.kind is Kind.TOPIC) + said


class Phrased(Protocol):
    """Anything read at a place of the text."""

    @property
    def phrase(self) -> str: ...
    @property
    def start(self) -> int: ...


def candidates(text: str) -> list[Cut]:
    """What rules recognise in ``text`` (Simplified characters) wherever it stands, wanted or not."""
    found: list[tuple[Kind, Iterable[Phrased]]] = [
        (Kind.TIME_SPAN, periods.spans(text, _ANY_DAY)),
        (Kind.BUDGET, prices.budgets(text)),
        (Kind.FORMAT, modes.formats(text)),
        (Kind.DELIVERY, modes.deliveries(text)),
        (Kind.UPDATE_CYCLE, periods.cycles(text)),
        (Kind.GRANULARITY, grains.grains(text)),
    ]
    cuts = [(kind, start, end) for kind, read in found for start, end in _places(read)]
    return cuts + [(Kind.REGION, start, end) for start, end, _ in _grouped(text, regions.areas(text)[:_MOST])]


class _Reader:
    """One text with its clauses; ``lines`` puts together what rules and the model find in it."""

    def __init__(self, original: str) -> None:
        self.original = original
        self.text = text = simplified(original)
        self.pieces = clauses(text)
        self.starts = [piece.start for piece in self.pieces]
        self.keyword = len(text.strip()) <= _KEYWORDS and len(self.pieces) == 1 and not _ASKED.search(text)

    def lines(self) -> tuple[Line, ...]:
        recognised = candidates(self.text)
        found: dict[Kind, dict[str, Cut]] = {kind: {} for kind in Kind}
        tagged = tagging.tag(self.text, recognised)
        if all(kind is not Kind.REGION for kind, _, _ in tagged):
            tagged += self._in_passing(recognised)
        for cut in tagged:
            kind, start, end = cut = _whole(self.text, cut, recognised)
            # The very words are a line of one kind once.
            if (
                _SAYS[kind in _NAMED].match(self.text, start, end)
                and len(found[kind]) < _MOST
                and not self._denied(*cut)
            ):
                found[kind].setdefault(self.text[start:end], cut)
        cuts = sorted((cut for said in found.values() for cut in said.values()), key=lambda cut: (cut[1], cut[2]))
        spans = [(start, end) for kind, start, end in recognised if kind is Kind.TIME_SPAN]
        return tuple(self._line(*cut, spans) for cut in cuts)

    def _in_passing(self, recognised: Iterable[Cut]) -> list[Cut]:
        """The first place of a text that asks for none: its data lie there; 西部某省 names none."""
        places = (cut for cut in recognised if cut[0] is Kind.REGION and not self.text.startswith("某", cut[2]))
        return list(islice(places, 1))

    def _clause(self, at: int) -> Piece | None:
        index = bisect_right(self.starts, at) - 1
        return self.pieces[index] if index >= 0 and at < self.pieces[index].end else None

    def _denied(self, kind: Kind, start: int, end: int) -> bool:
        """Whether the text says that it is not wanted, or speaks of how long an answer may take."""
        if kind in (Kind.FORMAT, Kind.DELIVERY) and _REFUSED.match(self.text, end):
            return True
        before = self.text[max(0, start - 16) : start]
        return _DENIED.search(before) is not None or (kind is Kind.GRANULARITY and _LATENCY.search(before) is not None)

    def _line(self, kind: Kind, start: int, end: int, spans: list[tuple[int, int]]) -> Line:
        phrase = self.text[start:end]
        said = self.original[start:end]
        value = _timeless(self.original, start, end, spans) if kind is Kind.TOPIC else _value(kind, phrase)
        value = said.strip() if value == phrase.strip() else value
        return Line(level=self._level(kind, start, phrase), kind=kind, value=value or said, phrase=said, start=start)

    def _level(self, kind: Kind, start: int, phrase: str) -> Level:
        index = bisect_right(self.starts, start) - 1
        around = self.pieces[index].text if self._clause(start) else phrase
        if kind is Kind.PURPOSE:
            return Level.MUST if limited(around) else Level.SHOULD
        default = Level.MUST if self.keyword else _DEFAULTS.get(kind, Level.MUST)
        if kind is Kind.DELIVERY and _EITHER.search(phrase):
            default = Level.SHOULD
        before = self.pieces[index - 1].text if index > 0 else ""
        after = self.pieces[index + 1].text if index + 1 < len(self.pieces) else ""
        if kind in (Kind.TOPIC, Kind.REGION):
            around = _WISHED.sub("", around)
        return level(around, default, before, after)


def _whole(text: str, cut: Cut, recognised: Iterable[Cut]) -> Cut:
    """A phrase with all of what the rules recognise there as of its kind, without marks at its edges."""
    kind, start, end = cut
    if kind in _FOUND:
        for _, s, e in [c for c in recognised if c[0] is kind and c[1] < cut[2] and cut[1] < c[2]]:
            start, end = min(start, s), max(end, e)
    if kind is Kind.FIELDS and (led := _LED.match(text, start, end)):
        start = led.end()
    if kind is not Kind.PURPOSE and (loose := _LOOSE.search(text, max(start, end - 12), end)):
        end = loose.start()
    while start < end and text[start] in _EDGES:
        start += 1
    while start < end and text[end - 1] in _EDGES:
        end -= 1
    return kind, start, end


def _timeless(text: str, start: int, end: int, spans: Iterable[tuple[int, int]]) -> str:
    """A topic without the times that stand in it: they are lines of their own."""
    inner = [(s, e) for s, e in spans if start < s and e < end]
    edges = [start, *(edge for cut in inner for edge in cut), end]
    return "".join(text[s:e] for s, e in zip(edges[::2], edges[1::2], strict=True)).strip()


def _places(found: Iterable[Phrased]) -> list[tuple[int, int]]:
    return [(entry.start, entry.start + len(entry.phrase)) for entry in islice(found, _MOST)]


_BESIDE = re.compile(r"(?:、|,\s?|，|和|及|与|以及|或|到|\sand\s|,\sand\s|/|\s?and the wider\s)")
_WIDER = re.compile(
    r"(?:省|市)?(?:境内|省内|市内|全境|全域|[一二三四五六]环(?:以?内)?|主城[一二三四五六七八九]?区?|中心城区|"
    r"建成区|市区|城区|本地|范围内?|各商圈|各(?:乡镇|区县|县区|"
    r"街道)(?:、行政村)?|地区|全省|全市|及下辖(?:县区|区县|各县)?|[及和]?周边(?:省份|地区|城市|省市|区县)?|"
    r"(?:[一二两三四五六七八九十\d]{1,2}个?(?:省市|省份|省|直辖市|自治区|市|地?州|地|盟|旗|区|"
    r"县)(?:[（(]市[）)])?){1,4}|北部|"
    r"南部|东部|西部|中部|段|沿岸|沿江|沿线|近海|"
    r"(?:[一-龥]{0,4}(?:开发区|高新区|经开区|新片区|自贸试?验?区|保税区|综保区)(?:、(?:开发区|高新区|经开区))*)|"
    r"(?<=市)区(?!县))"
    r"|\s(?:cities|province|Province|city|City)\b"
)


def _grouped(text: str, found: Iterable[regions.Place]) -> list[tuple[int, int, regions.Codes]]:
    """Places named side by side (江苏、浙江两省) as one region."""
    groups: list[tuple[int, int, regions.Codes]] = []
    for place in found:
        codes = place.options[0]
        if groups and place.start < groups[-1][1]:
            continue
        wider = _WIDER.match(text, place.end)
        end = wider.end() if wider else place.end
        if groups and _BESIDE.fullmatch(text[groups[-1][1] : place.start]):
            start, _, before = groups.pop()
            groups.append((start, end, before | codes))
        else:
            groups.append((place.start, end, codes))
    return groups


def _value(kind: Kind, phrase: str) -> str:
    """The phrase in its normal form: a division's full name, a cycle's name, otherwise the phrase itself."""
    if kind is Kind.REGION:
        places = regions.find(phrase)
        names = [regions.label(place.options[0]) if len(place.options) == 1 else "" for place in places]
        if len(places) == 1 and len(phrase) <= len(places[0].phrase) + 1 and names[0]:
            return names[0]
    elif kind is Kind.UPDATE_CYCLE:
        cycles = periods.cycles(phrase)
        if len(cycles) == 1:
            return cycles[0].label
    return phrase.strip()
