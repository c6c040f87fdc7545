"""Questions: what a product does not say and a demand needs to know, asked of the supplier line by line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from market.domain.demands import LineKind, LineLevel, mask

QuestionText = Annotated[str, Meta(max_length=1_000)]
Id = Annotated[int, Meta(ge=1, le=2**53 - 1)]


class QuestionState(StrEnum):
    """See ``lifecycles.QUESTION``."""

    OPEN = "open"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Reply(StrEnum):
    """What the supplier says: the line is met, met in part, or not met."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


class QuestionIn(msgspec.Struct, frozen=True, kw_only=True):
    """A question about one line (``kind`` and ``value``) of one's own demand. Without ``text`` it is put in words."""

    demand_id: Id
    product_id: Id
    kind: LineKind
    value: Annotated[str, Meta(min_length=1, max_length=500)]
    text: QuestionText = ""


class AnswerIn(msgspec.Struct, frozen=True, kw_only=True):
    """The supplier's answer.

    ``shared``: whoever asks the same of the product reads it, without learning who asked first. ``into_product``: the
    product itself says it from now on (only for "yes", and where a line has an attribute of the product).
    """

    verdict: Reply
    version: Annotated[int, Meta(ge=1, le=2**31 - 1)]
    answer: QuestionText = ""
    shared: bool = False
    into_product: bool = False


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A question as stored, with the words of both sides that its page needs."""

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
    released: bool
    """Both sides are interested in each other: identities and covered words are open between them."""
    product_title: str
    level: LineLevel
    kind: LineKind
    value: str
    phrase: str
    text: str
    verdict: Reply | None
    answer: str
    shared: bool
    answered_at: datetime | None
    state: QuestionState
    state_reason: str | None
    due_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime


class SharedAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An answer everybody may read: what was asked for and what the supplier said."""

    kind: LineKind
    value: str
    verdict: Reply
    answer: str
    answered_at: datetime


class KnownAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An answer as it bears on verdicts: for its own pairing, and when shared for every demand with the same line."""

    demand_id: int
    product_id: int
    kind: LineKind
    value: str
    verdict: Reply
    answer: str
    shared: bool


Line = tuple[str, str]
"""(kind, value): what makes two lines the same."""


class Answers:
    """What has been answered, asked by pairing. A pairing's own answer goes before one shared by another."""

    def __init__(self, rows: Iterable[KnownAnswer] = ()) -> None:
        self._own: dict[tuple[int, int], dict[Line, KnownAnswer]] = {}
        self._shared: dict[int, dict[Line, KnownAnswer]] = {}
        for row in rows:
            self._own.setdefault((row.demand_id, row.product_id), {})[row.kind, row.value] = row
            if row.shared:
                self._shared.setdefault(row.product_id, {})[row.kind, row.value] = row

    def about(self, demand_id: int, product_id: int) -> Mapping[Line, KnownAnswer]:
        """Line -> answer, for this pairing."""
        return self._shared.get(product_id, {}) | self._own.get((demand_id, product_id), {})


def covered_words(question: Question) -> tuple[str, ...]:
    """What the supplier may not read before the release; nothing afterwards."""
    if not question.demand_sealed or question.released:
        return ()
    return (*question.demand_masked, question.demander_name)


def holds_covered(question: Question) -> bool:
    """Whether the line holds words that are covered from the supplier."""
    words = covered_words(question)
    return any(mask(text, words) != text for text in (question.value, question.phrase))


def masked_question(question: Question, *, for_supplier: bool) -> Question:
    """A question of a sealed demand before the release: neither side's identity, no marked word for the supplier."""
    if not for_supplier:
        return msgspec.structs.replace(question, supplier_id=0, supplier_name="")
    words = covered_words(question)
    return msgspec.structs.replace(
        question,
        demander_id=0,
        demander_name="",
        demand_masked=(),
        demand_title=mask(question.demand_title, words),
        value=mask(question.value, words),
        phrase=mask(question.phrase, words),
        text=mask(question.text, words),
        state_reason=mask(question.state_reason or "", words) or None,
    )
