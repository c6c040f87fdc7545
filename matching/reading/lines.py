"""From the words of a demand to its requirement lines, each linked to the phrase it was read from.

``extract`` reads Chinese and English free text with rules: numbers, units, places, formats and the like are
recognised wherever they stand; topics and fields follow from how a request is worded; the level follows from
the clause (必须, 最好, 如有; must, preferably, if possible). Nothing is added that the text does not say.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from itertools import islice
from typing import Protocol

from matching import regions
from matching.reading import grains, modes, periods, phrases, prices, purposes, subjects, subjects_en
from matching.reading.asking import request
from matching.reading.headings import heading, vague
from matching.reading.phrases import Cut
from matching.reading.wording import HAN, Piece, clauses, level, limited
from matching.text import simplified
from matching.types import Kind, Level, Line

_LIMIT = 10_000
"""Characters read; a demand says what it wants well before that."""
_KEYWORDS = 30
"""Up to this many characters without punctuation are a few key words."""
_MOST = 40
"""Lines of one kind read from one text."""

_PURPOSES = 2
"""Purposes of one text."""

_READ_BY_WORDING = (Kind.TOPIC, Kind.FIELDS, Kind.PURPOSE)
"""Kinds whose values under a heading are read elsewhere."""
_TIMED = (Kind.GRANULARITY, Kind.UPDATE_CYCLE, Kind.TIME_SPAN)
_REFUSED = re.compile(r"[^，。；;、]{0,4}(?:不行|不要|除外|不算)(?=[，。；;]|$)")
_DENIED = re.compile(
    r"(?:无需|不需要?|不要(?!求)|不用|无须|不必)(?:提供|用|走)?$"
    r"|\b(?:without|no need for|(?:do not|don't) need)\s(?:an?\s)?$"
)
_LATENCY = re.compile(r"(?:延迟|时延|响应|耗时)[^，。；]{0,8}$|\b(?:latency|delay|lag)\b[^.,;]{0,12}$", re.IGNORECASE)
_DEFAULTS = {Kind.FORMAT: Level.SHOULD, Kind.BUDGET: Level.SHOULD}
_ANY_DAY = date(2000, 1, 1)
"""Spans are only located here; what 近五年 means is decided on the day of matching."""


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


class _Reader:
    """One text with its clauses; ``lines`` puts together what the other modules read in it."""

    def __init__(self, original: str) -> None:
        self.original = original
        self.text = text = simplified(original)
        self.pieces = clauses(text)
        self.starts = [piece.start for piece in self.pieces]
        self.chinese = len(HAN.findall(text)) * 8 > len(text)
        self.sentences = self.pieces if self.chinese else _sentences(text, self.pieces)
        asks = request if self.chinese else subjects_en.request
        self.asked = next((piece for piece in self.pieces if asks(piece.text)), Piece("", 0, 0, 0))
        self.keyword = len(text.strip()) <= _KEYWORDS and len(self.pieces) == 1 and not self.asked.text
        named = _grouped(text, regions.areas(text)[:_MOST])
        self.groups = [group for group in named if text[group[1] : group[1] + 1] != "某"]
        self.aims = purposes.find(self.sentences, text, chinese=self.chinese)[:_MOST]

    def lines(self) -> tuple[Line, ...]:
        typed = [cut for cut in self._typed() if not self._denied(*cut)]
        typed = sorted(self._headed(typed), key=lambda cut: cut[1])
        aimed = [(Kind.PURPOSE, aim.start, aim.end) for aim in self.aims if aim.plain][:_PURPOSES]
        # Places the data is not asked for are not in what it is about either.
        beside = [cut for start, end, _ in self.groups if (cut := (Kind.REGION, start, end)) not in typed]
        told = sorted([*typed, *beside], key=lambda cut: cut[1])
        asked = self._subjects(told, [(Kind.PURPOSE, aim.start, aim.end) for aim in self.aims])
        cuts = _without_inner(self.text, typed, asked) + aimed
        spans = [(start, end) for kind, start, end in typed if kind is Kind.TIME_SPAN]
        return tuple(self._line(*cut, spans) for cut in sorted(cuts, key=lambda cut: (cut[1], cut[2])))

    def _subjects(self, typed: list[Cut], aimed: list[Cut]) -> list[Cut]:
        if self.keyword or (len(self.text) < 80 and not self._asks()):
            return list(phrases.short(self.text.rstrip("。.?？!！ "), typed))
        read = subjects.read if self.chinese else subjects_en.read
        found = read(self.sentences, typed, aimed)
        topics = [cut for cut in found if cut[0] is Kind.TOPIC]
        if self.chinese:
            # 出海要看窗口: two characters tell little when a longer topic is there.
            topics = [cut for cut in topics if cut[2] - cut[1] > 2] or topics
        return topics[:_MOST] + [cut for cut in found if cut[0] is Kind.FIELDS][:_MOST]

    def _asks(self) -> bool:
        return bool(self.asked.text) or (_ASKS if self.chinese else _ASKS_EN).search(self.text) is not None

    def _clause(self, at: int) -> Piece | None:
        index = bisect_right(self.starts, at) - 1
        return self.pieces[index] if index >= 0 and at < self.pieces[index].end else None

    def _background(self, at: int) -> bool:
        piece = self._clause(at)
        if piece is None or len(self.pieces) == 1:
            return False
        return piece.background or (piece.sentence < self.asked.sentence and _TOLD_EN.search(piece.text) is not None)

    def _aimed(self, at: int) -> bool:
        return any(aim.start <= at < aim.end for aim in self.aims)

    def _typed(self) -> Iterator[Cut]:
        """What is recognised wherever it stands. Times of the writer's story are not asked for."""
        text = self.text
        named = periods.spans(text, _ANY_DAY)
        spans = _places([span for span in named if not span.history] or named)
        for start, end in spans:
            if not self._aimed(start) and not self._background(start):
                yield Kind.TIME_SPAN, start, end
        budgets = _places(prices.budgets(text))
        shapes = [cut for cut in _places(modes.formats(text)) if not self._background(cut[0])]
        told = [cut for cut in _places(modes.deliveries(text)) if not self._background(cut[0])]
        ways = [(s, e) for s, e in told if not self._shape(s, e, shapes)]
        named_cycles = _stated([cycle for cycle in periods.cycles(text) if not self._background(cycle.start)])
        cycles = [(s, e) for s, e in _places(named_cycles) if not any(b <= s and e <= f for b, f in ways)]
        yield from ((Kind.UPDATE_CYCLE, start, end) for start, end in cycles)
        paid = [money for money in prices.budgets(text) if money.limit != 0]
        yield from ((Kind.BUDGET, start, end) for start, end in _places(paid or prices.budgets(text)))
        yield from ((Kind.DELIVERY, start, end) for start, end in ways)
        yield from ((Kind.FORMAT, start, end) for start, end in shapes)
        yield from ((Kind.REGION, start, end) for start, end in self._regions())
        taken = [*cycles, *budgets, *ways, *spans]
        for start, end in _places(grains.grains(text)):
            if not self._aimed(start) and not any(s < end and start < e for s, e in taken):
                yield Kind.GRANULARITY, start, end

    def _shape(self, start: int, end: int, shapes: list[tuple[int, int]]) -> bool:
        """Whether a way of delivery is the word after a format: Parquet files."""
        after = any(s < start <= e + 1 for s, e in shapes)
        return after and self.text[start:end].lower() in ("file", "files", "文件", "文件交付", "报告形式")

    def _headed(self, found: list[Cut]) -> list[Cut]:
        """``found`` and what stands under a heading and was not recognised by itself (Refresh: quarterly)."""
        for piece in self.pieces:
            told = heading(piece.text)
            if told is None or told.kind is None or told.kind in _READ_BY_WORDING:
                continue
            start, end = piece.start + told.value, piece.start + len(piece.text.rstrip("。. "))
            inside = [cut for cut in found if cut[1] < end and start < cut[2]]
            if told.kind is Kind.REGION and _HERE.match(self.text, start, end):
                continue
            same = (Kind.DELIVERY, Kind.FORMAT) if told.kind is Kind.DELIVERY else (told.kind,)
            short = end - start < (1 if told.kind in _TIMED else 2)
            if short or vague(self.text[start:end]) or any(cut[0] in same for cut in inside):
                continue
            if told.kind in _TIMED:
                found = [cut for cut in found if cut not in inside or cut[0] not in _TIMED]
            found.append((told.kind, start, end))
        return found

    def _denied(self, kind: Kind, start: int, end: int) -> bool:
        """Whether the text says that it is not wanted, or speaks of how long an answer may take."""
        if kind in (Kind.FORMAT, Kind.DELIVERY) and _REFUSED.match(self.text, end):
            return True
        before = self.text[max(0, start - 16) : start]
        return _DENIED.search(before) is not None or (kind is Kind.GRANULARITY and _LATENCY.search(before) is not None)

    def _regions(self) -> Iterator[tuple[int, int]]:
        """Places of the data; those of the writer or the purpose only when there are no others."""
        weak = [self._weakness(start, end) for start, end, _ in self.groups]
        kept = [group for group, weakness in zip(self.groups, weak, strict=True) if weakness == min(weak)]
        named = [group for group in kept if _SCOPE.search(self.text[max(0, group[0] - 10) : group[0]])]
        if named:
            kept = [group for group in kept if group in named or self._extra(group[0])]
        if kept and min(weak) > 0:
            kept = kept[:1]
        seen: list[regions.Codes] = []
        for start, end, codes in kept:
            if not (codes and any(regions.covers(old, codes) for old in seen)) or self._stressed(start):
                seen.append(codes)
                yield start, end

    def _extra(self, at: int) -> bool:
        piece = self._clause(at)
        return piece is not None and level(piece.text, Level.MUST) is Level.NICE

    def _stressed(self, at: int) -> bool:
        """Whether a place within one named before is told apart: 华东优先, 浙江必须有."""
        piece = self._clause(at)
        return piece is not None and _STRESSED.search(piece.text) is not None

    def _weakness(self, start: int, end: int) -> int:
        """0 for a place of the data, 1 in what comes before the request or in the purpose, 2 in what the writer tells
        of themselves, 3 in an organisation's name or seat."""
        if _ORGANISATION.match(self.text, end) or _BASED.search(self.text, max(0, start - 24), start):
            return 3
        if self._aimed(start):
            return 1
        piece = self._clause(start)
        if piece is None or request(piece.text):
            return 0
        if piece.background:
            return 2
        return int(
            start < self.asked.start and (piece.sentence < self.asked.sentence or _STORY.search(piece.text) is not None)
        )

    def _line(self, kind: Kind, start: int, end: int, spans: list[tuple[int, int]]) -> Line:
        phrase = self.text[start:end]
        said = self.original[start:end]
        value = _timeless(self.original, start, end, spans) if kind is Kind.TOPIC else _value(kind, phrase)
        value = said.strip() if value == phrase.strip() else value
        return Line(level=self._level(kind, start, phrase), kind=kind, value=value, phrase=said, start=start)

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
        said = level(around, default, before, after)
        if said is Level.SHOULD and kind in (Kind.TOPIC, Kind.REGION) and not _ADDED.match(around):
            # 希望获得 is how a request is made, not how strongly it is meant.
            asked = request(around)
            said = level(around[asked.end() :], default) if asked else said
        return said


