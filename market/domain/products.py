"""Data products and the rules for listing one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from market.domain.machine import Party
from market.domain.money import Money
from market.domain.words import N_

Title = Annotated[str, Meta(min_length=2, max_length=200)]
Text = Annotated[str, Meta(max_length=20_000)]
Short = Annotated[str, Meta(max_length=200)]
Tags = Annotated[tuple[Annotated[str, Meta(min_length=1, max_length=60)], ...], Meta(max_length=40)]


class ProductState(StrEnum):
    """See ``lifecycles.PRODUCT``."""

    DRAFT = "draft"
    COMPLIANCE_REVIEW = "compliance_review"
    LISTED = "listed"
    SUSPENDED = "suspended"
    DELISTED = "delisted"


class UpdateCycle(StrEnum):
    """How often the data are renewed (DCAT ``accrualPeriodicity``), finest first."""

    REALTIME = "realtime"
    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"
    IRREGULAR = "irregular"
    STATIC = "static"


class Delivery(StrEnum):
    """How the data reach the user. The last three let no raw data out."""

    API = "api"
    FILE = "file"
    SANDBOX = "sandbox"
    MODEL = "model"
    QUERY = "query"


class DataClass(StrEnum):
    """Grade under the Data Security Law art. 21. Core data is never listed."""

    GENERAL = "general"
    IMPORTANT = "important"
    CORE = "core"


class Opening(StrEnum):
    """Opening class of public data (Shanghai decree 21/2019; State Council order 809 has the same three)."""

    UNCONDITIONAL = "unconditional"
    CONDITIONAL = "conditional"
    NOT_OPEN = "not_open"


class PriceUnit(StrEnum):
    """What one price buys (发改价格〔2025〕65号: per product, call, period or volume)."""

    PRODUCT = "product"
    CALL = "call"
    MONTH = "month"
    YEAR = "year"
    VOLUME = "volume"


class FieldType(StrEnum):
    """The type of one column."""

    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    DATE = "date"
    DATETIME = "datetime"
    BOOLEAN = "boolean"
    GEOMETRY = "geometry"
    BINARY = "binary"


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One column of the data."""

    name: Annotated[str, Meta(min_length=1, max_length=120)]
    type: FieldType = FieldType.STRING
    meaning: Short = ""


class ProductContent(msgspec.Struct, frozen=True, kw_only=True):
    """What a supplier writes about a product. ``price`` None means to be negotiated."""

    title: Title
    abstract: Text = ""
    fields: Annotated[tuple[Field, ...], Meta(max_length=300)] = ()
    theme: Short = ""
    tags: Tags = ()
    region: Short = ""
    time_from: date | None = None
    time_to: date | None = None
    granularity: Short = ""
    update_cycle: UpdateCycle | None = None
    formats: Tags = ()
    delivery: tuple[Delivery, ...] = ()
    data_class: DataClass = DataClass.GENERAL
    opening: Opening = Opening.CONDITIONAL
    source_statement: Text = ""
    risk_assessment: Text = ""
    licence: Annotated[str, Meta(max_length=2_000)] = ""
    price: Money | None = None
    price_unit: PriceUnit | None = None
    sample: Text = ""
    contact_role: Short = ""


class Product(ProductContent, frozen=True, kw_only=True):
    """A product as stored. ``revision`` counts its contents, ``version`` every change (optimistic lock)."""

    id: int
    organisation_id: int
    organisation_name: str
    organisation_verified: bool
    state: ProductState
    state_party: Party | None
    state_reason: str | None
    due_at: datetime | None
    revision: int
    version: int
    created_at: datetime
    listed_at: datetime | None
    updated_at: datetime


class ProductCard(msgspec.Struct, frozen=True, kw_only=True):
    """A product in a list."""

    id: int
    organisation_id: int
    organisation_name: str
    state: ProductState
    title: str
    abstract: str
    theme: str
    region: str
    tags: tuple[str, ...]
    update_cycle: UpdateCycle | None
    delivery: tuple[Delivery, ...]
    opening: Opening
    price: Decimal | None
    price_unit: PriceUnit | None
    due_at: datetime | None
    version: int
    updated_at: datetime


