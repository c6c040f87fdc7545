"""The bridge to the matcher: only it, ``learning``, ``clustering`` and ``texts`` import ``matching``.

Each process holds the listed products and the open demands in two indexes, filled from PostgreSQL at start and kept up
by the events the journal announces. All work on the indexes runs in threads, never on the event loop.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Callable, Collection, Hashable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import date
from functools import partial
from typing import Any, TypeVar

import asyncpg
import msgspec
from anyio import to_thread

from market.db import prepare_connection
from market.domain.bundles import MOST, Aim, Check, Cover, first_year
from market.domain.demands import MOST_LINES, Demand, LineKind, LineLevel, Lines, RequirementLine, masked_demand
from market.domain.licences import combine
from market.domain.matches import Found, MatchReason
from market.domain.products import Product
from market.domain.questions import KnownAnswer, Reply
from market.services import learning
from market.services.learning import Ranking
from market.store import search
from market.store.health import ALIVE
from market.store.query import Db, Query
from matching import advice, bundle, pool, relaxation
from matching import lines as extraction
from matching.explain import Answer, explain, with_answers
from matching.explain import question as wording
from matching.matcher import Matcher, as_demand, as_document
from matching.types import Demand as Need
from matching.types import Document, Kind, Line, Verdict

log = logging.getLogger("market.matching")

RETRY_SECONDS = 1.0
"""How long to wait before connecting again when PostgreSQL is away."""
LISTENER = "duijie matcher"
"""What the listening connection is called in pg_stat_activity."""
HEARTBEAT_SECONDS = 30.0
"""After this much silence the connection is asked whether it is still there."""
PORTION = 2_000
"""Rows read at a time while the indexes are filled."""
MOST_KEPT = 2_000
"""Answers worked out from the open demands that are kept at a time."""
LEAST_OF_BEST = 0.3
"""Of what is found for a demand, only what scores this part of the best counts as found.

On the demo's texts a product found below it is the right one in 5 of 55 cases and a wrong one in most others; on
market_demands_dev (24,310 products) nearly everything in the best thirty lies above it.
"""

BY_WHOLE = 120
"""Products looked at for a bundle because they are near to the whole demand."""
BY_LINE = 40
"""And for each must line that names things, because they are near to that line."""
MOST_PARTS = 400
"""And no more: their reasons take a second."""
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_ANSWERED = {Reply.YES: (Verdict.MET, 1.0), Reply.PARTLY: (Verdict.MET, 0.5), Reply.NO: (Verdict.UNMET, 0.0)}
T = TypeVar("T")
R = TypeVar("R", Product, Demand)


def read_lines(title: str, text: str) -> tuple[RequirementLine, ...]:
    """The requirement lines the text states, each linked to its phrase; its topic from the title if need be.

    A long text takes a third of a second: call it ``in_thread``.
    """
    found = extraction.extract_titled(title, text)[:MOST_LINES]
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
    return Need(id=str(demand.id), title=demand.title, text=demand.text, lines=_lines(demand.lines))


def reasons(
    demand: Demand, product: Product, today: date, answers: Mapping[tuple[str, str], KnownAnswer] | None = None
) -> tuple[MatchReason, ...]:
    """The verdict on every line of the demand, in both sides' words; ``answers`` to (kind, value) fill the gaps."""
    found = explain(as_need(demand).lines or (), as_product_document(product), today=today)
    if answers:
        said = {(Kind(k), value): Answer(*_ANSWERED[a.verdict], a.answer) for (k, value), a in answers.items()}
        found = with_answers(found, said)
    return msgspec.convert(msgspec.to_builtins(found), tuple[MatchReason, ...])


def outlook(product: Product, lines: Mapping[int, Lines], today: date) -> advice.Outlook:
    """What the product is worth among the demands with these lines, and which change would open more of them."""
    return advice.what_if(as_product_document(product), _asked(lines), today=today)


def most_wanted(lines: Mapping[int, Lines], today: date, k: int) -> list[advice.Wanted]:
    """Which products would serve most of the demands with these lines."""
    return advice.most_wanted(_asked(lines), today=today, k=k)


def _asked(lines: Mapping[int, Lines]) -> dict[str, tuple[Line, ...]]:
    return {str(demand): _lines(told) for demand, told in lines.items()}


def _lines(lines: Lines) -> tuple[Line, ...]:
    return msgspec.convert(msgspec.to_builtins(lines), tuple[Line, ...])


def question(line: MatchReason) -> str:
    """What to ask the supplier about a line, in the demand's own words and language."""
    asked = msgspec.convert(line, Line, from_attributes=True)
    return wording(asked, "zh" if _CHINESE.search(line.phrase or line.value) else "en")


