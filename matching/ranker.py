"""A ranker learnt from accepted and declined pairs, and the guard that decides whether it may be used.

Off unless it earns its place: ``trial`` compares it with the lexical order on this market's own judgements, by
cross-validation over demands, and only a gain whose 95 % bootstrap interval over demands lies above zero is
accepted. Demands written from one template count as one, or a model that learnt a template by heart would seem to
know what it has not seen. A stored model is its judgements and its figures, not executable code: opening it fits it
again, and one that is damaged or was made by another version is refused (``ModelError``).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import metadata
from typing import Any, Final, Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from matching import regions
from matching.evaluate import Figure, bootstrap, ndcg
from matching.features import NAMES, RISING
from matching.text import normalise

LEAST_DEMANDS: Final = 40
"""Demands with both an accepted and a declined pair below which nothing is learnt."""

LARGEST_ERROR: Final = 0.1
"""The calibration error up to which a probability may be shown."""

FOLDS: Final = 5
BINS: Final = 5
VERSION: Final = 2
Floats = NDArray[np.float32]
Progress = Callable[[int, int], None]
"""Told how many steps of a trial are done, and of how many; what it raises ends the trial."""
_NOT_WORDS: Final = re.compile(r"[\W\d_]+")


class ModelError(Exception):
    """A stored model that cannot be used."""


@dataclass(frozen=True, slots=True)
class Judgements:
    """Decided pairs: ``x`` (pairs, features), ``accepted`` (pairs,), and of each pair the demand and the template
    it was written from (see ``template``); without templates every demand is its own."""

    x: Floats
    accepted: NDArray[np.bool_]
    demand: Sequence[str]
    template: Sequence[str] | None = None

    @property
    def demands(self) -> NDArray[np.int64]:
        """The demand of each pair, numbered in order of first appearance."""
        return _numbered(self.demand)

    @property
    def groups(self) -> NDArray[np.int64]:
        """The template of each pair, numbered; never parted by a fold."""
        return _numbered(self.demand if self.template is None else self.template)

    @property
    def telling(self) -> int:
        """How many templates have a demand with both an accepted and a declined pair."""
        groups = self.groups
        return len({groups[rows[0]] for rows in _telling(self)})


class Trial(msgspec.Struct, frozen=True):
    """The figures the guard decided on; ``gain`` is the paired difference of nDCG@10 per demand.

    ``calibration`` is the expected calibration error (Naeini and others 2015) of probabilities for demands not seen.
    """

    demands: int
    pairs: int
    lexical: Figure | None
    learnt: Figure | None
    gain: Figure | None
    calibration: float | None
    accepted: bool
    reason: str

    @property
    def calibrated(self) -> bool:
        """Whether its probabilities may be shown."""
        return self.calibration is not None and self.calibration <= LARGEST_ERROR


class _Stored(msgspec.Struct, frozen=True):
    version: int
    sklearn: str
    names: list[str]
    x: bytes
    accepted: bytes
    demand: list[str]
    template: list[str] | None
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
            raise ValueError(_too_few(judgements.telling))
        from sklearn.linear_model import LogisticRegression

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


def template(text: str) -> str:
    """What is left of a demand's text without places, numbers and punctuation: equal for texts from one template."""
    for place in regions.find(text):
        text = text.replace(place.phrase, " ")
    return _NOT_WORDS.sub(" ", normalise(text)).strip()


def _numbered(names: Sequence[str]) -> NDArray[np.int64]:
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(name, len(numbers)) for name in names], np.int64)


def _telling(judgements: Judgements) -> Iterator[NDArray[np.int64]]:
    """The pairs of each demand that has both decisions."""
    demands = judgements.demands
    order = np.argsort(demands, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(demands[order])) + 1):
        if 0 < judgements.accepted[rows].sum() < len(rows):
            yield rows


def _too_few(telling: int) -> str:
    return f"{telling} demands with both decisions; {LEAST_DEMANDS} are needed"


