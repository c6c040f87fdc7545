"""Gaps: no match is a result. What is missing, what comes nearest, who may hold it, and the broker's letter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

import msgspec

from market.domain.accounts import Actor
from market.domain.demands import Demand, LineLevel
from market.domain.errors import Invalid, NotFound, Stale
from market.domain.gaps import Gap, Holder, Letter, LetterIn, NearProduct, UnmetCode
from market.domain.machine import Party
from market.domain.matches import Verdict
from market.domain.text import clean
from market.domain.words import N_
from market.services import demands, jobs
from market.services.matchmaking import Matchmaker
from market.services.nearest import Near, nearest
from market.store import demands as rows
from market.store import gaps, journal
from market.store.query import Db

LOOKED_AT = 30
"""Products held against the demand's lines."""
NEAREST = 5
"""Of them, those that are named."""
HOLDERS = 3


async def look(db: Db, actor: Actor, matchmaker: Matchmaker, demand_id: int, *, now: datetime) -> Gap:
    """The gap as it is today, for the demand's own organisation and staff. Raises NotFound for others."""
    demand = await demands.get(db, actor, demand_id)
    if not demands.is_insider(actor, demand):
        raise NotFound
    found = await nearest(db, matchmaker, demand, LOOKED_AT, now=now)
    return gap_of(demand, found.near)


def gap_of(demand: Demand, near: Sequence[Near]) -> Gap:
    """Counted from the verdicts of the nearest products."""
    met = {(r.kind, r.value) for n in near for r in n.reasons if r.verdict is Verdict.MET}
    return Gap(
        asked=demand.lines,
        missing=tuple(x for x in demand.lines if x.level is LineLevel.MUST and (x.kind, x.value) not in met),
        looked_at=len(near),
        whole=sum(all(r.verdict is Verdict.MET for r in n.reasons if r.level is LineLevel.MUST) for n in near),
        nearest=tuple(
            NearProduct(
                product_id=n.product.id,
                title=n.product.title,
                supplier_id=n.product.organisation_id,
                supplier_name=n.product.organisation_name,
                rank=n.rank,
                reasons=n.reasons,
            )
            for n in near[:NEAREST]
        ),
        holders=_holders(near),
    )


def _holders(near: Sequence[Near]) -> tuple[Holder, ...]:
    """Who publishes the nearest products, most first; an organisation counts by its id, whatever its name."""
    names = {n.product.organisation_id: n.product.organisation_name for n in near}
    counted = Counter(n.product.organisation_id for n in near)
    ranked = sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:HOLDERS]
    return tuple(Holder(organisation_id=who, name=names[who], products=count) for who, count in ranked)


async def issue(
    db: Db, actor: Actor, matchmaker: Matchmaker, demand_id: int, letter: LetterIn, *, now: datetime
) -> Letter:
    """Write the letter down as things stand, and close the demand when the letter says so; the demander is told.

    Raises Invalid when it lacks what its code asks for, Stale when the demand has changed, and what closing raises.
    """
    gap = await look(db, actor, matchmaker, demand_id, now=now)
    demand = await rows.lock(db, demand_id, actor.organisation_id, actor.is_staff)
    if demand.version != letter.version:
        raise Stale
    article, note = clean(letter.article), clean(letter.note)
    if letter.code is UnmetCode.NOT_SHAREABLE and not article:
        raise Invalid({"article": N_("Name the law and the article that forbid sharing.")})
    if letter.code is UnmetCode.OUT_OF_SCOPE and not note:
        raise Invalid({"note": N_("Say why in your own words.")})
    letter_id = await gaps.INSERT.one(
        db,
        demand_id,
        demand.revision,
        letter.code,
        article,
        note,
        msgspec.to_builtins(gap),
        actor.person_id,
        now,
    )
    data = {"letter": letter_id, "code": letter.code}
    await journal.append(
        db, "demand", demand_id, "letter", party=Party.BROKER, person_id=actor.person_id, reason=note or None, data=data
    )
    await jobs.event(db, "demand", demand_id)
    if letter.close:
        await demands.act(db, actor, demand_id, "close_unmet", now=now, reason=note or letter.code)
    return await get(db, actor, demand_id, letter_id)


async def get(db: Db, actor: Actor, demand_id: int, letter_id: int) -> Letter:
    """The letter, for the demand's own organisation and staff; raises NotFound for others."""
    return await gaps.GET.one(db, demand_id, letter_id, actor.organisation_id, actor.is_staff)


async def letters(db: Db, actor: Actor, demand_id: int) -> list[Letter]:
    """The letters of a demand, latest first; none for whoever may not read them. Raises NotFound like the demand."""
    return await of_demand(db, actor, await demands.get(db, actor, demand_id))


async def of_demand(db: Db, actor: Actor, demand: Demand) -> list[Letter]:
    """The same of a demand that has been read."""
    return await gaps.OF_DEMAND.all(db, demand.id, actor.organisation_id, actor.is_staff)