def _timeless(text: str, start: int, end: int, spans: Iterable[tuple[int, int]]) -> str:
    """A topic without the times that stand in it: they are lines of their own."""
    inner = [(s, e) for s, e in spans if start < s and e < end]
    edges = [start, *(edge for cut in inner for edge in cut), end]
    return "".join(text[s:e] for s, e in zip(edges[::2], edges[1::2], strict=True)).strip()


def _places(found: Iterable[Phrased]) -> list[tuple[int, int]]:
    return [(entry.start, entry.start + len(entry.phrase)) for entry in islice(found, _MOST)]


def _stated(cycles: Sequence[periods.Cycle]) -> Sequence[periods.Cycle]:
    """What is said of renewal; that the data is called live (实时路况) tells it only when nothing else does."""
    named = [cycle for cycle in cycles if cycle.phrase.lower().replace("-", " ") not in ("实时", "real time")]
    return named or cycles[:1]


def _sentences(text: str, pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """The clauses put together again where a comma cut them."""
    joined: list[Piece] = []
    for piece in pieces:
        if joined and joined[-1].sentence == piece.sentence:
            first = joined.pop().start
            piece = Piece(text[first : piece.end], first, piece.end, piece.sentence)
        joined.append(piece)
    return tuple(joined)


_ASKS = re.compile(r"[，。,；：:]|需|想|求")
_ASKS_EN = re.compile(r"[:;.]\s|\b(?:we|need|looking|want|would|is there|are there|find)\b", re.IGNORECASE)
_HERE = re.compile(r"(?:本|我|全|该|当地|上述)[省市县区]?(?:范围)?(?:内|全域)?$|(?:到|至|细|按|分)")
_SCOPE = re.compile(r"(?:覆盖|范围|区域|地区|重点)[^，。]{0,4}$")
_ORGANISATION = re.compile(
    r"(?:省|市|县|区)?[一-鿿]{0,9}?(?:局|厅|委员会|管委会|政府|分公司|公司|大学|学院|支行|分行|银行|法院|"
    r"研究院|研究所|协会|代表处|办事处|事务所|合作社|集团|某局|某区)(?![一-鿿]{0,2}名单)"
)
_ADDED = re.compile(r"\s*(?:其次|再|并|还|也|另|如|若|同时|此外|有)")
"""A request beside the one that matters most."""
_EITHER = re.compile(r"或|、|/|\sor\s")
_STRESSED = re.compile(r"优先|必须有|更好|为主|[首先]选|prefer|especially|ideally", re.IGNORECASE)
_BASED = re.compile(
    r"(?:总部在?|位于|来自|注册在|我们在|(?:based|located|university|maker|company|firm|office|group) in)\s?$"
)
_STORY = re.compile(
    r"^\s*(?:我|咱|本|在|公司|手里|家里)|(?:开店|开了|做|跑|搞|经营)|\b(?:is|are|was|were|has|have|had)\b"
)
"""A clause that tells of the writer."""
_TOLD_EN = re.compile(r"\b(?:[Ww]e|[Oo]urs?|I|[Mm]y|us)\b")
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


def _without_inner(text: str, typed: list[Cut], subjects: list[Cut]) -> list[Cut]:
    """Both lists, without a granularity inside a list of fields or a format inside a name it is a part of."""
    fields = [(s, e) for kind, s, e in subjects if kind is Kind.FIELDS]
    named = [(s, e) for kind, s, e in subjects if kind is Kind.TOPIC and not re.search(r"[(（]", text[s:e])]

    def inner(start: int, end: int, wholes: list[tuple[int, int]]) -> bool:
        return any(2 * (min(e, end) - max(s, start)) > end - start and (s, e) != (start, end) for s, e in wholes)

    holders = {Kind.GRANULARITY: fields, Kind.FORMAT: fields + named}
    return [cut for cut in typed if not inner(cut[1], cut[2], holders.get(cut[0], []))] + subjects


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
