"""Products: write, send for review, list, edit, suspend, delist; what a revision said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from market.domain import products as rules
from market.domain.accounts import Actor
from market.domain.errors import Forbidden, IllegalTransition, Invalid, NotFound, Stale, Unmet
from market.domain.lifecycles import PRODUCT
from market.domain.machine import Edge, Guard, Party
from market.domain.money import money_error
from market.domain.paging import PAGE, Cursor, Page, page_of, place
from market.domain.permissions import Permission
from market.domain.products import Product, ProductCard, ProductContent, ProductState
from market.domain.text import cleaned
from market.domain.themes import stored
from market.domain.words import N_
from market.services import jobs
from market.services.transitions import birth, fire, fire_many, offered
from market.store import journal, products
from market.store.products import Revision
from market.store.query import Db

EDITABLE = frozenset({"draft", "compliance_review", "listed", "suspended"})
CONTENT = ProductContent.__struct_fields__
WITH_SUPPLIER = {"suspend": N_("Its supplier is suspended."), "resume": N_("Its supplier is reinstated.")}
"""Steps a product takes because its supplier took them, and the reason that is journalled."""
SEARCHED = 1000
"""The best answers of a search that filters choose from."""


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """What a list is cut down to; None and "" mean any. ``region`` may stand anywhere in a product's region."""

    theme: str | None = None
    region: str | None = None
    update_cycle: str | None = None
    delivery: str | None = None
    opening: str | None = None

    def values(self) -> tuple[str | None, ...]:
        """In the order of the SQL."""
        return tuple(getattr(self, name) or None for name in self.__struct_fields__)


ANY = Filter()


class ProductRevision(ProductContent, frozen=True, kw_only=True):
    """What a product said in one revision. ``replaced_at`` None: it says so still."""

    product_id: int
    organisation_id: int
    organisation_name: str
    revision: int
    replaced_at: datetime | None = None


def parties(actor: Actor, product: Product | ProductCard) -> frozenset[Party]:
    """What the actor may be to this product; a token without the scope is nobody to it."""
    found = actor.parties(supplier=product.organisation_id)
    kept = {Party.SUPPLIER: Permission.PRODUCT_WRITE, Party.REGISTRAR: Permission.PRODUCT_REVIEW}
    return frozenset(party for party in found if party in kept and actor.may(kept[party]))


def checked(content: ProductContent) -> ProductContent:
    """Cleaned. Raises Invalid with every error."""
    content = cleaned(content)
    content = msgspec.structs.replace(content, theme=stored(content.theme))
    errors: dict[str, str] = {}
    wrong_price = money_error(content.price) if content.price is not None else None
    if wrong_price:
        errors["price"] = wrong_price
        content = msgspec.structs.replace(content, price=None)
    if len(content.title) < 2:
        errors["title"] = N_("This is too short.")
    if any(not field.name for field in content.fields):
        errors["fields"] = N_("Give every field a name.")
    errors = rules.content_errors(content) | errors
    if errors:
        raise Invalid(errors)
    return content


async def create(
    db: Db, actor: Actor, content: ProductContent, *, now: datetime, source: str = "", source_id: str | None = None
) -> Product:
    """A draft of the actor's organisation."""
    content = checked(content)
    edge, party, due = birth(PRODUCT, "create", actor.parties(supplier=actor.organisation_id), now)
    product_id = await products.INSERT.one(
        db,
        actor.organisation_id,
        *products.columns(content),
        source,
        source_id,
        edge.target,
        edge.action,
        actor.person_id,
        party,
        due,
    )
    await jobs.event(db, "product", product_id)
    return await get(db, actor, product_id)


async def get(db: Db, actor: Actor, product_id: int) -> Product:
    """The product as this actor may see it; raises NotFound when they may not."""
    product = await products.GET.one(db, product_id, actor.organisation_id, actor.is_staff)
    if is_insider(actor, product):
        return product
    return msgspec.structs.replace(product, risk_assessment="", state_reason=None, due_at=None)


