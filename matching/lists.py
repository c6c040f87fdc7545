"""Many short lists of numbers in two arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


class Lists(NamedTuple):
    """List ``i`` is ``numbers[ptr[i]:ptr[i + 1]]``."""

    numbers: NDArray[Any]
    ptr: NDArray[np.int64]

    def at(self, i: int) -> list[int]:
        """List ``i``."""
        found: list[int] = self.numbers[self.ptr[i] : self.ptr[i + 1]].tolist()
        return found

    def then(self, *others: Lists) -> Lists:
        """These lists and after them ``others``."""
        ptr, end = [self.ptr], int(self.ptr[-1])
        for other in others:
            ptr.append(other.ptr[1:] + end)
            end += int(other.ptr[-1])
        return Lists(np.concatenate([self.numbers, *(other.numbers for other in others)]), np.concatenate(ptr))

    def through(self, lists: Lists) -> Lists:
        """In place of each number the list of that number in ``lists``."""
        sizes = np.diff(lists.ptr)[self.numbers]
        ptr = ends(sizes)
        at = np.arange(ptr[-1]) - np.repeat(ptr[:-1] - lists.ptr[self.numbers], sizes)
        return Lists(lists.numbers[at], ptr[self.ptr])


def ends(sizes: Sequence[int] | NDArray[Any]) -> NDArray[np.int64]:
    """Where lists of these sizes begin and end."""
    return np.append(0, np.cumsum(sizes, dtype=np.int64))
