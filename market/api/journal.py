"""/api/v1/journal and /api/v1/history"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec
from litestar import Controller
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter

from market.api.routes import CursorText, Id, Limit, read
from market.domain.accounts import Actor
from market.domain.paging import PAGE, Page
from market.domain.permissions import Permission
from market.services import histories, journal
from market.store.journal import Entry
from market.store.query import Db

Kind = Annotated[str, QueryParameter(min_length=1, max_length=40, description="organisation, product, demand, …")]


class JournalController(Controller):
    """The append-only journal, for staff."""

    path = "/journal"
    tags = ["Journal"]  # noqa: RUF012

    @read(permission=Permission.JOURNAL_READ)
    async def list_journal(
        self,
        db: NamedDependency[Db],
        kind: Kind,
        object_id: FromQuery[Id],
        cursor: CursorText = None,
        limit: Limit = PAGE,
    ) -> Page[Entry]:
        """The events of one object, oldest first; `hash` ends its chain there."""
        return await journal.history(db, kind, object_id, cursor=cursor, limit=limit)


class HistoryKind(StrEnum):
    """Kinds of objects that have a history."""

    ORGANISATION = "organisation"
    PRODUCT = "product"
    DEMAND = "demand"
    MATCH = "match"
    NEGOTIATION = "negotiation"
    AGREEMENT = "agreement"


class HistoryEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened. ``source`` and ``target`` are states; empty when the state did not change."""

    action: str
    source: str
    target: str
    party: str
    """What whoever did it is to the object."""
    reason: str | None
    at: datetime


class History(msgspec.Struct, frozen=True, kw_only=True):
    """The events of one object, oldest first."""

    items: tuple[HistoryEvent, ...]


class HistoryController(Controller):
    """What happened to one's own objects."""

    path = "/history"
    tags = ["Journal"]  # noqa: RUF012

    @read(permission=Permission.INBOX_READ)
    async def get_history(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        kind: FromQuery[HistoryKind],
        object_id: FromQuery[Id],
    ) -> History:
        """Every step of an object of yours (for staff, of any); needs the scope that reads it, e.g. `demand:read`."""
        found = await histories.of(db, actor, kind, object_id)
        names = HistoryEvent.__struct_fields__
        return History(items=tuple(HistoryEvent(**{name: getattr(event, name) for name in names}) for event in found))
