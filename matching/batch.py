"""Many demands at once: each process opens the same stored index, mapped into memory, and answers its portions."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Final

import msgspec

from matching import persist
from matching.matcher import Matcher
from matching.processes import spread
from matching.types import Demand, Match

PORTION: Final = 500
"""Demands one process answers at a time."""

EXPLAINED: Final = 50
"""The same when their matches are explained."""

BATCH: Final = "batch"


def answers(matcher: Matcher, demands: Sequence[Demand], k: int, reasons: bool, today: date) -> Iterator[list[Match]]:
    """What ``matcher`` answers to each demand in turn, the same as one by one.

    Needs room in the folder for temporary files: as much as the index.
    """
    size = EXPLAINED if reasons else PORTION
    with tempfile.TemporaryDirectory(prefix="matching-") as folder:
        stored = str(persist.save(matcher, Path(folder), BATCH))
        portions = (msgspec.msgpack.encode(demands[at : at + size]) for at in range(0, len(demands), size))
        for answer in spread(_answered, ((stored, portion, k, reasons, today) for portion in portions)):
            yield from msgspec.msgpack.decode(answer, type=list[list[Match]])


@lru_cache(maxsize=1)
def _opened(stored: str) -> Matcher:
    return persist.load(Path(stored).parent, BATCH).matcher


def _answered(stored: str, portion: bytes, k: int, reasons: bool, today: date) -> bytes:
    demands = msgspec.msgpack.decode(portion, type=list[Demand])
    return msgspec.msgpack.encode(list(_opened(stored).here(demands, k, reasons=reasons, today=today)))