def bundled(
    demand: Demand, products: Mapping[int, Product], told: Mapping[int, Sequence[MatchReason]], aim: Aim
) -> Cover | None:
    """The best bundle of the candidates, with the verdicts already found; prices are those of the first year."""

    def licensed(one: Document, other: Document) -> Verdict:
        return Verdict(combine(products[int(one.id)].licence, products[int(other.id)].licence).verdict)

    documents = {
        str(i): msgspec.structs.replace(as_product_document(product), price=first_year(product))
        for i, product in products.items()
    }
    verdicts = {str(i): [Verdict(reason.verdict) for reason in reasons] for i, reasons in told.items()}
    found = bundle.bundles(
        as_need(demand).lines or (), verdicts, documents, aim=bundle.Aim(aim), most=MOST, k=1, licensed=licensed
    )
    if not found:
        return None
    [best] = found
    ids = tuple(map(int, best.products))
    return Cover(products=ids, keys=best.keys, open=tuple(map(Check, best.open)), complete=best.exact)


def relaxations(
    demand: Demand, near: Mapping[int, tuple[Product, Sequence[MatchReason]]], today: date
) -> list[tuple[RequirementLine, str, tuple[int, ...]]]:
    """Which must line given up, or put as the wider value, brings which of the products; what brings most first."""
    told = {str(i): [Verdict(reason.verdict) for reason in reasons] for i, (_, reasons) in near.items()}
    documents = {str(i): as_product_document(product) for i, (product, _) in near.items()}
    ways = relaxation.relaxations(_lines(demand.lines), told, documents, today=today)
    return [(demand.lines[w.number], w.wider.value if w.wider else "", tuple(map(int, w.products))) for w in ways]


Neighbours = tuple[int, int, float]
"""Two demands and how near they are, at most 1."""


def grouped(pairs: Sequence[Neighbours]) -> list[list[int]]:
    """Groups of demands of which each is near every other; ``pairs`` with the nearest first."""
    found = pool.grouped([(str(a), str(b), nearness) for a, b, nearness in pairs])
    return [sorted(map(int, group.demands)) for group in found]


async def in_thread(work: Callable[..., T], *args: Any) -> T:
    """Run something that computes away from the event loop."""
    return await to_thread.run_sync(partial(work, *args))


