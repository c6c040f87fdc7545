"""Match proposals: one demand, one product, the reasons, and what each side said."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta

from market.domain.demands import Demand, DemandState, LineKind, LineLevel, mask
from market.domain.products import DataClass, Opening, Product, ProductState
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


class Origin(StrEnum):
    """What made the matcher look."""

    DEMAND = "demand"
    PRODUCT = "product"
    NIGHTLY = "nightly"
    PERSON = "person"


class StaleReason(StrEnum):
    """Why a proposal is out of date."""

    DEMAND_GONE = "demand_gone"
    PRODUCT_GONE = "product_gone"
    UNVERIFIED = "unverified"
    CHANGED = "changed"
    NO_LONGER_FITS = "no_longer_fits"
    BETTER_FOUND = "better_found"


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


class ResponseAction(StrEnum):
    """What a side may say to a proposal."""

    INTEREST = "interest"
    DECLINE = "decline"
    SNOOZE = "snooze"


class ReviewAction(StrEnum):
    """What a broker may decide."""

    PROPOSE = "propose"
    REJECT = "reject"


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


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A product the matcher found for a demand; ``rank`` counts from 1."""

    product_id: int
    score: float
    rank: int


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
    chance: float | None
    """How likely it is found to fit, 0 to 1, where a learnt model ranks whose probabilities are calibrated."""
    reasons: tuple[MatchReason, ...]
    demander_answer: Answer
    demander_code: DeclineCode | None
    demander_snoozed_until: date | None
    supplier_answer: Answer
    supplier_code: DeclineCode | None
    supplier_snoozed_until: date | None
    broker_id: int | None
    broker_code: RejectCode | None
    proposed_at: datetime | None
    state: MatchState
    state_reason: str | None
    due_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime


class MatchCard(msgspec.Struct, frozen=True, kw_only=True):
    """A proposal in a list."""

    id: int
    demand_id: int
    product_id: int
    demander_id: int
    supplier_id: int
    demander_name: str
    supplier_name: str
    demand_title: str
    demand_sealed: bool
    demand_masked: tuple[str, ...]
    product_title: str
    rank: int
    chance: float | None
    reasons: tuple[MatchReason, ...]
    demander_answer: Answer
    supplier_answer: Answer
    supplier_snoozed_until: date | None
    demander_snoozed_until: date | None
    proposed_at: datetime | None
    state: MatchState
    state_reason: str | None
    due_at: datetime | None
    version: int
    updated_at: datetime


def waits_for_demander(card: MatchCard, today: date) -> bool:
    """Whether it is the demander's turn: to say whether it interests, or to start the negotiation both sides want."""
    if card.state is MatchState.PROPOSED and card.demander_answer is Answer.SNOOZED:
        return card.demander_snoozed_until is None or card.demander_snoozed_until <= today
    return card.state is MatchState.MUTUAL or (
        card.state is MatchState.PROPOSED and card.demander_answer is Answer.NONE
    )


class Response(msgspec.Struct, frozen=True, kw_only=True):
    """One side's word: ``interest``, ``decline`` (with a code; words too when the code is "other") or ``snooze``."""

    action: ResponseAction
    version: Annotated[int, Meta(ge=1, le=2**31 - 1)]
    code: DeclineCode | None = None
    reason: Annotated[str, Meta(max_length=2_000)] = ""
    until: date | None = None


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """A broker's decision: ``propose`` to both sides or ``reject`` (with a code; words too when it is "other")."""

    action: ReviewAction
    version: Annotated[int, Meta(ge=1, le=2**31 - 1)]
    code: RejectCode | None = None
    reason: Annotated[str, Meta(max_length=2_000)] = ""


LIVE = frozenset({MatchState.GENERATED, MatchState.BROKER_REVIEW, MatchState.PROPOSED, MatchState.MUTUAL})
"""States in which a pairing still waits for somebody."""
SNOOZE_DAYS = 90
"""How far away "later" may be."""
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


def broker_is_neutral(_: Match, facts: Mapping[str, Any]) -> str | None:
    """No self-approval: a broker who belongs to a side leaves the decision to another."""
    if facts.get("conflict"):
        return N_("You belong to one of the two organisations. Another broker has to decide.")
    return None


def excluded(demand: Demand, product: Product) -> str | None:
    """The rule that forbids this pairing, or None. What is forbidden is never proposed, however well it fits."""
    if demand.organisation_id == product.organisation_id:
        return N_("The two sides are the same organisation.")
    if not (demand.organisation_verified and product.organisation_verified):
        return N_("Both organisations must be verified before they are introduced (Data Security Law, article 33).")
    if not product.source_statement.strip():
        return N_("The supplier must state where the data come from first (Data Security Law, article 33).")
    if product.data_class is DataClass.CORE:
        return N_("Core data may not be provided (Data Security Law, article 21).")
    if product.opening is Opening.NOT_OPEN:
        return N_("The data are not open (classified opening of public data).")
    if product.data_class is DataClass.IMPORTANT and not product.risk_assessment.strip():
        return N_("Important data needs a risk assessment before it is provided (Network Data Regulation, article 31).")
    return None


def verdicts(reasons: tuple[MatchReason, ...]) -> tuple[tuple[str, str, str, str], ...]:
    """What the reasons come to, without the words they quote: two equal ones are the same news to both sides."""
    return tuple((r.level, r.kind, r.value, r.verdict) for r in reasons)


ANSWER = "answer"
"""The source of a reason that quotes what the supplier answered to a question."""


def same_news(before: tuple[MatchReason, ...], now: tuple[MatchReason, ...]) -> bool:
    """Whether the verdicts are the same but for lines a question was answered about; both sides know of those."""
    if len(before) != len(now):
        return False
    return all(
        a == b or ANSWER in (r.source, s.source)
        for r, s, a, b in zip(before, now, verdicts(before), verdicts(now), strict=True)
    )


def musts_unmet(reasons: tuple[MatchReason, ...]) -> int:
    """How many things the demand cannot do without the product is known to lack."""
    return sum(r.level is LineLevel.MUST and r.verdict is Verdict.UNMET for r in reasons)


M = TypeVar("M", Match, MatchCard)


def covered_words(match: Match | MatchCard) -> tuple[str, ...]:
    """What a supplier may not read of a sealed demand before the release."""
    return (*match.demand_masked, match.demander_name)


def masked_match(match: M, *, for_supplier: bool) -> M:
    """A pairing of a sealed demand before the release: neither side's identity, and for the supplier no marked word.

    A product's words beside a covered phrase would give the phrase away, so they go with it. They stay elsewhere
    even where they hold a marked word: covering it there would point at it.
    """
    if not for_supplier:
        return msgspec.structs.replace(match, supplier_id=0, supplier_name="")
    words = covered_words(match)
    return msgspec.structs.replace(
        match,
        demander_id=0,
        demander_name="",
        demand_title=mask(match.demand_title, words),
        demand_masked=(),
        state_reason=mask(match.state_reason or "", words) or None,
        reasons=masked_reasons(match.reasons, words),
    )


def masked_reasons(reasons: tuple[MatchReason, ...], words: tuple[str, ...]) -> tuple[MatchReason, ...]:
    """Reasons without the covered words, nor the product's words beside them."""
    return tuple(_masked_reason(reason, words) for reason in reasons)


def _masked_reason(reason: MatchReason, words: tuple[str, ...]) -> MatchReason:
    value, phrase = mask(reason.value, words), mask(reason.phrase, words)
    if (value, phrase) == (reason.value, reason.phrase):
        return reason
    return msgspec.structs.replace(reason, value=value, phrase=phrase, quote="", source="")
