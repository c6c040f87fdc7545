"""The inner loops of cutting texts.

A text is an array of code points with the kind of each. Words, runs and pairs are spans of it, ``start`` to ``end``;
only of different ones are strings ever made.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from matching.compiled import Array, compiled

GAP: Final = 0
HAN: Final = 1
LETTER: Final = 2
"""A letter or digit of other scripts."""
JOINER: Final = 3
"""What may stand between the words of a phrase."""
END: Final = 4
"""What stands between two texts."""

SPACE: Final = ord(" ")


@compiled
def spans(kinds: Array) -> tuple[Array, Array, Array, Array, tuple[Array, Array]]:
    """The words of all texts in order of reading: those of letters whole, a run of Chinese as its character pairs or,
    when it has no more than two characters, whole.

    Of each the start, the end, the number of its text and whether it goes on with the phrase of the word before;
    then of each run of more than two characters the number of its first pair, and how long it is.
    """
    size = len(kinds)
    start, end, text = np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size, np.int32)
    joined = np.zeros(size, np.bool_)
    long, length = np.empty(size // 3 + 1, np.int32), np.empty(size // 3 + 1, np.int32)
    n = n_long = of = at = 0
    phrase = False
    while at < size:
        kind, first = kinds[at], at
        while at < size and kinds[at] == kind and kind != END:
            at += 1
        if kind == HAN and at - first > 2:
            long[n_long], length[n_long] = n, at - first
            n_long += 1
            for p in range(first, at - 1):
                start[n], end[n], text[n] = p, p + 2, of
                n += 1
        elif kind in (HAN, LETTER):
            start[n], end[n], text[n], joined[n] = first, at, of, phrase and kind == LETTER
            n += 1
        elif kind == END:
            of += 1
            at += 1
        phrase = kind == LETTER or (phrase and kind == JOINER)
    runs = long[:n_long].copy(), length[:n_long].copy()
    return start[:n].copy(), end[:n].copy(), text[:n].copy(), joined[:n].copy(), runs


@compiled
def distinct(codes: Array, start: Array, end: Array) -> tuple[Array, Array]:
    """The number of each span, equal ones having the same, in order of first appearance; the first span of each."""
    room = 16
    while room < 2 * len(start):
        room *= 2
    slots = np.full(room, -1, np.int32)
    number, first = np.empty(len(start), np.int32), np.empty(len(start), np.int32)
    n = 0
    for i in range(len(start)):
        size, key = end[i] - start[i], np.uint64(14695981039346656037)  # FNV-1a
        for p in range(start[i], end[i]):
            key = (key ^ np.uint64(codes[p])) * np.uint64(1099511628211)
        at = np.int64((key ^ (key >> np.uint64(32))) & np.uint64(room - 1))
        while slots[at] >= 0:
            other = first[slots[at]]
            same = end[other] - start[other] == size
            for p in range(size):
                same = same and codes[start[other] + p] == codes[start[i] + p]
                if not same:
                    break
            if same:
                break
            at = (at + 1) & (room - 1)
        if slots[at] < 0:
            slots[at] = n
            first[n] = i
            n += 1
        number[i] = slots[at]
    return number, first[:n].copy()


@compiled
def merged(terms: Array, text: Array, longer: Array, long: Array, texts: int) -> tuple[Array, Array]:
    """The terms of each text: those of its spans and, before those of each long run, its ``longer`` ones, in which -1
    stands between runs; elsewhere -1 is no term."""
    numbers, ptr = np.empty(len(terms) + len(longer), np.int32), np.zeros(texts + 1, np.int64)
    n = run = at = 0
    for i in range(len(terms)):
        if run < len(long) and long[run] == i:
            while at < len(longer) and longer[at] >= 0:
                numbers[n] = longer[at]
                n, at = n + 1, at + 1
            run, at = run + 1, at + 1
        if terms[i] >= 0:
            numbers[n] = terms[i]
            n += 1
        ptr[text[i] + 1] = n
    return numbers[:n].copy(), _filled(ptr)


@compiled
def _filled(ptr: Array) -> Array:
    """The ends of lists, where those that have nothing (0) end with the one before."""
    for i in range(1, len(ptr)):
        ptr[i] = max(ptr[i], ptr[i - 1])
    return ptr


@compiled
def neighbours(terms: Array, text: Array, joined: Array, texts: int) -> tuple[Array, Array]:
    """The terms that follow each other within a phrase, two by two, and where those of each text end; -1 is no term."""
    found, ptr = np.empty(2 * len(terms), np.uint32), np.zeros(texts + 1, np.int64)
    n, last = 0, -1
    for i in range(len(terms)):
        if not joined[i]:
            last = -1
        if terms[i] >= 0:
            if last >= 0:
                found[2 * n], found[2 * n + 1] = last, terms[i]
                n += 1
            last = terms[i]
        ptr[text[i] + 1] = n
    return found[: 2 * n].copy(), _filled(ptr)


@compiled
def _slot(keys: Array, node: int, code: int) -> Any:
    """Where the child of ``node`` by ``code`` is, or would be."""
    key = np.int64(node) << 21 | np.int64(code)
    at = np.int64((np.uint64(key) * np.uint64(11400714819323198485)) >> np.uint64(32)) & (len(keys) - 1)
    while keys[at] >= 0 and keys[at] != key:
        at = (at + 1) & (len(keys) - 1)
    return at


@compiled
def trie(codes: Array, ptr: Array) -> tuple[Array, Array, Array]:
    """The words ``codes[ptr[w]:ptr[w + 1]]``, no two equal, to be looked up letter by letter: by hash (node, letter)
    pairs and their nodes; by node the number of the word that ends there, or -1."""
    room = 16
    while room < 2 * len(codes):
        room *= 2
    keys, nodes = np.full(room, -1, np.int64), np.empty(room, np.int32)
    words = np.full(len(codes) + 1, -1, np.int32)
    n = 1
    for word in range(len(ptr) - 1):
        node = 0
        for p in range(ptr[word], ptr[word + 1]):
            at = _slot(keys, node, codes[p])
            if keys[at] < 0:
                keys[at], nodes[at] = np.int64(node) << 21 | np.int64(codes[p]), n
                n += 1
            node = nodes[at]
        words[node] = word
    return keys, nodes, words[:n].copy()


@compiled
def longest(codes: Array, kinds: Array, keys: Array, nodes: Array, words: Array, texts: int) -> tuple[Array, Array]:
    """The Chinese of each text cut from the left into the longest words of a ``trie``: their numbers, and where those
    of each text end."""
    numbers, ptr = np.empty(len(codes), np.int32), np.zeros(texts + 1, np.int64)
    n = text = at = 0
    while at < len(codes):
        node, word, p, after = 0, -1, at, at + 1
        while p < len(codes) and kinds[p] == HAN:
            slot = _slot(keys, node, codes[p])
            if keys[slot] < 0:
                break
            node, p = nodes[slot], p + 1
            if words[node] >= 0:
                word, after = words[node], p
        if word >= 0:
            numbers[n] = word
            n += 1
            ptr[text + 1] = n
        text += kinds[at] == END
        at = after
    return numbers[:n].copy(), _filled(ptr)


@compiled
def beginnings(codes: Array, keys: Array, nodes: Array, words: Array) -> Array:
    """Where a word of a ``trie`` begins."""
    found = np.empty(len(codes), np.int64)
    n = 0
    for at in range(len(codes)):
        node = 0
        for p in range(at, len(codes)):
            slot = _slot(keys, node, codes[p])
            if keys[slot] < 0:
                break
            node = nodes[slot]
            if words[node] >= 0:
                found[n] = at
                n += 1
                break
    return found[:n].copy()


@compiled
def letters(codes: Array, kinds: Array, texts: int) -> tuple[Array, Array]:
    """Of each text only letters and digits, with a space between those that something else parts, unless one of them is
    Chinese; and where those of each text end."""
    found, ptr = np.empty(2 * len(codes), np.uint32), np.zeros(texts + 1, np.int64)
    n = text = 0
    last, parted = GAP, False
    for at in range(len(codes)):
        if kinds[at] == END:
            text += 1
            ptr[text], last = n, GAP
        elif kinds[at] in (HAN, LETTER):
            if parted and kinds[at] == last == LETTER:
                found[n] = SPACE
                n += 1
            found[n], last = codes[at], kinds[at]
            n += 1
        parted = kinds[at] not in (HAN, LETTER)
    ptr[texts] = n
    return found[:n].copy(), ptr
