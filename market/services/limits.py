"""Limits on tries, shared by every process through the ``attempt`` table.

A refused try raises, and raising rolls the transaction back; so the error carries the keys under which the try counts
(``WrongPassword.attempts``) and ``note_refused`` writes them down after the rollback. Keys hold e-mail addresses and
network addresses as a hash only.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta

from market.domain.errors import TooMany, WrongPassword
from market.store import attempts
from market.store.query import Db


class Limit:
    """At most ``most`` tries of one kind by one subject within ``within``.

    Tries of one subject wait for each other unless ``together``: many people may share a network address, and a few
    tries at once more than ``most`` do no harm there.
    """

    def __init__(self, kind: str, most: int, within: timedelta, *, together: bool = False) -> None:
        self.kind = kind
        self.most = most
        self.within = within
        self.together = together

    def key(self, subject: str) -> str:
        """Under what tries by this subject are counted."""
        return f"{self.kind}:{hashlib.sha256(subject.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}"

    async def check(self, db: Db, subject: str) -> str:
        """The key to count a refusal under. Raises TooMany."""
        key = self.key(subject)
        if not self.together:
            await attempts.WAIT_FOR.first(db, key)
        tries = await attempts.COUNT.one(db, key, self.within)
        if tries.count >= self.most:
            raise TooMany(retry_after=max(1, round(tries.free_in.total_seconds())))
        return key

    async def take(self, db: Db, subject: str) -> None:
        """Count a try that is about to be allowed. Raises TooMany."""
        await attempts.NOTE.run(db, await self.check(db, subject))

    async def forget(self, db: Db, subject: str) -> None:
        """Begin again at zero."""
        await attempts.FORGET.run(db, self.key(subject))


PASSWORD_OF_EMAIL = Limit("password", 10, timedelta(minutes=15))
PASSWORD_FROM_ADDRESS = Limit("address", 100, timedelta(minutes=15), together=True)
RESET_OF_EMAIL = Limit("reset", 3, timedelta(hours=1))
RESET_FROM_ADDRESS = Limit("reset-from", 30, timedelta(hours=1), together=True)
INVITATIONS_OF_ORGANISATION = Limit("invite", 50, timedelta(days=1))
SIGN_UP_OF_EMAIL = Limit("sign-up-of", 3, timedelta(hours=1))
QUESTIONS_OF_ORGANISATION = Limit("questions", 100, timedelta(days=1))
QUESTIONS_TO_SUPPLIER = Limit("questions-to", 30, timedelta(days=1))
# What reaches another organisation's inbox, or the broker's, and its mail: more than anybody writes by hand.
DEMANDS_OF_ORGANISATION = Limit("demands", 200, timedelta(days=1))
ANSWERS_TO_MATCH = Limit("answers", 10, timedelta(days=1))
MESSAGES_IN_NEGOTIATION = Limit("messages", 100, timedelta(days=1))
SIGN_UP_FROM_ADDRESS = Limit("sign-up", 30, timedelta(hours=1), together=True)


async def note_refused(db: Db, error: BaseException) -> None:
    """Count the refused try that ``error`` (or its cause) tells of; to be called after the rollback."""
    cause = error if isinstance(error, WrongPassword) else error.__cause__
    if isinstance(cause, WrongPassword):
        for key in cause.attempts:
            await attempts.NOTE.run(db, key)
