"""The inner loops, compiled by numba; they hold no lock and release the interpreter's.

Postings are three arrays: ``ptr`` (terms + 1), ``doc`` (row of each posting, rising within a term) and
``count`` (weighted occurrences, see ``lexical.SCALE``).
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numba import njit

Array = Any


def compiled(function: Any) -> Any:
    """``function`` compiled, and kept for later processes where there is a folder to keep it in."""
    try:
        return njit(nogil=True, cache=True)(function)
    except RuntimeError:  # neither beside this file nor in NUMBA_CACHE_DIR nor in the home folder may be written
        return njit(nogil=True)(function)


UNIT: Final = 2.0**27
"""Scores are added in whole units of 1 / UNIT, in 32 bits: a score may reach 15."""


@compiled
def count_terms(tokens: Array, weights: Array, ptr: Array, size: int, cap: int) -> tuple[Array, Array, Array]:
    """Unique terms of each document with their summed weights, at most ``cap``, in order of first appearance.

    Document ``d`` is ``tokens[ptr[d]:ptr[d + 1]]``; ``size`` is the number of terms there are.
    """
    place = np.full(size, -1, np.int64)
    terms = np.empty(len(tokens), np.int32)
    counts = np.empty(len(tokens), np.uint8)
    out = np.zeros(len(ptr), np.int64)
    n = 0
    for d in range(len(ptr) - 1):
        first = n
        for i in range(ptr[d], ptr[d + 1]):
            term = tokens[i]
            at = place[term]
            if at < first:
                place[term] = at = n
                terms[n] = term
                counts[n] = 0
                n += 1
            counts[at] = min(cap, counts[at] + weights[i])
        out[d + 1] = n
    return terms[:n].copy(), counts[:n].copy(), out


@compiled
def sums(values: Array, ptr: Array) -> Array:
    """The sum of each ``values[ptr[i]:ptr[i + 1]]``, added in that order and independent of its neighbours."""
    found = np.zeros(len(ptr) - 1, np.float64)
    for d in range(len(ptr) - 1):
        for i in range(ptr[d], ptr[d + 1]):
            found[d] += values[i]
    return found


@compiled
def invert(terms: Array, counts: Array, ptr: Array, size: int) -> tuple[Array, Array, Array]:
    """Postings by term of documents by row."""
    where = np.zeros(size + 1, np.int64)
    for t in terms:
        where[t + 1] += 1
    for t in range(size):
        where[t + 1] += where[t]
    post_ptr = where.copy()
    doc = np.empty(len(terms), np.int32)
    count = np.empty(len(terms), np.uint8)
    for d in range(len(ptr) - 1):
        for i in range(ptr[d], ptr[d + 1]):
            p = where[terms[i]]
            doc[p] = d
            count[p] = counts[i]
            where[terms[i]] = p + 1
    return post_ptr, doc, count


@compiled
def merge(
    ptr: Array, doc: Array, count: Array, row: Array, ptr2: Array, doc2: Array, count2: Array, row2: Array, size: int
) -> tuple[Array, Array, Array]:  # fmt: skip
    """Two sets of postings as one over ``size`` terms; ``row`` and ``row2`` hold the new row of each old one, rising,
    and -1 where it is left out."""
    post_ptr = np.zeros(size + 1, np.int64)
    post_doc = np.empty(len(doc) + len(doc2), np.int32)
    post_count = np.empty(len(post_doc), np.uint8)
    n = 0
    for t in range(size):
        i, end = (ptr[t], ptr[t + 1]) if t < len(ptr) - 1 else (0, 0)
        j, end2 = (ptr2[t], ptr2[t + 1]) if t < len(ptr2) - 1 else (0, 0)
        while i < end or j < end2:
            if i < end and row[doc[i]] < 0:
                i += 1
            elif j < end2 and row2[doc2[j]] < 0:
                j += 1
            elif j == end2 or (i < end and row[doc[i]] < row2[doc2[j]]):
                post_doc[n], post_count[n] = row[doc[i]], count[i]
                i += 1
                n += 1
            else:
                post_doc[n], post_count[n] = row2[doc2[j]], count2[j]
                j += 1
                n += 1
        post_ptr[t + 1] = n
    return post_ptr, post_doc[:n].copy(), post_count[:n].copy()


@compiled
def append(
    ptr: Array, doc: Array, count: Array, numbers: Array, row: int, free: Array, to_doc: Array, to_count: Array
) -> None:
    """Write postings whose terms are renumbered ``numbers`` and whose rows begin at ``row`` to where ``free`` points
    for each term, and move it on."""
    for t in range(len(ptr) - 1):
        at = free[numbers[t]]
        for p in range(ptr[t], ptr[t + 1]):
            to_doc[at] = doc[p] + row
            to_count[at] = count[p]
            at += 1
        free[numbers[t]] = at


@compiled
def _gain(c: Any, norm: Any, value: Array, cosine: bool, weight: Any) -> Any:
    """What ``c`` occurrences add, in whole units: BM25's ``c / (c + norm)`` or the cosine's ``value[c] * norm``, each
    at most 1, times ``weight``. Never 0, so that a score of 0 means a row nothing was added to."""
    share = value[c] * norm if cosine else np.float32(c) / (np.float32(c) + norm)
    return np.int32(weight * share) + np.int32(1)


@compiled
def _add(
    ptr: Array, doc: Array, count: Array, norm: Array, value: Array, cosine: bool, slower: Any, term: int, weight: Any,
    score: Array, touched: Array, n: int,
) -> int:  # fmt: skip
    """Add one term to the score of every row it occurs in; ``touched[:n]`` are those with a score."""
    for p in range(ptr[term], ptr[term + 1]):
        d = doc[p]
        if score[d] == 0:
            touched[n] = d
            n += 1
        score[d] += _gain(count[p], slower * norm[d], value, cosine, weight)
    return n


@compiled
def _add_to(
    ptr: Array, doc: Array, count: Array, norm: Array, value: Array, cosine: bool, slower: Any, term: int, weight: Any,
    score: Array, rows: Array, n: int,
) -> None:  # fmt: skip
    """Add one term to the score of ``rows[:n]``; what it does to that of others does not matter."""
    first, end = ptr[term], ptr[term + 1]
    if n * 8 > end - first:
        for p in range(first, end):
            d = doc[p]
            if score[d] != 0:
                score[d] += _gain(count[p], slower * norm[d], value, cosine, weight)
        return
    for i in range(n):
        d = rows[i]
        low, high = first, end
        while low < high:
            middle = (low + high) >> 1
            if doc[middle] < d:
                low = middle + 1
            else:
                high = middle
        if low < end and doc[low] == d:
            score[d] += _gain(count[low], slower * norm[d], value, cosine, weight)


@compiled
def top(
    body: Any, head: Any, gloss: Any, value: Array, slower: Array, part: Array, terms: Array, weights: Array,
    allowed: Array, place: Array, factor: Array, k: int, score: Array, touched: Array, kept: Array,
) -> tuple[Array, Array]:  # fmt: skip
    """The ``k`` best rows and their scores in any order, of equal ones the first: as if every posting had been added.

    The three parts are (ptr, doc, count, norm); term ``j`` is ``terms[j]`` of part ``part[j]`` (0, 1, 2) and weighs
    ``weights[j]`` units; ``slower`` multiplies the norms of each part. ``score`` comes and goes as zeros; ``touched``
    and ``kept`` are room for rows. Scores are whole numbers, so the order of addition changes nothing; each is
    multiplied by ``factor[place[row]]``, at most 1.

    MaxScore (Turtle and Flood 1995), a term at a time: once the rest of the terms together cannot lift a row from
    nothing to the ``k``-th best score reached so far, they are only added to the rows they may still lift there.
    """
    bound = (weights * np.float32(1.001)).astype(np.int64) + 2
    rest = bound.sum()
    n = m = done = shrunk = 0
    check = 4 * k + 64
    few = False
    least = np.float32(0.0)
    for j in range(len(terms)):
        ptr, doc, count, norm = body if part[j] == 0 else head if part[j] == 1 else gloss
        cosine = part[j] == 1
        rest -= bound[j]
        if few:
            _add_to(ptr, doc, count, norm, value, cosine, slower[part[j]], terms[j], weights[j], score, kept, m)
            if 2 * rest < shrunk:
                shrunk = rest
                m = _reaching(score, kept, m, kept, place, factor, rest, least)
            continue
        n = _add(ptr, doc, count, norm, value, cosine, slower[part[j]], terms[j], weights[j], score, touched, n)
        done += ptr[terms[j] + 1] - ptr[terms[j]]
        if k > 0 and done > check:
            check = 3 * done
            _, values = _best(score, touched, n, allowed, place, factor, k)
            if len(values) == k:
                least = values[0]
        if np.float32(rest) < np.float32(0.6) * least:
            few, shrunk = True, rest
            m = _reaching(score, touched, n, kept, place, factor, rest, least)
    rows, values = _best(score, kept if few else touched, m if few else n, allowed, place, factor, k)
    for i in range(n):
        score[touched[i]] = 0
    return rows, values * np.float32(1 / UNIT)


@compiled
def _reaching(
    score: Array, rows: Array, n: int, to: Array, place: Array, factor: Array, rest: int, least: Any
) -> int:  # fmt: skip
    """Copy to ``to`` those of ``rows[:n]`` that ``rest`` more may lift to ``least``; returns how many."""
    m = 0
    for i in range(n):
        d = rows[i]
        if np.float32(score[d] + rest) * factor[place[d]] >= least:
            to[m] = d
            m += 1
    return m


@compiled
def _best(
    score: Array, touched: Array, n: int, allowed: Array, place: Array, factor: Array, k: int
) -> tuple[Array, Array]:
    """The ``k`` best of ``touched[:n]`` and their scores, of equal ones the first rows; the worst comes first."""
    rows = np.empty(k, np.int32)
    values = np.empty(k, np.float32)
    size = 0
    for i in range(n):
        d = touched[i]
        s = np.float32(score[d])
        # No factor is above 1: most rows are out before their place is looked up.
        if size == k and (k == 0 or s < values[0]):
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
    return rows[:size], values[:size]
