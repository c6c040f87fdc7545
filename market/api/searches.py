"""/api/v1/searches"""

from __future__ import annotations

from datetime import datetime

import msgspec
from litestar import Controller
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from market.api.routes import Id, change, create, read, remove
from market.domain.accounts import Actor
from market.domain.permissions import Permission
from market.domain.searches import SavedSearch, SearchChange, SearchIn
from market.services import searches
from market.store.query import Db

P = Permission.ACCOUNT_OWN


class Searches(msgspec.Struct, frozen=True, kw_only=True):
    """At most fifty, the latest first."""

    items: tuple[SavedSearch, ...]


class SavedSearchController(Controller):
    """Searches you hear of when something new answers them."""

    path = "/searches"
    tags = ["Search"]  # noqa: RUF012

    @read(permission=P)
    async def list_searches(self, db: NamedDependency[Db], actor: NamedDependency[Actor]) -> Searches:
        """Your saved searches."""
        return Searches(items=tuple(await searches.own(db, actor)))

    @create(permission=P)
    async def save_search(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        data: JSONBody[SearchIn],
    ) -> SavedSearch:
        """Save a search: at most one notification an hour tells you of new and changed results."""
        return await searches.save(db, actor, data, now=now)

    @read("/{search_id:int}", permission=P)
    async def get_search(
        self, db: NamedDependency[Db], actor: NamedDependency[Actor], search_id: FromPath[Id]
    ) -> SavedSearch:
        """One saved search."""
        return await searches.get(db, actor, search_id)

    @change("/{search_id:int}", permission=P)
    async def change_search(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        search_id: FromPath[Id],
        data: JSONBody[SearchChange],
    ) -> SavedSearch:
        """Rename it, pause it (`active` false) or let it go on."""
        return await searches.change(db, actor, search_id, data, now=now)

    @remove("/{search_id:int}", permission=P)
    async def delete_search(
        self, db: NamedDependency[Db], actor: NamedDependency[Actor], search_id: FromPath[Id]
    ) -> None:
        """Forget it."""
        await searches.delete(db, actor, search_id)
