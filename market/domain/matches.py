"""Match proposals: one demand, one product, the reasons, and what each side said."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import msgspec

from market.domain.demands import DemandState, LineKind, LineLevel
from market.domain.products import ProductState
from market.domain.words import N_


class MatchState(StrEnum):
    """See ``lifecycles.MATCH``."""

    GENERATED = "generated"
    BROKER_REVIEW = "broker_review"
    PROPOSED = "proposed"
    MUTUAL = "mutual"
    CONVERTED = "converted"
    REJECTED = "rejected"
    DECLINED = "declined"
    STALE = "stale"
    EXPIRED = "expired"


class Answer(StrEnum):
    """One side's word on a proposal."""

    NONE = "none"
    INTERESTED = "interested"
    SNOOZED = "snoozed"
    DECLINED = "declined"


class RejectCode(StrEnum):
    """Why a broker turned a proposal down."""

    WRONG_TOPIC = "wrong_topic"
    MUST_UNMET = "must_unmet"
    DUPLICATE = "duplicate"
    UNLAWFUL_PURPOSE = "unlawful_purpose"
    POOR_DESCRIPTION = "poor_description"
    OTHER = "other"


class DeclineCode(StrEnum):
    """Why a side is not interested."""

    WRONG_TOPIC = "wrong_topic"
    MISSING_FIELDS = "missing_fields"
    TOO_COARSE = "too_coarse"
    NOT_FRESH_ENOUGH = "not_fresh_enough"
    WRONG_REGION = "wrong_region"
    TOO_EXPENSIVE = "too_expensive"
    BUDGET_TOO_LOW = "budget_too_low"
    DELIVERY_MODE = "delivery_mode"
    PURPOSE = "purpose"
    NO_CAPACITY = "no_capacity"
    FOUND_ELSEWHERE = "found_elsewhere"
    OTHER = "other"


class Verdict(StrEnum):
    """What is known of a product against one line."""

    MET = "met"
    UNMET = "unmet"
    UNKNOWN = "unknown"


class MatchReason(msgspec.Struct, frozen=True, kw_only=True):
    """One line's verdict: ``phrase`` in the demand's words, ``quote`` in the product's (its ``source`` attribute)."""

    level: LineLevel
    kind: LineKind
    value: str
    verdict: Verdict
    phrase: str = ""
    quote: str = ""
    source: str = ""
    share: float = 0.0


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """A proposal as stored, with the few words of both sides that every view needs."""

    id: int
    demand_id: int
    product_id: int
    demand_revision: int
    product_revision: int
    demander_id: int
    supplier_id: int
    demander_name: str
    supplier_name: str
    demander_verified: bool
    supplier_verified: bool
    demand_title: str
    demand_state: DemandState
    demand_sealed: bool
    demand_masked: tuple[str, ...]
    product_title: str
    product_state: ProductState
    source_statement: str
    origin: str
    score: float
    rank: int
    reasons: tuple[MatchReason, ...]
    demander_answer: Answer
    demander_code: DeclineCode | None
    demander_snoozed_until: date | None
    supplier_answer: Answer
    supplier_code: DeclineCode | None
    supplier_snoozed_until: date | None
    broker_id: int | None
    broker_code: RejectCode | None
    state: MatchState
    state_reason: str | None
    due_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime


RELEASED = frozenset({MatchState.MUTUAL, MatchState.CONVERTED})
"""States in which both sides know who the other is."""


def identities_verified(match: Match, _: Mapping[str, Any]) -> str | None:
    """Data Security Law art. 33: no introduction before both identities are verified."""
    if match.demander_verified and match.supplier_verified:
        return None
    return N_("Both organisations must be verified before they are introduced (Data Security Law, article 33).")


def source_stated(match: Match, _: Mapping[str, Any]) -> str | None:
    """Data Security Law art. 33: the supplier has stated the source."""
    if match.source_statement.strip():
        return None
    return N_("The supplier must state where the data come from first (Data Security Law, article 33).")


def both_open(match: Match, _: Mapping[str, Any]) -> str | None:
    """Neither side has gone."""
    if match.product_state is not ProductState.LISTED:
        return N_("The product is not listed any more.")
    if match.demand_state not in (DemandState.OPEN, DemandState.IN_NEGOTIATION, DemandState.PARTLY_FULFILLED):
        return N_("The demand is not open any more.")
    return None


def no_conflict(match: Match, facts: Mapping[str, Any]) -> str | None:
    """No self-dealing: the two sides are different organisations."""
    return N_("The two sides are the same organisation.") if match.demander_id == match.supplier_id else None
