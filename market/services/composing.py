"""The composer: what is understood while a demand is written, and its draft, kept without being asked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from market.domain.accounts import Actor
from market.domain.composing import Row, Wish, added, changed, merged, rows_of
from market.domain.demands import LONGEST_TEXT, Demand, DemandContent, DemandState
from market.domain.errors import IllegalTransition, Invalid, Stale
from market.services import demands, matchmaking
from market.store import demands as stored
from market.store.query import Db

COMPOSER = "composer"
"""The source of drafts that a page began by itself; the source id is the page's own key."""


async def understood(title: str, text: str, rows: Sequence[Row], wish: Wish) -> tuple[Row, ...]:
    """The lines of the text as it is now, with what the person made of them; an added row may still be empty.

    A text that is too long to be stored is not read.
    """
    if len(text) > LONGEST_TEXT:
        return tuple(rows)
    read = await matchmaking.in_thread(matchmaking.read_lines, title, text)
    found = merged(text, read, changed(rows, wish))
    return (*found, *(row for row in added(wish) if not row.value))


async def rows_of_demand(demand: Demand) -> tuple[Row, ...]:
    """The rows of a stored demand."""
    read = await matchmaking.in_thread(matchmaking.read_lines, demand.title, demand.text)
    return rows_of(read, demand.lines)


async def begin(db: Db, actor: Actor, key: str, content: DemandContent, *, now: datetime) -> Demand:
    """The draft a page began under its ``key``: made now, or, when the first answer got lost on its way, the same."""
    await stored.ONE_AT_A_TIME.one(db, f"{actor.organisation_id} {key}")
    begun = await stored.OF_SOURCE.first(db, actor.organisation_id, COMPOSER, key)
    if begun is None:
        return await demands.create(db, actor, content, now=now, source=COMPOSER, source_id=key)
    demand = await demands.get_own(db, actor, begun)
    return await keep(db, actor, begun, demand.version, content)


async def keep(db: Db, actor: Actor, demand_id: int, version: int, content: DemandContent) -> Demand:
    """Store a draft as far as it is written. Nobody is told, and a draft has no history to keep.

    Raises NotFound unless it is one's own, IllegalTransition when it is a draft no more, Stale when somebody else
    changed it first.
    """
    content = await demands.with_lines(demands.checked(content))
    await demands.get_own(db, actor, demand_id)
    demand = await stored.lock(db, demand_id, actor.organisation_id, False)
    if demand.state is not DemandState.DRAFT:
        raise IllegalTransition
    if demand.version != version:
        raise Stale
    await stored.UPDATE.run(db, demand_id, version, *stored.columns(content))
    return await demands.get_own(db, actor, demand_id)


def storable(content: DemandContent) -> tuple[DemandContent, dict[str, str]]:
    """What of a half-written demand can be stored, and what is wrong with the fields left out.

    Raises Invalid when the text is among them.
    """
    errors: dict[str, str] = {}
    while True:
        try:
            return demands.checked(content), errors
        except Invalid as error:
            fresh = {name: sentence for name, sentence in error.fields.items() if name not in errors}
            if "text" in error.fields or not fresh:
                raise
            errors |= fresh
            blank = DemandContent(text=content.text)
            content = msgspec.structs.replace(content, **{name: getattr(blank, name) for name in fresh})
