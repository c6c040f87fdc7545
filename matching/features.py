"""What a learnt ranker sees of a pair: the lexical score, and the verdicts line by line.

Nothing here identifies a product or an organisation, so that a model learns what matters and not who won.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

import numpy as np
from numpy.typing import NDArray

from matching.types import Document, Kind, Level, Reason, Verdict

NAMES: Final = (
    "score",
    "score_to_best",
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


def features(
    scores: Mapping[str, float], reasons: Mapping[str, Sequence[Reason]], documents: Mapping[str, Document]
) -> NDArray[np.float32]:
    """The features of one demand's candidates: shape (len(scores), len(NAMES)), in the order of ``scores``."""
    ranked = sorted(scores, key=lambda product: (-scores[product], product))
    rank = {product: n for n, product in enumerate(ranked, 1)}
    best = max(scores.values(), default=0.0) or 1.0
    rows = [
        [score, score / best, 1 / rank[product], *_verdicts(reasons.get(product, ())), *_product(documents[product])]
        for product, score in scores.items()
    ]
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
