"""The best rows for weighted terms, out of postings: the inner loops of a search, compiled by numba.

MaxScore (Turtle and Flood 1995), a term at a time within a block of rows. A block's scores, norms and places stay in
the processor's cache, and what the blocks before it found tells which terms can lift no row into the best: those are
only added to rows that they may still lift there. Scores are whole numbers, so that the order of addition changes
nothing, and an answer is what adding every posting would give, to the last bit.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

from matching.kernels import Array, compiled

BLOCK: Final = 1 << 16
"""Rows to score at a time."""

EARLY: Final = 0.8
"""The part of the least of the best below which what the rest of the terms can add no longer finds new rows. At 1 the
fewest postings are added, but many rows are kept for the rest."""


@compiled
def _gain(c: Any, norm: Any, value: Array, cosine: bool, weight: Any) -> Any:
    """What ``c`` occurrences add, in whole units: BM25's ``c / (c + norm)`` or the cosine's ``value[c] * norm``, each
    at most 1, times ``weight``. Never 0, so that a score of 0 means a row nothing was added to."""
    share = value[c] * norm if cosine else np.float32(c) / (np.float32(c) + norm)
    return np.int32(weight * share) + np.int32(1)


@compiled
def _seek(doc: Array, low: int, high: int, row: int) -> int:
    """The first position in ``low..high`` whose document is ``row`` or later; quick when it is near ``low``."""
    step = 1
    while low + step < high and doc[low + step] < row:
        low += step
        step *= 2
    high = min(high, low + step)
    while low < high:
        middle = (low + high) >> 1
        if doc[middle] < row:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def _add(
    doc: Array, count: Array, norm: Array, value: Array, cosine: bool, slower: Any, weight: Any,
    first: int, end: int, base: int, score: Array, touched: Array, n: int,
) -> int:  # fmt: skip
    """Add the postings ``first..end`` to the scores of their rows; ``touched[:n]`` are those with one. Returns the new
    ``n``."""
    for p in range(np.uint64(first), np.uint64(end)):
        d = np.uint64(doc[p])  # what has no sign is looked up twice as fast: nothing counts from the end
        row = d - np.uint64(base)
        before = score[row]
        touched[np.uint64(n)] = row
        n += before == 0
        score[row] = before + _gain(count[p], slower * norm[d], value, cosine, weight)
    return n


@compiled
def _add_to(
    doc: Array, count: Array, norm: Array, value: Array, cosine: bool, slower: Any, weight: Any,
    first: int, end: int, base: int, score: Array, kept: Array, m: int,
) -> None:  # fmt: skip
    """Add the postings ``first..end`` to the scores of ``kept[:m]``; what it does to those of others that have one does
    not matter."""
    if m * 8 > end - first:
        for p in range(np.uint64(first), np.uint64(end)):
            d = np.uint64(doc[p])
            row = d - np.uint64(base)
            before = score[row]
            score[row] = before + _gain(count[p], slower * norm[d], value, cosine, weight) * np.int32(before != 0)
        return
    for i in range(m):
        d = kept[i] + base
        at = _seek(doc, first, end, d)
        if at < end and doc[at] == d:
            score[kept[i]] += _gain(count[at], slower * norm[d], value, cosine, weight)


@compiled
def _rest(part: Array, weights: Array, slower: Array, span: Array) -> Array:
    """The most that the terms from each on can add to one row, in whole units.

    Of the head no more than the length of the vector of their weights, for a head is a unit vector (Cauchy and
    Schwarz). Of BM25 no more than a document could get that had all its words spread over them: a document has only
    as many words as it is long, and ``span`` is the most of length / norm that any document has (Jensen).
    """
    size = len(part)
    found = np.zeros(size + 1, np.int64)
    total, most, square = np.zeros(3), np.zeros(3), 0.0
    for j in range(size - 1, -1, -1):
        p, w = part[j], np.float64(weights[j])
        total[p] += w
        most[p] = max(most[p], w)
        square += w * w if p == 1 else 0.0
        bound = min(math.sqrt(square), total[1])
        for q in (0, 2):
            if total[q] > 0:
                spread = most[q] * span[q]
                bound += total[q] * spread / (slower[q] * total[q] + spread)
        found[j] = np.int64(bound * 1.001) + size - j + 2
    return found


@compiled
def best(
    body: Any, head: Any, gloss: Any, value: Array, span: Array, allowed: Array, place: Array,
    sizes: Array, terms: Array, weights: Array, slower: Array, unit: Array, factors: Array, which: Array,
    k: int, score: Array, touched: Array, kept: Array,
) -> tuple[Array, Array, Array]:  # fmt: skip
    """The ``k`` best rows of each query and their scores, in any order, of equal ones the first rows; and how many
    there are.

    The three parts are (ptr, doc, count, norm). Query ``q`` has ``sizes[3 * q + p]`` of the ``terms`` and their
    ``weights`` in part ``p``; ``slower[q]`` multiplies the norms of the body, and a score of 1 is ``unit[q]`` units. A
    score is multiplied by ``factors[which[q], place[row]]``, at most 1. ``score`` comes and goes as zeros, one for each
    row of a block; ``touched`` and ``kept`` are room for one more.
    """
    rows = np.empty((len(which), k), np.int32)
    values = np.empty((len(which), k), np.float32)
    found = np.zeros(len(which), np.int64)
    stop = 0
    for q in range(len(which)):
        size = sizes[3 * q : 3 * q + 3]
        first, stop = stop, stop + size.sum()
        part, known, units = _ordered(
            body[0], head[0], gloss[0], size, terms[first:stop], weights[first:stop] * unit[q]
        )  # fmt: skip
        found[q] = _best_of_one(
            body, head, gloss, value, span, allowed, place, np.array([slower[q], 1, 1], np.float32), part, known, units,
            factors[which[q]], rows[q], values[q], score, touched, kept,
        )  # fmt: skip
        values[q] *= np.float32(1) / unit[q]
    return rows, values, found


@compiled
def _ordered(
    body: Array, head: Array, gloss: Array, sizes: Array, terms: Array, weights: Array
) -> tuple[Array, Array, Array]:  # fmt: skip
    """Part, number and weight of the terms that occur, what tells rows apart first."""
    part, at, key = np.empty(len(terms), np.uint8), np.empty(len(terms), np.int64), np.empty(len(terms))
    n = j = 0
    for p in range(3):
        ptr = body if p == 0 else head if p == 1 else gloss
        for _ in range(sizes[p]):
            often = ptr[terms[j] + 1] - ptr[terms[j]] if terms[j] < len(ptr) - 1 else 0
            if often > 0:
                part[n], at[n], key[n] = p, j, -weights[j] / math.sqrt(often + 1.0)
                n += 1
            j += 1
    order = np.argsort(key[:n])
    return part[order], terms[at[order]], weights[at[order]]


@compiled
def _best_of_one(
    body: Any, head: Any, gloss: Any, value: Array, span: Array, allowed: Array, place: Array,
    slower: Array, part: Array, terms: Array, weights: Array, factor: Array,
    rows: Array, values: Array, score: Array, touched: Array, kept: Array,
) -> int:  # fmt: skip
    """The best rows of one query, into ``rows`` and ``values``; returns how many."""
    size, k = len(terms), len(rows)
    rest = _rest(part, weights, slower, span)
    at, end = np.empty(size, np.int64), np.empty(size, np.int64)
    for j in range(size):
        ptr = body[0] if part[j] == 0 else head[0] if part[j] == 1 else gloss[0]
        at[j], end[j] = ptr[terms[j]], ptr[terms[j] + 1]
    least = np.float32(0.0)
    found = added = 0
    look = 4 * k + 64
    for base in range(0, len(place), len(score)):
        limit = min(base + len(score), len(place))
        few = False
        n = m = lifted = 0
        for j in range(size):
            if not few and np.float32(rest[j]) < np.float32(EARLY) * least:
                few, lifted = True, rest[j]
                m = _reaching(score, touched, n, kept, base, place, factor, lifted, least)
            if few and m == 0:
                break
            _, doc, count, norm = body if part[j] == 0 else head if part[j] == 1 else gloss
            first = _seek(doc, at[j], end[j], base)
            at[j] = _seek(doc, first, end[j], limit)
            cosine, slow = part[j] == 1, slower[part[j]]
            if few:
                _add_to(doc, count, norm, value, cosine, slow, weights[j], first, at[j], base, score, kept, m)
                if 2 * rest[j + 1] < lifted:
                    lifted = rest[j + 1]
                    m = _reaching(score, kept, m, kept, base, place, factor, lifted, least)
                continue
            n = _add(doc, count, norm, value, cosine, slow, weights[j], first, at[j], base, score, touched, n)
            added += at[j] - first
            if added > look:
                look = 3 * added
                trial = rows.copy(), values.copy()
                if _offer(score, touched, n, base, allowed, place, factor, trial[0], trial[1], found) == k:
                    least = max(least, trial[1][0])
        found = _offer(
            score, kept if few else touched, m if few else n, base, allowed, place, factor, rows, values, found
        )
        if found == k:
            least = max(least, values[0])
        for i in range(n):
            score[touched[i]] = 0
    return found


@compiled
def _reaching(
    score: Array, rows: Array, n: int, to: Array, base: int, place: Array, factor: Array, rest: int, least: Any
) -> int:  # fmt: skip
    """Copy to ``to`` those of ``rows[:n]`` that ``rest`` more may lift to ``least``; returns how many."""
    m = 0
    for i in range(n):
        row = rows[i]
        most = np.float32(score[row] + rest)
        # No factor is above 1: most rows are out before their place is looked up.
        if most >= least and most * factor[place[base + row]] >= least:
            to[m] = row
            m += 1
    return m


@compiled
def _offer(
    score: Array, from_: Array, n: int, base: int, allowed: Array, place: Array, factor: Array, rows: Array,
    values: Array, size: int,
) -> int:  # fmt: skip
    """Offer ``from_[:n]`` to the best there are, ``rows[:size]``; of equal ones the first; the worst comes first."""
    k = len(rows)
    for i in range(n):
        d = from_[i] + base
        s = np.float32(score[from_[i]])
        if size == k and s < values[0]:
            continue
        s *= factor[place[d]]
        if not allowed[d] or (size == k and (s < values[0] or (s == values[0] and d > rows[0]))):
            continue
        if size < k:
            at = size
            size += 1
            while at > 0:
                up = (at - 1) >> 1
                if values[up] < s or (values[up] == s and rows[up] > d):
                    break
                values[at], rows[at] = values[up], rows[up]
                at = up
        else:
            at = 0
            while True:
                low = 2 * at + 1
                if low >= k:
                    break
                right = low + 1
                if right < k and (
                    values[right] < values[low] or (values[right] == values[low] and rows[right] > rows[low])
                ):
                    low = right
                if values[low] > s or (values[low] == s and rows[low] < d):
                    break
                values[at], rows[at] = values[low], rows[low]
                at = low
        values[at], rows[at] = s, d
    return size
