"""Products named in full: a demand that writes the whole title of a product means that product.

A title is one more term of its document, and a text has the terms of all titles that stand in it, wherever words
begin and end in Chinese. Titles of a few characters (行政处罚) are words like any other and no names. Of a title and of
a text only the letters count (``cutting.letters``).
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any, Final

import numpy as np

from matching.compiled import Array, compiled
from matching.cutting import LETTER
from matching.lists import Lists, ends
from matching.text import is_han, kinds, points

LEAST: Final = 5
"""Characters of the shortest name; in other scripts it has two words, too."""

MARK: Final = "="
"""What the term of a name begins with; no word does."""

_settling: Final = threading.Lock()


def term(title: str) -> str | None:
    """The term of a title, of which ``title`` has the letters; none when it is too short to be a name."""
    named = len(title) >= LEAST and (" " in title or any(map(is_han, title)))
    return MARK + title if named else None


class Names:
    """The names among ``terms``, to be found in texts; it only grows.

    They are kept as hashes: whatever in a text has the hash of a name is looked up as a term.
    """

    def __init__(self, terms: Iterable[str]) -> None:
        self._new = [term for term in terms if term[:1] == MARK]
        self._known = 0
        self._lengths = np.empty(0, np.int64)
        self._table = np.zeros(16, np.uint64), np.zeros(16, np.uint64)

    def add(self, one: str) -> None:
        """Know ``one``, when it is a name."""
        if one.startswith(MARK):
            self._new.append(one)

    def within(self, letters: Lists) -> list[list[str]]:
        """What in each text may be the term of a name, in order; of a text there are its ``letters``."""
        if self._new:
            self._settle()
        numbers, ptr = letters
        found = _found(numbers, kinds(numbers), ptr, *self._table, self._lengths)
        names: list[dict[str, None]] = [{} for _ in ptr[1:]]
        for text, first, end in found.tolist():
            names[text][MARK + str(numbers[first:end].data, "utf-32-le")] = None
        return list(map(list, names))

    def _settle(self) -> None:
        """Put what is new into the table, or into a larger one. Readers of the one there is are not disturbed."""
        with _settling:
            new = [one[1:] for one in self._new]
            table, self._known = self._table, self._known + 2 * len(new)
            if 2 * self._known > len(table[0]):
                room = 1 << int(2 * self._known).bit_length()
                table = np.zeros(room, np.uint64), np.zeros(room, np.uint64)
                _move(*self._table, *table)
            _enter(points("".join(new)), ends(list(map(len, new))), *table)
            self._table, self._lengths = table, np.union1d(self._lengths, list(map(len, new)))
            # What was added meanwhile stays.
            del self._new[: len(new)]


@compiled
def _slot(keys: Array, key: Any) -> Any:
    """Where ``key`` is, or would be."""
    at = np.int64((key * np.uint64(11400714819323198485)) >> np.uint64(32)) & (len(keys) - 1)
    while keys[at] != 0 and keys[at] != key:
        at = (at + 1) & (len(keys) - 1)
    return at


@compiled
def _keyed(hashes: Array, powers: Array, first: int, size: int) -> Any:
    """The key of the ``size`` characters from ``first`` on, never 0; see ``_hashed``."""
    return (hashes[first + size] - hashes[first] * powers[size]) | np.uint64(1)


@compiled
def _hashed(codes: Array) -> tuple[Array, Array]:
    """The polynomial hashes of all that characters begin with, and the powers of their base."""
    base = np.uint64(6364136223846793005)
    hashes, powers = np.zeros(len(codes) + 1, np.uint64), np.ones(len(codes) + 1, np.uint64)
    for i in range(len(codes)):
        hashes[i + 1] = hashes[i] * base + np.uint64(codes[i]) + np.uint64(1)
        powers[i + 1] = powers[i] * base
    return hashes, powers


@compiled
def _enter(codes: Array, ptr: Array, keys: Array, sizes: Array) -> None:
    """Put the names ``codes[ptr[n]:ptr[n + 1]]`` into a table: the key of each and the key of what it begins with, and
    there, a bit each, how long names are that begin so, modulo 64."""
    hashes, powers = _hashed(codes)
    for name in range(len(ptr) - 1):
        first, size = ptr[name], ptr[name + 1] - ptr[name]
        keys[_slot(keys, _keyed(hashes, powers, first, size))] = _keyed(hashes, powers, first, size)
        key = _keyed(hashes, powers, first, min(size, LEAST))
        at = _slot(keys, key)
        keys[at] = key
        sizes[at] |= np.uint64(1) << np.uint64(size & 63)


@compiled
def _move(keys: Array, sizes: Array, others: Array, other_sizes: Array) -> None:
    """Put what is in one table into another one."""
    for i in range(len(keys)):
        if keys[i] != 0:
            at = _slot(others, keys[i])
            others[at], other_sizes[at] = keys[i], sizes[i]


@compiled
def _within_word(kinds: Array, at: int, first: int, end: int) -> Any:
    """Whether in the text ``first..end`` a word of another script than Chinese goes on at ``at``: no name begins or
    ends there."""
    return first < at < end and kinds[at - 1] == LETTER and kinds[at] == LETTER


@compiled
def _found(codes: Array, kinds: Array, ptr: Array, keys: Array, sizes: Array, lengths: Array) -> Array:
    """Text, first character and end of whatever has the key of a name, which has one of these ``lengths``."""
    hashes, powers = _hashed(codes)
    found, n = np.empty((16, 3), np.int64), 0
    for text in range(len(ptr) - 1):
        first, end = ptr[text], ptr[text + 1]
        for at in range(first, end - LEAST + 1):
            slot = _slot(keys, _keyed(hashes, powers, at, LEAST))
            if keys[slot] == 0 or _within_word(kinds, at, first, end):
                continue
            for size in lengths:
                if size > end - at:
                    break
                if (
                    sizes[slot] >> np.uint64(size & 63) & np.uint64(1)
                    and not _within_word(kinds, at + size, first, end)
                    and keys[_slot(keys, _keyed(hashes, powers, at, size))] != 0
                ):
                    if n == len(found):
                        found = np.concatenate((found, found))
                    found[n, 0], found[n, 1], found[n, 2] = text, at, at + size
                    n += 1
    return found[:n]
