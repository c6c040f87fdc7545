"""Pages for when nothing fits: the gap, the broker's letter, relaxing a line, why a product is not proposed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from market.domain.accounts import Actor
from market.domain.demands import DemandState
from market.domain.errors import NotFound
from market.domain.gaps import LetterIn
from market.domain.permissions import Permission
from market.domain.words import N_
from market.services import demands, gaps, products, relaxations, routings, standings
from market.services.matchmaking import Matchmaker
from market.services.relaxations import RelaxIn
from market.store.query import Db
from market.web import forms
from market.web.page import Web, go, page
from market.web.pages.questions import asking

P = Permission
FEW = 10
"""Answers of a search for the other half of a pairing."""


@get("/demands/{demand_id:int}/gap", permission=P.DEMAND_READ)
async def gap_page(
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    matchmaker: NamedDependency[Matchmaker],
    now: NamedDependency[datetime],
    demand_id: FromPath[int],
) -> Template:
    """What is missing today, what comes nearest, what would help; for the broker the form of the letter."""
    return await _gap_page(db, actor, matchmaker, demand_id, now)


async def _gap_page(
    db: Db, actor: Actor, matchmaker: Matchmaker, demand_id: int, now: datetime, **again: Any
) -> Template:
    gap = await gaps.look(db, actor, matchmaker, demand_id, now=now)
    demand = await demands.get(db, actor, demand_id)
    return page(
        "pages/gap.html",
        demand=demand,
        own=demand.organisation_id == actor.organisation_id,
        gap=gap,
        letters=await gaps.letters(db, actor, demand_id),
        relaxed=await relaxations.advise(db, actor, matchmaker, demand_id, now=now),
        routed=(await routings.page(db, actor, demand_id=demand_id)).items,
        watched=demand.state is DemandState.OPEN,
        extend=[edge for edge in demands.actions(actor, demand) if edge.action == "extend"],
        **{"typed": {}, **again},
    )


@post("/demands/{demand_id:int}/letters", permission=P.DEMAND_TRIAGE)
async def issue_letter(
    request: Web,
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    matchmaker: NamedDependency[Matchmaker],
    now: NamedDependency[datetime],
    demand_id: FromPath[int],
) -> Redirect:
    """Send the letter to the demander."""
    typed = forms.typed(await request.form())
    again = await _gap_page(db, actor, matchmaker, demand_id, now, typed=typed)
    with forms.retry_on(again):
        letter = await gaps.issue(db, actor, matchmaker, demand_id, forms.read(LetterIn, typed), now=now)
    return go(request, f"/demands/{demand_id}/letters/{letter.id}", N_("The letter is with the demander."))


@get("/demands/{demand_id:int}/letters/{letter_id:int}", permission=P.DEMAND_READ)
async def letter_page(
    db: NamedDependency[Db], actor: NamedDependency[Actor], demand_id: FromPath[int], letter_id: FromPath[int]
) -> Template:
    """The letter as it was issued, to read and to print."""
    return page("pages/letter.html", letter=await gaps.get(db, actor, demand_id, letter_id))


@get("/demands/{demand_id:int}/relax", permission=P.DEMAND_WRITE)
async def relax_page(
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    demand_id: FromPath[int],
    kind: FromQuery[str] = "",
    value: FromQuery[str] = "",
    wider: FromQuery[str] = "",
) -> Template:
    """The line as it is and as it would be, before anything changes."""
    demand = await demands.get_own(db, actor, demand_id)
    typed: forms.Typed = {"kind": kind, "value": value, "wider": wider, "version": demand.version}
    before, after = relaxations.relaxed(demand, forms.read(RelaxIn, typed))
    return page("pages/relax.html", demand=demand, before=before, after=after, typed=typed)


@post("/demands/{demand_id:int}/relax", permission=P.DEMAND_WRITE)
async def relax_demand(
    request: Web,
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    demand_id: FromPath[int],
) -> Redirect:
    """Change the line; the demand is matched anew."""
    typed = forms.typed(await request.form())
    await relaxations.apply(db, actor, demand_id, forms.read(RelaxIn, typed), now=now)
    return go(
        request, f"/demands/{demand_id}", N_("The line is relaxed and the demand matched anew. Edit it to go back.")
    )


@get("/demands/{demand_id:int}/products", permission=P.MATCH_READ)
async def products_for(
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    matchmaker: NamedDependency[Matchmaker],
    demand_id: FromPath[int],
    q: FromQuery[str] = "",
) -> Template:
    """Search the product one wonders about: why is it not proposed for this demand?"""
    demand = await demands.get(db, actor, demand_id)
    if not demands.is_insider(actor, demand):
        raise NotFound
    found = await matchmaker.search_products(q, FEW) if q.strip() else []
    cards = await products.search(db, found, limit=FEW)
    rows = [(card.title, card.organisation_name, f"/demands/{demand_id}/products/{card.id}") for card in cards]
    return page("pages/why_search.html", title=demand.title, back=f"/demands/{demand_id}", q=q, rows=rows, of="demand")


@get("/products/{product_id:int}/demands", permission=P.MATCH_READ)
async def demands_for(
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    matchmaker: NamedDependency[Matchmaker],
    product_id: FromPath[int],
    q: FromQuery[str] = "",
) -> Template:
    """Search the demand one wonders about: why is this product not proposed for it?"""
    product = await products.get(db, actor, product_id)
    if not products.is_insider(actor, product):
        raise NotFound
    found = await matchmaker.search_demands(q, FEW) if q.strip() else []
    cards = await demands.search(db, actor, found, theme=None, region=None, limit=FEW)
    rows = [(card.title, card.organisation_name, f"/demands/{card.id}/products/{product_id}") for card in cards]
    return page(
        "pages/why_search.html", title=product.title, back=f"/products/{product_id}", q=q, rows=rows, of="product"
    )


@get("/demands/{demand_id:int}/products/{product_id:int}", permission=P.MATCH_READ)
async def standing_page(
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    matchmaker: NamedDependency[Matchmaker],
    now: NamedDependency[datetime],
    demand_id: FromPath[int],
    product_id: FromPath[int],
) -> Template:
    """Why this product is or is not proposed for this demand."""
    standing = await standings.of_pair(db, actor, matchmaker, demand_id, product_id, now=now)
    demand = await demands.get(db, actor, demand_id)
    own = demand.organisation_id == actor.organisation_id
    live = standing.why not in (standings.Why.FORBIDDEN, standings.Why.CLOSED)
    asked = await asking(db, actor, demand_id, product_id, own=own, live=live)
    return page("pages/standing.html", standing=standing, asking=asked)


ROUTES = [
    gap_page,
    issue_letter,
    letter_page,
    relax_page,
    relax_demand,
    products_for,
    demands_for,
    standing_page,
]
