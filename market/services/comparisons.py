"""The matches of one's own demand side by side."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from market.domain.accounts import Actor
from market.domain.comparisons import Comparison, columns_of, rows_of
from market.domain.demands import Demand
from market.services import bundles, matches, questions
from market.services.matchmaking import Matchmaker
from market.store import comparisons
from market.store.query import Db

MOST_ASKED = 200
"""Questions of a demand that are looked at."""
LEAST_CHOSEN = 2
"""Products to choose before only the chosen are shown."""


async def of_demand(
    db: Db,
    actor: Actor,
    demand: Demand,
    chosen: Collection[int] = (),
    *,
    now: datetime,
    matchmaker: Matchmaker | None = None,
) -> Comparison:
    """What was proposed for the actor's own demand; of the ``chosen`` products only, where there are two of them.

    With a ``matchmaker``, beside it the bundles that meet every must line together, where no product does by itself.
    """
    cards = await matches.of_demander(db, actor, demand.id)
    joined = await bundles.beside(db, matchmaker, demand, cards, now=now) if matchmaker else None
    kept = [card for card in cards if card.product_id in chosen]
    shown = kept if len(kept) >= LEAST_CHOSEN else cards
    offered = await comparisons.OFFERED.all(db, [card.product_id for card in shown]) if shown else []
    columns = columns_of(shown, offered, [matches.actions(actor, card) for card in shown])
    asked = await questions.page(db, actor, states=["open", "answered"], demand_id=demand.id, limit=MOST_ASKED)
    by_line = {(q.product_id, str(q.kind), q.value): q for q in asked.items}
    return Comparison(
        columns=columns,
        rows=rows_of(demand.lines, columns, by_line, joined or ()),
        left_out=len(cards) - len(shown),
        bundles=joined,
    )
