"""How long the server takes for each page, with 25,000 products and 5,000 demands in one database.

    uv run python -m tests.benchmarks.pages [--products N] [--demands N] [--matched N] [--requests N] [--keep DIR]

Products are the records of the exchanges and the portals beside the checkout, demands the real English ones and the
market's, repeated with another region and year; both are brought in as ``market import`` does, by forty organisations.
One Granian worker serves them; each page is asked for in turn by one reader whose page it is. The time is that from the
request to the last byte on the loopback interface.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import itertools
import os
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import msgspec
from rich.console import Console
from rich.table import Table

from market import embedded
from market.db import connect
from market.domain.accounts import Actor
from market.domain.matches import Origin
from market.migrate import migrate
from market.services import columns, imports, readers
from market.services.imports import Order
from market.services.matchmaking import Matchmaker
from market.services.proposals import propose_for_demand
from market.settings import Settings
from market.store.query import Db
from tests import access_world, browsing
from tests.access_table import pages
from tests.benchmarks.serving import served, wait_for
from tests.given import Given, email_of

SHARED = Path(__file__).parents[3] / "shared" / "data"
PRODUCTS = ("listings/china_data_exchanges", "catalogues/china_local_portals")
DEMANDS = ("demands/real_demands_en", "collections/market_demands_dev/queries")
ORGANISATIONS = 40
BUDGET = 50
"""Milliseconds at the 95th percentile."""
READERS = ("anonymous", "consumer_owner", "provider_owner", "broker", "registrar", "admin")
SEARCHES = ("/products?q=货运", "/products?q=空气质量", "/demands?q=data", "/demands?q=水库")
PLACES = ("江苏省", "成都市", "Singapore", "苏州市", "Zhejiang", "广东省", "福建省")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--products", type=int, default=25_000)
    options.add_argument("--demands", type=int, default=5_000)
    options.add_argument("--matched", type=int, default=500, help="demands that are matched")
    options.add_argument("--requests", type=int, default=40, help="for each page")
    options.add_argument("--keep", type=Path, help="a folder that keeps the database for the next run")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as own, embedded.server(chosen.keep or Path(own), keep=bool(chosen.keep)) as url:
        folder = str(chosen.keep or own)
        settings = Settings(database_url=url, data_dir=Path(folder), secret_key="k" * 32, private_webhooks=True)
        asyncio.run(migrate(url))
        known = Path(folder) / "known.json"
        if not known.exists():
            ids, who = asyncio.run(filled(settings, chosen.products, chosen.demands, chosen.matched))
            known.write_bytes(msgspec.json.encode((ids, {name: email_of(actor.name) for name, actor in who.items()})))
        ids, emails = msgspec.json.decode(known.read_bytes())
        environment = os.environ | {
            "MARKET_DATABASE_URL": url,
            "MARKET_DATA_DIR": folder,
            "MARKET_SECRET_KEY": "k" * 32,
        }
        with served("market.asgi:create", environment) as (_, port):
            site = f"http://127.0.0.1:{port}"
            wait_for(f"{site}/health")
            show(asyncio.run(measured(site, emails, [*pages(ids), *SEARCHES], chosen.requests)))


def records(names: Sequence[str], count: int) -> Iterator[dict[str, Any]]:
    """Records of these files; when they are used up the same again under other ids, about another place and year."""
    held = []
    for name in names:
        with gzip.open(SHARED / f"{name}.jsonl.gz", "rb") as file:
            held += [msgspec.json.decode(line) for line in file]
    for n, record in enumerate(itertools.islice(itertools.cycle(held), count)):
        again = "" if n < len(held) else f" {PLACES[n % len(PLACES)]} {2015 + n % 10}"
        text = {"text": record["text"] + again} if "text" in record else {}
        title = record.get("title") or record["text"][:60]
        yield record | text | {"id": n, "title": title + again}


async def filled(settings: Settings, goods: int, needs: int, matched: int) -> tuple[dict[str, Any], dict[str, Actor]]:
    """The database: the access world, and around it the imported products and demands with some of their matches."""
    db = await connect(settings.database_url)
    given = Given(db)
    given.now = datetime.now(UTC)
    who = await access_world.people(given)
    ids = await access_world.things(given, who, settings)
    suppliers = [who["provider_owner"], *[await given.supplier() for _ in range(ORGANISATIONS - 1)]]
    enterprises = [who["consumer_owner"], *[await given.demander() for _ in range(ORGANISATIONS - 1)]]
    await brought_in(db, "product", suppliers, [*records(PRODUCTS, goods)], settings.data_dir)
    await brought_in(db, "demand", enterprises, [*records(DEMANDS, needs)], settings.data_dir)
    await db.execute("ANALYZE")
    matchmaker = Matchmaker(settings.database_url)
    await matchmaker.fill(db)
    for (demand,) in await db.fetch("SELECT id FROM demand WHERE state = 'open' ORDER BY id DESC LIMIT $1", matched):
        await propose_for_demand(db, matchmaker, demand, given.now, Origin.DEMAND)
    await db.execute("ANALYZE")
    for table in ("product", "demand", "match", "journal"):
        print(f"{await db.fetchval(f'SELECT count(*) FROM {table}'):>8} rows of {table}")
    await db.close()
    return ids, who


async def brought_in(db: Db, noun: str, owners: Sequence[Actor], rows: list[dict[str, Any]], folder: Path) -> None:
    """Import the rows, an equal part for each owner, to where they are public."""
    mapping = columns.columns(noun, defaults=["delivery=file"] if noun == "product" else [], describe=noun == "product")
    path, part = folder / f"{noun}.jsonl", -(-len(rows) // len(owners))
    for n, owner in enumerate(owners):
        path.write_bytes(b"\n".join(map(msgspec.json.encode, rows[n * part : (n + 1) * part])))
        holder = await imports.holder_of(db, owner.organisation_name)
        order = Order(noun=noun, columns=mapping, source="benchmark", holder=holder, live=True)
        source = readers.open_source(path, columns.is_heading(mapping, columns.NEEDED[noun]))
        await imports.run(db, order, source, now=datetime.now(UTC))


async def measured(
    site: str, emails: dict[str, str], paths: Sequence[str], requests: int
) -> dict[tuple[str, str], list[float]]:
    """Milliseconds by page and reader: each page by the first of the parties and of the staff it opens for."""
    times: dict[tuple[str, str], list[float]] = {}
    for group in (READERS[:3], READERS[3:]):
        left = set(paths)
        for reader in group:
            async with httpx.AsyncClient(base_url=site, timeout=120) as client:
                if reader != "anonymous":
                    await browsing.sign_in(client, emails[reader])
                for path in SEARCHES:  # they answer once the site has read its indexes
                    await browsing.get_page(client, path)
                for path in [path for path in paths if path in left]:
                    answer = await browsing.get_page(client, path)
                    if answer.status_code == 200 and answer.headers["content-type"].startswith("text/html"):
                        left.discard(path)
                        times[path, reader] = [await timed(client, path) for _ in range(requests)]
    return times


async def timed(client: httpx.AsyncClient, path: str) -> float:
    """Milliseconds of one request."""
    began = time.perf_counter()
    answer = await browsing.get_page(client, path)
    took = time.perf_counter() - began
    answer.raise_for_status()
    return took * 1000


def show(times: dict[tuple[str, str], list[float]]) -> None:
    """The table, the slowest first."""
    table = Table("page", "reader", "p50 ms", "p95 ms", "", title=f"Server time; the budget is {BUDGET} ms at p95")
    ranked = sorted(times.items(), key=lambda item: statistics.quantiles(item[1], n=20)[-1], reverse=True)
    for (path, reader), found in ranked:
        high = statistics.quantiles(found, n=20)[-1]
        over = "over" if high > BUDGET else ""
        table.add_row(path, reader, f"{statistics.median(found):.1f}", f"{high:.1f}", over)
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
