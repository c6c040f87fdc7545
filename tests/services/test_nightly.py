"""The nightly run over all pairs."""

import asyncio

import msgspec
import pytest

from market.domain.errors import Unavailable
from market.services import nightly, products
from matching import cluster
from tests.commands.test_cli import told

pytestmark = pytest.mark.anyio


async def states(db):
    return [tuple(row) for row in await db.fetch("SELECT demand_id, product_id, state FROM match ORDER BY id")]


async def test_it_finds_what_events_did_not_bring_and_then_changes_nothing(settings, committed, monkeypatch):
    monkeypatch.setattr(nightly, "AT_ONCE", 2)
    monkeypatch.setattr(nightly, "BATCH", 1)
    demands = [await committed.open_demand() for _ in range(3)]
    supplier = await committed.supplier()
    product = await committed.listed_product(supplier)
    told = []
    first = await nightly.run(settings, lambda done, total: told.append((done, total)))
    assert told == [(1, 3), (2, 3), (3, 3)]
    assert first == nightly.Summary(demands=3, products=1, generated=3)
    assert await states(committed.db) == [(demand.id, product.id, "broker_review") for demand in demands]
    waiting = await committed.db.fetchval("SELECT count(*) FROM pgqueuer")
    second = await nightly.run(settings)
    assert second == nightly.Summary(demands=3, products=1, kept=3)
    assert await committed.db.fetchval("SELECT count(*) FROM pgqueuer") == waiting
    await products.act(committed.db, supplier, product.id, "suspend", now=committed.now, reason="修数据")
    third = await nightly.run(settings)
    assert msgspec.structs.astuple(third) == (3, 0, 0, 3, 0)
    assert {state for *_, state in await states(committed.db)} == {"stale"}


async def test_an_empty_market_is_no_trouble(settings):
    assert await nightly.run(settings) == nightly.Summary()


@pytest.fixture(scope="module")
def scheduler():
    """The address of a Dask scheduler with a worker in a process of its own."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=100
    ) as local:
        yield local.scheduler_address


async def test_on_a_cluster_it_finds_the_same(settings, committed, scheduler):
    demands = [await committed.open_demand() for _ in range(3)]
    product = await committed.listed_product()
    assert await nightly.run(settings, cluster=scheduler) == nightly.Summary(demands=3, products=1, generated=3)
    assert await states(committed.db) == [(demand.id, product.id, "broker_review") for demand in demands]
    assert await nightly.run(settings) == nightly.Summary(demands=3, products=1, kept=3)


async def test_the_command_computes_on_the_cluster_it_is_given(url, settings, committed, scheduler):
    await committed.open_demand()
    await committed.listed_product()
    here = {"database_url": url, "data_dir": settings.data_dir}
    done = await told("match", "--cluster", scheduler, **here)
    assert done.returncode == 0, done.stderr
    assert "1 open demands, 1 listed products: 1 new matches" in done.stderr
    assert not (settings.data_dir / "index").exists(), "the index is the cluster's"
    nowhere = await told("match", "--cluster", "nowhere", **here)
    assert nowhere.returncode == 2
    assert "dask scheduler" in nowhere.stderr


async def test_an_empty_market_on_a_cluster_is_no_trouble(settings, scheduler):
    assert await nightly.run(settings, cluster=scheduler) == nightly.Summary()


async def test_looking_for_a_cluster_that_is_not_there_leaves_the_loop_free(settings, monkeypatch):
    monkeypatch.setattr(cluster, "PATIENCE", "500ms")
    turns = 0

    async def turning():
        nonlocal turns
        while True:
            await asyncio.sleep(0.01)
            turns += 1

    task = asyncio.create_task(turning())
    with pytest.raises(Unavailable, match="dask scheduler"):
        await nightly.run(settings, cluster="tcp://127.0.0.1:9")
    task.cancel()
    assert turns > 5
