"""Pages of products: the public page, my products, the form, versions, steps of the lifecycle."""

from __future__ import annotations

import csv
import re
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import get, post
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from market.domain.accounts import Actor
from market.domain.advice import Outlook
from market.domain.demands import DemandState
from market.domain.permissions import Permission
from market.domain.products import HINTS, Product, ProductContent, ProductState
from market.domain.words import N_
from market.services import advice, demands, performance, products, questions, routings
from market.services.matchmaking import Matchmaker
from market.store import journal
from market.store.query import Db
from market.web import forms
from market.web.page import Web, go, page

P = Permission

EMPTY_ROW = {"name": "", "type": "string", "meaning": ""}
BLANK_ROWS = 3
MORE_ROWS = 10
RESHAPED = {"more", "remove"}
"""Buttons that send the form only to get it back with other rows."""
SAMPLE_ROWS, SAMPLE_COLUMNS = 20, 40
SIMILAR = 5


@get("/my/products", permission=P.PRODUCT_WRITE)
async def my_products(
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    matchmaker: NamedDependency[Matchmaker],
    now: NamedDependency[datetime],
    cursor: FromQuery[str] = "",
) -> Template:
    """The organisation's own products in every state, with the change to each that would open most demands."""
    found = await products.page(db, actor, mine=True, cursor=cursor)
    following = urlencode({"cursor": found.next}) if found.next else ""
    outlooks = await advice.outlooks(db, actor, matchmaker, [card.id for card in found.items], now=now)
    return page("pages/products.html", cards=found.items, next=following, outlooks=outlooks)


@get("/products/new", permission=P.PRODUCT_WRITE)
async def new_product(db: NamedDependency[Db], actor: NamedDependency[Actor], routing: FromQuery[int] = 0) -> Template:
    """The empty form, or filled from a demand the organisation was asked about."""
    return editor(await routings.sketch(db, actor, routing) if routing else {}, None)


