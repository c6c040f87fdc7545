"""Gaps: what is missing when nothing meets a demand, who is likely to hold it, and the letter that says so."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from market.domain.demands import DemandState, RequirementLine
from market.domain.matches import MatchReason


class UnmetCode(StrEnum):
    """Why a demand is not met."""

    NO_SUCH_DATA = "no_such_data"
    NOT_SHAREABLE = "not_shareable"
    """The data exist and may not be shared; the letter names the article."""
    PRICE = "price"
    DELIVERY_MODE = "delivery_mode"
    SUPPLIER_SILENT = "supplier_silent"
    OUT_OF_SCOPE = "out_of_scope"


class NearProduct(msgspec.Struct, frozen=True, kw_only=True):
    """A product that comes near, line by line."""

    product_id: int
    title: str
    supplier_id: int
    supplier_name: str
    rank: int
    reasons: tuple[MatchReason, ...]


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """Who publishes products near the demand, and how many of them."""

    organisation_id: int
    name: str
    products: int


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for, what of it nobody offers, and what comes nearest."""

    asked: tuple[RequirementLine, ...]
    missing: tuple[RequirementLine, ...]
    """Must lines that none of the products looked at is known to meet."""
    looked_at: int
    whole: int
    """Of them, those known to meet every must line."""
    nearest: tuple[NearProduct, ...]
    holders: tuple[Holder, ...]


class LetterIn(msgspec.Struct, frozen=True, kw_only=True):
    """A broker's letter. ``close``: the demand is closed as unmet; otherwise it stays open and is watched."""

    code: UnmetCode
    version: Annotated[int, Meta(ge=1, le=2**31 - 1)]
    article: Annotated[str, Meta(max_length=200)] = ""
    note: Annotated[str, Meta(max_length=2_000)] = ""
    close: bool = False


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A letter as issued; it never changes."""

    id: int
    demand_id: int
    demand_revision: int
    demand_title: str
    demand_state: DemandState
    demander_name: str
    due_at: datetime | None
    """Until when the demand is watched, while it is open."""
    code: UnmetCode
    article: str
    note: str
    gap: Gap
    issued_at: datetime
