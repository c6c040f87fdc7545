"""The inner loops of making an index, compiled by numba; they hold no lock and release the interpreter's.

Postings are three arrays: ``ptr`` (terms + 1), ``doc`` (row of each posting, rising within a term) and
``count`` (weighted occurrences, see ``segment.SCALE``).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

Array = Any


def compiled(function: Any) -> Any:
    """``function`` compiled, and kept for later processes where there is a folder to keep it in."""
    try:
        return njit(nogil=True, cache=True, error_model="numpy")(function)
    except RuntimeError:  # neither beside this file nor in NUMBA_CACHE_DIR nor in the home folder may be written
        return njit(nogil=True, error_model="numpy")(function)


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
