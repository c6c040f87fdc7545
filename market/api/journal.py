"""/api/v1/journal"""

from __future__ import annotations

from typing import Annotated

from litestar import Controller
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter

from market.api.routes import CursorText, Id, Limit, read
from market.domain.paging import PAGE, Page
from market.domain.permissions import Permission
from market.services import journal
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
