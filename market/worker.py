"""The background worker: what follows from a committed change, and what the clock brings. Any number may run.

Jobs lie in PostgreSQL (PgQueuer). Each is done at least once: a job whose worker died is taken up by another, one that
fails is tried again with growing pauses and in the end kept as failed, so every job here is safe to repeat. The queue
has a connection of its own; when that is lost, everything is built anew as soon as PostgreSQL answers.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial

import asyncpg
import httpx
import msgspec
from pgqueuer import Job, PgQueuer
from pgqueuer.domain.errors import FailingListenerError
from pgqueuer.executors import DatabaseRetryEntrypointExecutor, EntrypointExecutorParameters
from pgqueuer.models import Schedule

from market import db as database
from market.domain.errors import Unavailable
from market.services import (
    deadlines,
    jobs,
    journal,
    mail,
    matches,
    neighbours,
    nightly,
    notices,
    pools,
    questions,
    ranker,
    routings,
    searches,
    spreadsheets,
    targets,
    webhooks,
)
from market.services.matchmaking import Matchmaker
from market.settings import Settings
from market.store import forgetting
from market.store import journal as events
from market.store.journal import Event
from market.store.query import Db

log = logging.getLogger("market.worker")

LOST = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, FailingListenerError)
"""What PostgreSQL's going away looks like: in mid-statement asyncpg calls it an error of its own."""
RETRY_SECONDS = 1.0
"""How long to wait before connecting again."""
READY_SECONDS = 10.0
"""How long a matching job waits for the indexes before it is put off."""

SCHEDULES = {
    "deadlines": "* * * * *",
    "checkpoint": "7 * * * *",
    "searches": "*/10 * * * *",
    "nightly": "30 18 * * *",  # cron runs in UTC: 02:30 Chinese time
    "forget": "45 19 * * *",
}
"""Job -> when it is enqueued."""

ATTEMPTS = {"mail": 14}
"""Jobs that wait for somebody else's server are tried for longer than the others."""


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """How patient the worker is."""

    heartbeat: timedelta = timedelta(seconds=30)
    """A job whose worker gave no sign of life for this long is taken up by another."""
    poll: timedelta = timedelta(seconds=10)
    """How often the queue is looked at without being woken."""
    first_retry: timedelta = timedelta(seconds=1)
    """The pause after the first failure; it doubles each time, up to an hour."""
    attempts: int = 10
    """Failures after which a job is kept as failed."""
    clock: bool = True
    """Whether what is due by the clock is enqueued by this worker."""
    at_once: int = 40
    """Jobs done at the same time; at most half of them deliver webhooks."""


async def run(settings: Settings, stop: asyncio.Event | None = None, pace: Pace | None = None) -> None:
    """Work until ``stop`` is set (without one: until SIGTERM or SIGINT); what has begun is finished first."""
    if stop is None:
        with _signals() as signalled:
            await run(settings, signalled, pace)
        return
    matchmaker = Matchmaker(
        settings.database_url, auto_propose=settings.auto_propose, folder=settings.data_dir / "index"
    )
    async with matchmaker.following():
        while not stop.is_set():
            try:
                await _work(settings, matchmaker, pace or Pace(), stop)
            except LOST as error:
                log.warning("worker lost the database (%s), trying again", type(error).__name__)
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), RETRY_SECONDS)


@contextmanager
def _signals() -> Iterator[asyncio.Event]:
    """An event that SIGTERM and SIGINT set."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    try:
        yield stop
    finally:
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(name)


async def _work(settings: Settings, matchmaker: Matchmaker, pace: Pace, stop: asyncio.Event) -> None:
    """Work until ``stop`` or until the queue's connection is lost."""
    pool = await database.create_pool(settings)
    try:
        connection = await database.connect(settings.database_url)
        queue = PgQueuer.from_asyncpg_connection(connection)
        connection.add_termination_listener(lambda _: queue.shutdown.set())
        stopping = asyncio.create_task(_pass_on(stop, queue.shutdown))
        try:
            async with targets.poster() as client:
                _register(queue, Worker(settings, matchmaker, pool, client), pace)
                await queue.run(
                    dequeue_timeout=pace.poll,
                    max_concurrent_tasks=pace.at_once,
                    heartbeat_timeout=pace.heartbeat,
                    shutdown_on_listener_failure=True,
                )
        finally:
            stopping.cancel()
            await connection.close(timeout=5)
    finally:
        try:
            await asyncio.wait_for(pool.close(), 5)
        except (TimeoutError, *LOST):
            pool.terminate()


async def _pass_on(stop: asyncio.Event, shutdown: asyncio.Event) -> None:
    await stop.wait()
    shutdown.set()


