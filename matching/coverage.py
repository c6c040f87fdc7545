"""How much of what a line says a product's texts say too, and in which words."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

import msgspec
import rjieba

from matching.kin import forms
from matching.reading.wording import HAN
from matching.text import HAN as HAN_LETTERS
from matching.text import Analyser, normalise
from matching.types import Document, Kind, Line, Verdict

Weight = Callable[[str], float]
"""The importance of an index term, 0 or more; an inverse document frequency for instance."""

_ANALYSER = Analyser()
_READ = 1_200
_COMMON = frozenset(
    """
    数据 信息 名单 名录 清单 情况 记录 资料 明细 统计 查询 服务 接口 相关 以及 主要 各类 全市 全国 有关 等
    的 及 和 与 年 月 日 data dataset list record inform statist by of in for number
    """.split()  # noqa: SIM905 - read as a text, not as a list
)
"""Words nearly every product could claim; they weigh a tenth."""
_FORMS = frozenset("核验 核查 验证 查询 台账 目录 一览 汇总 报表 最新 全部 所有 公开 实时 历史".split())  # noqa: SIM905
"""What a product is rather than what it is about."""


_CHINESE = re.compile(f"[{HAN_LETTERS}]{{2,}}")
_FOUR = re.compile(f"[{HAN_LETTERS}]{{4,}}")
_EDGES = re.compile(r"\w.*\w", re.DOTALL)


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


def view(document: Document) -> View:
    """The prepared texts of a product; kept for the products looked at last."""
    pieces = [("title", document.title[:_READ]), *(("tags", tag) for tag in document.tags[:40]),
              *(("fields", field) for field in document.fields[:200]), ("description", document.description[:_READ]),
              ("detail", document.detail[:_READ]), *(("themes", theme) for theme in document.themes[:20])]  # fmt: skip
    return _view(tuple(pieces))


@lru_cache(maxsize=2_048)
def _view(pieces: tuple[tuple[str, str], ...]) -> View:
    head = " ".join(text for name, text in pieces if name in ("title", "tags"))
    rest = " ".join(text for name, text in pieces if name not in ("title", "tags"))
    head_terms = frozenset(_ANALYSER.terms(head))
    sources = tuple((name, text, _folded(text)) for name, text in pieces if text)
    everything = head_terms | frozenset(_ANALYSER.terms(rest))
    return View(head_terms, everything, sources, HAN.search(head + rest) is not None)


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


def share(text: str, terms: frozenset[str], weight: Weight | None = None) -> float:
    """The part of the weight of ``text``'s terms that is among ``terms``, 0 to 1."""
    return _share(_terms(text), terms, weight)


def told(topic: str, terms: frozenset[str], weight: Weight | None = None) -> float:
    """The same of a topic, by all index terms or by its Chinese words alone, whichever is more: the pairs that reach
    from one word into the next (港剩 in 渔港剩余泊位) are rarely said again by who uses the same words. Or by the
    characters that stand in a pair that is said (手机号在网时长 in 手机在网时长)."""
    return max(share(topic, terms, weight), _share(_words_of(topic), terms, weight), _paired(topic, terms))


def _paired(topic: str, terms: frozenset[str]) -> float:
    runs = _runs_of(topic)
    size = sum(map(len, runs))
    said = 0
    for run in runs:
        pairs = [run[at : at + 2] in terms for at in range(len(run) - 1)]
        said += sum(one or other for one, other in zip([False, *pairs], [*pairs, False], strict=True))
    return said / size if size > 3 else 0.0


@lru_cache(maxsize=8_192)
def _runs_of(text: str) -> tuple[str, ...]:
    """The Chinese runs of a text, cut where a word stands that nearly every product could claim."""
    runs: list[str] = []
    for found in _CHINESE.findall(normalise(text)):
        words = (" " if word in _COMMON or word in _FORMS else word for word in rjieba.cut(found, False))
        runs += "".join(words).split()
    return tuple(run for run in runs if len(run) > 1)


def _share(wanted: tuple[str, ...], terms: frozenset[str], weight: Weight | None) -> float:
    total = covered = 0.0
    for term in wanted:
        worth = weight(term) if weight else float(len(term) if HAN.match(term) else 2)
        worth = max(0.0, worth) * (0.1 if term in _COMMON else 1.0)
        total += worth
        covered += worth if term in terms else 0.0
    return covered / total if total else 0.0


