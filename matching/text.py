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
from collections.abc import Iterable, Sequence
from functools import cache
from importlib import resources
from operator import add
from typing import Final, NamedTuple

import rjieba
import Stemmer

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
_HAN: Final = re.compile(f"[{HAN}]")
_ASCII_WORDS: Final = re.compile("[a-z0-9]+")
_WORDS: Final = re.compile(rf"[^\W_{HAN}]+")
_PHRASES: Final = re.compile(rf"[^\W_{HAN}]+(?:[ '\u2019-]+[^\W_{HAN}]+)+")
_ASCII_PHRASES: Final = re.compile("[a-z0-9]+(?:[ '-]+[a-z0-9]+)+")
_SURROGATES: Final = re.compile(r"[\ud800-\udfff]")


@cache
def _simplified() -> dict[int, str]:
    """Traditional to Simplified, character by character (OpenCC's table, Apache-2.0)."""
    table = resources.files("opencc").joinpath("dictionary/TSCharacters.txt").read_text(encoding="utf-8")
    pairs = (line.split("\t") for line in table.splitlines() if "\t" in line)
    return {ord(old): new.split()[0] for old, new in pairs if len(old) == 1}


def simplified(text: str) -> str:
    """``text`` in Simplified characters, each at its place."""
    return text if text.isascii() else text.translate(_simplified())


def normalise(text: str) -> str:
    """Fold ``text`` so that equal needs have equal characters. Lone surrogates become spaces.

    The length may change (NFKC), so offsets into the result are not offsets into ``text``.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", _SURROGATES.sub(" ", text)).translate(_simplified())
    return text.lower()


def runs(text: str) -> list[tuple[str, str]]:
    """The runs of Chinese and the other words of a folded text in turn, each as (run, "") or ("", word)."""
    return _RUNS.findall(text)


def is_han(character: str) -> bool:
    """Whether it is written without spaces between words, as Chinese is."""
    return _HAN.match(character) is not None


class Cut(NamedTuple):
    """A text as terms: its words (and character pairs) in order of reading, repetitions kept; the Chinese words,
    the longest the dictionary knows, each with its English terms; the pairs of neighbouring English stems."""

    terms: Sequence[str]
    glosses: Sequence[tuple[str, tuple[str, ...]]]
    pairs: Sequence[str] = ()


_KEPT: Final = 50_000
_SHORT: Final = 120
_SHORT_RUN: Final = 12


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
        return [stem for word in _WORDS.findall(normalise(text)) if (stem := self._stems[word])]


class Analyser:
    """Cuts texts into terms. Safe to share between threads.

    Short texts (publishers, themes, titles repeated as descriptions) and short runs of Chinese are cut once and
    kept.
    """

    def __init__(self) -> None:
        self._stems = _Stems()
        self._glosses = _Glosses(self._stems)
        self._cuts: dict[str, Cut] = {}
        self._runs: dict[str, Cut] = {}

    def cut(self, text: str) -> Cut:
        """``text`` as terms and glosses."""
        kept = self._cuts.get(text)
        if kept is None:
            kept = self._cut(normalise(text))
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

    def _cut(self, text: str) -> Cut:
        if text.isascii():
            return Cut(self._stemmed(_ASCII_WORDS.findall(text)), (), self._pairs(text))
        terms: list[str] = []
        glosses: list[tuple[str, tuple[str, ...]]] = []
        for run, word in runs(text):
            if run:
                cut = self._runs.get(run) or self._cut_run(run)
                terms += cut.terms
                glosses += cut.glosses
            elif term := self._stems[word]:
                terms.append(term)
        return Cut(terms, glosses, self._pairs(text))

    def _stemmed(self, words: Iterable[str]) -> list[str]:
        return [stem for stem in map(self._stems.__getitem__, words) if stem]

    def _pairs(self, text: str) -> list[str]:
        """Pairs of stems with nothing but stop words between them: none across a comma or a line."""
        pairs: list[str] = []
        phrases, words = (_ASCII_PHRASES, _ASCII_WORDS) if text.isascii() else (_PHRASES, _WORDS)
        for phrase in phrases.findall(text):
            stems = self._stemmed(words.findall(phrase))
            pairs += map("{} {}".format, stems, stems[1:])
        return pairs

    def _cut_run(self, run: str) -> Cut:
        glosses = [(word, english) for word in gloss.words(run) if (english := self._glosses[word])]
        cut = Cut(_han(run), glosses)
        if len(run) <= _SHORT_RUN and len(self._runs) < _KEPT:
            self._runs[run] = cut
        return cut


def _han(run: str) -> list[str]:
    if len(run) < 3:
        return [run]
    # Without the hidden Markov model: guessed words are worse for search than the pairs they are made of.
    return [*rjieba.cut_for_search(run, False), *map(add, run[:-1], run[1:])]
