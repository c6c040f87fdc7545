"""Who is told that something changed: the sides and staff, nobody else; nothing is missed when the listener is lost."""

import asyncio

import pytest

from market.domain.accounts import ANONYMOUS
from market.domain.permissions import Role
from market.services import negotiations, ranker
from market.services.live import BACKLOG, EVERYTHING, LISTENER, Live, News, Watcher
from market.store import ranker as rows

pytestmark = pytest.mark.anyio


async def heard(watcher, kind, object_id):
    """Wait until the watcher is told of this object."""
    async with asyncio.timeout(10):
        while await watcher.news.get() != News(kind, object_id):
            pass


async def listening(live):
    async with asyncio.timeout(10):
        await live.listening.wait()


async def test_both_sides_and_staff_hear_of_it_and_strangers_do_not(url, committed):
    talk = await committed.negotiation()
    broker, stranger = await committed.staff(Role.BROKER), await committed.demander()
    live = Live(url)
    async with live.following():
        await listening(live)
        with (
            live.watching(talk.consumer) as consumer,
            live.watching(talk.provider) as provider,
            live.watching(broker) as staff,
            live.watching(stranger) as other,
            live.watching(ANONYMOUS) as nobody,
        ):
            async with committed.db.transaction():
                await negotiations.say(
                    committed.db, talk.provider, talk.negotiation.id, "Ready on Monday.", now=committed.now
                )
            for watcher in (consumer, provider, staff):
                await heard(watcher, "negotiation", talk.negotiation.id)
            assert other.news.empty()
            assert nobody.news.empty()


async def test_staff_alone_hear_how_far_a_training_is(url, committed):
    demander, admin = await committed.demander(), await committed.staff(Role.ADMIN)
    live = Live(url)
    async with live.following():
        await listening(live)
        with live.watching(admin) as staff, live.watching(demander) as other:
            training = await ranker.ask(committed.db, admin)
            await heard(staff, "ranker", training.id)
            await rows.TOLD.one(committed.db, training.id, 1)
            await heard(staff, "ranker", training.id)
            assert other.news.empty()


async def test_what_is_still_the_brokers_alone_is_not_announced_to_the_sides(url, committed):
    demander, supplier = await committed.demander(), await committed.supplier()
    broker = await committed.staff(Role.BROKER)
    live = Live(url)
    async with live.following():
        await listening(live)
        with live.watching(demander) as side, live.watching(broker) as staff:
            async with committed.db.transaction():
                pairing = await committed.match(demander, supplier)
            await heard(staff, "match", pairing.match.id)
            assert News("match", pairing.match.id) not in [side.news.get_nowait() for _ in range(side.news.qsize())]


async def test_after_a_lost_connection_everybody_looks_at_everything(url, committed):
    actor = await committed.demander()
    live = Live(url)
    async with live.following():
        await listening(live)
        with live.watching(actor) as watcher:
            await committed.db.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1"
                " AND datname = current_database()",
                LISTENER,
            )
            async with asyncio.timeout(10):
                assert await watcher.news.get() == EVERYTHING


async def test_whoever_reads_too_slowly_is_told_once_to_look_at_everything(given):
    watcher = Watcher(await given.demander())
    for number in range(BACKLOG + 1):
        watcher.tell(News("match", number))
    assert watcher.news.qsize() == 1
    assert watcher.news.get_nowait() == EVERYTHING


async def test_streams_end_when_the_site_stops(url, given):
    live = Live(url)
    async with live.following():
        with live.watching(await given.demander()) as watcher:
            live.close()
            assert await watcher.news.get() is None
