"""Bare rows of every table with a lifecycle, made below the services: for tests of what PostgreSQL itself enforces.

States are reached by walking legal edges through the store's own UPDATE, never by writing them.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections import deque
from typing import Any

import asyncpg

from market.store.transitions import STEP
from tests.domain.truth import TRUTH, moves
from tests.given import credit_code

NUMBERS = itertools.count(1)
TERMS = json.dumps({"price": "1.00"})
HASH = hashlib.sha256(TERMS.encode()).digest()

BIRTHS = {name: sorted((a, t) for s, a, t, _ in moves(name) if s == "") for name in TRUTH}
"""machine -> the (action, state) pairs an object may be born with."""

COLUMNS: dict[str, tuple[str, ...]] = {
    "organisation": ("name", "kind", "credit_code"),
    "product": ("organisation_id", "title"),
    "demand": ("organisation_id", "title", "text"),
    "match": (
        *("demand_id", "product_id", "demand_revision", "product_revision", "origin", "score", "rank"),
        *("demander_answer", "supplier_answer"),
    ),
    "negotiation": (
        *("match_id", "demand_id", "demand_revision", "product_id", "product_revision"),
        *("consumer_id", "provider_id"),
    ),
    "question": ("demand_id", "product_id", "level", "kind", "value", "text", "verdict"),
    "pool": (),
    "routing": ("demand_id", "organisation_id", "article", "product_id"),
    "agreement": ("negotiation_id", "offer_id", "terms", "terms_hash", "effective_at"),
}


def path(machine: str, state: str) -> list[tuple[str, str]]:
    """The shortest legal way from nothing to ``state``: (action, target) pairs, the birth first."""
    edges = sorted({(s, a, t) for s, a, t, _ in moves(machine)})
    waiting: deque[tuple[str, list[tuple[str, str]]]] = deque([("", [])])
    seen = {""}
    while waiting:
        here, walked = waiting.popleft()
        if here == state:
            return walked
        for source, action, target in edges:
            if source == here and target not in seen:
                seen.add(target)
                waiting.append((target, [*walked, (action, target)]))
    raise AssertionError(f"{machine} never reaches {state}")


class Rows:
    """``await Rows(db).at("demand", "open")`` is the id of a demand that has walked there."""

    def __init__(self, db: asyncpg.Connection) -> None:
        self.db = db

    async def insert(self, machine: str, action: str, state: str) -> int:
        """A row born into ``state`` by ``action``, with whatever it refers to."""
        values = await getattr(self, f"_{machine}")()
        columns = (*COLUMNS[machine], "state", "state_action")
        places = ", ".join(f"${i}" for i in range(1, len(columns) + 1))
        made: int = await self.db.fetchval(
            f"INSERT INTO {machine} ({', '.join(columns)}) VALUES ({places}) RETURNING id",
            *values,
            state,
            action,
        )
        return made

    async def born(self, machine: str) -> int:
        """A new row in its first state."""
        return await self.insert(machine, *BIRTHS[machine][0])

    async def at(self, machine: str, state: str) -> int:
        """A new row that has walked to ``state``."""
        (birth, *steps) = path(machine, state)
        made = await self.insert(machine, *birth)
        for version, (action, target) in enumerate(steps, 1):
            assert await self.step(machine, made, version, action, target) == 1
        return made

    async def step(self, machine: str, row: int, version: int, action: str, target: str) -> int:
        """The store's own UPDATE; how many rows it changed."""
        return await STEP[machine].run(self.db, row, version, target, action, None, "", None, None)

    async def person(self) -> int:
        n = next(NUMBERS)
        made: int = await self.db.fetchval(
            "INSERT INTO person (name, email, password_hash) VALUES ($1, $2, 'none') RETURNING id",
            f"Row {n}",
            f"row{n}-{credit_code().lower()}@test.example",
        )
        return made

    async def offer(self, negotiation: int, number: int = 1) -> int:
        made: int = await self.db.fetchval(
            """INSERT INTO offer (negotiation_id, number, party, person_id, terms, terms_hash, expires_at)
            VALUES ($1, $2, 'provider', $3, $4, $5, now()) RETURNING id""",
            negotiation,
            number,
            await self.person(),
            TERMS,
            HASH,
        )
        return made

    async def _organisation(self) -> tuple[Any, ...]:
        return f"Row {next(NUMBERS)}", "supplier", credit_code()

    async def _product(self) -> tuple[Any, ...]:
        return await self.born("organisation"), "公路货运量"

    async def _demand(self) -> tuple[Any, ...]:
        return await self.born("organisation"), "公路货运量", "我们需要公路货运量"

    async def _match(self) -> tuple[Any, ...]:
        demand, product = await self.born("demand"), await self.born("product")
        # Both interested from the start, so that only the lifecycle decides what is refused.
        return demand, product, 1, 1, "demand", 0.5, 1, "interested", "interested"

    async def _question(self) -> tuple[Any, ...]:
        # Answered from the start, so that only the lifecycle decides what is refused.
        demand, product = await self.born("demand"), await self.born("product")
        return demand, product, "must", "region", "江苏", "覆盖江苏吗?", "yes"

    async def _negotiation(self) -> tuple[Any, ...]:
        match = await self.born("match")
        row = await self.db.fetchrow(
            """SELECT m.demand_id, m.product_id, d.organisation_id AS consumer, p.organisation_id AS provider
            FROM match m JOIN demand d ON d.id = m.demand_id JOIN product p ON p.id = m.product_id WHERE m.id = $1""",
            match,
        )
        return match, row["demand_id"], 1, row["product_id"], 1, row["consumer"], row["provider"]

    async def _routing(self) -> tuple[Any, ...]:
        # Answered from the start, so that only the lifecycle decides what is refused.
        return await self.born("demand"), await self.born("organisation"), "第二十五条", await self.born("product")

    async def _pool(self) -> tuple[Any, ...]:
        return ()

    async def _agreement(self) -> tuple[Any, ...]:
        negotiation = await self.born("negotiation")
        return negotiation, await self.offer(negotiation), TERMS, HASH, None
