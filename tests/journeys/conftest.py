"""A worker beside the site, as in operation: what it does is awaited, never slept for."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from market.worker import Pace, run


@pytest.fixture
async def worker(settings):
    """Runs until the test ends."""
    stop = asyncio.Event()
    task = asyncio.create_task(run(settings, stop, Pace(poll=timedelta(seconds=0.2))))
    yield
    stop.set()
    await task


@pytest.fixture
async def committed(committed):
    """The builders with today's date: deadlines have not passed."""
    committed.now = datetime.now(UTC)
    return committed
