"""Where an organisation's own demands stand: whose move it is, until when, and the one step that moves each on."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

import msgspec

from market.domain.demands import DemandState
from market.domain.lifecycles import DEMAND
from market.domain.machine import Party

D = DemandState

GROUPS: dict[str, frozenset[DemandState]] = {
    "draft": frozenset({D.DRAFT}),
    "broker": frozenset({D.SUBMITTED, D.TRIAGE, D.CLARIFYING}),
    "open": frozenset({D.OPEN, D.SUSPENDED}),
    "negotiation": frozenset({D.IN_NEGOTIATION, D.PARTLY_FULFILLED}),
    "done": frozenset(DemandState(state) for state in DEMAND.final),
}
"""The states a person looks for together."""
OWN_STATES = frozenset(map(DemandState, DEMAND.waits_for(Party.DEMANDER)))
"""States in which the demand itself waits for its own side."""


class OwnDemand(msgspec.Struct, frozen=True, kw_only=True):
    """A demand of one's own with what has come of it.

    The negotiation is the live one that waits for one's own side and is due first, else the one changed last.
    """

    id: int
    yours: bool
    """Whether it waits for one's own side."""
    state: DemandState
    title: str
    sealed: bool
    budget: Decimal | None
    needed_by: date | None
    due_at: datetime | None
    updated_at: datetime
    found: int
    """Matches that have been proposed and stand."""
    to_answer: int
    """Of them, those that wait for one's own word."""
    mutual: int
    match_due: datetime | None
    questions: int
    """Asked and not answered yet."""
    negotiation_id: int | None
    negotiation_held: bool
    negotiation_due: datetime | None


class Turn(StrEnum):
    """Whose move it is."""

    MINE = "mine"
    BROKER = "broker"
    THEIRS = "theirs"
    NOBODY = ""


class Step(StrEnum):
    """The one next step."""

    POST = "post"
    TRIAGE = "triage"
    ANSWER_BROKER = "answer_broker"
    NEGOTIATE = "negotiate"
    START = "start"
    ANSWER_MATCHES = "answer_matches"
    COMPARE = "compare"
    WAIT = "wait"
    SETTLE = "settle"
    NONE = ""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Who must do what by when, and where."""

    turn: Turn
    step: Step
    href: str
    due_at: datetime | None = None


def standing(own: OwnDemand) -> Standing:
    """The most urgent of what the demand waits for."""
    step, href, due_at = _step(own)
    if own.yours:
        turn = Turn.MINE
    elif step is Step.TRIAGE or (step is Step.NEGOTIATE and own.negotiation_held):
        turn = Turn.BROKER
    else:
        turn = Turn.THEIRS if step in (Step.NEGOTIATE, Step.COMPARE) else Turn.NOBODY
    return Standing(turn=turn, step=step, href=href, due_at=due_at)


def _step(own: OwnDemand) -> tuple[Step, str, datetime | None]:
    here = f"/demands/{own.id}"
    if own.state is D.DRAFT:
        return Step.POST, f"{here}/edit", own.due_at
    if own.state is D.CLARIFYING:
        return Step.ANSWER_BROKER, here, own.due_at
    if own.state in GROUPS["broker"]:
        return Step.TRIAGE, here, own.due_at
    if own.state in GROUPS["done"] or own.state is D.SUSPENDED:
        return Step.NONE, here, None
    if own.negotiation_id:
        return Step.NEGOTIATE, f"/negotiations/{own.negotiation_id}", own.negotiation_due
    return _step_of_matches(own, here)


def _step_of_matches(own: OwnDemand, here: str) -> tuple[Step, str, datetime | None]:
    grid = f"{here}#comparison"
    if own.mutual:
        return Step.START, grid, own.match_due
    if own.to_answer:
        return Step.ANSWER_MATCHES, grid, own.match_due
    if own.state in GROUPS["negotiation"]:
        return Step.SETTLE, here, None
    if own.found:
        return Step.COMPARE, grid, own.match_due
    return Step.WAIT, here, own.due_at
