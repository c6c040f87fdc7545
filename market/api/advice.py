"""/api/v1/advice"""

from __future__ import annotations

from datetime import datetime

from litestar import Controller
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from market.api.routes import CursorText, Id, Limit, read, step
from market.domain.accounts import Actor
from market.domain.advice import Outlook, Wanted
from market.domain.paging import PAGE, Page
from market.domain.permissions import Permission
from market.domain.products import ProductContent
from market.services import advice, products
from market.services.matchmaking import Matchmaker
from market.store.query import Db


class AdviceController(Controller):
    """What would help a supplier. Sealed demands are counted, not named."""

    path = "/advice"
    tags = ["Advice"]  # noqa: RUF012

    @read("/products", permission=Permission.PRODUCT_WRITE)
    async def list_outlooks(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        matchmaker: NamedDependency[Matchmaker],
        cursor: CursorText = None,
        limit: Limit = PAGE,
    ) -> Page[Outlook]:
        """For your products (without delisted ones), page by page as in `GET /products?mine=true`: which change
        opens which open demands."""
        found = await products.page(db, actor, mine=True, cursor=cursor, limit=min(limit, PAGE))
        known = await advice.outlooks(db, actor, matchmaker, [card.id for card in found.items], now=now)
        return Page(items=tuple(known[card.id] for card in found.items if card.id in known), next=found.next)

    @read("/products/{product_id:int}", permission=Permission.PRODUCT_WRITE)
    async def get_outlook(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        matchmaker: NamedDependency[Matchmaker],
        product_id: FromPath[Id],
    ) -> Outlook:
        """The same for one product of yours."""
        return await advice.outlook(db, actor, matchmaker, product_id, now=now)

    @step("/products/{product_id:int}", permission=Permission.PRODUCT_WRITE)
    async def try_product(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        matchmaker: NamedDependency[Matchmaker],
        product_id: FromPath[Id],
        data: JSONBody[ProductContent],
    ) -> Outlook:
        """What your product would be worth with this content. Nothing is stored."""
        return await advice.tried(db, actor, matchmaker, product_id, products.checked(data), now=now)

    @read("/wanted", permission=Permission.DEMAND_READ)
    async def list_wanted(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        matchmaker: NamedDependency[Matchmaker],
    ) -> Page[Wanted]:
        """Which product, if it were built, would serve most of the open demands that nothing serves."""
        return Page(items=await advice.most_wanted(db, actor, matchmaker, now=now))
