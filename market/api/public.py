"""/api/v1/found, /api/v1/statistics and /api/v1/glossary: what anybody may read, without a token too."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Controller
from litestar.di import NamedDependency, Provide
from litestar.params import FromQuery, QueryParameter

from market import i18n
from market.api.routes import Limit, read_by_all
from market.domain.accounts import Actor
from market.domain.facets import Asked, Band, Facet, Sort
from market.domain.glossary import GLOSSARY, Term
from market.domain.paging import PAGE
from market.domain.permissions import Permission
from market.domain.products import DataClass, Delivery, Opening, UpdateCycle
from market.services import facets, statistics
from market.services.facets import Found
from market.services.matchmaking import Matchmaker
from market.services.statistics import Statistics
from market.store.facets import FoundDemand, FoundProduct
from market.store.query import Db

Words = Annotated[str, QueryParameter(max_length=2_000, description="Any text, Chinese or English")]
Theme = Annotated[str, QueryParameter(max_length=200, description="Field")]
Region = Annotated[str, QueryParameter(max_length=200, description="Code of a place (CN32, SG) or part of its name")]
Start = Annotated[int, QueryParameter(ge=0, le=facets.DEEPEST, description="`next` of the page before")]


class FoundOut(msgspec.Struct, frozen=True, kw_only=True):
    """A page of results without the results.

    ``facets``: what each filter would leave; ``without``: what is left without a filter set.
    ``total`` counts all results; ``capped``: only the best answers to the words were looked at. ``next``: the ``start``
    of the next page.
    """

    facets: tuple[Facet, ...]
    without: dict[str, int]
    total: int
    capped: bool
    sort: Sort
    start: int
    next: int | None


class FoundProducts(FoundOut, frozen=True, kw_only=True):
    """A page of products."""

    items: tuple[FoundProduct, ...]


class FoundDemands(FoundOut, frozen=True, kw_only=True):
    """A page of demands."""

    items: tuple[FoundDemand, ...]


class TermOut(Term, frozen=True, kw_only=True):
    """A term in the reader's language."""

    key: str


def asked_of_products(
    q: Words = "",
    theme: Theme = "",
    region: Region = "",
    data_class: FromQuery[DataClass | None] = None,
    opening: FromQuery[Opening | None] = None,
    delivery: FromQuery[Delivery | None] = None,
    update_cycle: FromQuery[UpdateCycle | None] = None,
    price: FromQuery[Band | None] = None,
) -> Asked:
    """The search in an address."""
    chosen = {"data_class": data_class, "opening": opening, "delivery": delivery, "update_cycle": update_cycle}
    values = {name: str(value) for name, value in chosen.items() if value}
    return Asked(q=q, theme=theme, region=region, price=price or "", **values)


def asked_of_demands(
    q: Words = "", theme: Theme = "", region: Region = "", price: FromQuery[Band | None] = None
) -> Asked:
    """Likewise; ``price`` is the budget."""
    return Asked(q=q, theme=theme, region=region, price=price or "")


def divided(found: Found[Any]) -> dict[str, Any]:
    """What a page says besides its results."""
    return {name: getattr(found, name) for name in FoundOut.__struct_fields__}


class PublicController(Controller):
    """The public window, for programs."""

    tags = ["Public"]  # noqa: RUF012

    @read_by_all(
        "/found/products",
        permission=Permission.PUBLIC,
        dependencies={"asked": Provide(asked_of_products, sync_to_thread=False)},
    )
    async def find_products(
        self,
        db: NamedDependency[Db],
        matchmaker: NamedDependency[Matchmaker],
        asked: NamedDependency[Asked],
        sort: FromQuery[Sort | None] = None,
        start: Start = 0,
        limit: Limit = PAGE,
    ) -> FoundProducts:
        """Listed products that pass the filters, and how they divide."""
        found = await facets.products(db, matchmaker, asked, sort=sort or "", start=start, limit=limit)
        return FoundProducts(items=tuple(result.card for result in found.items), **divided(found))

    @read_by_all(
        "/found/demands",
        permission=Permission.PUBLIC,
        dependencies={"asked": Provide(asked_of_demands, sync_to_thread=False)},
    )
    async def find_demands(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        matchmaker: NamedDependency[Matchmaker],
        asked: NamedDependency[Asked],
        sort: FromQuery[Sort | None] = None,
        start: Start = 0,
        limit: Limit = PAGE,
    ) -> FoundDemands:
        """Open demands likewise, as you may see them."""
        found = await facets.demands(db, actor, matchmaker, asked, sort=sort or "", start=start, limit=limit)
        return FoundDemands(items=tuple(result.card for result in found.items), **divided(found))

    @read_by_all("/statistics", permission=Permission.PUBLIC)
    async def get_statistics(
        self, db: NamedDependency[Db], matchmaker: NamedDependency[Matchmaker], now: NamedDependency[datetime]
    ) -> Statistics:
        """The market by field and region, month by month, what is not met, how long it takes; minutes old at most."""
        return await statistics.read(db, matchmaker, now=now)

    @read_by_all("/glossary", permission=Permission.PUBLIC)
    async def get_glossary(self) -> list[TermOut]:
        """Terms of law, what each means and where that is laid down."""
        say = i18n.gettext
        return [
            TermOut(key=key, name=say(term.name), meaning=say(term.meaning), source=say(term.source))
            for key, term in GLOSSARY.items()
        ]
