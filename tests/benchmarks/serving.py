"""Requests per second of the site beside a bare Litestar + asyncpg handler doing the same SQL, in the same run.

    uv run python -m tests.benchmarks.serving [--seconds 4] [--rounds 3]

Both are served by Granian with one worker on the demonstration market, in turn, from the same client with 16
connections. Rates are medians over the rounds; the ratio is taken round by round. Memory is the site's worker's.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import pickle
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import msgspec
import psutil
from litestar.testing import AsyncTestClient
from rich.console import Console
from rich.table import Table

from market import embedded
from market.app import create_app
from market.db import connect
from market.demo import loader
from market.migrate import migrate
from market.services import accounts, tokens
from market.settings import Settings
from market.store.accounts import ACTOR_OF_TOKEN
from tests.recording import recording

CONNECTIONS = 16
WORDS = "%E8%B4%A7%E8%BF%90"  # 货运
NUMBER = "<number>"
SITE, BARE = "site", "bare"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--seconds", type=float, default=4)
    options.add_argument("--rounds", type=int, default=3)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder, embedded.server(Path(folder), keep=False) as url:
        settings = Settings(database_url=url, data_dir=Path(folder), secret_key="k" * 32)
        recorded, token, goods = asyncio.run(prepared(settings))
        statements = Path(folder) / "statements"
        statements.write_bytes(pickle.dumps(recorded))
        environment = os.environ | {
            "MARKET_DATABASE_URL": url,
            "MARKET_DATA_DIR": folder,
            "MARKET_SECRET_KEY": "k" * 32,
        }
        with (
            served("market.asgi:create", environment) as (site, port),
            served("tests.benchmarks.bare:create", environment | {"BENCH_STATEMENTS": str(statements)}) as (_, peer),
        ):
            wait_for(f"http://127.0.0.1:{port}/health")
            wait_for(f"http://127.0.0.1:{peer}/product")
            ports = {SITE: port, BARE: peer}
            show(asyncio.run(measured(ports, token, goods, chosen.seconds, chosen.rounds)), memory(site))


async def prepared(settings: Settings) -> tuple[dict[str, list[Any]], str, list[int]]:
    """The demonstration market, the statements of each request, a token, and products to step on."""
    await migrate(settings.database_url)
    await loader.load_once(settings.database_url, Console(quiet=True))
    db = await connect(settings.database_url)
    now = datetime.now(UTC)
    actor = await accounts.actor_of(db, "supplier@demo.example")
    made = await tokens.create(
        db,
        actor,
        name="benchmark",
        scopes=[str(s) for s in tokens.grantable(actor)],
        expires_at=now + timedelta(days=1),
        now=now,
    )
    goods = [
        row["id"]
        for row in await db.fetch(
            "SELECT id FROM product WHERE state = 'listed' AND organisation_id = $1 ORDER BY id", actor.organisation_id
        )
    ]
    version = await db.fetchval("SELECT version FROM product WHERE id = $1", goods[0])
    await db.close()
    head = {"Authorization": f"Bearer {made.token}"}
    recorded: dict[str, list[Any]] = {}
    async with AsyncTestClient(create_app(settings)) as client:
        for name, path in (
            ("product", f"/api/v1/products/{goods[1]}"),
            ("search", f"/api/v1/products?q={WORDS}"),
            ("inbox", "/api/v1/inbox"),
        ):
            await client.get(path, headers=head)
            with recording() as statements:
                assert (await client.get(path, headers=head)).status_code == 200
            recorded[name] = statements
        assert recorded["product"][0][1] == ACTOR_OF_TOKEN.sql
        with recording() as statements:
            body = {"action": "suspend", "version": version, "reason": "benchmark"}
            answer = await client.post(f"/api/v1/products/{goods[0]}/actions", json=body, headers=head)
            assert answer.status_code == 200, answer.text
        recorded["step"] = statements
    return recorded, made.token, goods[1:]


@contextmanager
def served(target: str, environment: dict[str, str]) -> Iterator[tuple[psutil.Process, int]]:
    """Granian with one worker on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "granian",
            "--interface",
            "asgi",
            "--factory",
            "--port",
            str(port),
            "--log-level",
            "error",
            target,
        ],
        env=environment,
    )
    try:
        yield psutil.Process(process.pid), port
    finally:
        process.terminate()
        process.wait(60)


def wait_for(address: str) -> None:
    """Until it answers 200."""
    for _ in range(300):
        try:
            if httpx.get(address, timeout=2).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.2)
    raise RuntimeError(f"{address} does not answer")


