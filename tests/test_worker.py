"""The worker in this process (and once in another, to be killed) against a database of its own."""

import asyncio
import os
import signal
import sys
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import asyncpg
import msgspec
import pytest
from croniter import croniter

from market import embedded
from market.db import connect
from market.domain.calendar import ZONE
from market.domain.permissions import Role
from market.domain.products import ProductContent
from market.domain.webhooks import WebhookContent, signature
from market.migrate import migrate
from market.services import demands, jobs, products, webhooks
from market.settings import Settings
from market.worker import SCHEDULES, Pace, run
from tests.given import Given
from tests.receiver import Receiver, until

pytestmark = pytest.mark.anyio
QUICK = Pace(
    # No clock: what is due at the turn of a minute would come between what the tests do. The heartbeat is long enough
    # that a loop held up by a busy machine does not lose its own jobs.
    heartbeat=timedelta(seconds=5),
    poll=timedelta(seconds=0.2),
    first_retry=timedelta(milliseconds=10),
    attempts=2,
    clock=False,
)
WORKER = """
import asyncio, os
from market import settings, worker
asyncio.run(worker.run(settings.from_env(os.environ)))
"""


@asynccontextmanager
async def working(settings):
    """A worker while the block runs."""
    stop = asyncio.Event()
    task = asyncio.create_task(run(settings, stop, QUICK))
    try:
        yield
    finally:
        stop.set()
        await task


@pytest.fixture
def settings(settings):
    return msgspec.structs.replace(settings, private_webhooks=True, base_url="https://market.example")


async def hooked(given, settings, receiver, actor):
    return await webhooks.create(given.db, actor, WebhookContent(url=receiver.url), settings=settings)


async def notified(given, demand):
    return await given.db.fetch("SELECT * FROM notification WHERE kind = 'demand' AND object_id = $1", demand.id)


async def test_a_committed_step_is_told_to_people_and_programs(settings, committed):
    owner, broker = await committed.demander(), await committed.staff(Role.BROKER)
    async with Receiver() as receiver:
        hook = await hooked(committed, settings, receiver, owner)
        async with working(settings):
            demand = await committed.draft_demand(owner)
            created = await receiver.next()
            await demands.act(committed.db, owner, demand.id, "submit", now=committed.now)
            submitted = await receiver.next()
            rows = await until(lambda: notified(committed, demand))
    assert [created.headers["duijie-event"], submitted.headers["duijie-event"]] == ["demand.create", "demand.submit"]
    assert [row["person_id"] for row in rows] == [broker.person_id]
    body = submitted.json()
    assert body["title"] == demand.title
    assert body["url"] == f"https://market.example/api/v1/demands/{demand.id}"
    given = submitted.headers["duijie-signature"]
    at = given.partition("t=")[2].partition(",")[0]
    when = committed.now.fromtimestamp(int(at), committed.now.tzinfo)
    assert given == signature(hook.secret, submitted.body, when)


async def test_what_is_rolled_back_is_told_to_nobody(settings, committed):
    owner = await committed.demander()
    await committed.staff()
    undone, done = await committed.draft_demand(owner), await committed.draft_demand(owner)
    transaction = committed.db.transaction()
    await transaction.start()
    await demands.act(committed.db, owner, undone.id, "submit", now=committed.now)
    await transaction.rollback()
    await demands.act(committed.db, owner, done.id, "submit", now=committed.now)
    async with working(settings):
        await until(lambda: notified(committed, done))
        await until(lambda: queue_is_empty(committed))
    assert await notified(committed, undone) == []


async def queue_is_empty(given):
    return await given.db.fetchval("SELECT count(*) = 0 FROM pgqueuer")


async def test_a_job_that_fails_is_tried_again_then_kept_and_holds_up_nothing(settings, committed):
    owner = await committed.demander()
    await committed.staff()
    await jobs.enqueue(committed.db, "webhook", "not a number")
    demand = await committed.draft_demand(owner)
    await demands.act(committed.db, owner, demand.id, "submit", now=committed.now)
    kept = "SELECT attempts FROM pgqueuer WHERE entrypoint = 'webhook' AND status = 'failed'"
    async with working(settings):
        await until(lambda: notified(committed, demand))
        assert await until(lambda: committed.db.fetchval(kept)) == QUICK.attempts


async def test_the_job_of_a_killed_worker_is_done_by_the_next(settings, committed):
    owner = await committed.demander()
    async with Receiver(None, 200) as receiver:
        hook = await hooked(committed, settings, receiver, owner)
        await webhooks.test(committed.db, owner, hook.id, now=committed.now)
        env = os.environ | {
            "MARKET_DATABASE_URL": settings.database_url,
            "MARKET_SECRET_KEY": settings.secret_key,
            "MARKET_PRIVATE_WEBHOOKS": "true",
        }
        killed = await asyncio.create_subprocess_exec(sys.executable, "-c", WORKER, env=env)
        first = await receiver.next()
        killed.send_signal(signal.SIGKILL)
        await killed.wait()
        async with working(settings):
            second = await receiver.next()
            await until(lambda: queue_is_empty(committed))
    assert first.json()["id"] == second.json()["id"]
    log = (await webhooks.deliveries(committed.db, owner, hook.id)).items
    assert [(row.status, row.error, row.attempts) for row in log] == [(200, None, 1)]
    assert log[0].delivered_at is not None


