"""The inner loops of making an index, compiled by numba; they hold no lock and release the interpreter's.

While they are made, postings are three arrays: ``ptr`` (terms + 1), ``doc`` (row of each posting, rising within a term)
and ``code`` (16 bits that say what the term is in that row, see ``segment.Part``). What is made is packed.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from matching.compiled import Array, compiled

LAST: Final = 1 << 62
"""The row after every row."""


@compiled
def count_terms(
    held: Array, weights: Array, numbers: Array, ptr: Array, worth: Array, size: int, cap: int
) -> tuple[Array, Array, Array]:
    """Unique terms of each document with their summed weights, at most ``cap``, in order of first appearance.

    Document ``d`` has the terms ``numbers[ptr[l]:ptr[l + 1]]`` of each list ``l`` in ``held[:, d]``, each for as much
    as it is ``worth`` times the weight of the row; ``size`` is the number of terms there are.
    """
    most = 0
    for row in range(held.shape[0]):
        for d in range(held.shape[1]):
            most += ptr[held[row, d] + 1] - ptr[held[row, d]]
    place = np.full(size, -1, np.int64)
    terms = np.empty(most, np.int32)
    counts = np.empty(most, np.uint8)
    out = np.zeros(held.shape[1] + 1, np.int64)
    n = 0
    for d in range(held.shape[1]):
        first = n
        for row in range(held.shape[0]):
            for i in range(ptr[held[row, d]], ptr[held[row, d] + 1]):
                term = numbers[i]
                at = place[term]
                if at < first:
                    place[term] = at = n
                    terms[n] = term
                    counts[n] = 0
                    n += 1
                counts[at] = min(cap, np.int64(counts[at]) + weights[row] * np.int64(worth[i]))
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
def invert(terms: Array, codes: Array, ptr: Array, size: int) -> tuple[Array, Array, Array]:
    """Postings by term of documents by row."""
    where = np.zeros(size + 1, np.int64)
    for t in terms:
        where[t + 1] += 1
    for t in range(size):
        where[t + 1] += where[t]
    post_ptr = where.copy()
    doc = np.empty(len(terms), np.int32)
    code = np.empty(len(terms), np.uint16)
    for d in range(len(ptr) - 1):
        for i in range(ptr[d], ptr[d + 1]):
            p = where[terms[i]]
            doc[p] = d
            code[p] = codes[i]
            where[terms[i]] = p + 1
    return post_ptr, doc, code


@compiled
def pack(ptr: Array, doc: Array, code: Array, rows: int) -> tuple[Array, Array, Array, Array]:
    """``run``, ``block``, ``start`` and ``posting`` of ``segment.Part``, in blocks of ``rows`` rows; takes ``doc``'s
    memory."""
    run = np.zeros(len(ptr), np.int64)
    n = 0
    for t in range(len(ptr) - 1):
        last = -1
        for p in range(ptr[t], ptr[t + 1]):
            n += doc[p] // rows != last
            last = doc[p] // rows
        run[t + 1] = n
    block, start = np.empty(n, np.uint16), np.empty(n + 1, np.int64)
    start[n] = len(doc)
    posting = doc.view(np.uint32)
    n = 0
    for t in range(len(ptr) - 1):
        last = -1
        for p in range(ptr[t], ptr[t + 1]):
            of = doc[p] // rows
            if of != last:
                block[n], start[n], last = of, p, of
                n += 1
            posting[p] = (doc[p] - of * rows) << 16 | code[p]
    return run, block, start, posting


@compiled
def _living(part: Any, row: Array, rows: int, p: int, end: int, r: int) -> tuple[int, int, Any]:
    """The first posting from ``p`` of run ``r`` on whose row stays, its run and its new row (at the end ``LAST``)."""
    _, block, start, posting = part
    while p < end:
        while start[r + 1] <= p:
            r += 1
        new = row[np.int64(block[r]) * rows + np.int64(posting[p] >> 16)]
        if new >= 0:
            return p, r, np.int64(new)
        p += 1
    return p, r, LAST


@compiled
def merge(one: Any, row: Array, other: Any, row2: Array, size: int, rows: int) -> tuple[Array, Array, Array]:
    """Two sets of packed postings as one over ``size`` terms; ``row`` and ``row2`` hold the new row of each old one,
    rising, and -1 where it is left out."""
    ptr = np.zeros(size + 1, np.int64)
    doc = np.empty(len(one[3]) + len(other[3]), np.int32)
    code = np.empty(len(doc), np.uint16)
    n = 0
    for t in range(size):
        r, last = (one[0][t], one[0][t + 1]) if t < len(one[0]) - 1 else (0, 0)
        s, last2 = (other[0][t], other[0][t + 1]) if t < len(other[0]) - 1 else (0, 0)
        end, end2 = one[2][last], other[2][last2]
        i, r, new = _living(one, row, rows, one[2][r], end, r)
        j, s, new2 = _living(other, row2, rows, other[2][s], end2, s)
        while new != new2:  # they are so only at the end of both
            if new < new2:
                doc[n], code[n] = new, one[3][i] & 0xFFFF
                i, r, new = _living(one, row, rows, i + 1, end, r)
            else:
                doc[n], code[n] = new2, other[3][j] & 0xFFFF
                j, s, new2 = _living(other, row2, rows, j + 1, end2, s)
            n += 1
        ptr[t + 1] = n
    return ptr, doc[:n].copy(), code[:n].copy()


@compiled
def append(part: Any, numbers: Array, first: int, rows: int, free: Array, doc: Array, code: Array) -> None:
    """Write packed postings whose terms are renumbered ``numbers`` and whose rows begin at ``first`` to where ``free``
    points for each term, and move it on."""
    run, block, start, posting = part
    for t in range(len(run) - 1):
        at = free[numbers[t]]
        for r in range(run[t], run[t + 1]):
            base = first + np.int64(block[r]) * rows
            for p in range(start[r], start[r + 1]):
                doc[at] = base + np.int64(posting[p] >> 16)
                code[at] = posting[p] & 0xFFFF
                at += 1
        free[numbers[t]] = at
