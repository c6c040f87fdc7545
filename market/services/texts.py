"""Texts as the matcher reads them: which of their words answer a search, which places they name.

See ``matchmaking`` for who else imports ``matching``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache

import msgspec

from market.domain.facets import Piece
from matching import regions
from matching.text import HAN, Analyser, simplified

MOST_ASKED = 500
"""Characters of a search that are marked in what it found."""
EXCERPT = 160
"""Characters of a text shown around what was found in it."""
BEFORE = 24
"""Of these, how many stand before the first mark."""

_RUN = re.compile(rf"(?P<han>[{HAN}]+)|[^\W_{HAN}]+")


class Wanted(msgspec.Struct, frozen=True):
    """The words of a search: the stems it has, with the English of its Chinese words, and a pattern for Chinese."""

    typed: frozenset[str]
    stems: frozenset[str]
    chinese: re.Pattern[str] | None


@cache
def _analyser() -> Analyser:
    return Analyser()


@lru_cache(maxsize=256)
def wanted(asked: str) -> Wanted:
    """What to mark for a search."""
    cut = _analyser().cut(asked[:MOST_ASKED])
    terms = set(cut.terms)
    chinese = sorted((term for term in terms if _RUN.fullmatch(term) and _han(term)), key=lambda t: (-len(t), t))
    typed = frozenset(term for term in terms if not _han(term))
    english = frozenset(stem for word, stems in cut.glosses if len(word) > 1 for stem in stems)
    pattern = re.compile("|".join(map(re.escape, chinese))) if chinese else None
    return Wanted(typed, typed | english, pattern)


def marked(text: str, words: Wanted) -> tuple[Piece, ...]:
    """The whole text in pieces."""
    return tuple(_pieces(text, _spans(text, words)))


def excerpt(text: str, words: Wanted, length: int = EXCERPT) -> tuple[Piece, ...]:
    """The stretch of the text in which most words of the search stand, in pieces; without any its beginning."""
    text = " ".join(text.split())
    spans = _spans(text, words)
    if len(text) <= length:
        return tuple(_pieces(text, spans))
    begin = _densest(spans, length)
    end = begin + length
    inside = [(max(a, begin) - begin, min(b, end) - begin) for a, b in spans if a < end and b > begin]
    pieces = list(_pieces(text[begin:end], inside))
    ahead = [Piece("…")] if begin else []
    return (*ahead, *pieces, *([Piece("…")] if end < len(text) else []))


def _densest(spans: list[tuple[int, int]], length: int) -> int:
    best, most = 0, 0
    for start, _ in spans:
        begin = max(0, start - BEFORE)
        covered = sum(b - a for a, b in spans if a >= begin and b <= begin + length)
        if covered > most:
            best, most = begin, covered
    return best


def _pieces(text: str, spans: list[tuple[int, int]]) -> Iterator[Piece]:
    at = 0
    for start, end in spans:
        if start > at:
            yield Piece(text[at:start])
        yield Piece(text[start:end], True)
        at = end
    if at < len(text):
        yield Piece(text[at:])


def _spans(text: str, words: Wanted) -> list[tuple[int, int]]:
    """Where the words stand, in order; what touches is one."""
    folded = _fold(text)
    found: list[tuple[int, int]] = []
    for run in _RUN.finditer(folded):
        if not run["han"]:
            if _analyser().stem(run[0]) in words.stems:
                found.append(run.span())
            continue
        hits = [m.span() for m in words.chinese.finditer(run[0])] if words.chinese else []
        if words.typed:
            hits += _translated(run[0], words.typed)
        found += [(run.start() + a, run.start() + b) for a, b in sorted(hits)]
    joined: list[tuple[int, int]] = []
    for start, end in found:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _translated(run: str, stems: frozenset[str]) -> list[tuple[int, int]]:
    """Chinese words whose English was asked for."""
    said = {word for word, english in _analyser().glosses(run) if len(word) > 1 and not stems.isdisjoint(english)}
    return [m.span() for word in sorted(said) for m in re.finditer(re.escape(word), run)]


def _fold(text: str) -> str:
    """As the analyser folds it, each character at its place."""
    if text.isascii():
        return text.lower()
    folded = (unicodedata.normalize("NFKC", c).lower() for c in simplified(text))
    return "".join(new if len(new) == 1 else old for new, old in zip(folded, text, strict=True))


def _han(term: str) -> bool:
    found = _RUN.match(term)
    return bool(found and found["han"])


def places(text: str) -> frozenset[str]:
    """The codes of the places a text names; of a name several places share, the first."""
    return frozenset(code for place in regions.find(text) for code in place.options[0])


def inside(names: Iterable[str], asked: str) -> list[str]:
    """Those of the names that lie in the place asked for (a code, or a name), or hold it as a part of their text."""
    codes = frozenset([asked]) if is_code(asked) else places(asked)
    if codes:
        return [name for name in names if any(p.startswith(c) for p in places(name) for c in codes)]
    return [name for name in names if asked.lower() in name.lower()]


def is_code(text: str) -> bool:
    """Whether it has the form of a place's code."""
    return re.fullmatch(r"CN\d{0,6}|[A-Z]{2}(-[A-Z]{2})?", text) is not None


def code_of(text: str) -> str:
    """The code of the one place that is the whole of a text; else empty."""
    found = regions.find(text)
    if len(found) != 1 or found[0].phrase != text.strip() or len(found[0].options[0]) != 1:
        return ""
    return next(iter(found[0].options[0]))


def place_name(code: str, language: str) -> str:
    """The name of the place of a code in the reader's language; the code itself when there is none."""
    return regions.name(code, language) or code


@lru_cache(maxsize=4096)
def region_in(language: str, region: str) -> str:
    """A region as written, but where it is a list of known places in the other language's writing: then their names."""
    if region.isascii() is (language == "en"):
        return region
    codes = [code_of(part) for part in re.split("[、,，]", region)]
    if not all(codes):
        return region
    named = [
        ", ".join(dict.fromkeys(place_name(c, language) for c in (code, *reversed(larger(code)[1:])))) for code in codes
    ]
    return ("、" if language == "zh" else "; " if any("," in name for name in named) else ", ").join(named)


def larger(code: str) -> list[str]:
    """The places a place lies in, the largest first."""
    if code.startswith("CN"):
        return [code[:size] for size in (2, 4, 6) if size < len(code)]
    return [code[:2]] if "-" in code else []
