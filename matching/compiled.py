"""Inner loops compiled by numba: they hold no lock and release the interpreter's."""

from __future__ import annotations

from typing import Any

from numba import njit

Array = Any


def compiled(function: Any) -> Any:
    """``function`` compiled, and kept for later processes where there is a folder to keep it in."""
    try:
        return njit(nogil=True, cache=True, error_model="numpy")(function)
    except RuntimeError:  # neither beside this file nor in NUMBA_CACHE_DIR nor in the home folder may be written
        return njit(nogil=True, error_model="numpy")(function)
