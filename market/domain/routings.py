"""Routings: an unmet demand is put to an organisation that is likely to hold the data, which answers by a day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from market.domain.demands import mask
from market.domain.words import N_

Id = Annotated[int, Meta(ge=1, le=2**53 - 1)]


class RoutingState(StrEnum):
    """See ``lifecycles.ROUTING``."""

    OPEN = "open"
    HELD = "held"
    """The organisation has the data and owes a product."""
    OFFERED = "offered"
    NOT_HELD = "not_held"
    NOT_SHAREABLE = "not_shareable"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class RoutingIn(msgspec.Struct, frozen=True, kw_only=True):
    """Put the demand to this organisation, with a word of the broker's."""

    demand_id: Id
    organisation_id: Id
    note: Annotated[str, Meta(max_length=1_000)] = ""


class RoutingStep(msgspec.Struct, frozen=True, kw_only=True):
    """The answer, or the broker's withdrawal. "offer" names a listed ``product_id``, "refuse" the ``article``."""

    action: Annotated[str, Meta(max_length=40)]
    version: Annotated[int, Meta(ge=1, le=2**31 - 1)]
    product_id: Id | None = None
    article: Annotated[str, Meta(max_length=200)] = ""
    reason: Annotated[str, Meta(max_length=2_000)] = ""


class Routing(msgspec.Struct, frozen=True, kw_only=True):
    """A routing as stored, with the words of the demand that its page needs."""

    id: int
    demand_id: int
    organisation_id: int
    organisation_name: str
    demander_id: int
    demander_name: str
    demand_title: str
    demand_sealed: bool
    demand_masked: tuple[str, ...]
    released: bool
    """Both sides are interested in each other: identities and covered words are open between them."""
    note: str
    article: str
    product_id: int | None
    product_title: str | None
    match_id: int | None
    """The pairing that came of it, once both sides may see it."""
    state: RoutingState
    state_reason: str | None
    due_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime


def demand_is_open(_: Any, facts: Mapping[str, Any]) -> str | None:
    """A product is offered to an open demand only."""
    return None if facts.get("demand_open") else N_("The demand is not open (any more).")


def masked_routing(routing: Routing) -> Routing:
    """A sealed demand's routing as the organisation asked sees it before the release."""
    words = (*routing.demand_masked, routing.demander_name)
    return msgspec.structs.replace(
        routing,
        demander_id=0,
        demander_name="",
        demand_masked=(),
        demand_title=mask(routing.demand_title, words),
        note=mask(routing.note, words),
    )
