"""Saved searches: what a person wants to hear of."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from market.domain.facets import FACETS, Asked
from market.domain.words import N_

MOST = 50
"""Saved searches of one person in one organisation."""
PAUSE = timedelta(hours=1)
"""A search tells at most once in this time."""

Name = Annotated[str, Meta(min_length=1, max_length=100)]


class SearchKind(StrEnum):
    """What is searched."""

    PRODUCT = "product"
    DEMAND = "demand"


class SearchIn(msgspec.Struct, frozen=True, kw_only=True):
    """A search to be saved."""

    kind: SearchKind
    name: Name
    asked: Asked = Asked()


class SearchChange(msgspec.Struct, frozen=True, kw_only=True):
    """What may be changed; None stays as it is. A search that is not active tells nothing."""

    name: Name | None = None
    active: bool | None = None


class SavedSearch(msgspec.Struct, frozen=True, kw_only=True):
    """A saved search of one person. ``told_at``: when it last told of something."""

    id: int
    person_id: int
    organisation_id: int
    kind: SearchKind
    name: str
    asked: Asked
    active: bool
    looked_at: datetime
    told_at: datetime | None
    created_at: datetime


def search_errors(search: SearchIn) -> dict[str, str]:
    """What single-field bounds cannot say, field -> sentence."""
    found: dict[str, str] = {}
    if not search.name:
        found["name"] = N_("Fill this in.")
    if not search.asked.q.strip() and not search.asked.filters:
        found["asked"] = N_("Search for words or choose a filter first; everything would be too much to hear of.")
    if set(search.asked.filters) - set(FACETS[search.kind]):
        found["asked"] = N_("Demands are filtered by field, region and budget only.")
    return found
