"""From the words of a demand to its requirement lines, each linked to the phrase it was read from.

``extract`` reads Chinese and English free text with rules: numbers, units, places, formats and the like are
recognised wherever they stand; topics and fields follow from how a request is worded; the level follows from
the clause (必须, 最好, 如有; must, preferably, if possible). Nothing is added that the text does not say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache

from matching import periods, purposes, regions, scales, subjects, subjects_en
from matching.subjects import Cut
from matching.types import Kind, Level, Line
from matching.wording import HAN, Piece, clauses, level

_LIMIT = 20_000
"""Characters read; a demand says what it wants well before that."""

_DEFAULTS = {Kind.DELIVERY: Level.SHOULD, Kind.FORMAT: Level.SHOULD, Kind.PURPOSE: Level.SHOULD}
_ANY_DAY = date(2000, 1, 1)
"""Spans are only located here; what 近五年 means is decided on the day of matching."""


@lru_cache(maxsize=1_024)
def extract(text: str) -> tuple[Line, ...]:
    """The requirement lines of ``text`` in order of their phrases. The empty tuple when it asks for nothing.

    Only the first 20,000 characters are read. Takes time linear in the length of the text.
    """
    text = text[:_LIMIT]
    if not text.strip():
        return ()
    return _Reader(text).lines()


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.pieces = clauses(text)
        self.chinese = len(HAN.findall(text)) * 8 > len(text)
        self.cuts: list[Cut] = []

    def lines(self) -> tuple[Line, ...]:
        aims = list(purposes.find(self._sentences(), self.text, chinese=self.chinese)) if not self.chinese else list(
            purposes.find(self.pieces, self.text, chinese=True))  # fmt: skip
        for kind, start, end in self._typed(aims):
            if not any(s < end and start < e and k is kind for k, s, e in self.cuts):
                self.cuts.append((kind, start, end))
        self.cuts.sort(key=lambda cut: cut[1])
        aimed = [(Kind.PURPOSE, s, e) for s, e in aims]
        self.cuts = _without_inner(self.cuts, self._subjects(aimed)) + aimed
        self.cuts.sort(key=lambda cut: (cut[1], cut[2]))
        return tuple(self._line(*cut) for cut in self.cuts)

    def _subjects(self, aimed: list[Cut]) -> list[Cut]:
        if len(self.text.strip()) <= 30 and len(self.pieces) == 1 or len(self.text) < 80 and not self._asks():
            return list(subjects.short(self.text.rstrip("。.?？!！ "), self.cuts))
        if self.chinese:
            return list(subjects.read(self.pieces, self.cuts, aimed))
        return list(subjects_en.read(self._sentences(), self.cuts, aimed))

    def _asks(self) -> bool:
        pattern = r"[，。,；：:]|需|想|求" if self.chinese else r"[:;.]\s|\b(?:we|need|looking|want|would|is there|are there|find)\b"
        return re.search(pattern, self.text, re.IGNORECASE) is not None

    def _sentences(self) -> tuple[Piece, ...]:
        joined: list[Piece] = []
        for piece in self.pieces:
            if joined and joined[-1].sentence == piece.sentence:
                first = joined.pop().start
                piece = Piece(self.text[first : piece.end], first, piece.end, piece.sentence)
            joined.append(piece)
        return tuple(joined)

    def _clause(self, at: int) -> Piece | None:
        return next((piece for piece in self.pieces if piece.start <= at < piece.end), None)

    def _typed(self, aims: list[tuple[int, int]]) -> Iterator[Cut]:
        text = self.text
        for span in periods.spans(text, _ANY_DAY):
            piece = self._clause(span.start)
            aimed = any(s <= span.start < e for s, e in aims)
            if not aimed and (piece is None or not piece.background or len(self.pieces) == 1):
                yield Kind.TIME_SPAN, span.start, span.start + len(span.phrase)
        cycles = [(c.start, c.start + len(c.phrase)) for c in periods.cycles(text)]
        yield from ((Kind.UPDATE_CYCLE, s, e) for s, e in cycles)
        budgets = [(m.start, m.start + len(m.phrase)) for m in scales.budgets(text)]
        yield from ((Kind.BUDGET, s, e) for s, e in budgets)
        forms = [(f.start, f.start + len(f.phrase)) for f in scales.formats(text)]
        yield from ((Kind.FORMAT, s, e) for s, e in forms)
        ways = [(f.start, f.start + len(f.phrase)) for f in scales.deliveries(text)]
        yield from ((Kind.DELIVERY, s, e) for s, e in ways)
        yield from self._regions(aims)
        for grain in scales.grains(text):
            end = grain.start + len(grain.phrase)
            if not any(s < end and grain.start < e for s, e in [*cycles, *budgets, *ways]):
                yield Kind.GRANULARITY, grain.start, end

    def _regions(self, aims: list[tuple[int, int]]) -> Iterator[Cut]:
        """Places of the data; those of the writer or the purpose only when there are no others."""
        groups = _grouped(self.text, regions.find(self.text))
        strength = [self._weakness(start, end, aims) for start, end, _ in groups]
        kept = [group for group, weak in zip(groups, strength, strict=True) if weak == min(strength)]
        named = [group for group in kept if self._scoped(group[0])]
        kept = [group for group in kept if group in named or self._extra(group[0])] if named else kept
        if kept and min(strength) > 0:
            kept = kept[:1]
        seen: list[frozenset[str]] = []
        for start, end, codes in kept:
            if not any(regions.covers(old, codes) for old in seen):
                seen.append(codes)
                yield Kind.REGION, start, end

    def _scoped(self, at: int) -> bool:
        return re.search(r"(?:覆盖|范围|区域|地区|重点)[^，。]{0,4}$", self.text[max(0, at - 10) : at]) is not None

    def _extra(self, at: int) -> bool:
        piece = self._clause(at)
        return piece is not None and level(piece.text, Level.MUST) is Level.NICE

    def _weakness(self, start: int, end: int, aims: list[tuple[int, int]]) -> int:
        if _ORGANISATION.match(self.text, end) or _BASED.search(self.text, max(0, start - 24), start):
            return 2
        piece = self._clause(start)
        aimed = any(s <= start < e for s, e in aims)
        return int(aimed or piece is not None and piece.background and not subjects.request(piece.text))

    def _line(self, kind: Kind, start: int, end: int) -> Line:
        phrase = self.text[start:end]
        piece = self._clause(start)
        around = piece.text if piece else phrase
        return Line(level=level(around, _DEFAULTS.get(kind, Level.MUST)), kind=kind, value=_value(kind, phrase),
                    phrase=phrase, start=start)  # fmt: skip


_ORGANISATION = re.compile(
    r"(?:省|市|县|区)?[一-鿿]{0,9}?(?:局|厅|委员会|管委会|政府|分公司|公司|大学|学院|支行|分行|银行|法院|研究院|研究所|协会|某局|某区)(?![一-鿿]{0,2}名单)"
)
_BASED = re.compile(r"(?:总部|总部在|位于|来自|注册在|我们在|(?:based|located|university|maker|company|firm|office|group) in)\s?$")
_BESIDE = re.compile(r"(?:、|,\s?|，|和|及|与|以及|或|到|\sand\s|,\sand\s|/|\s?and the wider\s)")
_WIDER = re.compile(
    r"(?:省|市)?(?:境内|省内|市内|全境|全域|市区|城区|本地|范围内?|各商圈|各(?:乡镇|区县|县区|街道)(?:、行政村)?|地区|全省|全市|及下辖(?:县区|区县|各县)?|及周边(?:省份|地区|城市|省市)?|"
    r"(?:[两三四五六七八九十\d]{1,2}个?)(?:省市|省份|省|市|地|区)(?:[两三四五六\d]县(?:[（(]市[）)])?)?|北部|南部|东部|西部|中部|段|(?<=市)区(?!县))|\s(?:cities|province|Province|city|City)\b"
)


def _grouped(text: str, found: Iterable[regions.Place]) -> list[tuple[int, int, frozenset[str]]]:
    """Places named side by side (江苏、浙江两省) as one region."""
    groups: list[tuple[int, int, frozenset[str]]] = []
    for place in found:
        codes = place.options[0]
        wider = _WIDER.match(text, place.end)
        end = wider.end() if wider else place.end
        if groups and _BESIDE.fullmatch(text[groups[-1][1] : place.start]):
            start, _, before = groups.pop()
            groups.append((start, end, before | codes))
        else:
            groups.append((place.start, end, codes))
    return groups


def _without_inner(typed: list[Cut], subjects: list[Cut]) -> list[Cut]:
    """Both lists, without a format or region inside a list of fields it is a part of."""
    fields = [(s, e) for kind, s, e in subjects if kind is Kind.FIELDS]
    kept = [
        (kind, s, e)
        for kind, s, e in typed
        if kind not in (Kind.GRANULARITY, Kind.FORMAT) or not any(fs <= s and e <= fe and (s, e) != (fs, fe) for fs, fe in fields)
    ]
    return kept + subjects


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
