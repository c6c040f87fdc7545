"""Learning from decisions: which of them say something about relevance, what a model is, and what the desk shows.

Decision: a price that was too high, no capacity, a purchase elsewhere, a duplicate or an unlawful purpose are no
evidence that a pairing was wrong, and silence (expired, out of date) is no decision at all. A model taught by them
would learn who is busy or dear, not what fits.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

import msgspec

from market.domain.matches import Answer, DeclineCode, MatchReason, MatchState, RejectCode
from market.domain.words import N_

AGAINST: dict[RejectCode | DeclineCode, bool] = {
    RejectCode.WRONG_TOPIC: True,
    RejectCode.MUST_UNMET: True,
    RejectCode.DUPLICATE: False,
    RejectCode.UNLAWFUL_PURPOSE: False,
    RejectCode.POOR_DESCRIPTION: False,
    RejectCode.OTHER: False,
    DeclineCode.WRONG_TOPIC: True,
    DeclineCode.MISSING_FIELDS: True,
    DeclineCode.TOO_COARSE: True,
    DeclineCode.NOT_FRESH_ENOUGH: True,
    DeclineCode.WRONG_REGION: True,
    DeclineCode.DELIVERY_MODE: True,
    DeclineCode.TOO_EXPENSIVE: False,
    DeclineCode.BUDGET_TOO_LOW: False,
    DeclineCode.PURPOSE: False,
    DeclineCode.NO_CAPACITY: False,
    DeclineCode.FOUND_ELSEWHERE: False,
    DeclineCode.OTHER: False,
}
"""Whether a code says that the product does not answer the demand."""


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """A pairing somebody has decided on, with what a model is shown of it: the words' score and rank, the verdicts as
    they were shown, and the product."""

    demand_id: int
    product_id: int
    text: str
    score: float
    rank: int
    reasons: tuple[MatchReason, ...]
    state: MatchState
    broker_code: RejectCode | None
    demander_answer: Answer
    demander_code: DeclineCode | None
    supplier_code: DeclineCode | None
    abstract: str
    fields: tuple[dict[str, str], ...]
    region: str
    granularity: str
    update_cycle: str | None
    formats: tuple[str, ...]
    delivery: tuple[str, ...]
    price: Decimal | None


def judgement(match: Decided) -> bool | None:
    """Whether the product was found to answer the demand, or None when the decision does not say.

    A reason against it outweighs interest; without one the demander's interest is what counts.
    """
    codes = (
        match.broker_code if match.state is MatchState.REJECTED else None,
        match.demander_code,
        match.supplier_code,
    )
    if any(AGAINST[code] for code in codes if code):
        return False
    if match.state in (MatchState.MUTUAL, MatchState.CONVERTED) or match.demander_answer is Answer.INTERESTED:
        return True
    return None


class Interval(msgspec.Struct, frozen=True):
    """A mean with its 95 % bootstrap interval."""

    mean: float
    low: float
    high: float


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What a model was tried on and how it did: nDCG@10 over demands it has not seen, beside the words alone.

    ``calibration`` is the expected calibration error of its probabilities (0.1: off by ten points on average).
    """

    demands: int
    pairs: int
    lexical: Interval
    learnt: Interval
    gain: Interval
    calibration: float
    accepted: bool


class RankerModel(msgspec.Struct, frozen=True, kw_only=True):
    """A model as stored, without its contents. ``person_name`` None: trained by command."""

    id: int
    figures: Figures
    accepted: bool
    calibrated: bool
    person_name: str | None
    trained_at: datetime
    in_force: bool


class Failure(StrEnum):
    """Why a training brought no model."""

    TOO_FEW = "too_few"
    STOPPED = "stopped"
    BROKEN = "broken"


FAILURES: dict[Failure, str] = {
    Failure.TOO_FEW: N_("Too few decisions: it takes forty demands with both an accepted and a declined match."),
    Failure.STOPPED: N_("It was stopped."),
    Failure.BROKEN: N_("It broke off with an error; the log says which. Try again, or tell whoever runs the site."),
}


class Training(msgspec.Struct, frozen=True, kw_only=True):
    """A model being learnt, or how that ended. ``person_name`` None: by command.

    ``done`` of ``steps`` are done. Of ``model_id`` and ``failure`` one is there once it has ended.
    """

    id: int
    person_name: str | None
    asked_at: datetime
    begun_at: datetime | None
    ended_at: datetime | None
    done: int
    steps: int
    model_id: int | None
    won: bool | None
    """Whether the model won its trial and may rank."""
    failure: Failure | None


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """When which model was put in force, by whom; ``model_id`` None: the words alone."""

    id: int
    model_id: int | None
    action: str
    back_to: int | None
    person_name: str | None
    at: datetime


class Week(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the pairings proposed in one week (from Monday ``begins``, Chinese time)."""

    begins: date
    proposed: int
    accepted: int
    declined: int
    waiting: int
    ended: int


class Wrong(msgspec.Struct, frozen=True, kw_only=True):
    """How often a code was given, by the broker or a side, in the weeks that are told of."""

    by: str
    code: str
    count: int

    @property
    def teaches(self) -> bool:
        """Whether a model learns from it."""
        return AGAINST[RejectCode(self.code) if self.by == "broker" else DeclineCode(self.code)]


class Missed(msgspec.Struct, frozen=True, kw_only=True):
    """A pairing of the matcher's that was turned down, by the broker or a side, for the reason ``code``."""

    match_id: int
    demand_title: str
    product_title: str
    by: str
    code: str
    at: datetime
