"""The bridge to the learnt ranker: one of the few modules that import ``matching``.

A model is trained from decided pairings and described by figures; the one in force tells the chance that a pairing is
accepted. Work is done in threads. A stored model that is damaged or of another version is refused, and the words alone
rank.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

import msgspec
import numpy as np
from anyio import to_thread

from market.domain.matches import MatchReason
from market.domain.products import Product
from market.domain.ranker import Decided, Figures, Interval
from market.store import ranker as stored
from market.store.query import Db
from matching.features import Pair, features
from matching.ranker import (
    FOLDS,
    Judgements,
    ModelError,
    Ranker,
    dump,
    open_stored,
    read_stored,
    template,
    trial,
)
from matching.ranker import Progress as Progress
from matching.ranker import silent as silent
from matching.types import Document, Reason

log = logging.getLogger("market.learning")


class Learnt(msgspec.Struct, frozen=True, kw_only=True):
    """A trained model as it is stored, and how it did."""

    content: bytes
    figures: Figures
    calibrated: bool


class Described(msgspec.Struct, frozen=True, kw_only=True):
    """A pairing as a model sees it: the words' score and rank, the verdicts, the product."""

    score: float
    rank: int
    reasons: tuple[MatchReason, ...]
    product: Product | Decided


class Ranking:
    """The model in force."""

    def __init__(self, model_id: int, ranker: Ranker, *, calibrated: bool) -> None:
        self.model_id = model_id
        self.calibrated = calibrated
        self._ranker = ranker

    def chances(self, pairings: Sequence[Described]) -> list[float]:
        """For each pairing the probability that it is accepted. Computes: not for the event loop."""
        found = self._ranker.predict_proba(features([_pair(pairing) for pairing in pairings]))
        return [round(float(chance), 6) for chance in found]


async def in_force(db: Db, present: Ranking | None) -> Ranking | None:
    """The model in force; ``present`` itself when it still is, None when there is none or it is refused."""
    model = await stored.IN_FORCE.first(db)
    if model is None:
        return None
    if present is not None and present.model_id == model.id:
        return present
    ranker = await opened(model.content, model.id)
    return None if ranker is None else Ranking(model.id, ranker, calibrated=model.calibrated)


async def opened(content: bytes, model_id: int) -> Ranker | None:
    """The stored model, or None when it is refused."""
    try:
        ranker, _ = await to_thread.run_sync(open_stored, content)
    except ModelError as error:
        log.warning("ranker model %d is not used: %s", model_id, error)
        return None
    return ranker


async def usable(content: bytes) -> bool:
    """Whether the stored model is whole and of this version."""
    try:
        await to_thread.run_sync(read_stored, content)
    except ModelError:
        return False
    return True


STEPS = FOLDS + 1
"""Of a training: what the decisions say is read, and each part of the demands is held out once."""


async def learn(judged: Sequence[tuple[Decided, bool]], progress: Progress = silent) -> Learnt | None:
    """Train on decided pairings (True: accepted) and try the model; None when they are too few to learn from.

    ``progress`` is called in the thread that computes, with the steps done and STEPS.
    """
    return await to_thread.run_sync(_learn, judged, progress)


def _learn(judged: Sequence[tuple[Decided, bool]], progress: Progress) -> Learnt | None:
    decided = [match for match, _ in judged]
    texts = {match.demand_id: match.text for match in decided}
    templates = {demand_id: template(text) for demand_id, text in texts.items()}
    pairings = [Described(score=m.score, rank=m.rank, reasons=m.reasons, product=m) for m in decided]
    x = features([_pair(pairing) for pairing in pairings])
    judgements = Judgements(
        x=x,
        accepted=np.array([accepted for _, accepted in judged], bool),
        demand=[str(match.demand_id) for match in decided],
        template=[templates[match.demand_id] for match in decided],
    )
    progress(1, STEPS)
    tried = trial(judgements, progress=lambda done, _: progress(1 + done, STEPS))
    if tried.lexical is None or tried.learnt is None or tried.gain is None or tried.calibration is None:
        return None
    figures = Figures(
        demands=tried.demands,
        pairs=tried.pairs,
        lexical=Interval(*tried.lexical),
        learnt=Interval(*tried.learnt),
        gain=Interval(*tried.gain),
        calibration=tried.calibration,
        accepted=tried.accepted,
    )
    return Learnt(content=dump(judgements, tried), figures=figures, calibrated=tried.calibrated)


def _pair(pairing: Described) -> Pair:
    reasons = msgspec.convert(msgspec.to_builtins(pairing.reasons), tuple[Reason, ...])
    return Pair(pairing.score, pairing.rank, reasons, _document(pairing.product))


def _document(product: Product | Decided) -> Document:
    """What the features look at: what the product says, not what it says there."""
    return Document(
        id="",
        description=product.abstract,
        fields=tuple("field" for _ in product.fields),
        region=product.region,
        granularity=product.granularity,
        update_frequency=product.update_cycle or "",
        formats=product.formats,
        delivery=tuple(product.delivery),
        price=product.price,
    )