class Matchmaker:
    """Indexes that follow the database: ``products``, ``demands`` whole, and ``public`` (what strangers see of them).

    :param url: the database it listens to
    :param auto_propose: proposals with no must line unmet need no broker (``Settings.auto_propose``)
    """

    def __init__(self, url: str, *, auto_propose: bool = False) -> None:
        self.url = url
        self.auto_propose = auto_propose
        self.products = Matcher()
        self.demands = Matcher()
        self.public = Matcher()
        self.ready = asyncio.Event()
        self.kept: dict[Hashable, Any] = {}
        self.ranking: Ranking | None = None
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
        found = await in_thread(self.products.search, text, k)
        return [int(product) for product, _ in found]

    async def search_demands(self, text: str, k: int = 200) -> list[int]:
        """Ids of open demands, best first; covered words of sealed ones are not searched."""
        found = await in_thread(self.public.search, text, k)
        return [int(demand) for demand, _ in found]

    async def find(
        self, demands: Sequence[Demand], k: int, also: Collection[tuple[int, int]]
    ) -> dict[int, list[Found]]:
        """The best ``k`` listed products of each demand, best first, with those paired in ``also`` however they score.

        ``also`` holds (demand, product); what shares nothing with its demand, or is not listed, is left out.
        """
        return await in_thread(self._find, demands, k, also)

    def _find(self, demands: Sequence[Demand], k: int, also: Collection[tuple[int, int]]) -> dict[int, list[Found]]:
        needs = [as_need(demand) for demand in demands]
        found: dict[int, list[Found]] = {}
        for demand, need, hits in zip(demands, needs, self.products.match(needs, k), strict=True):
            least = LEAST_OF_BEST * max((hit.score for hit in hits), default=0.0)
            scores = {int(hit.product): hit.score for hit in hits if hit.score >= least}
            if missing := [str(p) for d, p in also if d == demand.id and p not in scores]:
                scores |= {int(p): score for p, score in self.products.score(need, missing).items() if score > 0}
            ordered = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))
            found[demand.id] = [
                Found(product_id=product, score=score, rank=rank) for rank, (product, score) in enumerate(ordered, 1)
            ]
        return found

    def parts(self, demand: Demand) -> list[int]:
        """Listed products that may be part of a bundle: near to the whole demand, or to a must line of things."""
        found = dict.fromkeys(hit.product for hit in self.products.match([as_need(demand)], BY_WHOLE)[0])
        for line in demand.lines:
            if len(found) >= MOST_PARTS:
                break
            if line.level is LineLevel.MUST and line.kind in (LineKind.TOPIC, LineKind.FIELDS):
                found |= dict.fromkeys(product for product, _ in self.products.search(line.value, BY_LINE))
        return [int(product) for product in found][:MOST_PARTS]

    async def like(self, demand: Demand, k: int) -> list[int]:
        """The open demands nearest to one, itself among them."""
        found = await in_thread(self.demands.match, [as_need(demand)], k)
        return [int(hit.product) for hit in found[0]]

    async def neighbours(self, demands: Sequence[Demand], today: date) -> list[Neighbours]:
        """Pairs of these demands that ask for nearly the same, the nearest first."""
        needs = [as_need(demand) for demand in demands]
        found = await in_thread(partial(pool.near, today=today, among=self.demands), needs)
        return [(int(a), int(b), nearness) for a, b, nearness in found]

    async def demands_for(self, product: Product, k: int) -> list[tuple[int, float]]:
        """The best open demands for a product: (id, score). Looks into covered words, too: not for strangers."""
        need = as_demand(as_product_document(product))
        found = await in_thread(self.demands.match, [need], k)
        return [(int(match.product), match.score) for match in found[0]]

    async def public_demands_for(self, product: Product, k: int) -> list[int]:
        """Ids of the best open demands for a product, as strangers see them: covered words are not looked at."""
        found = await in_thread(self.public.match, [as_demand(as_product_document(product))], k)
        return [int(match.product) for match in found[0]]

    async def keeping(self, key: Hashable, work: Callable[..., T], *args: Any) -> T:
        """What ``work`` makes of the open demands, in a thread; kept under ``key`` until one of them changes."""
        kept = self.kept  # a change puts another in its place, so that what was begun before it is not kept
        if key not in kept:
            if len(kept) >= MOST_KEPT:
                kept.clear()
            kept[key] = await in_thread(work, *args)
        found: T = kept[key]
        return found

    async def fill(self, db: Db) -> None:
        """Fill the indexes with what is listed and open, in portions so that the event loop stays free."""
        products = [as_product_document(product) async for product in _portions(db, search.LISTED_AFTER)]
        await in_thread(self.products.fit, products)
        demands = [demand async for demand in _portions(db, search.OPEN_AFTER)]
        await in_thread(self.demands.fit, [_document(demand) for demand in demands])
        await in_thread(self.public.fit, [_public_document(demand) for demand in demands])
        self.kept = {}
        await self.adopt(db)

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

    async def _follow(self) -> None:
        while True:
            try:
                await self._follow_once()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("matcher lost the database (%s), trying again", type(error).__name__)
            except Exception:
                log.exception("matcher stopped following the database, starting over")
            await asyncio.sleep(RETRY_SECONDS)

    async def _follow_once(self) -> None:
        db = await asyncpg.connect(self.url, server_settings={"application_name": LISTENER})
        gone = asyncio.Event()
        try:
            await prepare_connection(db)
            db.add_termination_listener(lambda _: gone.set())
            self._events = asyncio.Queue()
            await db.add_listener("market_events", self._hear)
            await self.fill(db)  # after listening began: what changes meanwhile is applied on top
            await self.search_products("数据 data", 1)  # compiles the search, so that the first visitor does not wait
            self.ready.set()
            while not gone.is_set():
                await self._next(db, gone)
        finally:
            await db.close(timeout=5)

    def _hear(self, _: object, __: int, ___: str, payload: str) -> None:
        self._events.put_nowait(msgspec.json.decode(payload))

    async def _next(self, db: Db, gone: asyncio.Event) -> None:
        """Wait for something to change, take all that has, and bring the indexes up to it."""
        waiting = asyncio.ensure_future(self._events.get())
        lost = asyncio.ensure_future(gone.wait())
        done, _ = await asyncio.wait({waiting, lost}, timeout=HEARTBEAT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        lost.cancel()
        if waiting not in done:
            waiting.cancel()
            if not done:  # silence: is anybody still there?
                async with asyncio.timeout(HEARTBEAT_SECONDS):
                    await ALIVE.one(db)
            return
        events = [waiting.result()]
        while not self._events.empty():
            events.append(self._events.get_nowait())
        for kind in ("product", "demand"):
            await self.refresh(db, kind, sorted({e["object_id"] for e in events if e["kind"] == kind}))
        if any(e["kind"] == "ranker" for e in events):
            await self.adopt(db)


async def _portions(db: Db, query: Query[R]) -> AsyncIterator[R]:
    last = 0
    while rows := await query.all(db, last, PORTION):
        for row in rows:
            yield row
        last = rows[-1].id


def _document(demand: Demand) -> Document:
    return as_document(as_need(demand))


def _public_document(demand: Demand) -> Document:
    return _document(masked_demand(demand) if demand.sealed else demand)


def _apply(index: Matcher, ids: set[str], documents: list[Document]) -> None:
    """``documents`` are what remains of ``ids``."""
    index.add(documents)
    if gone := ids - {document.id for document in documents}:
        index.remove(gone)
