"""Where an organisation's own demands stand: whose move it is, until when, and the one step that moves each on."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

import msgspec

from market.domain.demands import DemandState
from market.domain.lifecycles import DEMAND, NEGOTIATION
from market.domain.machine import Party
from market.domain.negotiations import NegotiationState

D = DemandState

GROUPS: dict[str, frozenset[DemandState]] = {
    "draft": frozenset({D.DRAFT}),
    "broker": frozenset({D.SUBMITTED, D.TRIAGE, D.CLARIFYING}),
    "open": frozenset({D.OPEN, D.SUSPENDED}),
    "negotiation": frozenset({D.IN_NEGOTIATION, D.PARTLY_FULFILLED}),
    "done": frozenset(DemandState(state) for state in DEMAND.final),
}
"""The states a person looks for together."""


class OwnDemand(msgspec.Struct, frozen=True, kw_only=True):
    """A demand of one's own with what has come of it. The negotiation is the live one changed last."""

    id: int
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
    negotiation_state: NegotiationState | None
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
    here = f"/demands/{own.id}"
    if own.state is D.DRAFT:
        return Standing(turn=Turn.MINE, step=Step.POST, href=f"{here}/edit", due_at=own.due_at)
    if own.state is D.CLARIFYING:
        return Standing(turn=Turn.MINE, step=Step.ANSWER_BROKER, href=here, due_at=own.due_at)
    if own.state in GROUPS["broker"]:
        return Standing(turn=Turn.BROKER, step=Step.TRIAGE, href=here, due_at=own.due_at)
    if own.state in GROUPS["done"] or own.state is D.SUSPENDED:
        return Standing(turn=Turn.NOBODY, step=Step.NONE, href=here)
    if own.negotiation_id and own.negotiation_state:
        ahead = NEGOTIATION.moves_on(own.negotiation_state)
        mine = ahead is not None and Party.CONSUMER in ahead.by
        turn = Turn.BROKER if own.negotiation_held else Turn.MINE if mine else Turn.THEIRS
        href = f"/negotiations/{own.negotiation_id}"
        return Standing(turn=turn, step=Step.NEGOTIATE, href=href, due_at=own.negotiation_due)
    return _of_matches(own, here)


def _of_matches(own: OwnDemand, here: str) -> Standing:
    grid = f"{here}#comparison"
    if own.mutual:
        return Standing(turn=Turn.MINE, step=Step.START, href=grid, due_at=own.match_due)
    if own.to_answer:
        return Standing(turn=Turn.MINE, step=Step.ANSWER_MATCHES, href=grid, due_at=own.match_due)
    if own.state in GROUPS["negotiation"]:
        return Standing(turn=Turn.MINE, step=Step.SETTLE, href=here)
    if own.found:
        return Standing(turn=Turn.THEIRS, step=Step.COMPARE, href=grid, due_at=own.match_due)
    return Standing(turn=Turn.NOBODY, step=Step.WAIT, href=here, due_at=own.due_at)
