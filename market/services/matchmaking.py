"""The bridge to the matcher: the only module that imports ``matching``.

Each process holds the listed products and the open demands in two indexes, filled from PostgreSQL at start and kept up
by the events the journal announces. All work on the indexes runs in threads, never on the event loop.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import date
from functools import partial
from typing import Any

import asyncpg
import msgspec
from anyio import to_thread

from market.db import prepare_connection
from market.domain.demands import Demand, RequirementLine, masked_demand
from market.domain.matches import MatchReason
from market.domain.products import Product
from market.store import search
from matching import lines as extraction
from matching.explain import explain
from matching.matcher import Matcher, as_demand, as_document
from matching.types import Demand as Need
from matching.types import Document, Line

log = logging.getLogger("market.matching")

RETRY_SECONDS = 1.0
"""How long to wait before connecting again when PostgreSQL is away."""


def read_lines(title: str, text: str) -> tuple[RequirementLine, ...]:
    """The requirement lines the text states, each linked to its phrase; from the title when the text has none."""
    found = extraction.extract(text) or extraction.extract(title)
    lines = msgspec.convert(msgspec.to_builtins(found), tuple[RequirementLine, ...])
    return tuple(
        line
        if text[line.start : line.start + len(line.phrase)] == line.phrase
        else msgspec.structs.replace(line, phrase="", start=-1)
        for line in lines
    )


def as_product_document(product: Product) -> Document:
    """A product as the matcher sees it."""
    return Document(
        id=str(product.id),
        title=product.title,
        description=product.abstract,
        tags=product.tags,
        themes=(product.theme,) if product.theme else (),
        publisher=product.organisation_name,
        fields=tuple(f"{f.name} {f.meaning}".strip() for f in product.fields),
        region=product.region,
        granularity=product.granularity,
        time_from=product.time_from,
        time_to=product.time_to,
        update_frequency=product.update_cycle or "",
        formats=product.formats,
        delivery=tuple(product.delivery),
        price=product.price,
        price_unit=product.price_unit or "",
    )


def as_need(demand: Demand) -> Need:
    """A demand as the matcher sees it."""
    lines = msgspec.convert(msgspec.to_builtins(demand.lines), tuple[Line, ...])
    return Need(id=str(demand.id), title=demand.title, text=demand.text, lines=lines)


def reasons(demand: Demand, product: Product, today: date) -> tuple[MatchReason, ...]:
    """The verdict on every line of the demand, in both sides' words."""
    found = explain(as_need(demand).lines or (), as_product_document(product), today=today)
    return msgspec.convert(msgspec.to_builtins(found), tuple[MatchReason, ...])


class Matchmaker:
    """Two indexes that follow the database: ``products`` and ``demands`` (what strangers may see of them)."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.products = Matcher()
        self.demands = Matcher()
        self.ready = asyncio.Event()
        self._events: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    @asynccontextmanager
    async def following(self) -> AsyncIterator[None]:
        """Fill the indexes and keep them up in the background while the block runs."""
        task = asyncio.create_task(self._follow())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def search_products(self, text: str, k: int = 200) -> list[int]:
        """Ids of listed products, best first."""
        found = await to_thread.run_sync(self.products.search, text, k)
        return [int(product) for product, _ in found]

    async def search_demands(self, text: str, k: int = 200) -> list[int]:
        """Ids of open demands, best first; covered words of sealed ones are not searched."""
        found = await to_thread.run_sync(self.demands.search, text, k)
        return [int(demand) for demand, _ in found]

    async def products_for(self, demand: Demand, k: int) -> list[tuple[int, float]]:
        """The best listed products for a demand: (id, score)."""
        found = await to_thread.run_sync(self.products.match, [as_need(demand)], k)
        return [(int(match.product), match.score) for match in found[0]]

    async def demands_for(self, product: Product, k: int) -> list[tuple[int, float]]:
        """The best open demands for a product: (id, score)."""
        need = as_demand(as_product_document(product))
        found = await to_thread.run_sync(self.demands.match, [need], k)
        return [(int(match.product), match.score) for match in found[0]]

    async def score(self, demand: Demand, product_ids: list[int]) -> dict[int, float]:
        """The score of the demand with each of these products."""
        found = await to_thread.run_sync(self.products.score, as_need(demand), list(map(str, product_ids)))
        return {int(product): score for product, score in found.items()}

    async def _follow(self) -> None:
        while True:
            try:
                await self._follow_once()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("matcher lost the database (%s), trying again", type(error).__name__)
            await asyncio.sleep(RETRY_SECONDS)

    async def _follow_once(self) -> None:
        db = await asyncpg.connect(self.url)
        gone = asyncio.Event()
        try:
            await prepare_connection(db)
            db.add_termination_listener(lambda _: gone.set())
            self._events = asyncio.Queue()
            await db.add_listener("market_events", self._hear)
            await self._load(db)
            self.ready.set()
            while not gone.is_set():
                await self._next(db, gone)
        finally:
            await db.close(timeout=5)

    def _hear(self, _: object, __: int, ___: str, payload: str) -> None:
        self._events.put_nowait(msgspec.json.decode(payload))

    async def _load(self, db: asyncpg.Connection) -> None:
        listed = await search.LISTED.all(db, None)
        await to_thread.run_sync(self.products.fit, await to_thread.run_sync(documents_of, listed))
        opened = await search.OPEN.all(db, None)
        await to_thread.run_sync(self.demands.fit, [_public_document(demand) for demand in opened])

    async def _next(self, db: asyncpg.Connection, gone: asyncio.Event) -> None:
        """Wait for something to change, take all that has, and bring both indexes up to it."""
        waiting = asyncio.ensure_future(self._events.get())
        lost = asyncio.ensure_future(gone.wait())
        done, _ = await asyncio.wait({waiting, lost}, return_when=asyncio.FIRST_COMPLETED)
        lost.cancel()
        if waiting not in done:
            waiting.cancel()
            return
        events = [waiting.result()]
        while not self._events.empty():
            events.append(self._events.get_nowait())
        await self._refresh(db, sorted({e["object_id"] for e in events if e["kind"] == "product"}), "product")
        await self._refresh(db, sorted({e["object_id"] for e in events if e["kind"] == "demand"}), "demand")

    async def _refresh(self, db: asyncpg.Connection, ids: list[int], kind: str) -> None:
        if not ids:
            return
        if kind == "product":
            index = self.products
            found = documents_of(await search.LISTED.all(db, ids))
        else:
            index = self.demands
            found = [_public_document(demand) for demand in await search.OPEN.all(db, ids)]
        gone = {str(i) for i in ids} - {document.id for document in found}
        await to_thread.run_sync(partial(_apply, index, found, gone))


def documents_of(products: list[Product]) -> list[Document]:
    """Products as documents."""
    return [as_product_document(product) for product in products]


def _public_document(demand: Demand) -> Document:
    return as_document(as_need(masked_demand(demand) if demand.sealed else demand))


def _apply(index: Matcher, documents: list[Document], gone: set[str]) -> None:
    index.remove(gone)
    index.add(documents)
