"""How much of what a line says a product's texts say too, and in which words."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

import msgspec

from matching.text import Analyser, normalise
from matching.types import Document, Kind, Line, Verdict
from matching.wording import HAN

_ANALYSER = Analyser()
_READ = 2_000
_COMMON = frozenset(
    "数据 信息 名单 名录 清单 情况 记录 资料 明细 统计 查询 服务 接口 相关 以及 主要 各类 全市 全国 有关 等 的 及 和 与 年 月 日 "
    "data dataset list record inform statist by of in for number".split()
)
"""Words nearly every product could claim; they weigh a tenth."""


class Judgement(msgspec.Struct, frozen=True):
    """A verdict with its quote and the attribute quoted; ``degree`` (0 to 1) is how much of the line is met."""

    verdict: Verdict
    quote: str = ""
    source: str = ""
    degree: float = 1.0


UNKNOWN = Judgement(Verdict.UNKNOWN, degree=0.0)


class View(msgspec.Struct):
    """A product's texts made ready: terms of the title (with tags and fields) and of everything."""

    head: frozenset[str]
    all: frozenset[str]
    sources: tuple[tuple[str, str, str], ...]
    chinese: bool


@lru_cache(maxsize=2_048)
def view(document: Document) -> View:
    """The prepared texts of a product; kept for the products looked at last."""
    pieces = [("title", document.title), *(("tags", tag) for tag in document.tags[:40]),
              *(("fields", field) for field in document.fields[:200]), ("description", document.description[:_READ]),
              *(("themes", theme) for theme in document.themes[:20])]  # fmt: skip
    head = " ".join(text for name, text in pieces if name in ("title", "tags"))
    rest = " ".join(text for name, text in pieces if name not in ("title", "tags"))
    head_terms = frozenset(_ANALYSER.terms(head))
    return View(head_terms, head_terms | frozenset(_ANALYSER.terms(rest)),
                tuple((name, text, _folded(text)) for name, text in pieces if text), bool(HAN.search(head + rest)))  # fmt: skip


def _folded(text: str) -> str:
    """Folded for comparison, every character still at its place."""
    folded = normalise(text)
    if len(folded) == len(text):
        return folded
    lower = text.lower()
    return lower if len(lower) == len(text) else text


@lru_cache(maxsize=8_192)
def _terms(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_ANALYSER.terms(text)))


def share(text: str, terms: frozenset[str], weight: Callable[[str], float] | None = None) -> float:
    """The part of the weight of ``text``'s terms that is among ``terms``, 0 to 1."""
    total = covered = 0.0
    for term in _terms(text):
        worth = weight(term) if weight else float(len(term) if HAN.match(term) else 2)
        worth = max(0.0, worth) * (0.1 if term in _COMMON else 1.0)
        total += worth
        covered += worth if term in terms else 0.0
    return covered / total if total else 0.0


def common(needle: str, text: str) -> tuple[int, int]:
    """Where in ``text`` the longest part of ``needle`` stands (both folded): start and length, (0, 0) for none.

    Chinese parts are at least two characters, others whole words of at least three letters."""
    if not HAN.search(needle):
        return _common_words(needle, text)
    needle = needle[:60]
    for size in range(len(needle), 1, -1):
        for at in range(len(needle) - size + 1):
            part = needle[at : at + size]
            if part.strip() == part and HAN.search(part) and part not in _COMMON and (found := text.find(part)) >= 0:
                return found, size
    return 0, 0


def _common_words(needle: str, text: str) -> tuple[int, int]:
    words = re.findall(r"\w+", needle)[:12]
    for size in range(len(words), 0, -1):
        for at in range(len(words) - size + 1):
            part = words[at : at + size]
            if size == 1 and (len(part[0]) < 3 or _ANALYSER.stem(part[0]) in _COMMON):
                continue
            stem = [re.escape(word if len(word) < 4 else _ANALYSER.stem(word)[: max(3, len(word) - 3)]) for word in part]
            match = re.search(r"\b" + r"\w{0,6}\W{1,3}".join(stem) + r"\w{0,6}", text)
            if match:
                return match.start(), len(match[0])
    return 0, 0


def quote(needle: str, document: Document) -> tuple[str, str]:
    """The longest phrase the product shares with ``needle`` and its attribute; empty when there is none."""
    folded = _folded(needle.strip())
    best, best_size = ("", ""), 0
    for name, text, hay in view(document).sources:
        start, size = common(folded, hay)
        if size > best_size:
            best, best_size = (text[start : start + size], name), size
    return best


_SPLIT = re.compile(r"[、,，;；/\n]|以及|和|及|与|\band\b|\bor\b")


def judge(line: Line, document: Document, weight: Callable[[str], float] | None = None) -> Judgement:
    """Topic, fields and purpose: met when what is essential is said, unmet only for a topic that is another."""
    words = line.value.strip() or line.phrase.strip()
    if line.phrase.strip() and not HAN.search(words) and HAN.search(line.phrase):
        words = line.phrase.strip()
    ready = view(document)
    if line.kind is Kind.FIELDS:
        return _fields(words, document, weight)
    head, everything = share(words, ready.head, weight), share(words, ready.all, weight)
    if line.kind is Kind.PURPOSE:
        return _met(words, everything, document) if everything >= 0.6 else UNKNOWN
    if head >= 0.6 or everything >= 0.75:
        return _met(words, max(head, everything), document)
    if everything < 0.2 and document.title.strip() and bool(HAN.search(words)) == ready.chinese:
        return Judgement(Verdict.UNMET, document.title, "title")
    return UNKNOWN


def _met(words: str, degree: float, document: Document) -> Judgement:
    said, source = quote(words, document)
    return Judgement(Verdict.MET, said, source, min(1.0, degree)) if said else UNKNOWN


def _fields(words: str, document: Document, weight: Callable[[str], float] | None) -> Judgement:
    items = [item.strip() for item in _SPLIT.split(words) if item.strip()]
    ready = view(document)
    folded = [_folded(field) for field in document.fields if len(field.strip()) > 1]
    covered = 0
    for item in items:
        low = _folded(item)
        covered += share(item, ready.all, weight) >= 0.7 or any(field in low for field in folded)
    return _met(words, covered / len(items), document) if items and covered >= 0.75 * len(items) else UNKNOWN
