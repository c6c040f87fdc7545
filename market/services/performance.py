"""How one's products do: views counted as they happen, the rest out of what there is."""

from __future__ import annotations

from datetime import datetime

from market.domain import calendar
from market.domain.accounts import Actor
from market.domain.paging import PAGE, Cursor, Page, page_of, place
from market.domain.performance import SPAN, Performance
from market.domain.products import Product, ProductState
from market.services import products
from market.store import performance
from market.store.query import Db


async def note_view(db: Db, actor: Actor, product: Product, *, now: datetime) -> None:
    """Somebody opened the page of a listed product; one's own organisation and the platform do not count."""
    if product.state is ProductState.LISTED and not products.is_insider(actor, product):
        await performance.COUNT_VIEW.run(db, product.id, now.astimezone(calendar.ZONE).date())


async def page(
    db: Db, actor: Actor, *, now: datetime, cursor: str | None = None, limit: int = PAGE
) -> Page[Performance]:
    """The last ninety days of one's products that are not delisted, the newest product first."""
    since = now - SPAN
    rows = await performance.OF_ORGANISATION.all(
        db,
        actor.organisation_id,
        since,
        since.astimezone(calendar.ZONE).date(),
        *place(cursor),
        limit + 1,
    )
    return page_of(rows, limit, lambda row: Cursor(row.created_at, row.product_id))
