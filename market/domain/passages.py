"""A text with the phrases marked that something is said about."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import msgspec


class Passage(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of a text and the numbers of the lines it speaks for (none: nothing is said about it)."""

    text: str
    lines: tuple[int, ...] = ()


def passages(text: str, phrases: Iterable[tuple[int, str]]) -> tuple[Passage, ...]:
    """The whole text in pieces; ``phrases`` are (line, phrase), each marked where it stands first.

    Phrases may overlap: a piece carries the numbers of all that cover it. A phrase that is not there marks nothing.
    """
    spans = [(text.find(phrase), len(phrase), line) for line, phrase in phrases if phrase]
    spans = [(start, start + length, line) for start, length, line in spans if start >= 0]
    edges = sorted({0, len(text), *(edge for start, end, _ in spans for edge in (start, end))})
    found = []
    for begin, end in pairwise(edges):
        lines = tuple(sorted({line for start, stop, line in spans if start <= begin and end <= stop}))
        found.append(Passage(text=text[begin:end], lines=lines))
    return tuple(found)
