"""Agreements: the last offer, confirmed by an authorised member of each side."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum

import msgspec

from market.domain.calendar import ZONE
from market.domain.machine import Party
from market.domain.negotiations import Terms
from market.domain.products import PriceUnit


class AgreementState(StrEnum):
    """See ``lifecycles.AGREEMENT``."""

    DRAFTED = "drafted"
    SIGNED = "signed"
    EFFECTIVE = "effective"
    EXPIRED = "expired"
    TERMINATED = "terminated"
    VOID = "void"


class Signature(msgspec.Struct, frozen=True, kw_only=True):
    """One side's confirmation of one text, with the password entered again."""

    party: Party
    person_id: int
    person_name: str
    terms_hash: bytes
    signed_at: datetime


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """An agreement as stored. ``terms`` equals the last offer's byte for byte (a foreign key sees to it)."""

    id: int
    negotiation_id: int
    offer_id: int
    demand_id: int
    product_id: int
    product_revision: int
    consumer_id: int
    consumer_name: str
    consumer_credit_code: str
    provider_id: int
    provider_name: str
    provider_credit_code: str
    demand_title: str
    product_title: str
    terms: str
    terms_hash: bytes
    state: AgreementState
    state_party: Party | None
    state_reason: str | None
    due_at: datetime | None
    effective_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime

    def read(self) -> Terms:
        """The terms as a Struct."""
        return msgspec.json.decode(self.terms, type=Terms)


class AgreementCard(msgspec.Struct, frozen=True, kw_only=True):
    """An agreement in a list."""

    id: int
    negotiation_id: int
    demand_id: int
    product_id: int
    consumer_id: int
    consumer_name: str
    provider_id: int
    provider_name: str
    demand_title: str
    product_title: str
    price: Decimal
    price_unit: PriceUnit
    period_from: date
    period_to: date
    state: AgreementState
    effective_at: datetime | None
    version: int
    updated_at: datetime


def ends_at(terms: Terms) -> datetime:
    """When an agreement on these terms has run out: the end of its last day, Chinese time."""
    return datetime.combine(terms.period_to + timedelta(days=1), time.min, ZONE)