def is_insider(actor: Actor, product: Product | ProductCard) -> bool:
    """Whether the actor's organisation offers the product, or is the platform."""
    return actor.is_staff or product.organisation_id == actor.organisation_id is not None


async def get_own(db: Db, actor: Actor, product_id: int) -> Product:
    """The product of one's own organisation; raises NotFound for any other."""
    product = await get(db, actor, product_id)
    if product.organisation_id != actor.organisation_id:
        raise NotFound
    return product


async def get_revision(db: Db, actor: Actor, product_id: int, revision: int) -> ProductRevision:
    """What the product said in this revision, for its owner, staff, and who matches or negotiates on that revision.

    The present revision of a listed product is public. Raises NotFound otherwise.
    """
    product = await products.GET_FOR_REVISION.one(db, product_id, actor.organisation_id, actor.is_staff, revision)
    if product.revision == revision:
        content, replaced = ProductContent(**{name: getattr(product, name) for name in CONTENT}), None
    else:
        kept = await products.REVISION.one(db, product_id, revision)
        content, replaced = kept.content, kept.at
    if not is_insider(actor, product):
        content = msgspec.structs.replace(content, risk_assessment="")
    return ProductRevision(
        **{name: getattr(content, name) for name in CONTENT},
        product_id=product_id,
        organisation_id=product.organisation_id,
        organisation_name=product.organisation_name,
        revision=revision,
        replaced_at=replaced,
    )


async def revisions(db: Db, actor: Actor, product_id: int) -> tuple[Product, list[Revision]]:
    """The product and its kept contents, newest first, for its owner and staff. Raises NotFound for others."""
    product = await get(db, actor, product_id)
    if not is_insider(actor, product):
        raise NotFound
    return product, await products.REVISIONS.all(db, product_id)


async def page(
    db: Db,
    actor: Actor,
    *,
    mine: bool = False,
    states: Sequence[str] | None = None,
    only: Filter = ANY,
    cursor: str | None = None,
    limit: int = PAGE,
) -> Page[ProductCard]:
    """Products the actor may see, latest change first."""
    rows = await products.LIST.all(
        db,
        actor.organisation_id,
        actor.is_staff,
        actor.organisation_id if mine else None,
        states,
        *only.values(),
        *place(cursor),
        limit + 1,
    )
    return page_of(rows, limit, lambda card: Cursor(card.updated_at, card.id))


async def search(
    db: Db, ids: list[int], *, only: Filter = ANY, limit: int = PAGE, offset: int = 0
) -> list[ProductCard]:
    """The cards of listed products the matcher found, in its order."""
    return await products.CARDS.all(db, ids, *only.values(), limit, offset)


async def alike(db: Db, actor: Actor, product_id: int, *, limit: int = PAGE) -> tuple[int, list[ProductCard]]:
    """The listed products with the same data as this one: how many, and some of them. Raises NotFound."""
    await get(db, actor, product_id)
    counts = await copies(db, [product_id])
    return counts.get(product_id, 0), await products.ALIKE.all(db, product_id, limit)


async def copies(db: Db, ids: Sequence[int]) -> dict[int, int]:
    """Product -> how many other listed ones hold the same data; those that stand alone are left out."""
    return {row.product_id: row.others for row in await products.ALIKE_COUNTS.all(db, list(ids))} if ids else {}


async def queue(
    db: Db, state: ProductState, *, cursor: str | None = None, limit: int = PAGE
) -> Page[tuple[Product, tuple[str, ...]]]:
    """For the registrar: products of one state, the longest waiting first, each with the rules it does not meet."""
    rows = await products.QUEUE.all(db, state, *place(cursor), limit + 1)
    found = page_of(rows, limit, lambda product: Cursor(product.updated_at, product.id))
    return found.map(lambda product: (product, unmet(product)))


