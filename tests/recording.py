"""The statements that leave the store while something runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from asyncpg.pool import PoolConnectionProxy

from market.store import query


@contextmanager
def recording() -> Iterator[list[Any]]:
    """Every statement of a request while the block runs: (method, SQL, arguments).

    Requests take their connections from the pool; the site's own listeners, which have theirs, are left out.
    """
    statements: list[Any] = []
    kept = {
        (kind, name): getattr(kind, name)
        for kind, name in ((query.Query, "all"), (query.Query, "first"), (query.Command, "run"))
    }

    def noting(kind: type, name: str) -> Callable[..., Any]:
        async def noted(self: Any, db: Any, *args: object) -> Any:
            if isinstance(db, PoolConnectionProxy):
                statements.append(("execute" if kind is query.Command else "fetch", self.sql, args))
            return await kept[kind, name](self, db, *args)

        return noted

    for kind, name in kept:
        setattr(kind, name, noting(kind, name))
    try:
        yield statements
    finally:
        for (kind, name), original in kept.items():
            setattr(kind, name, original)
