"""Shards on a cluster of processes answer as one index, also when a worker dies on the way."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from matching import Demand, Document, Matcher, cluster
from matching.cluster import ClusterError, ClusterMatcher
from tests.matching import test_command_line as command_line

distributed = pytest.importorskip("distributed")

WORDS = ["空气质量", "水库水位", "企业登记", "合肥", "泸州", "小时", "数据", "公交", "bus", "arrivals", "water"]
PRODUCTS = [
    Document(
        id=f"p{n:03}",
        title=WORDS[n % 11] + WORDS[n % 7],
        description=" ".join(WORDS[n % 5 : n % 13]),
        region=("安徽省合肥市", "", "四川省泸州市")[n % 3],
    )
    for n in range(200)
]
DEMANDS = [Demand(id=f"d{n}", text=f"{WORDS[n % 11]} {WORDS[n % 4]} 泸州") for n in range(12)]


@pytest.fixture(scope="module")
def processes() -> Iterator[Any]:
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0", silence_logs=100
    ) as local:
        yield local


def test_answers_are_those_of_the_unsharded_index_and_a_killed_worker_changes_none(processes: Any) -> None:
    alone = Matcher().fit(PRODUCTS)
    with distributed.Client(processes.scheduler_address, set_as_default=False) as client:
        sharded = ClusterMatcher(client, shard=30).fit(PRODUCTS[::-1])
        assert len(sharded) == len(alone)
        assert sharded.match(DEMANDS, 7) == alone.match(DEMANDS, 7)
        os.kill(next(iter(client.run(os.getpid).values())), signal.SIGKILL)
        assert sharded.match(DEMANDS, 200) == alone.match(DEMANDS, 200)
        assert sharded.score(DEMANDS[0], ["p001", "p099", "none"]) == alone.score(DEMANDS[0], ["p001", "p099", "none"])
        assert sharded.match([], 5) == []
        assert sharded.fit([]).match(DEMANDS[:1], 5) == [[]]


def test_the_command_computes_on_the_cluster_it_is_given(
    processes: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    products = command_line.jsonl(tmp_path / "products.jsonl", command_line.PRODUCTS)
    demands = command_line.jsonl(tmp_path / "demands.jsonl", command_line.DEMANDS)

    def pairs(name: str, *cluster: str) -> str:
        assert command_line.run(monkeypatch, products, demands, "--out", str(tmp_path / name), *cluster) == 0
        return (tmp_path / name).read_text("utf-8")

    alone = pairs("alone.jsonl")
    assert '"d1"' in alone
    assert pairs("sharded.jsonl", "--cluster", processes.scheduler_address) == alone
    assert command_line.run(monkeypatch, products, demands, "--out", str(tmp_path / "x.csv"), "--cluster", "none") == 2


def test_nobody_at_the_address_is_told_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", "200ms")
    with pytest.raises(ClusterError, match="dask scheduler"), cluster.connected("tcp://127.0.0.1:9"):
        pass