def unmet(product: Product) -> tuple[str, ...]:
    """The rules of listing that this product does not meet, whatever state it is in."""
    return tuple(sentence for guard in listing_guards() if (sentence := guard(product, {})))


def listing_guards() -> tuple[Guard, ...]:
    """What the edge "list" asks for."""
    edge = PRODUCT.find(ProductState.COMPLIANCE_REVIEW, "list")
    return edge.guards if edge else ()


def with_content(product: Product, content: ProductContent) -> Product:
    """The product as it would be with this content."""
    return msgspec.structs.replace(product, **{name: getattr(content, name) for name in CONTENT})


async def edit(
    db: Db, actor: Actor, product_id: int, version: int, content: ProductContent, *, now: datetime
) -> Product:
    """Change the contents. What was ever listed is kept as a version, and what refers to it stays as it was.

    Raises Stale when ``version`` is not the latest, Unmet when a listed product would no longer meet the rules.
    """
    content = checked(content)
    product = await products.lock(db, product_id, actor.organisation_id, actor.is_staff)
    if Party.SUPPLIER not in parties(actor, product):
        raise Forbidden
    if product.state not in EDITABLE:
        raise IllegalTransition
    if product.version != version:
        raise Stale
    if product.state is ProductState.LISTED and (broken := unmet(with_content(product, content))):
        raise Unmet(broken)
    if product.listed_at:
        await products.KEEP_VERSION.run(db, product_id, product.revision, content_of(product), actor.person_id)
    if await products.UPDATE.run(db, product_id, version, *products.columns(content)) == 0:
        raise Stale
    await journal.append(
        db,
        "product",
        product_id,
        "edit",
        party=Party.SUPPLIER,
        person_id=actor.person_id,
        data={"revision": product.revision + 1},
    )
    await jobs.event(db, "product", product_id)
    return await get(db, actor, product_id)


def content_of(product: Product) -> dict[str, Any]:
    """The contents alone, as they are kept in a version."""
    found: dict[str, Any] = msgspec.to_builtins(ProductContent(**{name: getattr(product, name) for name in CONTENT}))
    return found


async def act(
    db: Db,
    actor: Actor,
    product_id: int,
    action: str,
    *,
    now: datetime,
    version: int | None = None,
    reason: str | None = None,
) -> Product:
    """Take one step of the lifecycle. ``version`` guards against acting on what one has not seen."""
    await products.HOLD_SUPPLIER.first(db, product_id)
    product = await products.lock(db, product_id, actor.organisation_id, actor.is_staff)
    if version is not None and product.version != version:
        raise Stale
    await fire(db, PRODUCT, product, action, actor, parties(actor, product), now=now, reason=reason)
    return await products.GET.one(db, product_id, actor.organisation_id, True)


async def suspend_with_supplier(db: Db, organisation_id: int, *, now: datetime) -> None:
    """Take everything listed off the market because its supplier was suspended; the caller has locked the supplier."""
    await _move_all(db, organisation_id, ProductState.LISTED, None, "suspend", now)


async def resume_with_supplier(db: Db, organisation_id: int, *, now: datetime) -> None:
    """List again what went with its supplier and still meets the rules; the caller has locked the supplier."""
    await _move_all(db, organisation_id, ProductState.SUSPENDED, Party.SYSTEM, "resume", now)


async def _move_all(
    db: Db, organisation_id: int, state: ProductState, put_there_by: Party | None, action: str, now: datetime
) -> None:
    moving = await products.lock_of(db, organisation_id, state, put_there_by)
    refused = await fire_many(db, PRODUCT, moving, action, Party.SYSTEM, now=now, reason=WITH_SUPPLIER[action])
    await jobs.events(db, "product", [product.id for product in moving if product.id not in refused])


def actions(actor: Actor, product: Product) -> list[Edge]:
    """The moves open to this actor."""
    return offered(PRODUCT, product, parties(actor, product), actor)
