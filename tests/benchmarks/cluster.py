"""What a cluster costs on one machine: the same all-pairs run in one process and on two Dask workers.

    python -m tests.benchmarks.cluster --products 20000 --demands 500

Products and demands are real records under ``../shared/data``; the answers are compared as well.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from time import perf_counter

from distributed import Client, LocalCluster

from matching import Matcher, as_demand
from matching.cluster import ClusterMatcher
from matching.readers import read_products

DATA = Path(__file__).parents[2] / "../shared/data"
FILES = ("listings/china_data_exchanges", "catalogues/china_local_portals", "catalogues/taiwan_data_gov_tw_2018")


def main() -> None:
    """Print seconds to fit and to match, alone and on the cluster."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--products", type=int, default=20_000)
    options.add_argument("--demands", type=int, default=500)
    chosen = options.parse_args()
    products = [p for name in FILES for p in read_products(DATA / f"{name}.jsonl.gz")][: chosen.products]
    demands = [as_demand(product) for product in products[:: max(1, len(products) // chosen.demands)]]
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as local, Client(local) as client:
        found = []
        for name, matcher in (("one process", Matcher()), ("two Dask workers", ClusterMatcher(client))):
            matcher.fit(products[:500]).match(demands[:5])
            start = perf_counter()
            matcher.fit(products)
            fitted = perf_counter()
            found.append(matcher.match(demands, 10))
            print(f"{name:<18} fit {fitted - start:6.1f} s   match {perf_counter() - fitted:6.1f} s", flush=True)
    print(f"{len(products):,} products, {len(demands):,} demands, equal answers: {found[0] == found[1]}")


if __name__ == "__main__":
    main()
