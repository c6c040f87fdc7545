"""Relaxation: which must line, given up or put more widely, brings how many products, and doing so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from market.domain.accounts import Actor
from market.domain.demands import Demand, LineKind, LineLevel, RequirementLine
from market.domain.errors import Conflict, NotFound
from market.domain.words import N_
from market.services import demands, matchmaking
from market.services.matchmaking import Matchmaker
from market.services.nearest import Near, Unjudged, unjudged
from market.store.query import Db

LOOKED_AT = 60
"""Products among which a relaxation is counted."""
MOST = 8
"""Relaxations that are shown."""


class Relaxed(msgspec.Struct, frozen=True, kw_only=True):
    """With this must line as nice to have, or put as ``wider``, these ``products`` have all the demand must have."""

    kind: LineKind
    value: str
    wider: str = ""
    """Empty: the line is no must any more."""
    products: tuple[int, ...]


class RelaxIn(msgspec.Struct, frozen=True, kw_only=True):
    """Relax the must line of this ``kind`` and ``value``: to ``wider``, or to nice to have."""

    kind: LineKind
    value: Annotated[str, Meta(min_length=1, max_length=500)]
    version: Annotated[int, Meta(ge=1, le=2**31 - 1)]
    wider: Annotated[str, Meta(max_length=500)] = ""


async def advise(db: Db, actor: Actor, matchmaker: Matchmaker, demand_id: int, *, now: datetime) -> list[Relaxed]:
    """For the demand's own organisation and staff. Raises NotFound for others."""
    demand = await demands.get(db, actor, demand_id)
    if not demands.is_insider(actor, demand):
        raise NotFound
    return await of_demand(db, matchmaker, demand, now=now)


async def of_demand(db: Db, matchmaker: Matchmaker, demand: Demand, *, now: datetime) -> list[Relaxed]:
    """The same for a demand that was read already, by somebody who may see this."""
    found = await unjudged(db, matchmaker, demand, LOOKED_AT, now=now)
    kept: list[Relaxed] = await matchmaker.keeping(("relaxed", found.stamp), _counted, found)
    return kept


def _counted(found: Unjudged) -> list[Relaxed]:
    return counted(found.demand, found.judged(), found.today)


def counted(demand: Demand, near: Sequence[Near], today: date) -> list[Relaxed]:
    """The relaxations of these products' verdicts, what brings most first."""
    found = matchmaking.relaxations(demand, {n.product.id: (n.product, n.reasons) for n in near}, today)
    return [
        Relaxed(kind=line.kind, value=line.value, wider=wider, products=products) for line, wider, products in found
    ][:MOST]


def relaxed(demand: Demand, wish: RelaxIn) -> tuple[RequirementLine, RequirementLine]:
    """The line as it is and as it would be. Raises Conflict when the demand does not ask for it (any more)."""
    for line in demand.lines:
        if (line.level, line.kind, line.value) == (LineLevel.MUST, wish.kind, wish.value):
            if wish.wider:
                return line, msgspec.structs.replace(line, value=wish.wider, phrase="", start=-1)
            return line, msgspec.structs.replace(line, level=LineLevel.NICE)
    raise Conflict(N_("The demand does not ask for this any more."))


async def apply(db: Db, actor: Actor, demand_id: int, wish: RelaxIn, *, now: datetime) -> Demand:
    """Edit the demand so; its earlier contents are kept. Raises what ``demands.edit`` raises, and Conflict."""
    demand = await demands.get_own(db, actor, demand_id)
    before, after = relaxed(demand, wish)
    lines = tuple(after if line is before else line for line in demand.lines)
    content = demands.with_content(demand, lines=lines)
    return await demands.edit(db, actor, demand_id, wish.version, content, now=now)