def _register(queue: PgQueuer, worker: Worker, pace: Pace) -> None:
    """Tell the queue what does which job, and when the scheduled ones are due."""

    def retrying(name: str, parameters: EntrypointExecutorParameters) -> DatabaseRetryEntrypointExecutor:
        return DatabaseRetryEntrypointExecutor(
            parameters=parameters,
            max_attempts=ATTEMPTS.get(name, 0) or pace.attempts,
            initial_delay=pace.first_retry,
            max_delay=timedelta(hours=1),
        )

    limits = {webhooks.ENTRYPOINT: pace.at_once // 2} | dict.fromkeys(SCHEDULES, 1)
    for name, work in worker.jobs.items():

        async def do(job: Job, work: Callable[[bytes], Awaitable[None]] = work) -> None:
            await work(job.payload or b"null")

        queue.entrypoint(
            name,
            concurrency_limit=limits.get(name, 0),
            accepts_context=False,
            on_failure="hold",
            executor_factory=partial(retrying, name),
        )(do)
    for name, cron in SCHEDULES.items() if pace.clock else ():

        async def due(_: Schedule, name: str = name) -> None:
            async with worker.pool.acquire() as db, db.transaction():
                await jobs.enqueue(db, name, None, dedupe=name)

        queue.schedule(name, cron, accepts_context=False)(due)


class Worker:
    """What is done: one method for each kind of job, given the job's payload."""

    def __init__(
        self, settings: Settings, matchmaker: Matchmaker, pool: asyncpg.Pool, client: httpx.AsyncClient
    ) -> None:
        self.settings = settings
        self.matchmaker = matchmaker
        self.pool = pool
        self.client = client
        self.jobs: dict[str, Callable[[bytes], Awaitable[None]]] = {
            "event": self.event,
            mail.ENTRYPOINT: partial(mail.deliver, settings),
            webhooks.ENTRYPOINT: self.webhook,
            spreadsheets.ENTRYPOINT: self.spreadsheet,
            ranker.ENTRYPOINT: self.train,
            "deadlines": self.deadlines,
            "checkpoint": self.checkpoint,
            searches.ENTRYPOINT: self.searches,
            "nightly": self.nightly,
            "forget": self.forget,
        }

    async def event(self, payload: bytes) -> None:
        """What follows from one journalled event. One part that fails does not keep the others from being done."""
        async with self.pool.acquire() as db:
            event = await events.GET.one(db, msgspec.json.decode(payload, type=int))
        failures = []
        for part in (self._match, self._pool, self._ask_no_more, self._notify, self._tell_programs, self._search):
            try:
                async with self.pool.acquire() as db, db.transaction():
                    await part(db, event)
            except Exception as error:
                log.warning("%s %s %s: %s: %s", event.kind, event.object_id, part.__name__, type(error).__name__, error)
                failures.append(error)
        if failures:
            raise ExceptionGroup(f"event {event.id}", failures)

    async def _match(self, db: Db, event: Event) -> None:
        await matches.on_event(db, await self._matching(), event, datetime.now(UTC))

    async def _ask_no_more(self, db: Db, event: Event) -> None:
        await questions.on_event(db, event, now=datetime.now(UTC))
        await routings.on_event(db, event, now=datetime.now(UTC))

    async def _pool(self, db: Db, event: Event) -> None:
        await pools.on_event(db, event, datetime.now(UTC))
        await neighbours.on_event(db, await self._matching(), event, datetime.now(UTC))

    async def _notify(self, db: Db, event: Event) -> None:
        await notices.on_event(db, event, now=datetime.now(UTC), settings=self.settings)

    async def _tell_programs(self, db: Db, event: Event) -> None:
        await webhooks.on_event(db, event, now=datetime.now(UTC))

    async def _search(self, db: Db, event: Event) -> None:
        await searches.on_event(db, event)

    async def searches(self, _: bytes) -> None:
        """Look through the saved searches that may tell something again, each in a transaction of its own."""
        matchmaker, now = await self._matching(), datetime.now(UTC)
        async with self.pool.acquire() as db:
            waiting = await searches.due(db, now=now)
        for search_id in waiting:
            async with self.pool.acquire() as db, db.transaction():
                await searches.look(db, matchmaker, search_id, now=now, settings=self.settings)

    async def webhook(self, payload: bytes) -> None:
        """One attempt at one delivery."""
        delivery_id = msgspec.json.decode(payload, type=int)
        await webhooks.deliver(self.pool, self.client, delivery_id, now=datetime.now(UTC), settings=self.settings)

    async def spreadsheet(self, payload: bytes) -> None:
        """The rows of a confirmed file."""
        await spreadsheets.run(self.pool, msgspec.json.decode(payload, type=int), now=datetime.now(UTC))

    async def train(self, payload: bytes) -> None:
        """One training of the ranker."""
        async with self.pool.acquire() as db:
            done = await ranker.train(db, msgspec.json.decode(payload, type=int))
        log.info("training %d: model %s, failure %s", done.id, done.model_id, done.failure)

    async def deadlines(self, _: bytes) -> None:
        """The clock's steps that are due."""
        async with self.pool.acquire() as db:
            await deadlines.run(db, now=datetime.now(UTC))

    async def checkpoint(self, _: bytes) -> None:
        """Sign the heads of the journal."""
        async with self.pool.acquire() as db:
            await journal.checkpoint(db, journal.signing_key(self.settings), now=datetime.now(UTC))

    async def nightly(self, _: bytes) -> None:
        """All pairs anew, for what the events did not bring."""
        done = await nightly.over_all(self.pool, await self._matching(), datetime.now(UTC))
        pooled = await neighbours.over_all(self.pool, await self._matching(), datetime.now(UTC))
        log.info("nightly: %d pools suggested", pooled)
        log.info("nightly: %d demands, %d new, %d stale, %d kept", done.demands, done.generated, done.stale, done.kept)

    async def forget(self, _: bytes) -> None:
        """Delete what has served its time."""
        async with self.pool.acquire() as db:
            for what, command in forgetting.COMMANDS.items():
                log.info("forgot %d %s", await command.run(db), what)

    async def _matching(self) -> Matchmaker:
        """The matchmaker, once its indexes are filled."""
        try:
            await asyncio.wait_for(self.matchmaker.ready.wait(), READY_SECONDS)
        except TimeoutError:
            raise Unavailable from None
        return self.matchmaker