def _grown(x: Floats, accepted: NDArray[np.bool_], seed: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier
    from threadpoolctl import threadpool_limits

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


def _folds(judgements: Judgements, seed: int) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    from sklearn.model_selection import GroupKFold

    yield from GroupKFold(FOLDS, shuffle=True, random_state=seed).split(judgements.x, groups=judgements.groups)


def silent(done: int, total: int) -> None:
    """Tell nobody."""


def _held_out(judgements: Judgements, seed: int, progress: Progress = silent) -> NDArray[np.float64]:
    """For every pair the raw prediction of trees that have not seen its demand."""
    found = np.zeros(len(judgements.accepted))
    for done, (train, test) in enumerate(_folds(judgements, seed), 1):
        trees = _grown(judgements.x[train], judgements.accepted[train], seed)
        found[test] = trees.decision_function(judgements.x[test])
        progress(done, FOLDS)
    return found


def trial(judgements: Judgements, seed: int = 0, progress: Progress = silent) -> Trial:
    """Whether a ranker learnt from ``judgements`` beats the lexical order on demands it has not seen."""
    telling, pairs = judgements.telling, len(judgements.accepted)
    if telling < LEAST_DEMANDS:
        return Trial(telling, pairs, None, None, None, None, accepted=False, reason=_too_few(telling))
    lexical_order = judgements.x[:, NAMES.index("score")].astype(float)
    held_out = _held_out(judgements, seed, progress)
    lexical = _per_template(judgements, lexical_order, lexical_order)
    learnt = _per_template(judgements, held_out, lexical_order)
    gain = bootstrap(learnt - lexical)
    accepted = gain.low > 0
    text = "the gain is above zero" if accepted else "the interval of the gain is not above zero"
    error = _calibration_error(judgements, held_out, seed)
    figures = (bootstrap(lexical), bootstrap(learnt), gain, error)
    return Trial(telling, pairs, *figures, accepted=accepted, reason=text)


def _per_template(
    judgements: Judgements, order: NDArray[np.float64], among_equals: NDArray[np.float64]
) -> NDArray[np.float64]:
    """nDCG@10 of the telling demands with their pairs by falling ``order``, equals by ``among_equals``, what is still
    equal as unlucky as can be; the mean over the demands of each template."""
    groups = judgements.groups
    found: dict[int, list[float]] = {}
    for rows in _telling(judgements):
        ranked = rows[np.lexsort((judgements.accepted[rows], -among_equals[rows], -order[rows]))]
        grades = {str(row): int(judgements.accepted[row]) for row in rows}
        found.setdefault(int(groups[rows[0]]), []).append(ndcg([str(row) for row in ranked], grades))
    return np.array([np.mean(values) for values in found.values()])


def _calibration_error(judgements: Judgements, held_out: NDArray[np.float64], seed: int) -> float:
    """How far probabilities are from what came of them, in bins of equal size; the calibration has not seen them."""
    from sklearn.linear_model import LogisticRegression

    probability = np.zeros(len(held_out))
    for train, test in _folds(judgements, seed + 1):
        learnt = LogisticRegression().fit(held_out[train].reshape(-1, 1), judgements.accepted[train])
        probability[test] = learnt.predict_proba(held_out[test].reshape(-1, 1))[:, 1]
    bins = np.array_split(np.argsort(probability, kind="stable"), BINS)
    off = [abs(probability[rows].mean() - judgements.accepted[rows].mean()) * len(rows) for rows in bins if len(rows)]
    return float(sum(off) / len(probability))


def dump(judgements: Judgements, figures: Trial) -> bytes:
    """The model learnt from ``judgements`` as it is stored: its data and figures, followed by their digest."""
    body = msgspec.msgpack.encode(
        _Stored(
            version=VERSION,
            sklearn=metadata.version("scikit-learn"),
            names=list(NAMES),
            x=np.ascontiguousarray(judgements.x, "<f4").tobytes(),
            accepted=np.packbits(judgements.accepted).tobytes(),
            demand=list(judgements.demand),
            template=None if judgements.template is None else list(judgements.template),
            trial=figures,
        )
    )
    return body + hashlib.blake2b(body, digest_size=16).digest()


def open_stored(content: bytes) -> tuple[Ranker, Trial]:
    """The stored ranker, fitted again, and the figures it was tried with.

    :raises ModelError: damaged, cut off, or made by another version of the code or of scikit-learn.
    """
    judgements, figures = read_stored(content)
    return Ranker().fit(judgements), figures


def read_stored(content: bytes) -> tuple[Judgements, Trial]:
    """What a stored ranker is learnt from, and the figures it was tried with; nothing is fitted.

    :raises ModelError: as ``open_stored``.
    """
    body, digest = content[:-16], content[-16:]
    if hashlib.blake2b(body, digest_size=16).digest() != digest:
        raise ModelError("damaged or cut off")
    try:
        stored = msgspec.msgpack.decode(body, type=_Stored)
    except msgspec.MsgspecError as error:
        raise ModelError("made by another version; train again") from error
    if (stored.version, stored.names, stored.sklearn) != (VERSION, list(NAMES), metadata.version("scikit-learn")):
        raise ModelError("made by another version; train again")
    pairs = len(stored.demand)
    x = np.frombuffer(stored.x, "<f4").reshape(pairs, len(NAMES))
    accepted = np.unpackbits(np.frombuffer(stored.accepted, np.uint8), count=pairs).astype(bool)
    return Judgements(x, accepted, stored.demand, stored.template), stored.trial
