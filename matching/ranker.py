"""A ranker learnt from accepted and declined pairs, and the guard that decides whether it may be used.

Off unless it earns its place: ``trial`` compares it with the lexical order on this market's own judgements, by
cross-validation over demands, and only a gain whose 95 % bootstrap interval over demands lies above zero is
accepted. A stored model is its judgements and its figures, not executable code: opening it fits it again, and
a file that is damaged or was made by another version is refused (``ModelError``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import msgspec
import numpy as np
import sklearn
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from threadpoolctl import threadpool_limits

from matching.evaluate import Figure, bootstrap, ndcg
from matching.features import NAMES, RISING

LEAST_DEMANDS: Final = 40
"""Demands with both an accepted and a declined pair below which nothing is learnt."""

FOLDS: Final = 5
VERSION: Final = 1
Floats = NDArray[np.float32]


class ModelError(Exception):
    """A stored model that cannot be used."""


@dataclass(frozen=True, slots=True)
class Judgements:
    """Decided pairs: ``x`` (pairs, features), ``accepted`` (pairs,) and the demand of each pair."""

    x: Floats
    accepted: NDArray[np.bool_]
    demand: Sequence[str]

    @property
    def groups(self) -> NDArray[np.int64]:
        """Demands numbered in order of first appearance."""
        numbers: dict[str, int] = {}
        return np.array([numbers.setdefault(d, len(numbers)) for d in self.demand], np.int64)

    @property
    def telling(self) -> int:
        """How many demands have both an accepted and a declined pair."""
        groups = self.groups
        return sum(bool(0 < self.accepted[groups == g].mean() < 1) for g in np.unique(groups))


class Trial(msgspec.Struct, frozen=True):
    """The figures the guard decided on; ``gain`` is the paired difference of nDCG@10 per demand."""

    demands: int
    pairs: int
    lexical: Figure | None
    learnt: Figure | None
    gain: Figure | None
    accepted: bool
    reason: str


class _Stored(msgspec.Struct, frozen=True):
    version: int
    sklearn: str
    names: list[str]
    x: bytes
    accepted: bytes
    demand: list[str]
    trial: Trial


class Ranker:
    """Gradient boosted trees over pair features, with a calibrated probability.

    scikit-learn style: ``fit`` learns, ``predict_proba`` gives the probability that a pair is accepted.
    """

    def __init__(self, *, seed: int = 0) -> None:
        self.seed = seed

    def fit(self, judgements: Judgements) -> Self:
        """Learn from all ``judgements``; the calibration is learnt on predictions for held-out demands.

        :raises ValueError: fewer than ``LEAST_DEMANDS`` demands have both an accepted and a declined pair.
        """
        if judgements.telling < LEAST_DEMANDS:
            raise ValueError(f"{judgements.telling} demands with both decisions; {LEAST_DEMANDS} are needed")
        held_out = _held_out(judgements, self.seed)
        self._calibration = LogisticRegression().fit(held_out.reshape(-1, 1), judgements.accepted)
        self._trees = _grown(judgements.x, judgements.accepted, self.seed)
        return self

    def predict_proba(self, x: Floats) -> NDArray[np.float64]:
        """The probability of acceptance of each pair, shape (len(x),)."""
        if not len(x):
            return np.zeros(0)
        raw = self._trees.decision_function(x).reshape(-1, 1)
        return np.asarray(self._calibration.predict_proba(raw)[:, 1])


def _grown(x: Floats, accepted: NDArray[np.bool_], seed: int) -> Any:
    # Small trees and few: some hundred judgements are all a young market has.
    trees = HistGradientBoostingClassifier(
        max_iter=60,
        learning_rate=0.1,
        max_leaf_nodes=8,
        min_samples_leaf=15,
        l2_regularization=1.0,
        monotonic_cst=list(RISING),
        early_stopping=False,
        random_state=seed,
    )
    # On so little data threads cost more than they bring.
    with threadpool_limits(1, "openmp"):
        return trees.fit(x, accepted)


def _held_out(judgements: Judgements, seed: int) -> NDArray[np.float64]:
    """For every pair the raw prediction of trees that have not seen its demand."""
    groups = judgements.groups
    found = np.zeros(len(groups))
    for train, test in GroupKFold(FOLDS, shuffle=True, random_state=seed).split(judgements.x, groups=groups):
        trees = _grown(judgements.x[train], judgements.accepted[train], seed)
        found[test] = trees.decision_function(judgements.x[test])
    return found


def trial(judgements: Judgements, seed: int = 0) -> Trial:
    """Whether a ranker learnt from ``judgements`` beats the lexical order on demands it has not seen."""
    size = {"demands": judgements.telling, "pairs": len(judgements.accepted)}
    if judgements.telling < LEAST_DEMANDS:
        text = f"{judgements.telling} demands with both decisions; {LEAST_DEMANDS} are needed"
        return Trial(**size, lexical=None, learnt=None, gain=None, accepted=False, reason=text)
    lexical = _per_demand(judgements, judgements.x[:, NAMES.index("score")])
    learnt = _per_demand(judgements, _held_out(judgements, seed))
    gain = bootstrap(learnt - lexical)
    accepted = gain.low > 0
    text = "the gain is above zero" if accepted else "the interval of the gain is not above zero"
    return Trial(
        **size, lexical=bootstrap(lexical), learnt=bootstrap(learnt), gain=gain, accepted=accepted, reason=text
    )


def _per_demand(judgements: Judgements, order: NDArray[Any]) -> NDArray[np.float64]:
    """nDCG@10 of each telling demand with its pairs by falling ``order``, ties as unlucky as can be."""
    groups = judgements.groups
    found = []
    for g in np.unique(groups):
        rows = np.flatnonzero(groups == g)
        wanted = judgements.accepted[rows]
        if 0 < wanted.mean() < 1:
            ranked = rows[np.lexsort((wanted, -order[rows]))]
            grades = {str(row): int(judgements.accepted[row]) for row in rows}
            found.append(ndcg([str(row) for row in ranked], grades))
    return np.array(found)


def save(path: Path, judgements: Judgements, figures: Trial) -> None:
    """Store the model learnt from ``judgements``: its data and figures, followed by their digest."""
    body = msgspec.msgpack.encode(
        _Stored(
            version=VERSION,
            sklearn=sklearn.__version__,
            names=list(NAMES),
            x=np.ascontiguousarray(judgements.x, "<f4").tobytes(),
            accepted=np.packbits(judgements.accepted).tobytes(),
            demand=list(judgements.demand),
            trial=figures,
        )
    )
    path.write_bytes(body + hashlib.blake2b(body, digest_size=16).digest())


def load(path: Path) -> tuple[Ranker, Trial]:
    """The stored ranker, fitted again, and the figures it was accepted on.

    :raises ModelError: damaged, cut off, or made by another version of the code or of scikit-learn.
    """
    content = path.read_bytes()
    body, digest = content[:-16], content[-16:]
    if hashlib.blake2b(body, digest_size=16).digest() != digest:
        raise ModelError(f"{path}: damaged or cut off")
    try:
        stored = msgspec.msgpack.decode(body, type=_Stored)
    except msgspec.MsgspecError as error:
        raise ModelError(f"{path}: {error}") from error
    if (stored.version, stored.names, stored.sklearn) != (VERSION, list(NAMES), sklearn.__version__):
        raise ModelError(f"{path}: made by another version; train again")
    pairs = len(stored.demand)
    x = np.frombuffer(stored.x, "<f4").reshape(pairs, len(NAMES))
    accepted = np.unpackbits(np.frombuffer(stored.accepted, np.uint8), count=pairs).astype(bool)
    return Ranker().fit(Judgements(x, accepted, stored.demand)), stored.trial
