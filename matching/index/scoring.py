"""The best rows for weighted terms, out of postings: the inner loops of a search, compiled by numba.

MaxScore (Turtle and Flood 1995), a term at a time within a block of rows. The scores of a block stay in the processor's
cache, and what the blocks before it found tells which terms can lift no row into the best: those are only added to
rows that they may still lift there. Scores are whole numbers, so that the order of addition changes nothing, and an
answer is what adding every posting would give, to the last bit.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from matching.compiled import Array, compiled
from matching.index import segment

LINE: Final = 128
"""Rows that are passed over together when none of them has enough."""

SHORT: Final = 16
"""The same within a line where one has."""

WHOLE: Final = np.float32(1 / segment.WHOLE)

EARLY: Final = 0.4
"""The part of the least of the best below which what the rest of the terms can add no longer finds new rows. At 1 the
fewest postings are added, but many rows are kept for the rest."""


def room(rows: int) -> tuple[NDArray[Any], ...]:
    """What a search in blocks of ``rows`` rows (a multiple of ``LINE``) works in: scores, which come and go as zeros,
    and room for rows and their scores."""
    return np.zeros(rows, np.int32), np.empty(rows, np.int32), np.empty(rows, np.int32)


@compiled
def _gain(posting: Any, norm: Array, cosine: bool, weight: Any) -> Any:
    """What a posting adds, in whole units: ``weight`` times the cosine's or BM25's ``count / (count + norm)``, each at
    most 1. Never 0, so that a score of 0 means a row nothing was added to."""
    if cosine:
        share = np.float32(posting & 0xFFFF) * WHOLE
    else:
        count = np.float32(posting >> 8 & 0xFF)
        share = count / (count + norm[posting & 0xFF])
    return np.int32(weight * share) + np.int32(1)


@compiled
def _seek(posting: Array, low: int, high: int, row: int) -> int:
    """The first position in ``low..high`` whose row is ``row`` or later; quick when it is near ``low``."""
    step = 1
    while low + step < high and posting[low + step] >> 16 < row:
        low += step
        step *= 2
    high = min(high, low + step)
    while low < high:
        middle = (low + high) >> 1
        if posting[middle] >> 16 < row:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def _add(posting: Array, norm: Array, cosine: bool, weight: Any, first: int, end: int, score: Array) -> None:
    """Add the postings ``first..end`` to the scores of their rows."""
    # What has no sign is looked up quicker: nothing counts from the end.
    for p in range(np.uint64(first), np.uint64(end)):
        score[np.uint64(posting[p] >> 16)] += _gain(posting[p], norm, cosine, weight)


@compiled
def _add_to(
    posting: Array, norm: Array, cosine: bool, weight: Any, first: int, end: int, rows: Array, totals: Array, n: int,
    nth: Array,
) -> None:  # fmt: skip
    """Add the postings ``first..end`` to the ``totals[:n]`` of ``rows[:n]``; ``nth`` of a row counts from 1."""
    if n * 8 > end - first:
        for p in range(np.uint64(first), np.uint64(end)):
            i = nth[np.uint64(posting[p] >> 16)]
            if i:
                totals[i - 1] += _gain(posting[p], norm, cosine, weight)
        return
    at = first
    for i in range(n):
        at = _seek(posting, at, end, rows[i])
        if at == end:
            break
        if posting[at] >> 16 == rows[i]:
            totals[i] += _gain(posting[at], norm, cosine, weight)


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
    body: Any, head: Any, gloss: Any, norm: Array, gloss_norm: Array, span: Array, allowed: Array, place: Array,
    sizes: Array, terms: Array, weights: Array, slower: Array, unit: Array, factors: Array, which: Array,
    k: int, score: Array, kept: Array, totals: Array,
) -> tuple[Array, Array, Array]:  # fmt: skip
    """The ``k`` best rows of each query and their scores, in any order, of equal ones the first rows; and how many
    there are.

    The parts are as ``segment.Part`` packs them. Query ``q`` has ``sizes[q, p]`` of the ``terms`` and their
    ``weights`` in part ``p``; ``slower[q]`` multiplies the norms of the body, and a score of 1 is ``unit[q]`` units. A
    score is multiplied by ``factors[which[q], place[row]]``, at most 1. The last three are a ``room``.
    """
    rows = np.empty((len(which), k), np.int32)
    values = np.empty((len(which), k), np.float32)
    found = np.zeros(len(which), np.int64)
    stop = 0
    for q in range(len(which)):
        size = sizes[q]
        first, stop = stop, stop + size.sum()
        part, known, units = _ordered(body, head, gloss, size, terms[first:stop], weights[first:stop] * unit[q])
        rest = _rest(part, units, np.array([slower[q], 1, 1], np.float32), span)
        found[q] = _best_of_one(
            body, head, gloss, slower[q] * norm, gloss_norm, allowed, place, part, known, units, rest,
            factors[which[q]], rows[q], values[q], score, kept, totals,
        )  # fmt: skip
        values[q] *= np.float32(1) / unit[q]
    return rows, values, found


@compiled
def _ordered(
    body: Any, head: Any, gloss: Any, sizes: Array, terms: Array, weights: Array
) -> tuple[Array, Array, Array]:  # fmt: skip
    """Part, number and weight of the terms that occur, what tells rows apart first."""
    part, at, key = np.empty(len(terms), np.uint8), np.empty(len(terms), np.int64), np.empty(len(terms), np.float32)
    n = j = 0
    for p in range(3):
        run, _, start, _ = body if p == 0 else head if p == 1 else gloss
        for _ in range(sizes[p]):
            often = start[run[terms[j] + 1]] - start[run[terms[j]]] if terms[j] < len(run) - 1 else 0
            if often > 0:
                part[n], at[n], key[n] = p, j, weights[j] / math.sqrt(often + 1.0)
                n += 1
            j += 1
    order = _falling(key[:n])
    return part[order], terms[at[order]], weights[at[order]]


@compiled
def _falling(key: Array) -> Array:
    """The order of positive numbers from the largest to the smallest, those alike to some sixteenth as they come."""
    leading = key.view(np.int32) >> 19  # the exponent and four bits: they rise as the numbers do
    end = np.zeros(int(leading.max()) + 1 if len(key) else 0, np.int64)
    for bits in leading:
        end[bits] += 1
    for bits in range(len(end) - 2, -1, -1):
        end[bits] += end[bits + 1]
    order = np.empty(len(key), np.int64)
    for i in range(len(key) - 1, -1, -1):
        end[leading[i]] -= 1
        order[end[leading[i]]] = i
    return order


@compiled
def _best_of_one(
    body: Any, head: Any, gloss: Any, norm: Array, gloss_norm: Array, allowed: Array, place: Array,
    part: Array, terms: Array, weights: Array, rest: Array, factor: Array,
    rows: Array, values: Array, score: Array, kept: Array, totals: Array,
) -> int:  # fmt: skip
    """The best rows of one query, into ``rows`` and ``values``; returns how many."""
    size, k = len(terms), len(rows)
    bounds = _bounds(body, head, gloss, part, terms, -(-len(place) // len(score)))
    postings = body[3], head[3], gloss[3]
    least = np.float32(0.0)
    found = added = 0
    look = 4 * k + 64
    for base in range(0, len(place), len(score)):
        few = False
        n = lifted = 0
        for j in range(size):
            if not few and np.float32(rest[j]) < np.float32(EARLY) * least:
                few, lifted = True, rest[j]
                n = _taken(score, base, place, factor, lifted, least, kept, totals, True)
                _numbered(kept, n, score)
            if few and n == 0:
                break
            first, end = bounds[base // len(score), j]
            posting = postings[0] if part[j] == 0 else postings[1] if part[j] == 1 else postings[2]
            norms, cosine = gloss_norm if part[j] == 2 else norm, part[j] == 1
            if few:
                _add_to(posting, norms, cosine, weights[j], first, end, kept, totals, n, score)
                if 2 * rest[j + 1] < lifted:
                    lifted = rest[j + 1]
                    n = _narrowed(base, place, factor, lifted, least, kept, totals, n, score)
                continue
            _add(posting, norms, cosine, weights[j], first, end, score)
            added += end - first
            if added > look:
                look = 6 * added
                least = _bar(
                    posting, first, end, score, base, allowed, place, factor, least, rows.copy(), values.copy(), found,
                    kept, totals,
                )  # fmt: skip
        if few:
            for i in range(n):
                score[kept[i]] = 0
        else:
            n = _taken(score, base, place, factor, 0, least, kept, totals, True)
        found = _offer(kept, totals, n, base, allowed, place, factor, rows, values, found)
        if found == k:
            least = max(least, values[0])
    return found


@compiled
def _bar(
    posting: Array, first: int, end: int, score: Array, base: int, allowed: Array, place: Array, factor: Array,
    least: Any, rows: Array, values: Array, found: int, kept: Array, totals: Array,
) -> Any:  # fmt: skip
    """What a row must have to be among the best, as far as scores are added, but no less than ``least``; uses up
    ``rows`` and ``values``. The postings are the last ones added: where every row would do theirs are enough."""
    if least > 0:
        n = _taken(score, base, place, factor, 0, least, kept, totals, False)
    else:
        n = _listed(posting, first, end, score, kept, totals)
    full = _offer(kept, totals, n, base, allowed, place, factor, rows, values, found) == len(rows)
    return max(least, values[0]) if full else least


@compiled
def _bounds(body: Any, head: Any, gloss: Any, part: Array, terms: Array, blocks: int) -> Array:
    """Where the postings of each block and term begin and end."""
    found = np.zeros((blocks, len(terms), 2), np.int64)
    for j in range(len(terms)):
        run, block, start, _ = body if part[j] == 0 else head if part[j] == 1 else gloss
        for r in range(run[terms[j]], run[terms[j] + 1]):
            found[block[r], j, 0], found[block[r], j, 1] = start[r], start[r + 1]
    return found


@compiled
def _reaches(total: Any, row: Any, place: Array, factor: Array, rest: int, least: Any) -> Any:
    """Whether ``rest`` more may lift a row to ``least``."""
    most = np.float32(total + rest)
    # No factor is above 1: most rows are out before their place is looked up.
    return most >= least and most * factor[place[row]] >= least


@compiled
def _taken(
    score: Array, base: int, place: Array, factor: Array, rest: int, least: Any,
    rows: Array, totals: Array, clean: bool,
) -> int:  # fmt: skip
    """Put into ``rows`` and ``totals`` the rows that ``rest`` more may lift to ``least``, rising, and their scores;
    returns how many. ``clean``: and leave only zeros."""
    n = 0
    for first in range(0, len(score), LINE):
        most = _most(score, first, LINE)
        if most == 0:
            continue
        if np.float32(most + rest) >= least:
            for near in range(first, first + LINE, SHORT):
                if np.float32(_most(score, near, SHORT) + rest) >= least:
                    for row in range(near, near + SHORT):
                        if score[row] and _reaches(score[row], base + row, place, factor, rest, least):
                            rows[n], totals[n] = row, score[row]
                            n += 1
        if clean:
            score[first : first + LINE] = 0
    return n


@compiled
def _listed(posting: Array, first: int, end: int, score: Array, rows: Array, totals: Array) -> int:
    """Put the rows of the postings ``first..end`` into ``rows`` and their scores so far into ``totals``; returns how
    many."""
    for p in range(first, end):
        row = np.int64(posting[p] >> 16)
        rows[p - first], totals[p - first] = row, score[row]
    return end - first


@compiled
def _most(score: Array, first: int, size: int) -> Any:
    """The highest of ``score[first : first + size]``."""
    most = np.int32(0)
    for row in range(np.uint64(first), np.uint64(first + size)):
        most = max(most, score[row])
    return most


@compiled
def _numbered(rows: Array, n: int, nth: Array) -> None:
    """Set ``nth`` of each of ``rows[:n]``, counting from 1."""
    for i in range(n):
        nth[rows[i]] = i + 1


@compiled
def _narrowed(
    base: int, place: Array, factor: Array, rest: int, least: Any, rows: Array, totals: Array, n: int, nth: Array
) -> int:  # fmt: skip
    """Keep of ``rows[:n]`` those that ``rest`` more may lift to ``least``; returns how many."""
    m = 0
    for i in range(n):
        nth[rows[i]] = 0
        if _reaches(totals[i], base + rows[i], place, factor, rest, least):
            rows[m], totals[m] = rows[i], totals[i]
            m += 1
            nth[rows[i]] = m
    return m


@compiled
def _offer(
    kept: Array, totals: Array, n: int, base: int, allowed: Array, place: Array, factor: Array, rows: Array,
    values: Array, size: int,
) -> int:  # fmt: skip
    """Offer ``kept[:n]`` to the best there are, ``rows[:size]``; of equal ones the first; the worst comes first."""
    k = len(rows)
    for i in range(n):
        d = kept[i] + base
        s = np.float32(totals[i])
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
