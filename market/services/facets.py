"""The public search: words and filters in, a page of marked results, what each filter would leave, and advice out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec

from market import i18n
from market.domain.accounts import Actor
from market.domain.facets import FACETS, Asked, Band, Choice, Facet, Piece, Sort
from market.domain.paging import PAGE
from market.domain.themes import stored
from market.services import texts
from market.services.demands import as_seen
from market.services.matchmaking import Matchmaker, in_thread
from market.services.products import SEARCHED
from market.store import facets as store
from market.store.facets import Cell, FoundDemand, FoundProduct, ProductCell
from market.store.query import Db, Query

DEEPEST = 2_000
"""Results that can be paged to; whoever wants more narrows the search."""
CHOICES = 12
"""Values shown of one facet."""

C = TypeVar("C", FoundProduct, FoundDemand)


class Result(msgspec.Struct, Generic[C], frozen=True, kw_only=True):
    """One result: the card, its title and the stretch of its text that answers the search, in pieces."""

    card: C
    title: tuple[Piece, ...]
    excerpt: tuple[Piece, ...]


class Found(msgspec.Struct, Generic[C], frozen=True, kw_only=True):
    """A page of results.

    ``asked`` has the code of the region where a name was given. ``total`` counts all of them; ``capped``: of the
    words' answers only the best ``SEARCHED`` were looked at. ``next`` is where the next page starts. ``without``: what
    dropping a filter would leave, by its name.
    """

    asked: Asked
    items: tuple[Result[C], ...]
    facets: tuple[Facet, ...]
    total: int
    capped: bool
    sort: Sort
    start: int
    next: int | None
    without: dict[str, int]


async def products(
    db: Db, matchmaker: Matchmaker, asked: Asked, *, sort: str = "", start: int = 0, limit: int = PAGE
) -> Found[FoundProduct]:
    """Listed products; without words the newest first."""
    ids = await matchmaker.search_products(asked.q, SEARCHED) if asked.q.strip() else None
    if ids is None:
        cells: Sequence[Cell] = await _kept(db, matchmaker, store.PRODUCTS_CHANGED, store.PRODUCTS)
    else:
        cells = await store.PRODUCTS_AMONG.all(db, ids)
    asked, order, start = await in_thread(_placed, asked), _order(asked, sort), _within(start)
    count = await in_thread(counted, "product", asked, cells)
    told = msgspec.structs.replace(asked, q="", region="")
    chosen = [getattr(told, name) or None for name in ("data_class", "opening", "delivery", "update_cycle", "price")]
    cards = await store.PRODUCT_PAGE.all(db, ids, asked.theme or None, count.regions, *chosen, order, limit, start)
    return await in_thread(_found, asked, ids, count, cards, order, start)


async def demands(
    db: Db, actor: Actor, matchmaker: Matchmaker, asked: Asked, *, sort: str = "", start: int = 0, limit: int = PAGE
) -> Found[FoundDemand]:
    """Open demands as the actor may see them; without words the newest first."""
    ids = await matchmaker.search_demands(asked.q, SEARCHED) if asked.q.strip() else None
    reader = (actor.organisation_id, actor.is_staff)
    if ids is None and actor.organisation_id is None:
        cells: Sequence[Cell] = await _kept(db, matchmaker, store.DEMANDS_CHANGED, store.DEMANDS, None, *reader)
    else:
        cells = await store.DEMANDS.all(db, ids, *reader)
    asked, order, start = await in_thread(_placed, asked), _order(asked, sort), _within(start)
    count = await in_thread(counted, "demand", asked, cells)
    chosen = (asked.theme or None, count.regions, asked.price or None)
    rows = await store.DEMAND_PAGE.all(db, ids, *reader, *chosen, order, limit, start)
    return await in_thread(_found, asked, ids, count, [as_seen(actor, card) for card in rows], order, start)


async def among(db: Db, kind: str, asked: Asked, ids: list[int], most: int) -> list[int]:
    """Which of these listed products or open demands pass the filters, as strangers see them; at most ``most``."""
    if kind == "product":
        count = await in_thread(counted, kind, asked, await store.PRODUCTS_AMONG.all(db, ids))
        chosen = [getattr(asked, n) or None for n in ("data_class", "opening", "delivery", "update_cycle", "price")]
        products = await store.PRODUCT_PAGE.all(
            db, ids, asked.theme or None, count.regions, *chosen, Sort.BEST, most, 0
        )
        return [card.id for card in products]
    count = await in_thread(counted, kind, asked, await store.DEMANDS.all(db, ids, None, False))
    chosen = [asked.theme or None, count.regions, asked.price or None]
    demands = await store.DEMAND_PAGE.all(db, ids, None, False, *chosen, Sort.BEST, most, 0)
    return [card.id for card in demands]


async def _kept(
    db: Db, matchmaker: Matchmaker, changed: Query[datetime], query: Query[Any], *args: object
) -> Sequence[Cell]:
    """The answer, worked out once for as long as nothing changes."""
    key, stamp = ("facets", query.place), await changed.one(db)
    kept: tuple[datetime, Sequence[Cell]] | None = matchmaker.kept.get(key)
    if kept is None or kept[0] != stamp:
        kept = matchmaker.kept[key] = (stamp, await query.all(db, *args))
    return kept[1]


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """How results divide. ``regions``: the names that lie in the region asked for, None when none is."""

    facets: tuple[Facet, ...]
    total: int
    without: dict[str, int]
    regions: list[str] | None


def counted(kind: str, asked: Asked, cells: Sequence[Cell]) -> Counts:
    """The values of every facet, each counted with every filter but its own."""
    regions = sorted(texts.inside({cell.region for cell in cells}, asked.region)) if asked.region else None
    tests = {name: _test(name, value, regions) for name, value in asked.filters.items() if name in FACETS[kind]}
    values: dict[str, Counter[str]] = {name: Counter() for name in FACETS[kind]}
    without: Counter[str] = Counter()
    total = 0
    for cell in cells:
        missed = [name for name, holds in tests.items() if not holds(cell)]
        if len(missed) > 1:
            continue
        if missed:
            without[missed[0]] += cell.n
        else:
            total += cell.n
        for name in missed or values:
            for value in _values(cell, name):
                values[name][value] += cell.n
    return Counts(
        facets=tuple(_facet(name, getattr(asked, name), values[name]) for name in FACETS[kind]),
        total=total,
        without={name: total + without[name] for name in tests},
        regions=regions,
    )


def _values(cell: Cell, name: str) -> tuple[str, ...]:
    if name == "delivery" and isinstance(cell, ProductCell):
        return tuple(dict.fromkeys(cell.delivery))
    value = getattr(cell, name)
    return (value,) if value else ()


def _test(name: str, value: str, regions: Collection[str] | None) -> Callable[[Cell], bool]:
    if name == "region":
        named = frozenset(regions or ())
        return lambda cell: cell.region in named
    return lambda cell: value in _values(cell, name)


def _placed(asked: Asked) -> Asked:
    """With the code of the region where its name is that of one place, and the field by the name it is stored under."""
    return msgspec.structs.replace(asked, theme=stored(asked.theme), region=texts.code_of(asked.region) or asked.region)


def _order(asked: Asked, sort: str) -> Sort:
    best = Sort.BEST if asked.q.strip() else Sort.NEWEST
    order = Sort(sort) if sort in set(Sort) else best
    return best if order is Sort.BEST else order


def _within(start: int) -> int:
    return min(max(start, 0), DEEPEST)


def _found(
    asked: Asked, ids: Sequence[int] | None, count: Counts, cards: Sequence[C], sort: Sort, start: int
) -> Found[C]:
    words, end = texts.wanted(asked.q), start + len(cards)
    return Found(
        asked=asked,
        items=tuple(
            Result(
                card=card,
                title=texts.marked(card.title, words),
                excerpt=texts.excerpt(card.abstract if isinstance(card, FoundProduct) else card.text, words),
            )
            for card in cards
        ),
        facets=count.facets,
        total=count.total,
        capped=ids is not None and len(ids) >= SEARCHED,
        sort=sort,
        start=start,
        next=end if cards and end < min(count.total, DEEPEST) else None,
        without=count.without,
    )


def _facet(name: str, chosen: str, counts: Counter[str]) -> Facet:
    if name == "region":
        return _regions(chosen, counts)
    if name == "price":
        ordered = [(str(band), counts[band]) for band in Band if counts[band]]
    else:
        ordered = sorted(counts.items(), key=lambda pair: (pair[0] != chosen, -pair[1], pair[0]))
    return Facet(name=name, choices=tuple(Choice(value=v, count=n) for v, n in ordered[:CHOICES]), chosen=chosen)


def _regions(chosen: str, counts: Counter[str]) -> Facet:
    """The places one level below the one chosen, and those it lies in; a place counts all that lies in it."""
    language = i18n.language.get()
    code = chosen if texts.is_code(chosen) else ""
    inside: Counter[str] = Counter()
    for name, n in counts.items():
        steps = {step for place in texts.places(name) for step in (*texts.larger(place), place) if step}
        inside.update(dict.fromkeys(steps, n))
    below = sorted((step for step in inside if _is_below(step, code)), key=lambda step: (-inside[step], step))

    def choices(codes: Sequence[str]) -> tuple[Choice, ...]:
        return tuple(Choice(value=c, count=inside[c], label=texts.place_name(c, language)) for c in codes)

    return Facet(
        name="region",
        choices=choices(below[:CHOICES]),
        chosen=chosen,
        chosen_label=texts.place_name(code, language) if code else chosen,
        within=choices(texts.larger(code)) if code else (),
    )


def _is_below(step: str, code: str) -> bool:
    """Whether a place is one level below another. On top stand China, its provinces, and other countries."""
    larger = texts.larger(step)
    if not code:
        return not larger or larger == ["CN"]
    return bool(larger) and larger[-1] == code