@post("/products/new", permission=P.PRODUCT_WRITE)
async def create_product(
    request: Web, db: NamedDependency[Db], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> Redirect | Template:
    """Store a draft, and send it for review when that button was pressed."""
    form = await request.form()
    typed = read_form(form)
    if RESHAPED & form.keys():
        return editor(typed, None, blank=MORE_ROWS)
    with forms.retry(lambda errors, unmet: editor(typed, None, errors=errors, unmet=unmet)):
        content = forms.read(ProductContent, typed)
        if "preview" in form:
            return editor(typed, None, preview=products.checked(content))
        product = await products.create(db, actor, content, now=now)
        if "submit" in form:
            product = await products.act(db, actor, product.id, "submit", now=now)
    return go(request, f"/products/{product.id}", _saved(form))


@get("/products/{product_id:int}", permission=P.PUBLIC)
async def product_page(
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    matchmaker: NamedDependency[Matchmaker],
    now: NamedDependency[datetime],
    product_id: FromPath[int],
) -> Template:
    """One product, with the steps open to the reader, the open demands that sound like it, and advice to its owner."""
    shown = await _product_page(db, actor, product_id)
    product: Product = shown.context["product"]
    if shown.context["own"] and product.state in products.EDITABLE and actor.may(P.PRODUCT_WRITE):
        shown.context["outlook"] = await advice.outlook(db, actor, matchmaker, product_id, now=now)
    if product.state is ProductState.LISTED:
        found = await matchmaker.search_demands(f"{product.title}\n{product.abstract[:500]}", SIMILAR)
        shown.context["similar"] = await demands.search(db, actor, found, theme=None, region=None, limit=SIMILAR)
        await performance.note_view(db, actor, product, now=now)
    return shown


async def _product_page(db: Db, actor: Actor, product_id: int, **again: Any) -> Template:
    product = await products.get(db, actor, product_id)
    inside = products.is_insider(actor, product)
    own = product.organisation_id == actor.organisation_id
    return page(
        "pages/product.html",
        product=product,
        own=own,
        inside=inside,
        actions=products.actions(actor, product),
        blocked=products.unmet(product) if inside and product.state != ProductState.DELISTED else (),
        events=await journal.OF_OBJECT.all(db, "product", product_id) if inside else [],
        sample=table_of(product.sample),
        answers=await questions.shared(db, actor, product_id),
        **{"typed": {}, "similar": [], "outlook": None, **again},
    )


@get("/products/{product_id:int}/alike", permission=P.PUBLIC)
async def alike_page(
    db: NamedDependency[Db], actor: NamedDependency[Actor], product_id: FromPath[int], demand: FromQuery[int] = 0
) -> Template:
    """Who else offers the same data; for a demand of one's own with a way to choose them."""
    product = await products.get(db, actor, product_id)
    total, cards = await products.alike(db, actor, product_id)
    own = await demands.get_own(db, actor, demand) if demand and actor.may(P.MATCH_ANSWER) else None
    chooses = own if own and own.state is DemandState.OPEN else None
    return page("pages/alike.html", product=product, total=total, cards=cards, demand=chooses)


@get("/products/{product_id:int}/edit", permission=P.PRODUCT_WRITE)
async def edit_product(
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    matchmaker: NamedDependency[Matchmaker],
    product_id: FromPath[int],
) -> Template:
    """The filled-in form, with what saying more is worth."""
    product = await products.get_own(db, actor, product_id)
    outlook = await advice.outlook(db, actor, matchmaker, product_id, now=now)
    return editor(products.content_of(product), product, outlook)


@post("/products/{product_id:int}/edit", permission=P.PRODUCT_WRITE)
async def save_product(
    request: Web,
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    matchmaker: NamedDependency[Matchmaker],
    product_id: FromPath[int],
) -> Redirect | Template:
    """Save, and send a draft for review when that button was pressed."""
    form = await request.form()
    typed = read_form(form)
    product = await products.get_own(db, actor, product_id)
    outlook = await advice.outlook(db, actor, matchmaker, product_id, now=now)
    if RESHAPED & form.keys():
        return editor(typed, product, outlook, blank=MORE_ROWS)
    with forms.retry(lambda errors, unmet: editor(typed, product, outlook, errors=errors, unmet=unmet)):
        content = forms.read(ProductContent, typed)
        if "preview" in form:
            tried = await advice.tried(db, actor, matchmaker, product_id, products.checked(content), now=now)
            return editor(typed, product, outlook, preview=content, tried=tried)
        product = await products.edit(db, actor, product_id, forms.version(form), content, now=now)
        if "submit" in form:
            product = await products.act(db, actor, product_id, "submit", now=now)
    return go(request, f"/products/{product.id}", _saved(form))


@get("/products/{product_id:int}/versions", permission=P.PRODUCT_READ)
async def product_versions(
    db: NamedDependency[Db], actor: NamedDependency[Actor], product_id: FromPath[int]
) -> Template:
    """The contents the product had while it was listed, for its owner and staff."""
    product, kept = await products.revisions(db, actor, product_id)
    return page("pages/product_versions.html", product=product, kept=kept)


@get("/products/{product_id:int}/versions/{revision:int}", permission=P.PRODUCT_READ)
async def product_version(
    db: NamedDependency[Db], actor: NamedDependency[Actor], product_id: FromPath[int], revision: FromPath[int]
) -> Template:
    """One of them, also for who matches or negotiates on it."""
    product = await products.get_revision(db, actor, product_id, min(max(revision, 0), 2**31 - 1))
    return page("pages/product_version.html", product=product, sample=table_of(product.sample))


@post("/products/{product_id:int}/actions/{action:str}", permission=P.PRODUCT_READ)
async def act_on_product(
    request: Web,
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    product_id: FromPath[int],
    action: FromPath[str],
) -> Redirect:
    """Take one step of the lifecycle."""
    return await forms.step(
        request,
        lambda typed: _product_page(db, actor, product_id, typed=typed),
        lambda typed: products.act(
            db, actor, product_id, action, now=now, version=forms.version(typed), reason=typed.get("reason")
        ),
        f"/products/{product_id}",
        N_("Done."),
    )


def read_form(form: FormMultiDict) -> forms.Typed:
    """What was typed, with the columns from the repeated field_* rows (but the one that is to be taken out), tags and
    formats cut at their commas."""
    typed = forms.typed(form, "field_name", "field_type", "field_meaning", "delivery")
    rows = zip(*(typed.pop(f"field_{x}") for x in ("name", "type", "meaning")), strict=False)
    typed["fields"] = [
        {"name": name, "type": kind or "string", "meaning": meaning}
        for n, (name, kind, meaning) in enumerate(rows)
        if (name.strip() or meaning.strip()) and str(n) != form.get("remove")
    ]
    for name in ("tags", "formats"):
        typed[name] = [part.strip() for part in re.split(r"[,，、;；\n]", str(typed.get(name, ""))) if part.strip()]
    return typed


def table_of(sample: str) -> list[list[str]]:
    """A sample as rows of cells when it is written as a table (tabs, commas, semicolons or bars), else no rows."""
    lines = [line for line in sample.splitlines() if line.strip()]
    if len(lines) < 2:
        return []
    separator = max("\t|;,，", key=lines[0].count)
    width = lines[0].count(separator) + 1
    if width < 2:
        return []
    rows = list(csv.reader(lines[:SAMPLE_ROWS], delimiter=separator))
    return [row[:SAMPLE_COLUMNS] for row in rows] if any(len(row) > 1 for row in rows[1:]) else []


def _saved(form: FormMultiDict) -> str:
    if "submit" in form:
        return N_("Sent for review. The platform answers within five working days.")
    return N_("Saved.")


def editor(
    typed: forms.Typed, product: Product | None, outlook: Outlook | None = None, blank: int = BLANK_ROWS, **more: Any
) -> Template:
    """The form with what was typed; ``more`` are errors, or a content to show as others will see it."""
    preview: ProductContent | None = more.pop("preview", None)
    asked = {hint.field: hint.demands for hint in outlook.missing} if outlook else {}
    missing = [
        msgspec.structs.replace(hint, demands=asked.get(hint.field, 0)) for hint in HINTS if not typed.get(hint.field)
    ]
    return page(
        "pages/product_form.html",
        typed=typed,
        product=product,
        rows=[*typed.get("fields", ()), *[EMPTY_ROW] * blank],
        outlook=outlook,
        missing=sorted(missing, key=lambda hint: -hint.demands),
        points=len(HINTS),
        preview=preview and msgspec.structs.replace(preview, risk_assessment=""),
        sample=table_of(preview.sample) if preview else [],
        **{"tried": None, **more},
    )


ROUTES = [
    my_products,
    new_product,
    create_product,
    product_page,
    alike_page,
    edit_product,
    save_product,
    product_versions,
    product_version,
    act_on_product,
]
