"""SQL as typed, named constants.

``OPEN = Query(DemandCard, "SELECT …")`` then ``await OPEN.all(db, region)`` is ``list[DemandCard]``. Every Query and
Command registers itself, and one test prepares each against the migrated schema and compares the columns with the
Struct's fields. A violated constraint leaves here as the domain error that ``VIOLATIONS`` gives its name.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Generic, TypeAlias, TypeVar

import asyncpg
import msgspec

from market.domain.errors import NotFound
from market.store.violations import translate

T = TypeVar("T")
Db: TypeAlias = Any
"""An asyncpg connection, from the pool or not. asyncpg ships no types, and the two classes share no base."""

REGISTRY: list[Query[Any] | Command] = []


def _place() -> str:
    frame = sys._getframe(2)  # inspect.stack() would read the sources of every frame
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"


@asynccontextmanager
async def _translated() -> AsyncIterator[None]:
    try:
        yield
    except asyncpg.IntegrityConstraintViolationError as error:
        raise translate(error) from error


class Query(Generic[T]):
    """A statement that returns rows of one type: a Struct (by column name) or a scalar (first column)."""

    def __init__(self, kind: type[T], sql: str) -> None:
        self.kind = kind
        self.sql = sql
        self.place = _place()
        self.is_struct = isinstance(kind, type) and issubclass(kind, msgspec.Struct)
        REGISTRY.append(self)

    async def all(self, db: Db, *args: object) -> list[T]:
        """Every row."""
        try:
            records = await db.fetch(self.sql, *args)
        except asyncpg.IntegrityConstraintViolationError as error:
            raise translate(error) from error
        return [self._read(record) for record in records]

    async def first(self, db: Db, *args: object) -> T | None:
        """The first row, or None."""
        try:
            record = await db.fetchrow(self.sql, *args)
        except asyncpg.IntegrityConstraintViolationError as error:
            raise translate(error) from error
        return None if record is None else self._read(record)

    async def one(self, db: Db, *args: object) -> T:
        """The row; raises NotFound when there is none."""
        found = await self.first(db, *args)
        if found is None:
            raise NotFound
        return found

    def _read(self, record: asyncpg.Record) -> T:
        if self.is_struct:
            return msgspec.convert(dict(record), self.kind)  # three times as fast as from the Record itself
        return msgspec.convert(record[0], self.kind)


class Command:
    """A statement that changes rows and returns none."""

    def __init__(self, sql: str) -> None:
        self.sql = sql
        self.place = _place()
        REGISTRY.append(self)

    async def run(self, db: Db, *args: object) -> int:
        """How many rows were changed."""
        async with _translated():
            status = await db.execute(self.sql, *args)
        count = status.rpartition(" ")[2]
        return int(count) if count.isdigit() else 0

    async def many(self, db: Db, rows: list[tuple[object, ...]]) -> None:
        """Once for each row of arguments, in one round trip."""
        async with _translated():
            await db.executemany(self.sql, rows)
