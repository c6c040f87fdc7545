"""How long it takes until a committed change is searched, and until it is a standing match.

    uv run python -m tests.benchmarks.visible [PRODUCTS] [ROUNDS]

Uses a database server of its own and the real portal records beside the checkout, with a worker in this process. Beside
it, in the same run: a bare NOTIFY heard by another connection, with the document then added to an index of as many
products; and that index built anew, which is what a matcher that cannot be edited would do.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import msgspec

from market import embedded, worker
from market.db import connect
from market.migrate import migrate
from market.services import columns, imports, products, readers
from market.services.imports import Order
from market.services.indexes import as_product_document
from market.services.matchmaking import Matchmaker
from market.settings import Settings
from matching.matcher import Matcher
from matching.types import Document
from tests.benchmarks.import_rows import write
from tests.given import Given

PATIENCE = 60
Wait = Callable[[str, float, Callable[[], Awaitable[Any]]], Awaitable[None]]


async def until(check: Callable[[], Awaitable[Any]]) -> None:
    """Wait until ``check`` returns something true; asked again as soon as it has answered."""
    async with asyncio.timeout(PATIENCE):
        while not await check():  # noqa: ASYNC110 - measured is when it is so, not when we are told
            await asyncio.sleep(0)


@asynccontextmanager
async def working(settings: Settings) -> AsyncIterator[None]:
    """A worker of this process."""
    stop = asyncio.Event()
    task = asyncio.create_task(worker.run(settings, stop, worker.Pace(clock=False)))
    try:
        yield
    finally:
        stop.set()
        await task


async def fill(db: asyncpg.Connection, given: Given, path: Path) -> None:
    """List the records."""
    supplier = await given.supplier()
    mapping = columns.columns("product", defaults=["delivery=file"], describe=True)
    holder = await imports.holder_of(db, supplier.organisation_name)
    order = Order(noun="product", columns=mapping, source="benchmark", holder=holder, live=True)
    source = readers.open_source(path, columns.is_heading(mapping, columns.NEEDED["product"]))
    await imports.run(db, order, source, now=datetime.now(UTC))
    await db.execute("DELETE FROM pgqueuer")  # the matches of the imported ones are not what is measured


async def rounds(settings: Settings, db: asyncpg.Connection, given: Given, count: int) -> dict[str, list[float]]:
    """Milliseconds by what was waited for, from the moment the change was committed."""
    matchmaker, supplier = Matchmaker(settings.database_url), await given.supplier()
    spent: dict[str, list[float]] = {}

    async def wait(what: str, begun: float, check: Callable[[], Awaitable[Any]]) -> None:
        await until(check)
        spent.setdefault(what, []).append(1_000 * (time.perf_counter() - begun))

    async with matchmaker.following(), working(settings):
        await matchmaker.ready.wait()
        demand = await given.open_demand()
        for _ in range(count):
            product = await given.listed_product(supplier)
            pair = (demand.id, product.id)
            begun = time.perf_counter()
            await wait("listed: it is searched", begun, lambda i=product.id: searched(matchmaker, i))
            await wait("listed: its match stands", begun, lambda p=pair: db.fetchval(STANDS, *p))
            await products.act(db, supplier, product.id, "delist", now=given.now, reason="in repair")
            begun = time.perf_counter()
            await wait("withdrawn: searched no more", begun, lambda i=product.id: left(matchmaker, i))
            await wait("withdrawn: its match has ended", begun, lambda p=pair: db.fetchval(ENDED, *p))
        await peers(settings.database_url, matchmaker.products, as_product_document(product), count, wait)
    return spent


STANDS = "SELECT true FROM match WHERE demand_id = $1 AND product_id = $2 AND state = 'broker_review'"
ENDED = "SELECT true FROM match WHERE demand_id = $1 AND product_id = $2 AND state = 'stale'"


async def searched(matchmaker: Matchmaker, product_id: int) -> bool:
    """Whether the index holds the product."""
    return matchmaker.products.document(str(product_id)) is not None


async def left(matchmaker: Matchmaker, product_id: int) -> bool:
    """Whether it does not any more."""
    return matchmaker.products.document(str(product_id)) is None


async def peers(url: str, index: Matcher, document: Document, count: int, wait: Wait) -> None:
    """The bare announcement with one addition to an index, and the index built anew."""
    listener, speaker = await connect(url), await connect(url)
    heard: list[str] = []
    await listener.add_listener("peer", lambda *told: heard.append(told[3]))
    copies = (msgspec.structs.replace(document, id=f"peer-{n}") for n in range(count))
    for n, copy in enumerate(copies):
        begun = time.perf_counter()
        await speaker.execute("SELECT pg_notify('peer', $1)", str(n))
        await until(lambda n=n: said(heard, n))
        index.add([copy])
        await wait("peer: NOTIFY and one addition", begun, lambda n=n: said(heard, n))
    ids = await listener.fetch("SELECT id::text AS id FROM product WHERE state = 'listed'")
    everything = [one for row in ids if (one := index.document(row["id"])) is not None]
    begun = time.perf_counter()
    Matcher().fit(everything)
    await wait("peer: the index built anew", begun, lambda: said(heard, 0))
    await listener.close()
    await speaker.close()


async def said(heard: list[str], n: int) -> bool:
    """Whether the announcement has come."""
    return str(n) in heard


async def measure(settings: Settings, path: Path, count: int) -> None:
    """Fill the market and print the figures."""
    db = await connect(settings.database_url)
    given = Given(db)
    given.now = datetime.now(UTC)
    await fill(db, given, path)
    spent = await rounds(settings, db, given, count)
    peer = statistics.median(spent["peer: NOTIFY and one addition"])
    for what, all_ in spent.items():
        middle = statistics.median(all_)
        print(f"{what:<32} median {middle:8.1f} ms  most {max(all_):8.1f} ms  {middle / peer:7.1f} x the bare peer")
    await db.close()


def main() -> None:
    """Print the figures."""
    rows, count = (int(word) for word in (*sys.argv[1:], *("5000", "20")[len(sys.argv) - 1 :]))
    with tempfile.TemporaryDirectory() as folder, embedded.server(Path(folder) / "data", keep=False) as url:
        asyncio.run(migrate(url))
        write(Path(folder) / "rows.jsonl", rows)
        settings = Settings(database_url=url, data_dir=Path(folder), secret_key="k" * 32)
        asyncio.run(measure(settings, Path(folder) / "rows.jsonl", count))


if __name__ == "__main__":
    main()
