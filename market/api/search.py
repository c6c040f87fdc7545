"""/api/v1/search and /api/v1/preview: the matcher's answers to a text, nothing is stored."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from litestar import Controller
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter

from market.api.routes import Limit, read, step
from market.domain.accounts import Actor
from market.domain.paging import PAGE
from market.domain.permissions import Permission
from market.domain.products import ProductCard
from market.services import products
from market.services.matchmaking import Matchmaker
from market.services.preview import Preview, Sketch, preview
from market.store.query import Db


class SearchController(Controller):
    """What the matcher finds for a text."""

    tags = ["Search"]  # noqa: RUF012

    @read("/search", permission=Permission.PRODUCT_READ)
    async def search_products(
        self,
        db: NamedDependency[Db],
        matchmaker: NamedDependency[Matchmaker],
        q: Annotated[str, QueryParameter(min_length=1, max_length=2000, description="Any text, Chinese or English")],
        limit: Limit = PAGE,
    ) -> list[ProductCard]:
        """Listed products that answer the text, best first."""
        return await products.search(db, await matchmaker.search_products(q, products.SEARCHED), limit=limit)

    @step("/preview", permission=Permission.DEMAND_WRITE)
    async def preview_demand(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        matchmaker: NamedDependency[Matchmaker],
        now: NamedDependency[datetime],
        data: JSONBody[Sketch],
    ) -> Preview:
        """What is understood of a demand as far as it is written, and which products fit it now, line by line."""
        return await preview(db, actor, matchmaker, data, now=now)
