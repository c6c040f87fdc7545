"""The terms of documents counted: from the lists of terms each one has to a part of a segment."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from matching.index import kernels
from matching.index.segment import BETWEEN, SCALE, WHOLE, Part
from matching.lists import Lists, ends

MOST: Final = 255
VALUES: Final = np.log1p(np.arange(MOST + 1) / SCALE)
"""What each count is in the head: its logarithm."""


def counted(
    lists: Lists, held: NDArray[np.int32], worth: NDArray[Any] | Lists, size: int, cosine: bool = False
) -> Part:
    """The part, over ``size`` terms, of documents that have the ``lists`` in their columns of ``held``.

    :param worth: in eighths what a term counts for, by row of ``held`` or by its place in ``lists``.
    :param cosine: whether to store the shares of a unit vector (see ``Part``).
    """
    if isinstance(worth, Lists):
        rows, each = np.ones(len(held), np.int64), worth.numbers
    else:
        rows, each = worth.astype(np.int64), np.ones(len(lists.numbers), np.uint8)
    terms, counts, ptr = kernels.count_terms(held, rows, *lists, each, size, MOST)
    length = (rows @ np.diff(ends(each)[lists.ptr])[held]).astype(np.float32)
    code = _shares(counts, ptr) if cosine else _counted(counts, ptr, length)
    part = Part.of(kernels.invert(terms, code, ptr, size), length)
    return replace(part, run=part.run.astype(np.int32), start=part.start.astype(np.int32))


def _counted(counts: NDArray[np.uint8], ptr: NDArray[np.int64], length: NDArray[np.float32]) -> NDArray[np.uint16]:
    """Each count with the number of the one of ``LENGTHS`` nearest to that of its document."""
    near = np.searchsorted(BETWEEN, length).astype(np.uint16)
    return np.asarray(counts.astype(np.uint16) << 8 | np.repeat(near, np.diff(ptr)), np.uint16)


def _shares(counts: NDArray[np.uint8], ptr: NDArray[np.int64]) -> NDArray[np.uint16]:
    """What each count is in the unit vector of its document, in ``WHOLE``."""
    values = VALUES[counts]
    norm = np.sqrt(_sums(values**2, ptr))
    shares: NDArray[np.uint16] = np.rint(WHOLE * values / np.repeat(norm, np.diff(ptr))).astype(np.uint16)
    return shares


def _sums(values: NDArray[Any], ptr: NDArray[np.int64]) -> NDArray[np.float64]:
    """The sum of each ``values[ptr[i]:ptr[i + 1]]``, whatever stands before it."""
    return np.asarray(kernels.sums(values, ptr), np.float64)
