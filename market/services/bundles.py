"""Bundles for an open demand: found when somebody asks, in a thread, and started with one click."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import combinations

import msgspec

from market.domain.accounts import Actor
from market.domain.bundles import (
    Aim,
    Bundle,
    BundleCheck,
    BundleMember,
    Bundles,
    Check,
    Cover,
    Start,
    first_year,
    needed,
    together,
    whole,
    within,
)
from market.domain.demands import Demand, DemandState
from market.domain.errors import Forbidden, NotYours
from market.domain.licences import combine
from market.domain.machine import Party
from market.domain.matches import MatchCard, MatchReason, MatchState, Verdict, excluded
from market.domain.products import Product
from market.services import demands, matches, matchmaking, wishes
from market.services.matchmaking import Matchmaker
from market.services.nearest import today_of
from market.store import demands as demand_rows
from market.store import matches as rows
from market.store import search
from market.store.query import Db

KEPT = timedelta(minutes=5)
"""How old the bundles may be that stand beside the matches; their own page finds them anew."""


async def propose(db: Db, actor: Actor, matchmaker: Matchmaker, demand_id: int, *, now: datetime) -> Bundles:
    """The smallest and the cheapest bundle for a demand, for whoever asks for it and for staff.

    Nothing is searched where a single product meets every must line. Raises NotFound or Forbidden for anybody else.
    """
    demand = await demands.get(db, actor, demand_id)
    if not demands.is_insider(actor, demand):
        raise Forbidden
    found = await _found(db, matchmaker, demand, today_of(now))
    cards = await matches.of_demand(db, actor, demand_id)
    return msgspec.structs.replace(found, bundles=_linked(found.bundles, cards))


async def beside(
    db: Db, matchmaker: Matchmaker, demand: Demand, cards: Sequence[MatchCard], *, now: datetime
) -> tuple[Bundle, ...]:
    """The bundles of an open demand, to stand beside ``cards``, what was proposed for it.

    None where one of these meets every must line by itself. What was found is kept for a few minutes.
    """
    if demand.state is not DemandState.OPEN or any(whole(card.reasons) for card in cards):
        return ()
    today = today_of(now)
    key = ("bundles", demand.id, demand.version, today, tuple((card.product_id, card.state) for card in cards))
    found = await matchmaker.aged(key, KEPT, now, partial(_found, db, matchmaker, demand, today))
    return _linked(found.bundles, cards)


async def _found(db: Db, matchmaker: Matchmaker, demand: Demand, today: date) -> Bundles:
    products = await _candidates(db, matchmaker, demand)
    return await matchmaking.in_thread(_search, demand, products, today)


async def start(db: Db, actor: Actor, demand_id: int, chosen: Start, *, now: datetime) -> list[int]:
    """Interest in each of these products at once, so that the negotiations run side by side; the pairings' ids.

    All or nothing. Raises NotYours, Conflict when a product has gone or was turned down, Unmet when a rule forbids one.
    """
    demand = await demand_rows.lock(db, demand_id, actor.organisation_id, actor.is_staff)
    if Party.DEMANDER not in actor.parties(demander=demand.organisation_id):
        raise NotYours
    products = await wishes.listed(db, sorted(chosen.products))
    return [await wishes.ask_for(db, actor, demand, product, now=now) for product in products]


async def _candidates(db: Db, matchmaker: Matchmaker, demand: Demand) -> dict[int, Product]:
    """Products that may be proposed: no rule forbids them, and they were not turned down as they are now."""
    ids = await matchmaking.in_thread(matchmaker.parts, demand)
    ended = {(p.product_id, p.demand_revision, p.product_revision) for p in await rows.ENDED.all(db, [demand.id], None)}
    by_id = {product.id: product for product in await search.LISTED.all(db, ids)}
    return {
        i: product
        for i in ids
        if (product := by_id.get(i))
        and excluded(demand, product) is None
        and (i, demand.revision, product.revision) not in ended
    }


def _search(demand: Demand, products: Mapping[int, Product], today: date) -> Bundles:
    if not any(map(needed, demand.lines)):
        return Bundles(looked_at=0)
    told = {i: matchmaking.reasons(demand, product, today) for i, product in products.items()}
    alone = tuple(i for i, reasons in told.items() if whole(reasons))
    if alone:
        return Bundles(looked_at=len(products), alone=alone)
    found: dict[tuple[int, ...], tuple[Cover, list[Aim]]] = {}
    for aim in Aim:
        if best := matchmaking.bundled(demand, products, told, aim):
            found.setdefault(best.products, (best, []))[1].append(aim)
    bundles = (_bundle(demand, [products[i] for i in ids], told, *best) for ids, best in found.items())
    return Bundles(looked_at=len(products), bundles=tuple(bundles))


def _bundle(
    demand: Demand,
    products: Sequence[Product],
    told: Mapping[int, tuple[MatchReason, ...]],
    cover: Cover,
    aims: Sequence[Aim],
) -> Bundle:
    members = tuple(
        BundleMember(
            product_id=product.id,
            title=product.title,
            supplier_name=product.organisation_name,
            price=product.price,
            price_unit=product.price_unit,
            licence=product.licence,
            reasons=told[product.id],
        )
        for product in products
    )
    prices = [first_year(product) for product in products]
    price = None if None in prices else sum((p for p in prices if p is not None), Decimal(0))
    return Bundle(
        aims=tuple(aims),
        members=members,
        lines=together(demand, members),
        checks=_checks(products, cover),
        price=price,
        within_budget=within(price, demand.budget),
        complete=cover.complete,
    )


def _checks(products: Sequence[Product], cover: Cover) -> tuple[BundleCheck, ...]:
    """What of the four fits surely and what nobody has said; what does not fit is no bundle."""
    reasons = dict.fromkeys(combine(a.licence, b.licence).reason for a, b in combinations(products, 2))
    said = {
        Check.JOIN_KEY: cover.keys,
        Check.PERIOD: tuple(f"{p.time_from or '…'} – {p.time_to or '…'}" for p in products if p.time_from or p.time_to),
        Check.REGION: tuple(dict.fromkeys(p.region for p in products if p.region)),
        Check.LICENCE: tuple(reasons),
    }
    verdicts = dict.fromkeys(Check, Verdict.MET) | dict.fromkeys(cover.open, Verdict.UNKNOWN)
    return tuple(BundleCheck(check=check, verdict=verdicts[check], said=said[check]) for check in Check)


def _linked(bundles: Sequence[Bundle], cards: Sequence[MatchCard]) -> tuple[Bundle, ...]:
    """The bundles, each member with its pairing that stands already."""
    live = (MatchState.PROPOSED, MatchState.MUTUAL, MatchState.CONVERTED)
    standing = {card.product_id: card for card in cards if card.state in live}

    def linked(member: BundleMember) -> BundleMember:
        card = standing.get(member.product_id)
        return msgspec.structs.replace(member, match_id=card.id, match_state=card.state) if card else member

    return tuple(msgspec.structs.replace(one, members=tuple(map(linked, one.members))) for one in bundles)