async def test_it_works_on_after_its_connections_were_lost(settings, committed):
    owner = await committed.demander()
    await committed.staff()
    before, after = await committed.draft_demand(owner), await committed.draft_demand(owner)
    async with working(settings):
        await demands.act(committed.db, owner, before.id, "submit", now=committed.now)
        await until(lambda: notified(committed, before))
        await committed.db.execute(
            """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"""
        )
        await demands.act(committed.db, owner, after.id, "submit", now=committed.now)
        await until(lambda: notified(committed, after))


async def test_sigterm_lets_what_has_begun_be_finished(settings, committed):
    owner = await committed.demander()
    async with Receiver() as receiver:
        hook = await hooked(committed, settings, receiver, owner)
        working_ = asyncio.create_task(run(settings, pace=QUICK))
        await webhooks.test(committed.db, owner, hook.id, now=committed.now)
        await receiver.next()
        os.kill(os.getpid(), signal.SIGTERM)
        await working_
        assert await queue_is_empty(committed)


async def tell(url):
    """Post a demand and wait until the broker has been told."""
    connection = await connect(url)
    given = Given(connection)
    owner, _ = await given.demander(), await given.staff()
    demand = await given.draft_demand(owner)
    await demands.act(connection, owner, demand.id, "submit", now=given.now)
    await until(lambda: notified(given, demand))
    await connection.close()


async def is_away(url):
    try:
        await (await connect(url)).close()
    except (OSError, asyncpg.PostgresError):
        return True
    return False


async def test_it_waits_for_postgresql_to_come_back(tmp_path):
    """The server itself is stopped under the worker and started again."""
    stop = asyncio.Event()
    with embedded.server(tmp_path) as url:
        await migrate(url)
        settings = Settings(database_url=url, data_dir=tmp_path, secret_key="k" * 32, pool_size=5)
        task = asyncio.create_task(run(settings, stop, QUICK))
        await tell(url)
    await until(lambda: is_away(url))
    with embedded.server(tmp_path, keep=False) as again:
        assert again == url
        await tell(url)
        stop.set()
        await task


async def test_what_the_clock_brings_is_done(settings, committed):
    owner, _ = await committed.demander(), await committed.staff()
    demand = await committed.draft_demand(owner)
    await demands.act(committed.db, owner, demand.id, "submit", now=committed.now)
    async with working(settings):
        for name in SCHEDULES:
            await jobs.enqueue(committed.db, name, None, dedupe=name)
        late = "SELECT id FROM notification WHERE action = 'overdue' AND object_id = $1"
        await until(lambda: committed.db.fetchval(late, demand.id))
        await until(lambda: queue_is_empty(committed))
    assert await committed.db.fetchval("SELECT count(*) FROM checkpoint") == 1


def test_the_nightly_run_is_at_half_past_two_in_china():
    following = croniter(SCHEDULES["nightly"], datetime(2026, 3, 2, tzinfo=UTC)).get_next(datetime)
    assert following.astimezone(ZONE).strftime("%H:%M") == "02:30"


async def test_what_is_added_edited_and_withdrawn_reaches_the_standing_matches_and_only_changes_are_told(
    settings, committed
):
    supplier, owner = await committed.supplier(), await committed.demander()
    demand = await committed.open_demand(owner)

    async def events():
        rows = await committed.db.fetch("SELECT action FROM journal WHERE kind = 'match' ORDER BY id")
        return [row["action"] for row in rows]

    def come_to(*actions):
        async def so():
            return await events() == list(actions) and await queue_is_empty(committed)

        return until(so)

    born, gone = ("generate", "review"), ("stale",)
    async with working(settings):
        product = await committed.listed_product(supplier)
        await come_to(*born)
        told = await committed.db.fetchval("SELECT count(*) FROM notification WHERE kind = 'match'")
        same = {name: getattr(product, name) for name in ProductContent.__struct_fields__}
        content = ProductContent(**same | {"contact_role": "数据处"})
        product = await products.edit(committed.db, supplier, product.id, product.version, content, now=committed.now)
        await come_to(*born)  # other words, the same verdicts: nobody is told anything
        assert await committed.db.fetchval("SELECT count(*) FROM notification WHERE kind = 'match'") == told
        content = ProductContent(**same | {"title": "水库水位日记录", "abstract": "泸州水库的逐日水位记录"})
        product = await products.edit(committed.db, supplier, product.id, product.version, content, now=committed.now)
        await come_to(*born, *gone)
        content = ProductContent(**same)
        await products.edit(committed.db, supplier, product.id, product.version, content, now=committed.now)
        await come_to(*born, *gone, *born)
        await demands.act(committed.db, owner, demand.id, "withdraw", now=committed.now, reason="不需要了")
        await come_to(*born, *gone, *born, *gone)