async def measured(
    ports: dict[str, int], token: str, goods: list[int], seconds: float, rounds: int
) -> dict[str, dict[str, list[float]]]:
    """Requests per second: route -> who -> one figure a round."""
    head = f"Authorization: Bearer {token}\r\n"
    reads = {
        "one product": {SITE: f"/api/v1/products/{goods[0]}", BARE: "/product"},
        "search page": {SITE: f"/api/v1/products?q={WORDS}", BARE: "/search"},
        "search page, words not asked before": {SITE: f"/api/v1/products?q={WORDS}%20{NUMBER}", BARE: "/search"},
        "inbox": {SITE: "/api/v1/inbox", BARE: "/inbox"},
    }
    rates: dict[str, dict[str, list[float]]] = {}
    for _ in range(rounds):
        for name, paths in reads.items():
            for who, path in paths.items():
                request = f"GET {path} HTTP/1.1\r\nHost: x\r\n{head}\r\n"
                rate = await load(ports[who], [lambda _, r=request: numbered(r)] * CONNECTIONS, seconds)
                rates.setdefault(name, {}).setdefault(who, []).append(rate)
        for who in (SITE, BARE):
            senders = [Stepper(who, product, head) for product in goods[: CONNECTIONS // 2]]
            rate = await load(ports[who], [sender.request for sender in senders], seconds, senders, ports[SITE])
            rates.setdefault("one transition", {}).setdefault(who, []).append(rate)
    return rates


_numbers = count()


def numbered(request: str) -> bytes:
    """The request; ``NUMBER`` in it is another one each time."""
    return request.replace(NUMBER, str(next(_numbers))).encode()


class Stepper:
    """Suspends and resumes one product in turn, always on the version it last saw."""

    def __init__(self, who: str, product: int, head: str) -> None:
        self.who, self.product, self.head = who, product, head
        self.version, self.listed = 0, True

    def request(self, last: bytes) -> bytes:
        """The next request, from the last answer (empty at first: a read)."""
        if not self.version and not last:
            return f"GET {self.read_path()} HTTP/1.1\r\nHost: x\r\n{self.head}\r\n".encode()
        body = msgspec.json.decode(last)
        row = body[-1] if isinstance(body, list) else body
        self.version, self.listed = row["version"], row["state"] == "listed"
        action = "suspend" if self.listed else "resume"
        if self.who == BARE:
            path, sent = f"/step/{self.product}/{self.version}/{action}", b""
        else:
            path = f"/api/v1/products/{self.product}/actions"
            sent = msgspec.json.encode({"action": action, "version": self.version, "reason": "benchmark"})
        return (
            f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(sent)}\r\n{self.head}\r\n"
        ).encode() + sent

    def read_path(self) -> str:
        return f"/api/v1/products/{self.product}"


async def load(
    port: int, requests: list[Callable[[bytes], bytes]], seconds: float, steppers: Any = (), site: int = 0
) -> float:
    """Requests per second over as many connections as there are senders."""
    done = 0
    until = time.perf_counter() + seconds

    async def one(make: Callable[[bytes], bytes], first: bytes) -> None:
        nonlocal done
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        body = first
        while time.perf_counter() < until:
            writer.write(make(body))
            body = await answer(reader)
            done += 1
        writer.close()

    firsts = [b""] * len(requests)
    if steppers:
        firsts = [await latest(stepper, site) for stepper in steppers]
        until = time.perf_counter() + seconds
    begin = time.perf_counter()
    await asyncio.gather(*(one(make, first) for make, first in zip(requests, firsts, strict=True)))
    return done / (time.perf_counter() - begin)


async def latest(stepper: Stepper, port: int) -> bytes:
    """The product as it stands, read from the site."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(stepper.request(b""))
    body = await answer(reader)
    writer.close()
    return body


async def answer(reader: asyncio.StreamReader) -> bytes:
    """The body of one response; fails on anything but 200."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    body = await reader.readexactly(length)
    if b" 200 " not in head[:20]:
        raise RuntimeError(f"{head.decode()}{body[:500].decode()}")
    return body


def memory(site: psutil.Process) -> float:
    """Megabytes of the site's worker (the largest process of its tree)."""
    return max(p.memory_info().rss for p in [site, *site.children(recursive=True)]) / 2**20


def show(rates: dict[str, dict[str, list[float]]], megabytes: float) -> None:
    """The table."""
    table = Table("route", "site /s", "bare /s", "ratio (least)", title=f"{CONNECTIONS} connections, medians")
    for name, by in rates.items():
        ratios = [a / b for a, b in zip(by[SITE], by[BARE], strict=True)]
        table.add_row(
            name,
            f"{statistics.median(by[SITE]):.0f}",
            f"{statistics.median(by[BARE]):.0f}",
            f"{statistics.median(ratios):.2f} ({min(ratios):.2f})",
        )
    Console().print(table, f"Memory of one worker: {megabytes:.0f} MB", sep="\n")


if __name__ == "__main__":
    main()
