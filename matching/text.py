"""From a text to its index terms, one analyser for Chinese and English.

Text is folded (NFKC, lower case, Traditional Chinese to Simplified) and cut into one list of terms: the words
of rjieba's search mode **and** the overlapping character pairs of every Chinese run (either alone is worse on
most collections), and the Snowball stems of everything else, without a few English stop words. Pairs of
neighbouring stems ("water quality") are terms of their own kind.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib import resources
from itertools import count
from typing import Final, NamedTuple, TypeVar

import numpy as np
import rjieba
import Stemmer
from numpy.typing import NDArray

from matching import cutting, gloss
from matching.lists import Lists, ends

T = TypeVar("T")

STOP: Final = frozenset(
    """
    a an and are as at be been but by can could do does for from had has have how i if in into is it
    its me my no not of on or our s should so such t than that the their then there these they this
    those to was we were what when where which who will with would you your
    """.split()  # noqa: SIM905 - read as a text, not as a list
)
"""English words that carry no need: function words only, nothing a product could be about."""

HAN: Final = (
    r"\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"  # radicals, kana, Han
    r"\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"  # Hangul, compatibility and rare Han
)
_HAN: Final = re.compile(f"[{HAN}]")
_LETTERS: Final = re.compile(rf"[^\W_{HAN}]+")
_JOINERS: Final = re.compile("[ '\u2019-]")
_SURROGATES: Final = re.compile(r"[\ud800-\udfff]")
_END: Final = "\ud800"
"""What stands between texts that are cut together: it is in none of them, once they are folded."""


@cache
def _simplified() -> NDArray[np.uint32]:
    """Traditional to Simplified, character by character (OpenCC's table, Apache-2.0)."""
    table = resources.files("opencc").joinpath("dictionary/TSCharacters.txt").read_text(encoding="utf-8")
    pairs = (line.split("\t") for line in table.splitlines() if "\t" in line)
    simple = np.arange(0x110000, dtype=np.uint32)
    for old, new in pairs:
        if len(old) == 1:
            simple[ord(old)] = ord(new.split()[0])
    return simple


def points(text: str) -> NDArray[np.uint32]:
    """The code points of ``text``."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def simplified(text: str) -> str:
    """``text`` in Simplified characters, each at its place."""
    return text if text.isascii() else str(_simplified()[points(text)].data, "utf-32-le", "surrogatepass")


def _folded(text: str) -> str:
    return (text if text.isascii() else unicodedata.normalize("NFKC", _SURROGATES.sub(" ", text))).lower()


def normalise(text: str) -> str:
    """Fold ``text`` so that equal needs have equal characters. Lone surrogates become spaces.

    The length may change (NFKC), so offsets into the result are not offsets into ``text``.
    """
    return simplified(_folded(text))


def is_han(character: str) -> bool:
    """Whether it is written without spaces between words, as Chinese is."""
    return _HAN.match(character) is not None


def kinds(codes: NDArray[np.uint32]) -> NDArray[np.uint8]:
    """The kinds of folded characters, see ``cutting``."""
    return _kinds()[codes]


@cache
def _kinds() -> NDArray[np.uint8]:
    """By code point the kind of a folded character."""
    every = "".join(map(chr, range(0x110000)))
    kinds = np.full(len(every), cutting.GAP, np.uint8)
    for kind, written in ((cutting.HAN, _HAN), (cutting.LETTER, _LETTERS), (cutting.JOINER, _JOINERS)):
        for found in written.finditer(every):
            kinds[found.start() : found.end()] = kind
    kinds[ord(_END)] = cutting.END
    return kinds


class Cut(NamedTuple):
    """A text as terms: its words (and character pairs) in order of reading, repetitions kept; the Chinese words,
    the longest the dictionary knows, each with its English terms; the pairs of neighbouring English stems."""

    terms: Sequence[str]
    glosses: Sequence[tuple[str, tuple[str, ...]]]
    pairs: Sequence[str] = ()


class Cuts(NamedTuple):
    """Texts cut together, each as a ``Cut`` of numbers: of ``terms`` and, in ``chinese``, of ``glosses``, whose English
    terms have the numbers in ``english``."""

    terms: list[str]
    words: Lists
    pairs: Lists
    chinese: Lists
    glosses: list[tuple[str, tuple[str, ...]]]
    english: Lists
    letters: Lists
    """See ``cutting.letters``."""

    def cut(self, i: int) -> Cut:
        """What became of text ``i``."""
        words, pairs = ([self.terms[n] for n in lists.at(i)] for lists in (self.words, self.pairs))
        return Cut(words, [one for n in self.chinese.at(i) if (one := self.glosses[n])[1]], pairs)


_BREAK: Final = "\n"
_NONE: Final = {"": -1, _BREAK: -1}
"""What is left of a stop word, and what stands between runs: no terms."""


def _numbers(things: Iterable[T], known: dict[T, int]) -> NDArray[np.int32]:
    return np.fromiter(map(known.__getitem__, things), np.int32)


_KEPT: Final = 50_000
_SHORT: Final = 120


class _Stems(dict[str, str]):
    """English stems of lower-case words, found once and kept; empty for a stop word."""

    def __init__(self) -> None:
        super().__init__(dict.fromkeys(STOP, ""))
        self._local = threading.local()

    def __missing__(self, word: str) -> str:
        if not hasattr(self._local, "stemmer"):  # one of each thread: it keeps the word it works on in itself
            self._local.stemmer = Stemmer.Stemmer("english")
        stem: str = self._local.stemmer.stemWord(word) if word.isascii() and len(word) <= 40 else word[:40]
        if len(self) < 1_000_000:
            self[word] = stem
        return stem


class _Glosses(dict[str, tuple[str, ...]]):
    """The English terms of Chinese words, found once and kept."""

    def __init__(self, stems: _Stems) -> None:
        super().__init__()
        self._stems = stems

    def __missing__(self, word: str) -> tuple[str, ...]:
        self[word] = english = gloss.gloss(word, self._english)
        return english

    def _english(self, text: str) -> list[str]:
        return [stem for word in _LETTERS.findall(normalise(text)) if (stem := self._stems[word])]


class Analyser:
    """Cuts texts into terms. Safe to share between threads.

    Short texts are cut once and kept.
    """

    def __init__(self) -> None:
        self._stems = _Stems()
        self._glosses = _Glosses(self._stems)
        self._cuts: dict[str, Cut] = {}

    def cut(self, text: str) -> Cut:
        """``text`` as terms and glosses."""
        kept = self._cuts.get(text)
        if kept is None:
            kept = self.cut_all([text]).cut(0)
            if len(text) <= _SHORT and len(self._cuts) < _KEPT:
                self._cuts[text] = kept
        return kept

    def terms(self, text: str) -> Sequence[str]:
        """The words of ``text``."""
        return self.cut(text).terms

    def glosses(self, text: str) -> Sequence[tuple[str, tuple[str, ...]]]:
        """The Chinese words of ``text`` with their English terms."""
        return self.cut(text).glosses

    def stem(self, word: str) -> str:
        """The English stem of a lower-case word (other scripts and stop words pass unchanged)."""
        return self._stems[word] or word

    def cut_all(self, texts: Sequence[str]) -> Cuts:
        """``texts``, each as if cut alone: many together are a lot quicker."""
        size, known = len(texts), defaultdict(count().__next__, _NONE)
        whole = simplified(_END.join(map(_folded, texts)))
        codes = points(whole)
        kind = kinds(codes)
        start, end, text, joined, long = cutting.spans(kind)
        number, first = cutting.distinct(codes, start, end)
        terms = _numbers(self._spelt(whole, kind, start[first], end[first]), known)[number]
        flat, ptr = cutting.neighbours(terms, text, joined, size)
        pairs = Lists(_pairs(flat, known), ptr)
        runs = (whole[at : at + n] for at, n in zip(start[long[0]].tolist(), long[1].tolist(), strict=True))
        # Without the hidden Markov model: guessed words are worse for search than the pairs they are made of.
        longer = _numbers(rjieba.cut_for_search(_BREAK.join(runs), False), known)
        words = Lists(*cutting.merged(terms, text, longer, long[0], size))
        heads, ptr = cutting.longest(codes, kind, *gloss.trie(), size)
        told = defaultdict[int, int](count().__next__)
        chinese = Lists(_numbers(heads.tolist(), told), ptr)
        glosses = [(word, self._glosses[word]) for word in map(gloss.headwords().__getitem__, told)]
        english = _numbers((term for _, some in glosses for term in some), known)
        ptr = ends([len(some) for _, some in glosses])
        letters = Lists(*cutting.letters(codes, kind, size))
        return Cuts(list(known)[len(_NONE) :], words, pairs, chinese, glosses, Lists(english, ptr), letters)

    def _spelt(
        self, whole: str, kinds: NDArray[np.uint8], start: NDArray[np.int32], end: NDArray[np.int32]
    ) -> Iterator[str]:
        """The Chinese among these spans of ``whole``, the stems of the others."""
        for at, to, kind in zip(start.tolist(), end.tolist(), kinds[start].tolist(), strict=True):
            yield whole[at:to] if kind == cutting.HAN else self._stems[whole[at:to]]


def _pairs(flat: NDArray[np.uint32], known: dict[str, int]) -> NDArray[np.int32]:
    """The numbers of pairs of stems, given by the numbers of the two."""
    at = np.arange(0, len(flat), 2, dtype=np.int32)
    number, first = cutting.distinct(flat, at, at + 2)
    names = list(known)[len(_NONE) :]
    ones, others = (map(names.__getitem__, half[first].tolist()) for half in (flat[::2], flat[1::2]))
    spelt = map("{} {}".format, ones, others)
    return np.asarray(_numbers(spelt, known)[number], np.int32)
