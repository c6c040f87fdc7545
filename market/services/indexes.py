"""What the matcher searches: indexes that follow the database, kept on disk between starts.

Each process holds the listed products and the open demands, filled at start and kept up by the events the journal
announces. In the data folder lies what the last fill made, with a mark for each row that PostgreSQL computes from its
whole content: at start only rows whose mark differs are cut again, whatever happened since and whichever database it
was. What is damaged, or was made by other code, is made anew.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Hashable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import cache, partial
from hashlib import blake2b
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec
from anyio import to_thread

from market.domain import demands as covering
from market.domain.demands import Demand, Lines, masked_demand
from market.domain.products import Product
from market.services import learning
from market.services.learning import Ranking
from market.services.listening import Heard, listening
from market.store import search
from market.store.query import Db, Query
from market.store.search import Mark
from matching import persist
from matching.matcher import Matcher, as_document
from matching.types import Demand as Need
from matching.types import Document, Line

log = logging.getLogger("market.matching")

LISTENER = "duijie matcher"
"""What the listening connection is called in pg_stat_activity."""
PORTION = 2_000
"""Rows read at a time while the indexes are filled."""
MARKS = 50_000
"""Marks read at a time."""
SAVED_FROM = 500
"""Rows cut at a start from which what they make is kept on disk."""
MOST_KEPT = 2_000
"""Answers worked out from the open demands that are kept at a time."""
TURN_SECONDS = 0.1
"""How often a process looks whether the one that fills before it has finished."""

T = TypeVar("T")
R = TypeVar("R", Product, Demand)


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
    return Need(id=str(demand.id), title=demand.title, text=demand.text, lines=requirement_lines(demand.lines))


def requirement_lines(lines: Lines) -> tuple[Line, ...]:
    """Requirement lines as the matcher sees them."""
    return msgspec.convert(msgspec.to_builtins(lines), tuple[Line, ...])


def _document(demand: Demand) -> Document:
    return as_document(as_need(demand))


def _public_document(demand: Demand) -> Document:
    return _document(masked_demand(demand) if demand.sealed else demand)


async def in_thread(work: Callable[..., T], *args: Any) -> T:
    """Run something that computes away from the event loop."""
    return await to_thread.run_sync(partial(work, *args))


class Indexes:
    """``products``, ``demands`` whole, and ``public`` (what strangers see of them), following the database.

    :param url: the database it listens to
    :param auto_propose: proposals with no must line unmet need no broker (``Settings.auto_propose``)
    :param folder: where they are kept between starts; without one, or where it cannot be written, they are made anew
    """

    def __init__(self, url: str, *, auto_propose: bool = False, folder: Path | None = None) -> None:
        self.url = url
        self.auto_propose = auto_propose
        self.folder = folder
        self.products = Matcher()
        self.demands = Matcher()
        self.public = Matcher()
        self.ready = asyncio.Event()
        self.kept: dict[Hashable, Any] = {}
        self.found: dict[Hashable, list[int]] = {}
        self.ranking: Ranking | None = None

    @asynccontextmanager
    async def following(self) -> AsyncIterator[None]:
        """Fill the indexes and keep them up in the background while the block runs."""
        async with listening(self.url, LISTENER, ("market_events",), self._follow):
            yield

    async def aged(self, key: Hashable, most: timedelta, now: datetime, make: Callable[[], Awaitable[T]]) -> T:
        """What ``make`` made for ``key``, not older than ``most``; whoever comes after that has it made anew."""
        held = self.kept  # a change puts another in its place, so that what was begun before it is not kept
        kept: tuple[datetime, T] | None = held.get(key)
        if kept is None or not timedelta() <= now - kept[0] < most:
            kept = (now, await make())
            if len(held) >= MOST_KEPT:
                held.clear()
            held[key] = kept
        return kept[1]

    async def fill(self, db: Db) -> None:
        """Fill the indexes with what is listed and open, in portions so that the event loop stays free."""
        async with self._turn():
            await self._fill(db, PRODUCTS, {"products": as_product_document})
            await self._fill(db, DEMANDS, {"demands": _document, "public": _public_document})
        self.kept, self.found = {}, {}
        await self.adopt(db)

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        """One process of this data folder fills at a time: those after it find what it has kept."""
        try:
            if self.folder is not None:
                self.folder.mkdir(parents=True, exist_ok=True)
            file = None if self.folder is None else (self.folder / "filling").open("a")
        except OSError as error:
            log.warning("indexes are not kept between starts: %s", error)
            self.folder = file = None
        if file is None:
            yield
            return
        with file:
            while not _locked(file.fileno()):  # noqa: ASYNC110 - another process holds it
                await asyncio.sleep(TURN_SECONDS)
            yield

    async def _fill(self, db: Db, rows: Rows[R], indexes: Mapping[str, Callable[[R], Document]]) -> None:
        """Bring ``indexes`` from what is kept of them to what ``rows`` say now."""
        # Marks are read first: a row that changes meanwhile is kept with the mark of what it was, and read again then.
        marks = {str(row.id): row.mark async for row in _portions(db, rows.marks, MARKS)}
        stored = {name: await in_thread(_opened, self.folder, name) for name in indexes}
        known = [one.marks for one in stored.values()]
        changed = {i for i, mark in marks.items() if any(old.get(i) != mark for old in known)}
        gone = {i for old in known for i in old} - marks.keys()
        anew = 4 * len(changed | gone) >= len(marks)
        found = [row async for row in (_portions(db, rows.after, PORTION) if anew else _those(db, rows.of, changed))]
        for name, document in indexes.items():
            index: Matcher = getattr(self, name)
            documents = [document(row) for row in found]
            if anew:
                await in_thread(index.fit, documents)
            else:
                index.take(stored[name].matcher)
                await in_thread(_apply, index, changed | gone, documents)
            if len(changed | gone) >= SAVED_FROM:
                await in_thread(_keep, index, self.folder, name, marks)

    async def adopt(self, db: Db) -> None:
        """Take up the model in force; without one, or when it is refused, the words alone rank."""
        self.ranking = await learning.in_force(db, self.ranking)

    async def refresh(self, db: Db, kind: str, ids: Collection[int]) -> None:
        """Bring products or demands (``kind``) to what the database says of them now; others are passed over."""
        if not ids:
            return
        known = {str(i) for i in ids}
        if kind == "product":
            products = await search.LISTED.all(db, list(ids))
            await in_thread(_apply, self.products, known, [as_product_document(product) for product in products])
        elif kind == "demand":
            demands = await search.OPEN.all(db, list(ids))
            await in_thread(_apply, self.demands, known, [_document(demand) for demand in demands])
            await in_thread(_apply, self.public, known, [_public_document(demand) for demand in demands])
            self.kept = {}
        self.found = {}

    async def _follow(self, db: Db, heard: Heard) -> None:
        await self.fill(db)  # after listening began: what changes meanwhile is applied on top
        # Compiles the search, so that the first visitor does not wait.
        await in_thread(self.products.search, "数据 data", 1)
        self.ready.set()
        while True:
            await self._take_up(db, await heard.take())

    async def _take_up(self, db: Db, events: list[dict[str, Any]]) -> None:
        """Bring the indexes up to all that has changed."""
        renamed = [e["object_id"] for e in events if (e["kind"], e["action"]) == ("organisation", "edit")]
        for kind, of in (("product", search.LISTED_OF), ("demand", search.OPEN_OF)):
            found = {e["object_id"] for e in events if e["kind"] == kind}
            found |= set(await of.all(db, renamed)) if renamed else set()
            await self.refresh(db, kind, sorted(found))
        if any(e["kind"] == "ranker" for e in events):
            await self.adopt(db)


class Rows(NamedTuple, Generic[R]):
    """How rows are read: all after an id, some ids, and the marks of all after an id."""

    after: Query[R]
    of: Query[R]
    marks: Query[Mark]


PRODUCTS = Rows(search.LISTED_AFTER, search.LISTED, search.LISTED_MARKS)
DEMANDS = Rows(search.OPEN_AFTER, search.OPEN, search.OPEN_MARKS)


async def _portions(db: Db, query: Query[Any], size: int) -> AsyncIterator[Any]:
    last = 0
    while rows := await query.all(db, last, size):
        for row in rows:
            yield row
        last = rows[-1].id


async def _those(db: Db, query: Query[Any], ids: Collection[str]) -> AsyncIterator[Any]:
    wanted = sorted(map(int, ids))
    for at in range(0, len(wanted), PORTION):
        for row in await query.all(db, wanted[at : at + PORTION]):
            yield row


@cache
def _made_by() -> str:
    """A digest of the code that makes documents of rows."""
    return blake2b(b"".join(Path(f).read_bytes() for f in (__file__, covering.__file__)), digest_size=16).hexdigest()


def _opened(folder: Path | None, name: str) -> persist.Stored:
    """What is kept of an index; empty when there is nothing or it does not fit."""
    if folder is not None and (folder / name).exists():
        try:
            return persist.load(folder / name, _made_by())
        except persist.StaleIndex as error:
            log.info("an index is made anew: %s", error)
    return persist.Stored(Matcher(), {})


def _keep(index: Matcher, folder: Path | None, name: str, marks: Mapping[str, int]) -> None:
    """Keep the index, and use from now on what lies there: the processes of a machine share one copy of it."""
    if folder is not None:
        try:
            persist.save(index, folder / name, _made_by(), marks)
            index.take(persist.load(folder / name, _made_by()).matcher)
        except (OSError, persist.StaleIndex) as error:
            log.warning("an index is not kept: %s", error)


def _locked(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _apply(index: Matcher, ids: Collection[str], documents: list[Document]) -> None:
    """``documents`` are what remains of ``ids``."""
    index.add(documents)
    if gone := set(ids) - {document.id for document in documents}:
        index.remove(gone)
