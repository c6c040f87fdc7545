"""What-if for suppliers: which change to a product opens which demands, and which product nobody offers yet.

Of sealed demands only what every stranger can read is looked at, and they are counted, not named.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial

import msgspec

from market.domain import calendar
from market.domain import products as rules
from market.domain.accounts import Actor
from market.domain.advice import FIELD_OF, Change, Named, Outlook, Unmet, Wanted, may_be_served, readable
from market.domain.demands import Demand, LineKind, RequirementLine, masked_demand, masked_lines
from market.domain.matches import Verdict
from market.domain.products import Hint, Product, ProductContent
from market.services import matchmaking, products
from market.services.matchmaking import Matchmaker
from market.store import advice, search
from market.store.query import Db

DEMANDS = 50
"""The open demands nearest to a product that are looked at."""
UNMET = 5_000
"""The newest unmet demands that are looked at."""
AGE = timedelta(minutes=1)
"""How old what is most wanted may be."""
WANTED = 30
"""Products to build that are named."""


async def outlook(db: Db, actor: Actor, matchmaker: Matchmaker, product_id: int, *, now: datetime) -> Outlook:
    """What one's own product is worth among the open demands. Raises NotFound for any other."""
    product = await products.get_own(db, actor, product_id)
    return (await _outlooks(db, matchmaker, [product], now))[product.id]


async def tried(
    db: Db, actor: Actor, matchmaker: Matchmaker, product_id: int, content: ProductContent, *, now: datetime
) -> Outlook:
    """What one's own product would be worth with this content; nothing is stored."""
    product = products.with_content(await products.get_own(db, actor, product_id), content)
    near = await search.OPEN.all(db, await matchmaker.public_demands_for(product, DEMANDS))
    return await matchmaking.in_thread(_outlook, product, near, now)


async def outlooks(
    db: Db, actor: Actor, matchmaker: Matchmaker, ids: Sequence[int], *, now: datetime
) -> dict[int, Outlook]:
    """The same for those of the products that are one's own and not delisted."""
    return await _outlooks(db, matchmaker, await advice.OWN.all(db, list(ids), actor.organisation_id), now)


async def most_wanted(db: Db, actor: Actor, matchmaker: Matchmaker, *, now: datetime) -> tuple[Wanted, ...]:
    """Which product, if it were built, would serve most of the unmet open demands, of equally many those
    that would spend most; at most a minute old."""
    key = ("wanted", actor.is_staff, actor.organisation_id)
    return await matchmaker.aged(key, AGE, now, partial(_wanted, db, actor, now))


async def _wanted(db: Db, actor: Actor, now: datetime) -> tuple[Wanted, ...]:
    return await matchmaking.in_thread(_most_wanted, actor, await advice.UNMET.all(db, UNMET), now)


def _most_wanted(actor: Actor, unmet: Sequence[Unmet], now: datetime) -> tuple[Wanted, ...]:
    open_to = {demand.id for demand in unmet if not demand.sealed or _sees(actor, demand)}
    lines = {demand.id: demand.lines if demand.id in open_to else _covered(demand) for demand in unmet}
    named = {demand.id: demand for demand in unmet if demand.id in open_to}
    titles = {demand.id: demand.title for demand in named.values()}
    found = [
        Wanted(
            topic=w.topic,
            place=w.place,
            demands=_named(w.demands, titles),
            count=len(w.demands),
            budget=_together([named[int(i)].budget for i in w.demands if int(i) in named]),
        )
        for w in matchmaking.most_wanted(lines, now.astimezone(calendar.ZONE).date(), WANTED)
    ]
    return tuple(sorted(found, key=lambda w: (-w.count, -(w.budget or 0))))


def _together(budgets: Iterable[Decimal | None]) -> Decimal | None:
    said = [budget for budget in budgets if budget is not None]
    return sum(said, Decimal(0)) if said else None


def _sees(actor: Actor, demand: Unmet) -> bool:
    return actor.is_staff or demand.organisation_id == actor.organisation_id


def _covered(demand: Unmet) -> tuple[RequirementLine, ...]:
    return readable(masked_lines(demand.lines, (*demand.masked, demand.organisation_name)))


async def _outlooks(db: Db, matchmaker: Matchmaker, offered: Sequence[Product], now: datetime) -> dict[int, Outlook]:
    today = now.astimezone(calendar.ZONE).date()
    keys = {product.id: ("outlook", product.id, product.version, today) for product in offered}
    unknown = [product for product in offered if keys[product.id] not in matchmaker.kept]
    near = {product.id: await matchmaker.public_demands_for(product, DEMANDS) for product in unknown}
    rows = await search.OPEN.all(db, sorted({i for ids in near.values() for i in ids})) if unknown else []
    demands = {demand.id: demand for demand in rows}
    return {
        product.id: await matchmaker.keeping(
            keys[product.id], _outlook, product, [demands[i] for i in near.get(product.id, ()) if i in demands], now
        )
        for product in offered
    }


def _outlook(product: Product, near: Iterable[Demand], now: datetime) -> Outlook:
    demands = [demand for demand in near if may_be_served(demand, product.organisation_id)]
    lines = {d.id: readable(masked_demand(d).lines) if d.sealed else d.lines for d in demands}
    lines = {demand: told for demand, told in lines.items() if told}
    titles = {demand.id: demand.title for demand in demands if not demand.sealed}
    found = matchmaking.outlook(product, lines, now.astimezone(calendar.ZONE).date())
    return Outlook(
        product_id=product.id,
        near=len(found.near),
        open=len(found.open),
        changes=tuple(
            Change(
                kind=LineKind(change.kind),
                field=FIELD_OF[LineKind(change.kind)],
                value=change.value,
                verdict=Verdict(change.verdict),
                demands=_named(change.demands, titles),
                count=len(change.demands),
            )
            for change in found.changes
        ),
        missing=_missing(product, {str(kind): count for kind, count in found.asked.items()}),
    )


def _missing(product: Product, asked: Mapping[str, int]) -> tuple[Hint, ...]:
    """What the product does not say, what most demands near to it ask for first."""
    hints = [msgspec.structs.replace(hint, demands=asked.get(hint.kind, 0)) for hint in rules.hints(product)]
    return tuple(sorted(hints, key=lambda hint: -hint.demands))


def _named(ids: Iterable[str], titles: Mapping[int, str]) -> tuple[Named, ...]:
    return tuple(Named(id=int(i), title=titles[int(i)]) for i in ids if int(i) in titles)
