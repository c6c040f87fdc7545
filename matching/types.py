"""The words every part of the matcher shares: what is matched, what is asked, what is answered.

A **Document** is a product as the matcher sees it; a **Line** is one thing a demand asks for, linked to
the phrase it was read from; a **Reason** says whether a product meets that line and quotes the product's
own words; a **Match** is one ranked pair with its reasons.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum

import msgspec


class Level(StrEnum):
    """How much a line matters to the writer of the demand."""

    MUST = "must"
    SHOULD = "should"
    NICE = "nice"


class Kind(StrEnum):
    """What a line is about."""

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


class Verdict(StrEnum):
    """What is known of a product against one line. UNKNOWN: its texts do not say."""

    MET = "met"
    UNMET = "unmet"
    UNKNOWN = "unknown"


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """A product (or anything else that is searched). Only ``id`` is required; all texts are free text."""

    id: str
    title: str = ""
    description: str = ""
    detail: str = ""
    """What else there is to say (specifications, notes, sample records); a word of it counts for little."""
    tags: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    publisher: str = ""
    fields: tuple[str, ...] = ()
    region: str = ""
    granularity: str = ""
    time_from: date | None = None
    time_to: date | None = None
    update_frequency: str = ""
    formats: tuple[str, ...] = ()
    delivery: tuple[str, ...] = ()
    price: Decimal | None = None
    """In yuan, for one ``price_unit``; None when not stated or to be negotiated."""
    price_unit: str = ""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One requirement. ``phrase`` is a literal part of the demand's text, at ``text[start:start + len(phrase)]``
    (``start`` is -1 for a line a person added by hand without a phrase)."""

    level: Level
    kind: Kind
    value: str
    phrase: str = ""
    start: int = -1


class Demand(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for. With ``lines=None`` the lines are read from the text."""

    id: str
    title: str = ""
    text: str = ""
    lines: tuple[Line, ...] | None = None


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict on one line: ``phrase`` in the demand's words, ``quote`` in the product's.

    ``quote`` is a literal part of the product's ``source`` attribute and is empty when the verdict is
    UNKNOWN. ``share`` is this line's part of the pair's score, 0 to 1; the shares of a match sum to at most 1.
    """

    level: Level
    kind: Kind
    value: str
    verdict: Verdict
    phrase: str = ""
    quote: str = ""
    source: str = ""
    share: float = 0.0


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """One ranked pair. ``score`` orders the products of one demand; it is not a probability."""

    demand: str
    product: str
    rank: int
    score: float
    reasons: tuple[Reason, ...] = ()
