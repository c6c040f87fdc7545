"""The index of products on a Dask cluster, for the nightly run of a market that outgrew one machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from market.domain.errors import Unavailable
from market.services.matchmaking import Matchmaker
from matching.cluster import ClusterError, connected


@contextmanager
def on_cluster(matchmaker: Matchmaker, address: str) -> Iterator[None]:
    """Hold the products of ``matchmaker``, not to be edited, on the cluster whose scheduler is at ``address``.

    :raises Unavailable: nobody answers there, or Dask is not installed.
    """
    try:
        with connected(address) as matchmaker.products:
            yield
    except ClusterError as error:
        raise Unavailable(str(error)) from error