def content_errors(content: ProductContent) -> dict[str, str]:
    """What single-field bounds cannot say, field -> sentence."""
    found: dict[str, str] = {}
    if content.time_from and content.time_to and content.time_from > content.time_to:
        found["time_to"] = N_("The period ends before it begins.")
    if content.price is not None and content.price > 0 and content.price_unit is None:
        found["price_unit"] = N_("Say what the price buys.")
    names = [f.name for f in content.fields]
    if len(set(names)) < len(names):
        found["fields"] = N_("Two fields have the same name.")
    return found


def is_described(product: Product, _: Mapping[str, Any]) -> str | None:
    """Enough to judge it by."""
    if len(product.abstract.strip()) < 10:
        return N_("Write an abstract of at least ten characters.")
    return None


def has_delivery(product: Product, _: Mapping[str, Any]) -> str | None:
    """GB/T 36343-2018: the delivery mode belongs to the description of traded data."""
    return None if product.delivery else N_("Choose at least one delivery mode.")


def has_source(product: Product, _: Mapping[str, Any]) -> str | None:
    """Data Security Law art. 33: an intermediary has the supplier state where the data come from."""
    if product.source_statement.strip():
        return None
    return N_("State where the data come from (Data Security Law, article 33).")


def may_be_listed(product: Product, _: Mapping[str, Any]) -> str | None:
    """Core and not-open data may not be listed (domain rules 4.2)."""
    if product.data_class is DataClass.CORE:
        return N_("Core data cannot be listed. Check the grade: it is often chosen by mistake.")
    if product.opening is Opening.NOT_OPEN:
        return N_("Data that is not open cannot be listed.")
    return None


def has_risk_assessment(product: Product, _: Mapping[str, Any]) -> str | None:
    """Network Data Security Regulation art. 31: important data needs a prior risk assessment."""
    if product.data_class is DataClass.IMPORTANT and not product.risk_assessment.strip():
        return N_("Important data needs a risk assessment before it is provided (Network Data Regulation, article 31).")
    return None


def supplier_is_verified(product: Product, _: Mapping[str, Any]) -> str | None:
    """Data Security Law art. 33: identities are verified."""
    if product.organisation_verified:
        return None
    return N_("The supplier's identity is not verified yet (Data Security Law, article 33).")


def supplier_may_resume(product: Product, facts: Mapping[str, Any]) -> str | None:
    """What the platform suspended only the platform resumes."""
    if product.state_party in (Party.REGISTRAR, Party.SYSTEM) and facts.get("party") is Party.SUPPLIER:
        return N_("The platform suspended this product; only the platform can resume it.")
    return None


class Hint(msgspec.Struct, frozen=True, kw_only=True):
    """What would make a listing easier to find and to judge. ``kind`` is the kind of requirement line it answers."""

    field: str
    sentence: str
    kind: str = ""
    demands: int = 0
    """Open demands about the same things that ask for it."""


HINTS = (
    Hint(field="fields", kind="fields", sentence=N_("List the fields with their meaning.")),
    Hint(field="update_cycle", kind="update_cycle", sentence=N_("Say how often the data are renewed.")),
    Hint(field="region", kind="region", sentence=N_("Say which region the data cover.")),
    Hint(field="time_from", kind="time_span", sentence=N_("Say from when on there are data.")),
    Hint(field="granularity", kind="granularity", sentence=N_("Say how fine the data are: person, street, hour …")),
    Hint(field="formats", kind="format", sentence=N_("Name the formats.")),
    Hint(field="delivery", kind="delivery", sentence=N_("Choose at least one delivery mode.")),
    Hint(field="price", kind="budget", sentence=N_("Name a price, or nobody can hold it against a budget.")),
    Hint(field="theme", kind="topic", sentence=N_("Name the field the data belong to.")),
    Hint(field="tags", kind="topic", sentence=N_("Add the words people would search with as tags.")),
    Hint(field="sample", sentence=N_("Add a few sample rows; people decide on them.")),
    Hint(field="source_statement", sentence=N_("State where the data come from (Data Security Law, article 33).")),
    Hint(field="licence", sentence=N_("Say what a user may do with the data.")),
    Hint(field="contact_role", sentence=N_("Name the office that answers questions.")),
)


def hints(content: ProductContent) -> tuple[Hint, ...]:
    """What the content does not say yet."""
    return tuple(hint for hint in HINTS if getattr(content, hint.field) in (None, "", ()))
