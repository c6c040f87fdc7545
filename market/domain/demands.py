"""Demands: the paragraph somebody wrote and the requirement lines read out of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta

from market.domain.machine import Party
from market.domain.money import Money
from market.domain.products import Short, Tags, Title
from market.domain.words import N_

LONGEST_TEXT = 20_000
DemandText = Annotated[str, Meta(min_length=2, max_length=LONGEST_TEXT)]


class DemandState(StrEnum):
    """See ``lifecycles.DEMAND``."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    TRIAGE = "triage"
    CLARIFYING = "clarifying"
    OPEN = "open"
    SUSPENDED = "suspended"
    """Off the market for as long as its organisation is."""
    IN_NEGOTIATION = "in_negotiation"
    PARTLY_FULFILLED = "partly_fulfilled"
    FULFILLED = "fulfilled"
    CLOSED_UNMET = "closed_unmet"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class LineLevel(StrEnum):
    """How much a line matters."""

    MUST = "must"
    SHOULD = "should"
    NICE = "nice"


class LineKind(StrEnum):
    """What a line is about; the same words as the matcher's."""

    TOPIC = "topic"
    FIELDS = "fields"
    GRANULARITY = "granularity"
    TIME_SPAN = "time_span"
    UPDATE_CYCLE = "update_cycle"
    REGION = "region"
    DELIVERY = "delivery"
    FORMAT = "format"
    PURPOSE = "purpose"
    BUDGET = "budget"


class RequirementLine(msgspec.Struct, frozen=True, kw_only=True):
    """One requirement. ``phrase`` stands in the text at ``start``; a line added by hand has neither (start -1)."""

    level: LineLevel
    kind: LineKind
    value: Annotated[str, Meta(min_length=1, max_length=500)]
    phrase: Annotated[str, Meta(max_length=500)] = ""
    start: Annotated[int, Meta(ge=-1, le=20_000)] = -1


MOST_LINES = 100
Lines = Annotated[tuple[RequirementLine, ...], Meta(max_length=MOST_LINES)]


class DemandContent(msgspec.Struct, frozen=True, kw_only=True):
    """What an enterprise writes. ``lines`` None: read them from the text. ``title`` empty: taken from the text."""

    title: Title = ""
    text: DemandText
    lines: Lines | None = None
    theme: Short = ""
    region: Short = ""
    purpose: Annotated[str, Meta(max_length=2_000)] = ""
    budget: Money | None = None
    needed_by: date | None = None
    sealed: bool = False
    masked: Tags = ()
    """While sealed: phrases of title and text that strangers see as ▇▇▇."""


class Demand(DemandContent, frozen=True, kw_only=True):
    """A demand as stored, unmasked. ``revision`` counts contents, ``version`` every change."""

    id: int
    organisation_id: int
    organisation_name: str
    organisation_verified: bool
    lines: tuple[RequirementLine, ...] = ()
    state: DemandState
    state_reason: str | None
    due_at: datetime | None
    revision: int
    version: int
    created_at: datetime
    opened_at: datetime | None
    updated_at: datetime


class DemandCard(msgspec.Struct, frozen=True, kw_only=True):
    """A demand in a list."""

    id: int
    organisation_id: int
    organisation_name: str
    state: DemandState
    title: str
    text: str
    theme: str
    region: str
    budget: Decimal | None
    needed_by: date | None
    sealed: bool
    masked: tuple[str, ...]
    due_at: datetime | None
    version: int
    updated_at: datetime


Card = TypeVar("Card", bound=DemandCard)

MASK = "▇▇▇"
EXCERPT = 400
"""Characters of the text on a card."""


def mask(text: str, phrases: tuple[str, ...]) -> str:
    """The text with every marked phrase covered, longest first; case is ignored."""
    wanted = sorted((p for p in phrases if p.strip()), key=len, reverse=True)
    if not wanted:
        return text
    return re.sub("|".join(map(re.escape, wanted)), MASK, text, flags=re.IGNORECASE)