@lru_cache(maxsize=8_192)
def _words_of(text: str) -> tuple[str, ...]:
    """The words of a Chinese text without single characters; none when there are fewer than two of them."""
    found = dict.fromkeys(w for run in _CHINESE.findall(normalise(text)) for w in rjieba.cut(run, False) if len(w) > 1)
    return tuple(found) if len(found) > 1 else ()


def common(needle: str, text: str) -> tuple[int, int]:
    """Where in ``text`` the longest part of ``needle`` stands (both folded): start and length, (0, 0) for none.

    Chinese parts hold a word of the needle, or four characters in a row, and no punctuation at the edges; others are
    whole words of at least three letters."""
    if not HAN.search(needle):
        return _common_words(needle, text)
    needle = needle[:60]
    words = [word for word in _words_of(needle) if word not in _COMMON]
    best, place = 0, 0
    for at in range(len(needle) - 1):
        size = max(best + 1, 2)
        while at + size <= len(needle) and (found := text.find(needle[at : at + size])) >= 0:
            part = needle[at : at + size]
            if _EDGES.fullmatch(part) and _telling(part, words):
                best, place = size, found
            size += 1
    return place, best


def _telling(part: str, words: list[str]) -> bool:
    if not words:
        return part not in _COMMON
    return any(word in part for word in words) or _FOUR.fullmatch(part) is not None


def _common_words(needle: str, text: str) -> tuple[int, int]:
    words = re.findall(r"\w+", needle)[:12]
    for size in range(len(words), 0, -1):
        for at in range(len(words) - size + 1):
            part = words[at : at + size]
            if size == 1 and (len(part[0]) < 3 or _ANALYSER.stem(part[0]) in _COMMON):
                continue
            begins = [re.escape(_beginning(word)) for word in part]
            match = re.search(r"\b" + r"\w{0,6}\W{1,3}".join(begins) + r"\w{0,6}", text)
            if match:
                return match.start(), len(match[0])
    return 0, 0


def _beginning(word: str) -> str:
    return word if len(word) < 4 else _ANALYSER.stem(word)[: max(3, len(word) - 3)]


def quote(needle: str, document: Document) -> tuple[str, str]:
    """What of the product says most of ``needle``, and its attribute: the longest phrase they share, or the stretch
    that holds more of its words (个人参保 for 个人社保参保); empty when they share nothing."""
    folded = _folded(needle.strip())
    words = [word for word in _words_of(folded) if word not in _COMMON]
    best, most = ("", ""), 0
    for name, text, hay in view(document).sources:
        start, size = common(folded, hay)
        if size > most:
            best, most = (text[start : start + size], name), size
        if (wider := _stretch(words, hay)) and wider[2] > most:
            best, most = (text[wider[0] : wider[1]], name), wider[2]
    return best


def _stretch(words: Sequence[str], text: str) -> tuple[int, int, int] | None:
    """From where to where the words stand that ``text`` has, and how many characters they are; None when that is
    less than half of it."""
    places = [(at, at + len(word)) for word in words if (at := text.find(word)) >= 0]
    start, end = min(places, default=(0, 0))[0], max((end for _, end in places), default=0)
    said = sum(e - s for s, e in places)
    return (start, end, said) if len(places) > 1 and end - start <= 2 * said else None


_SPLIT = re.compile(r"[、,，;；/\n+]|以及|和|及|与|\band\b|\bor\b")
_ON_TOPIC, _MENTIONED, _ELSEWHERE = 0.6, 0.7, 0.12
"""Coverage from which title and tags, or all texts, are about a topic; below the last they are about another."""


def judge(line: Line, document: Document, weight: Weight | None = None) -> Judgement:
    """Topic, fields and purpose: met when what is essential is said, unmet only for a topic that is another.

    An enumeration (医院、诊所) is met by any of its items, to the degree of the part that is covered. Between
    languages the dictionary decides; what it does not settle is unknown.
    """
    ready = view(document)
    texts = [text for text in dict.fromkeys((line.phrase.strip(), line.value.strip())) if text]
    same = [text for text in texts if bool(HAN.search(text)) == ready.chinese]
    if not same:
        return _across(texts[-1], document) if line.kind is Kind.TOPIC and document.title.strip() else UNKNOWN
    if line.kind is Kind.FIELDS:
        return _fields(same[-1], document, weight)
    return max((_words(text, line.kind, document, weight) for text in same), key=_order)


def _order(judgement: Judgement) -> tuple[int, float]:
    return (judgement.verdict is Verdict.MET) + (judgement.verdict is not Verdict.UNMET), judgement.degree


