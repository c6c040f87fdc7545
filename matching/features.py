"""What a learnt ranker sees of a pair: where words alone put it, and the verdicts line by line.

Everything is known of the pair by itself, so a pair decided long ago and one found now are described alike. Nothing
identifies a product or an organisation, so that a model learns what matters and not who won.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np
from numpy.typing import NDArray

from matching.types import Document, Kind, Level, Reason, Verdict

NAMES: Final = (
    "score",
    "reciprocal_rank",
    *(f"{kind.value}_{verdict.value}" for kind in Kind for verdict in (Verdict.MET, Verdict.UNMET)),
    "must_met",
    "must_unmet",
    "must_unknown",
    "other_met",
    "other_unmet",
    "stated",
    "free",
)
"""The columns of a feature matrix."""

RISING: Final = tuple(1 if name in ("score", "must_met") else -1 if name == "must_unmet" else 0 for name in NAMES)
"""Columns a prediction may only rise (1) or fall (-1) with."""

_SAID: Final = ("description", "fields", "region", "granularity", "update_frequency", "formats", "delivery", "price")


@dataclass(frozen=True, slots=True)
class Pair:
    """A demand's pairing with a product: lexical ``score`` and ``rank`` (from 1), the verdicts, the product."""

    score: float
    rank: int
    reasons: Sequence[Reason]
    document: Document


def features(pairs: Sequence[Pair]) -> NDArray[np.float32]:
    """Shape (len(pairs), len(NAMES))."""
    rows = [[p.score, 1 / max(p.rank, 1), *_verdicts(p.reasons), *_product(p.document)] for p in pairs]
    return np.array(rows, np.float32).reshape(len(rows), len(NAMES))


def _verdicts(reasons: Sequence[Reason]) -> list[float]:
    def share(level_is_must: bool, verdict: Verdict) -> float:
        lines = [r for r in reasons if (r.level is Level.MUST) == level_is_must]
        return sum(r.verdict is verdict for r in lines) / len(lines) if lines else 0.0

    by_kind = [
        float(sum(r.kind is kind and r.verdict is verdict for r in reasons))
        for kind in Kind
        for verdict in (Verdict.MET, Verdict.UNMET)
    ]
    must = [share(True, verdict) for verdict in (Verdict.MET, Verdict.UNMET, Verdict.UNKNOWN)]
    return [*by_kind, *must, share(False, Verdict.MET), share(False, Verdict.UNMET)]


def _product(document: Document) -> list[float]:
    said = sum(getattr(document, name) not in ("", (), None) for name in _SAID) / len(_SAID)
    return [said, float(document.price == Decimal(0))]
