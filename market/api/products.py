"""/api/v1/products"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import Controller, Response
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import Meta

from market import i18n
from market.api.idempotency import once
from market.api.routes import CursorText, Id, IdempotencyKey, IfMatch, Limit, create, read, replace, step
from market.api.schemas import Action, Step, actions_of, tagged, version_of
from market.domain.accounts import Actor
from market.domain.paging import PAGE, Page
from market.domain.performance import Performance
from market.domain.permissions import Permission
from market.domain.products import (
    Delivery,
    Hint,
    Opening,
    Product,
    ProductCard,
    ProductContent,
    ProductState,
    UpdateCycle,
    hints,
)
from market.services import performance, products
from market.services.matchmaking import Matchmaker
from market.services.products import Filter, ProductRevision
from market.store.query import Db

Revision = Annotated[int, Meta(ge=1, le=2**31 - 1)]
Words = Annotated[
    str, QueryParameter(name="q", max_length=2000, description="Listed products that answer this text, best first")
]


class RevisionCard(msgspec.Struct, frozen=True, kw_only=True):
    """An earlier content; read it under its ``revision``. ``replaced_by`` null: by an import."""

    revision: int
    title: str
    replaced_by: str | None
    replaced_at: datetime


class Revisions(msgspec.Struct, frozen=True, kw_only=True):
    """At most 200 earlier contents, newest first."""

    items: tuple[RevisionCard, ...]


class AlikeOut(msgspec.Struct, frozen=True, kw_only=True):
    """Some of the ``total`` products with the same data; their order means nothing."""

    items: tuple[ProductCard, ...]
    total: int


class ProductOut(Product, frozen=True, kw_only=True):
    """A product and what the caller may do with it. ``unmet``, to its owner and staff: the rules of listing it breaks;
    ``missing``: what would make it easier to find, to its owner."""

    actions: tuple[Action, ...] = ()
    unmet: tuple[str, ...] = ()
    missing: tuple[Hint, ...] = ()


def shown(actor: Actor, product: Product) -> ProductOut:
    """The representation for this caller."""
    values = {name: getattr(product, name) for name in product.__struct_fields__}
    own = actor.organisation_id == product.organisation_id
    return ProductOut(
        **values,
        actions=actions_of(products.actions(actor, product)),
        unmet=tuple(map(i18n.gettext, products.unmet(product))) if own or actor.is_staff else (),
        missing=tuple(told(hint) for hint in hints(product)) if own else (),
    )


def told(hint: Hint) -> Hint:
    """The hint in the reader's language."""
    return msgspec.structs.replace(hint, sentence=i18n.gettext(hint.sentence))


class ProductController(Controller):
    """What suppliers offer."""

    path = "/products"
    tags = ["Products"]  # noqa: RUF012

    @read(permission=Permission.PRODUCT_READ)
    async def list_products(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        matchmaker: NamedDependency[Matchmaker],
        q: Words = "",
        mine: FromQuery[bool] = False,
        states: Annotated[
            list[ProductState] | None, QueryParameter(name="state", description="Any of these states")
        ] = None,
        theme: FromQuery[str | None] = None,
        region: FromQuery[str | None] = None,
        update_cycle: FromQuery[UpdateCycle | None] = None,
        delivery: FromQuery[Delivery | None] = None,
        opening: FromQuery[Opening | None] = None,
        cursor: CursorText = None,
        limit: Limit = PAGE,
    ) -> Page[ProductCard]:
        """Products you may see, latest change first; with `q` the best listed ones, on one page."""
        only = Filter(theme=theme, region=region, update_cycle=update_cycle, delivery=delivery, opening=opening)
        if q.strip():
            ids = await matchmaker.search_products(q, products.SEARCHED)
            return Page(items=tuple(await products.search(db, ids, only=only, limit=limit)))
        return await products.page(
            db, actor, mine=mine, states=[*states] if states else None, only=only, cursor=cursor, limit=limit
        )

    @create(permission=Permission.PRODUCT_WRITE)
    async def create_product(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        data: JSONBody[ProductContent],
        key: IdempotencyKey = None,
    ) -> Response[ProductOut]:
        """A draft. Send it for review with the action `submit`."""

        async def produce() -> ProductOut:
            return shown(actor, await products.create(db, actor, data, now=now))

        return await once(db, actor, key, "/api/v1/products", data, produce)

    @read("/performance", permission=Permission.PRODUCT_WRITE)
    async def list_product_performance(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        cursor: CursorText = None,
        limit: Limit = PAGE,
    ) -> Page[Performance]:
        """How your products did in the last ninety days, the newest product first."""
        return await performance.page(db, actor, now=now, cursor=cursor, limit=limit)

    @read("/{product_id:int}", permission=Permission.PRODUCT_READ)
    async def get_product(
        self, db: NamedDependency[Db], actor: NamedDependency[Actor], product_id: FromPath[Id]
    ) -> Response[ProductOut]:
        """One product."""
        product = await products.get(db, actor, product_id)
        return tagged(shown(actor, product), product.version)

    @read("/{product_id:int}/alike", permission=Permission.PRODUCT_READ)
    async def list_alike(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        product_id: FromPath[Id],
        limit: FromQuery[Limit] = PAGE,
    ) -> AlikeOut:
        """Listed products that hold the same data word for word, whoever offers them and on what terms."""
        total, cards = await products.alike(db, actor, product_id, limit=limit)
        return AlikeOut(items=tuple(cards), total=total)

    @replace("/{product_id:int}", permission=Permission.PRODUCT_WRITE)
    async def edit_product(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        product_id: FromPath[Id],
        data: JSONBody[ProductContent],
        if_match: IfMatch,
    ) -> Response[ProductOut]:
        """Replace the contents; whatever was listed is kept under its revision."""
        product = await products.edit(db, actor, product_id, version_of(if_match), data, now=now)
        return tagged(shown(actor, product), product.version)

    @read("/{product_id:int}/revisions", permission=Permission.PRODUCT_READ)
    async def list_product_revisions(
        self, db: NamedDependency[Db], actor: NamedDependency[Actor], product_id: FromPath[Id]
    ) -> Revisions:
        """The contents the product had before, for its owner and staff."""
        _, kept = await products.revisions(db, actor, product_id)
        return Revisions(
            items=tuple(
                RevisionCard(revision=k.revision, title=k.content.title, replaced_by=k.person_name, replaced_at=k.at)
                for k in kept
            )
        )

    @read("/{product_id:int}/revisions/{revision:int}", permission=Permission.PRODUCT_READ)
    async def get_product_revision(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        product_id: FromPath[Id],
        revision: FromPath[Revision],
    ) -> ProductRevision:
        """What the product said in this revision: for its owner, and for who matches or negotiates on it."""
        return await products.get_revision(db, actor, product_id, revision)

    @step("/{product_id:int}/actions", permission=Permission.PRODUCT_READ)
    async def act_on_product(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        product_id: FromPath[Id],
        data: JSONBody[Step],
    ) -> Response[ProductOut]:
        """Take one of the listed `actions`; a token needs `product:write` or, on staff, `product:review`."""
        product = await products.act(
            db, actor, product_id, data.action, now=now, version=data.version, reason=data.reason
        )
        return tagged(shown(actor, product), product.version)
