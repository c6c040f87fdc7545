"""From a text to its index terms, one analyser for Chinese and English.

Text is folded (NFKC, lower case, Traditional Chinese to Simplified) and cut into one list of terms: the words
of rjieba's search mode **and** the overlapping character pairs of every Chinese run (either alone is worse on
most collections), and the Snowball stems of everything else, without a few English stop words.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Sequence
from functools import cache
from importlib import resources
from operator import add
from typing import Any, Final, NamedTuple

import rjieba
import snowballstemmer

from matching import gloss

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
_RUNS: Final = re.compile(rf"([{HAN}]+)|([^\W_{HAN}]+)")
_SURROGATES: Final = re.compile(r"[\ud800-\udfff]")


@cache
def _simplified() -> dict[int, str]:
    """Traditional to Simplified, character by character (OpenCC's table, Apache-2.0)."""
    table = resources.files("opencc").joinpath("dictionary/TSCharacters.txt").read_text(encoding="utf-8")
    pairs = (line.split("\t") for line in table.splitlines() if "\t" in line)
    return {ord(old): new.split()[0] for old, new in pairs if len(old) == 1}


def normalise(text: str) -> str:
    """Fold ``text`` so that equal needs have equal characters. Lone surrogates become spaces.

    The length may change (NFKC), so offsets into the result are not offsets into ``text``.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", _SURROGATES.sub(" ", text)).translate(_simplified())
    return text.lower()


class Cut(NamedTuple):
    """A text as terms: all index terms in order of reading, repetitions kept, and the Chinese words of it, the
    longest the dictionary knows, each with its English terms."""

    terms: Sequence[str]
    glosses: Sequence[tuple[str, tuple[str, ...]]]


_KEPT: Final = 200_000
_SHORT: Final = 120


class Analyser:
    """Cuts texts into terms. Safe to share between threads.

    Short texts (publishers, themes, titles repeated as descriptions) are cut once and kept.
    """

    def __init__(self) -> None:
        self._local = threading.local()
        self._stems: dict[str, str] = {}
        self._glosses: dict[str, tuple[str, ...]] = {}
        self._cuts: dict[str, Cut] = {}

    def cut(self, text: str) -> Cut:
        """``text`` as terms and glosses."""
        kept = self._cuts.get(text)
        if kept is None:
            kept = self._cut(text)
            if len(text) <= _SHORT and len(self._cuts) < _KEPT:
                self._cuts[text] = kept
        return kept

    def terms(self, text: str) -> Sequence[str]:
        """All index terms of ``text``."""
        return self.cut(text).terms

    def glosses(self, text: str) -> Sequence[tuple[str, tuple[str, ...]]]:
        """The Chinese words of ``text`` with their English terms."""
        return self.cut(text).glosses

    def _cut(self, text: str) -> Cut:
        terms: list[str] = []
        glosses: list[tuple[str, tuple[str, ...]]] = []
        for run in _RUNS.finditer(normalise(text)):
            if run[1]:
                _han(run[1], terms)
                for word in gloss.words(run[1]):
                    english = self._gloss(word)
                    if english:
                        glosses.append((word, english))
            elif run[2] not in STOP:
                terms.append(self.stem(run[2]))
        return Cut(terms, glosses)

    def _gloss(self, word: str) -> tuple[str, ...]:
        english = self._glosses.get(word)
        if english is None:
            english = self._glosses[word] = gloss.gloss(word, self._english)
        return english

    def _english(self, text: str) -> list[str]:
        words = (run[2] for run in _RUNS.finditer(normalise(text)) if run[2])
        return [self.stem(word) for word in words if word not in STOP]

    def _stemmer(self) -> Any:
        """A stemmer of this thread: one keeps the word it works on in itself."""
        if not hasattr(self._local, "stemmer"):
            self._local.stemmer = snowballstemmer.stemmer("english")
        return self._local.stemmer

    def stem(self, word: str) -> str:
        """The English stem of a lower-case word (other scripts pass unchanged)."""
        stem = self._stems.get(word)
        if stem is None:
            stem = self._stemmer().stemWord(word) if word.isascii() and len(word) <= 40 else word[:40]
            if len(self._stems) < 1_000_000:
                self._stems[word] = stem
        return stem


def _han(run: str, terms: list[str]) -> None:
    if len(run) < 3:
        terms.append(run)
        return
    # Without the hidden Markov model: guessed words are worse for search than the pairs they are made of.
    terms += rjieba.cut_for_search(run, False)
    terms += map(add, run[:-1], run[1:])
