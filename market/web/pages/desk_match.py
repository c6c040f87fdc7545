"""One pairing on the desk: both texts side by side, the words each line rests on marked in them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from market.domain.accounts import Actor
from market.domain.machine import Party
from market.domain.matches import ANSWER, Match
from market.domain.passages import Passage, passages
from market.domain.permissions import Permission
from market.domain.products import Product
from market.services import demands, desk, matches, pools, products
from market.store.query import Db
from market.web.page import page
from market.web.pages.desk import query_of, wanted_of


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One attribute of a text."""

    name: str
    pieces: tuple[Passage, ...]


def demand_parts(match: Match, title: str, text: str) -> list[Part]:
    """Title and text of the demand. What stands in the title is not marked a second time in the text."""
    phrases = [(n, reason.phrase) for n, reason in enumerate(match.reasons, 1)]
    rest = [(n, phrase) for n, phrase in phrases if phrase in text]
    above = [(n, phrase) for n, phrase in phrases if phrase not in text]
    return [Part(name="title", pieces=passages(title, above)), Part(name="text", pieces=passages(text, rest))]


def product_parts(match: Match, product: Product) -> list[Part]:
    """What the product says, attribute by attribute, with the quotes of each."""
    quotes: dict[str, list[tuple[int, str]]] = {}
    for n, reason in enumerate(match.reasons, 1):
        quotes.setdefault(reason.source, []).append((n, reason.quote))
    return [
        Part(name=name, pieces=passages(value, quotes.get(name, ()))) for name, value in _attributes(product) if value
    ]


def _attributes(product: Product) -> Iterator[tuple[str, str]]:
    """(attribute as the matcher calls it, its text or code)."""
    yield "title", product.title
    yield "description", product.abstract
    yield "fields", "、".join(f.name + (f" {f.meaning}" if f.meaning else "") for f in product.fields)
    yield "region", product.region
    yield "granularity", product.granularity
    yield "time_from", product.time_from.isoformat() if product.time_from else ""
    yield "time_to", product.time_to.isoformat() if product.time_to else ""
    yield "update_frequency", product.update_cycle or ""
    for mode in product.delivery:
        yield "delivery", mode
    yield "formats", ", ".join(product.formats)
    yield "themes", product.theme
    yield "tags", ", ".join(product.tags)
    yield "price", str(product.price) if product.price is not None else ""


@get("/desk/matches/{match_id:int}", permission=Permission.MATCH_REVIEW)
async def desk_match(
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    match_id: FromPath[int],
    kind: FromQuery[str] = "",
    whose: FromQuery[str] = "",
    q: FromQuery[str] = "",
) -> Template:
    """The pairing, the decision, and the rows of the worklist before and after it."""
    wanted = wanted_of(kind, whose, q)
    only_matches = msgspec.structs.replace(wanted, kind="match")
    match = await matches.get(db, actor, match_id)
    demand = await demands.get(db, actor, match.demand_id)
    product = await products.get(db, actor, match.product_id)
    before, after = await desk.beside(db, actor, only_matches, "match", match_id, now=now)
    conflict = await matches.conflicted(db, actor, match)
    return page(
        "pages/desk_match.html",
        match=match,
        demand=demand,
        product=product,
        asked=demand_parts(match, demand.title, demand.text),
        offered=product_parts(match, product),
        answer=ANSWER,
        decides=Party.BROKER in matches.parties(actor, match) and not conflict,
        conflict=conflict,
        actions={edge.action for edge in matches.actions(actor, match)},
        strength=await pools.strength(db, match.demand_id),
        events=await matches.history(db, actor, match),
        before=before,
        after=after,
        wanted=wanted,
        here_again=query_of(wanted),
        typed={},
    )


ROUTES = [desk_match]
