"""Many demands at once: each process opens the same stored index, mapped into memory, and answers its portions."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

import msgspec

from matching import persist
from matching.lexical import Hit
from matching.matcher import Matcher
from matching.processes import spread
from matching.types import Demand

PORTION: Final = 500
"""Demands one process answers at a time."""


def hits_of_many(matcher: Matcher, demands: Sequence[Demand], k: int) -> list[list[Hit]]:
    """What ``matcher`` answers to each demand, (id, score) best first, the same as one by one.

    Needs room in the folder for temporary files: as much as the index.
    """
    with tempfile.TemporaryDirectory(prefix="matching-") as folder:
        stored = persist.save(matcher, Path(folder), BATCH)
        portions = (msgspec.msgpack.encode(demands[at : at + PORTION]) for at in range(0, len(demands), PORTION))
        answers = spread(_answered, ((str(stored), portion, k) for portion in portions))
        return [hits for answer in answers for hits in msgspec.msgpack.decode(answer, type=list[list[Hit]])]


BATCH: Final = "batch"


@lru_cache(maxsize=1)
def _opened(stored: str) -> Matcher:
    return persist.load(Path(stored).parent, BATCH).matcher


def _answered(stored: str, portion: bytes, k: int) -> bytes:
    demands = msgspec.msgpack.decode(portion, type=list[Demand])
    found = _opened(stored).match(demands, k)
    return msgspec.msgpack.encode([[(match.product, match.score) for match in matches] for matches in found])
