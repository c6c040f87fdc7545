"""Passwords: argon2id, hashed in a thread so that the event loop never waits, few at a time to bound the memory."""

from __future__ import annotations

import anyio.to_thread
from anyio import CapacityLimiter
from anyio.lowlevel import RunVar
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from market.domain.text import clean

HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""OWASP's parameters for argon2id: 19 MiB and two passes, some 50 ms."""
NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$r1h9Ft1iX3CsESo0dZj5RA$OS6RnrBnoOskRDLCtvR7tkGZc0SdQXzUxVSSNG9LJz0"
"""The hash of a password nobody knows: verified against when there is no such account, to take as long."""
AT_ONCE = 4
LONGEST = 1_000
"""Characters of a password that are looked at; none is set longer than 200."""

_slots: RunVar[CapacityLimiter] = RunVar("password_slots")


async def hashed(password: str) -> str:
    """The argon2id hash as it is stored, parameters included."""
    return await anyio.to_thread.run_sync(HASHER.hash, clean(password), limiter=_limiter())


async def matches(stored: str, password: str) -> bool:
    """Whether this is the password of the stored hash."""
    return await anyio.to_thread.run_sync(_matches, stored, clean(password[:LONGEST]), limiter=_limiter())


def outdated(stored: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return HASHER.check_needs_rehash(stored)


def _limiter() -> CapacityLimiter:
    limiter = _slots.get(None)
    if limiter is None:
        limiter = CapacityLimiter(AT_ONCE)
        _slots.set(limiter)
    return limiter


def _matches(stored: str, password: str) -> bool:
    try:
        return HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False
