"""The index of products on a Dask cluster, for the nightly run of a market that outgrew one machine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from market.domain.errors import Unavailable
from market.services.matchmaking import Matchmaker, in_thread
from matching.cluster import ClusterError, connected


@asynccontextmanager
async def on_cluster(matchmaker: Matchmaker, address: str) -> AsyncIterator[None]:
    """Hold the products of ``matchmaker``, not to be edited, on the cluster whose scheduler is at ``address``.

    :raises Unavailable: nobody answers there, or Dask is not installed.
    """
    held = connected(address)
    try:
        matchmaker.products = await in_thread(held.__enter__)  # looks for the scheduler for seconds
    except ClusterError as error:
        raise Unavailable(str(error)) from error
    try:
        yield
    finally:
        await in_thread(held.__exit__, None, None, None)