def masked_lines(lines: tuple[RequirementLine, ...], words: tuple[str, ...]) -> tuple[RequirementLine, ...]:
    """The lines with these words covered, their links to the text dropped."""
    return tuple(
        msgspec.structs.replace(line, value=mask(line.value, words), phrase=mask(line.phrase, words), start=-1)
        for line in lines
    )


def masked_demand(demand: Demand) -> Demand:
    """What a stranger sees of a sealed demand: no identity, marked words covered, phrase links dropped."""
    words = (*demand.masked, demand.organisation_name)
    lines = masked_lines(demand.lines, words)
    return msgspec.structs.replace(
        demand,
        organisation_id=0,
        organisation_name="",
        title=mask(demand.title, words),
        text=mask(demand.text, words),
        theme=mask(demand.theme, words),
        region=mask(demand.region, words),
        purpose=mask(demand.purpose, words),
        lines=lines,
        masked=(),
    )


def masked_card(card: Card) -> Card:
    """The same for a card."""
    words = (*card.masked, card.organisation_name)
    return msgspec.structs.replace(
        card,
        organisation_id=0,
        organisation_name="",
        title=mask(card.title, words),
        text=mask(card.text, words)[:EXCERPT],
        theme=mask(card.theme, words),
        region=mask(card.region, words),
        masked=(),
    )


TITLE = 60
"""Characters of a title that is taken from the text."""
_SENTENCE_END = re.compile(r"[。！!？?；;\n]|\.(?=\s|$)")


def title_of(text: str) -> str:
    """The beginning of the text, as a title: its first sentence, cut between words when it is long."""
    first = " ".join(next((part for part in _SENTENCE_END.split(text) if len(part.strip()) > 1), text).split())
    if len(first) <= TITLE:
        return first
    cut = first[:TITLE]
    return (cut.rsplit(" ", 1)[0] if " " in cut[TITLE // 2 :] else cut).rstrip(" ,，、") + "…"


def content_errors(content: DemandContent) -> dict[str, str]:
    """What single-field bounds cannot say, field -> sentence."""
    found: dict[str, str] = {}
    parts = (content.title, content.text, content.purpose)
    if any(all(mask(part, (phrase,)) == part for part in parts) for phrase in content.masked):
        found["masked"] = N_("A word to cover does not stand in the title, text or purpose.")
    if content.masked and not content.sealed:
        found["sealed"] = N_("Words are only covered in a sealed demand.")
    for line in content.lines or ():
        if line.start >= 0 and content.text[line.start : line.start + len(line.phrase)] != line.phrase:
            found["lines"] = N_("A line points to a phrase that is not in the text.")
    return found


def has_a_must_line(demand: Demand, _: Mapping[str, Any]) -> str | None:
    """Something to match on."""
    if any(line.level is LineLevel.MUST for line in demand.lines):
        return None
    return N_("Mark at least one requirement line as a must.")


def is_told_why(_: Demand, facts: Mapping[str, Any]) -> str | None:
    """A broker closes a demand by a letter about it as it stands (``facts["letter"]``)."""
    if facts.get("party") is not Party.BROKER or facts.get("letter"):
        return None
    return N_("Write the gap letter: it tells the demander what is missing, and closes the demand.")


def demander_is_verified(demand: Demand, _: Mapping[str, Any]) -> str | None:
    """Data Security Law art. 33: identities are verified."""
    if demand.organisation_verified:
        return None
    return N_("The organisation's identity is not verified yet (Data Security Law, article 33).")


def has_no_live_negotiation(_: Demand, facts: Mapping[str, Any]) -> str | None:
    """A negotiation is ended before its demand is."""
    return N_("End the negotiation under way first.") if facts.get("live_negotiations") else None


def has_agreement(_: Demand, facts: Mapping[str, Any]) -> str | None:
    """Fulfilled means agreed."""
    return None if facts.get("effective_agreements") else N_("No agreement is in force for this demand yet.")
