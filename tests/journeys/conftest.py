"""A worker beside the site, as in operation: what it does is awaited, never slept for."""

import asyncio
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from market.worker import Pace, run
from tests.mailbox import SmtpServer


@pytest.fixture
async def mails():
    """What the worker has sent."""
    async with SmtpServer() as server:
        yield server


@pytest.fixture
def settings(settings, mails):
    return msgspec.structs.replace(settings, smtp_url=mails.url)


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
