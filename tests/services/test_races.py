"""Two people at once, on two connections: exactly one wins."""

import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta

import asyncpg
import pytest

from market.db import prepare_connection
from market.domain.errors import Conflict, IllegalTransition, Stale, Unmet
from market.domain.permissions import Role
from market.services import agreements, negotiations
from market.services import demands as needs
from market.services import organisations as parties
from market.services import products as offers
from market.store import demands, organisations, products
from tests.given import PASSWORD

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def connected(url):
    connection = await asyncpg.connect(url)
    await prepare_connection(connection)
    try:
        yield connection
    finally:
        await connection.close()


async def in_turn(url, first, second):
    """``second`` starts while ``first`` is done but not committed yet, and has to wait for it."""
    async with connected(url) as one, connected(url) as two, connected(url) as watch:
        pid = await two.fetchval("SELECT pg_backend_pid()")

        async def late():
            async with two.transaction():
                await second(two)

        async with one.transaction():
            await first(one)
            waiting = asyncio.create_task(late())
            while not waiting.done() and not await watch.fetchval("SELECT cardinality(pg_blocking_pids($1)) > 0", pid):
                pass
            assert not waiting.done(), "it did not wait for the first"
        await waiting


async def one_after_the_other(url, first, second, error=Conflict):
    """What ``second`` raises when it starts while ``first`` is done but not committed yet."""
    with pytest.raises(error) as refused:
        await in_turn(url, first, second)
    return type(refused.value)


async def test_two_members_accept_at_once(url, committed):
    talk = await committed.negotiation("offered")
    found = talk.negotiation

    async def accept(db):
        await negotiations.act(db, talk.consumer, found.id, "accept", version=found.version, now=committed.now)

    assert await one_after_the_other(url, accept, accept) is Stale
    last = await negotiations.get(committed.db, talk.consumer, found.id)
    assert (last.state, last.version) == ("accepted", found.version + 1)


async def test_one_accepts_while_the_other_ends_it(url, committed):
    talk = await committed.negotiation("offered")
    found = talk.negotiation

    async def accept(db):
        await negotiations.act(db, talk.consumer, found.id, "accept", version=found.version, now=committed.now)

    async def end(db):
        await negotiations.act(
            db, talk.provider, found.id, "terminate", version=found.version, now=committed.now, reason="withdrawn"
        )

    assert await one_after_the_other(url, end, accept) is Stale
    assert (await negotiations.get(committed.db, talk.consumer, found.id)).state == "terminated"


async def test_both_sides_begin_at_once(url, committed):
    pairing = await committed.mutual_match()

    def begin(actor):
        async def start(db):
            await negotiations.start(db, actor, pairing.match.id, committed.offer(), now=committed.now)

        return start

    assert await one_after_the_other(url, begin(pairing.demander), begin(pairing.supplier)) is IllegalTransition
    (card,) = (await negotiations.page(committed.db, pairing.demander, [])).items
    assert card.state == "requested"


async def test_what_a_person_works_on_can_still_be_referred_to(url, committed):
    """A person holds a demand and waits for its match; the worker holds the match and adds another to the demand."""
    pairing = await committed.mutual_match()
    demand, product = pairing.match.demand_id, pairing.match.product_id
    async with connected(url) as person, connected(url) as worker, person.transaction(), worker.transaction():
        await demands.lock(person, demand, None, True)
        await products.lock(person, product, None, True)
        await organisations.lock(person, pairing.demander.organisation_id, None, True)
        for table, row in (
            ("demand", demand),
            ("product", product),
            ("organisation", pairing.demander.organisation_id),
        ):
            reference = f"SELECT id FROM {table} WHERE id = $1 FOR KEY SHARE NOWAIT"  # what a foreign key takes
            assert await worker.fetchval(reference, row) == row


async def test_nothing_is_listed_past_the_suspension_of_its_supplier(url, committed):
    supplier, registrar = await committed.supplier(), await committed.staff(Role.REGISTRAR)
    product = await committed.draft_product(supplier)
    await offers.act(committed.db, supplier, product.id, "submit", now=committed.now)

    async def suspend(db):
        await parties.act(db, registrar, supplier.organisation_id, "suspend", now=committed.now, reason="核查中")

    async def list_it(db):
        await offers.act(db, registrar, product.id, "list", now=committed.now)

    assert await one_after_the_other(url, suspend, list_it, Unmet) is Unmet
    assert (await offers.get(committed.db, supplier, product.id)).state == "compliance_review"


@pytest.mark.parametrize("first", ["suspend", "end"])
@pytest.mark.parametrize("ended", ["negotiation", "agreement", "expired"])
async def test_no_demand_is_open_of_an_organisation_suspended_at_that_moment(url, committed, ended, first):
    """What ends a deal puts its demand back on the market, while the registrar suspends whose demand it is."""
    registrar = await committed.staff(Role.REGISTRAR)
    talk = await (committed.negotiation("offered") if ended == "negotiation" else committed.negotiation("finalized"))
    found = talk.negotiation

    async def suspend(db):
        await parties.act(db, registrar, found.consumer_id, "suspend", now=committed.now, reason="核查中")

    async def end(db):
        by = {"reason": "不再需要", "now": committed.now}
        if ended == "negotiation":
            await negotiations.act(db, talk.provider, found.id, "terminate", version=found.version, **by)
        elif ended == "agreement":
            deal = await agreements.get(db, talk.provider, found.agreement_id)
            by |= {"version": deal.version, "password": PASSWORD}
            await agreements.act(db, talk.provider, deal.id, "terminate", **by)
        else:
            await agreements.expire_due(db, committed.now + timedelta(days=4_000))

    await in_turn(url, *((suspend, end) if first == "suspend" else (end, suspend)))
    assert (await needs.get(committed.db, talk.consumer, found.demand_id)).state == "suspended"


async def test_one_person_looks_in_two_windows_at_once(url, committed):
    talk = await committed.negotiation("offered")

    async def look(db):
        await negotiations.look(db, talk.consumer, talk.negotiation, 1, now=committed.now)

    async with connected(url) as one, connected(url) as two:
        await asyncio.gather(*(look(db) for db in (one, two)))
    assert len(await negotiations.seen(committed.db, talk.negotiation)) == 1