def _words(text: str, kind: Kind, document: Document, weight: Weight | None) -> Judgement:
    ready = view(document)
    if kind is Kind.PURPOSE:
        whole = share(text, ready.all, weight)
        return _met(text, whole, document) if whole >= _MENTIONED else UNKNOWN
    items = _items(text) if len(text) > 6 else (text,)
    best, covered, most = text, 0, 0.0
    for item in dict.fromkeys((text, *items)):
        found = False
        for form in forms(item):
            head, said = told(form, ready.head, weight), told(form, ready.all, weight)
            met = head >= _ON_TOPIC or said >= _MENTIONED
            found |= met
            if met and max(head, said) > most:
                best = form
            most = max(most, head, said)
        covered += found and item in items
    if best is not text or most >= _MENTIONED or covered:
        return _met(best, max(covered / len(items), 0.5 if covered == 0 else 0.0), document)
    if told(text, ready.head, weight) >= _ON_TOPIC:
        return _met(text, 1.0, document)
    if most < _ELSEWHERE and document.title.strip():
        return Judgement(Verdict.UNMET, document.title[:_READ], "title", degree=0.0)
    return UNKNOWN


@lru_cache(maxsize=4_096)
def _items(text: str) -> tuple[str, ...]:
    """The things a text enumerates: not the owners before 的 (矿山、工厂的环保处罚、许可), nor a first word that
    only goes with the second (药品 in 药品和医疗器械经营企业名录)."""
    owned = text.rpartition("的")[2]
    parts = _SPLIT.split(owned if _SPLIT.search(owned) else text)
    items = [part.strip() for part in parts if len(part.strip()) > 1]
    paired = len(items) == 2 and "、" not in text and HAN.search(text) and 3 * len(items[0]) <= len(items[1])
    return tuple(items[paired:]) or (text,)


def _met(words: str, degree: float, document: Document) -> Judgement:
    said, source = quote(words, document)
    return Judgement(Verdict.MET, said, source, min(1.0, degree)) if said else UNKNOWN


def _fields(text: str, document: Document, weight: Weight | None) -> Judgement:
    ready, items = view(document), _items(text)
    folded = [_folded(field) for field in document.fields if len(field.strip()) > 1]
    covered = 0
    for item in items:
        low = _folded(item)
        covered += share(item, ready.all, weight) >= _MENTIONED or any(field in low for field in folded)
    return _met(text, covered / len(items), document) if covered >= 0.75 * len(items) else UNKNOWN


# ------------------------------------------------------------------------------------------ across languages
def _across(text: str, document: Document) -> Judgement:
    """A Chinese line against an English product or the reverse, by the dictionary's words; met or unknown."""
    ready = view(document)
    if HAN.search(text):
        words = _english(text)
        known = [any(stem in ready.all for stem in stems) for _, stems in words]
        stems = {stem for _, found in words for stem in found if stem in ready.all}
        quoted = _quote_stem(stems, ready)
    else:
        glossed = {stem: word for word, found in _english(document.title) for stem in reversed(found)}
        wanted = [term for term in _terms(text) if term not in _COMMON]
        known = [term in glossed for term in wanted]
        quoted = _quote_words([glossed[term] for term in wanted if term in glossed], document.title)
    if len(known) > 1 and sum(known) >= 0.75 * len(known) and quoted[0]:
        return Judgement(Verdict.MET, *quoted, degree=sum(known) / len(known))
    return UNKNOWN


@lru_cache(maxsize=4_096)
def _english(text: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((word, stems) for word, stems in _ANALYSER.glosses(text) if word not in _COMMON)


def _quote_stem(stems: set[str], ready: View) -> tuple[str, str]:
    """The words of the product with ``stems``, of its first text that has any."""
    for name, text, _ in ready.sources:
        words = [word for word in re.findall(r"[A-Za-z]{3,}", text) if _ANALYSER.stem(word.lower()) in stems]
        if words:
            return _quote_words(words, text)[0], name
    return "", ""


def _quote_words(words: Sequence[str], title: str) -> tuple[str, str]:
    """The part of ``title`` that holds ``words``; only the longest of them when they stand far apart."""
    folded = _folded(title)
    words = [word for word in dict.fromkeys(map(_folded, words)) if word in folded]
    longest = max(words, key=len, default="")
    start, end, _ = _stretch(words, folded) or (at := folded.find(longest), at + len(longest), 0)
    return title[start:end], "title"
