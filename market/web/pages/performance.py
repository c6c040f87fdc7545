"""How one's products do."""

from __future__ import annotations

from datetime import datetime

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Template

from market.domain.accounts import Actor
from market.domain.permissions import Permission
from market.services import performance
from market.store.query import Db
from market.web.page import page

SHOWN = 50


@get("/my/products/performance", permission=Permission.PRODUCT_WRITE)
async def product_performance(
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    cursor: FromQuery[str] = "",
) -> Template:
    """Seen, matched, asked, negotiated, agreed, and why demanders declined, product by product."""
    found = await performance.page(db, actor, now=now, cursor=cursor, limit=SHOWN)
    return page("pages/performance.html", items=found.items, next=found.next)


ROUTES = [product_performance]
