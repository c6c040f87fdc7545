"""The peer of ``serving.py``: bare Litestar and asyncpg handlers that run the same SQL with the same arguments."""

from __future__ import annotations

import os
import pickle
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
from litestar import Litestar, Response, get, post

from market.db import prepare_connection
from market.store import products
from market.store.transitions import STEP


def create() -> Litestar:
    """The peer's site; BENCH_STATEMENTS names the recorded statements."""
    recorded: dict[str, list[tuple[str, str, tuple[Any, ...]]]] = pickle.loads(  # noqa: S301 - our own file
        Path(os.environ["BENCH_STATEMENTS"]).read_bytes()
    )

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        app.state.pool = await asyncpg.create_pool(
            os.environ["MARKET_DATABASE_URL"], min_size=1, max_size=10, init=prepare_connection
        )
        yield
        await app.state.pool.close()

    async def run(db: Any, statements: list[tuple[str, str, tuple[Any, ...]]]) -> list[dict[str, Any]]:
        rows: list[Any] = []
        for method, sql, args in statements:
            if method == "execute":
                await db.execute(sql, *args)
            else:
                rows = await db.fetch(sql, *args)
        return [dict(row) for row in rows]

    def answer(rows: Any) -> Response[bytes]:
        return Response(msgspec.json.encode(rows), media_type="application/json")

    async def replay(name: str) -> Response[bytes]:
        """Who is calling on one connection, then the rest in one transaction, as the site does."""
        who, rest = recorded[name][:1], recorded[name][1:]
        async with app.state.pool.acquire() as db:
            await run(db, who)
        async with app.state.pool.acquire() as db, db.transaction():
            return answer(await run(db, rest))

    @get("/product")
    async def product() -> Response[bytes]:
        return await replay("product")

    @get("/search")
    async def search() -> Response[bytes]:
        return await replay("search")

    @get("/inbox")
    async def inbox() -> Response[bytes]:
        return await replay("inbox")

    @post("/step/{product_id:int}/{version:int}/{action:str}", status_code=200)
    async def step(product_id: int, version: int, action: str) -> Response[bytes]:
        """The statements of one transition, the row's id and version from the request."""
        statements = recorded["step"]
        async with app.state.pool.acquire() as db:
            await run(db, statements[:1])
        async with app.state.pool.acquire() as db, db.transaction():
            rows: list[dict[str, Any]] = []
            for method, sql, args in statements[1:]:
                if sql == STEP["product"].sql:
                    target = "suspended" if action == "suspend" else "listed"
                    args = (product_id, version, target, action, *args[4:])
                elif sql in (products.GET.sql, products.LOCK.sql):
                    args = (product_id, *args[1:])
                elif args[:1] == ("product",):
                    args = ("product", product_id, *args[2:])
                rows = await run(db, [(method, sql, args)]) or rows
            return answer(rows)

    app = Litestar([product, search, inbox, step], lifespan=[lifespan])
    return app
