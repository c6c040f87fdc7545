"""Evidence: the journal's chains are checked, and signed checkpoints tie all their heads together.

A chain shows that nothing in the middle of one object's history was changed or taken out; the database does that. A
checkpoint shows that no history was rewritten as a whole or cut short behind it: an Ed25519 signature over the heads of
all chains and over the checkpoint before. The key is derived from the installation's secret key, so somebody who holds
the database alone cannot sign.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from market.domain.errors import NotFound
from market.domain.paging import PAGE, Cursor, Page, decode, page_of
from market.settings import Settings, secret_key
from market.store import checkpoints, journal
from market.store.checkpoints import Checkpoint
from market.store.journal import Broken, Entry
from market.store.query import Db

DEEP = 3
"""How many of the newest checkpoints are compared with the journal; each costs a walk over all heads."""


class Verification(msgspec.Struct, frozen=True, kw_only=True):
    """What a check of the journal found. It holds when ``broken`` and ``faults`` are empty."""

    events: int
    broken: tuple[Broken, ...]
    """Places where a chain does not hold (the first 100)."""
    checkpoints: int
    faults: tuple[str, ...]
    """What is wrong with checkpoints, one sentence each."""
    foreign_keys: tuple[str, ...]
    """Public keys other than this installation's that signed a checkpoint (an earlier secret key, or a forger)."""

    @property
    def holds(self) -> bool:
        """Whether nothing was found wrong."""
        return not self.broken and not self.faults


def signing_key(settings: Settings) -> Ed25519PrivateKey:
    """This installation's key for checkpoints."""
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"journal" + secret_key(settings)).digest())


async def checkpoint(db: Db, key: Ed25519PrivateKey, *, now: datetime) -> int | None:
    """Sign the heads of all chains; the id, or None when nothing was journalled since the last one.

    ``db`` is not in a transaction: writers are held up only for the moment it takes to read the last event's id.
    """
    async with db.transaction():
        await checkpoints.SETTLE.run(db)
        last_event = await checkpoints.LAST_EVENT.one(db)
    before = await checkpoints.LATEST.first(db)
    if before and before.last_event == last_event:
        return None
    heads = await checkpoints.HEADS.one(db, last_event)
    made = Checkpoint(
        id=0,
        at=now,
        chains=heads.chains,
        last_event=last_event,
        digest=heads.digest,
        public_key=key.public_key().public_bytes_raw(),
        signature=b"",
    )
    signature = key.sign(message(made, before))
    return await checkpoints.INSERT.one(db, now, made.chains, last_event, made.digest, made.public_key, signature)


def message(made: Checkpoint, before: Checkpoint | None) -> bytes:
    """What is signed: this checkpoint's statement and the signature of the one before."""
    fields = {
        "at": made.at.astimezone(UTC).isoformat(),
        "chains": made.chains,
        "last_event": made.last_event,
        "digest": made.digest.hex(),
        "before": before.signature.hex() if before else "",
    }
    return b"duijie checkpoint 1\n" + msgspec.json.encode(fields, order="sorted")


async def verify(db: Db, key: Ed25519PrivateKey | None = None) -> Verification:
    """Walk every chain and every checkpoint. With ``key``, keys that are not its own are named."""
    found = await checkpoints.ALL.all(db)
    own = key.public_key().public_bytes_raw() if key else None
    faults = []
    before: Checkpoint | None = None
    for made in found:
        try:
            Ed25519PublicKey.from_public_bytes(made.public_key).verify(made.signature, message(made, before))
        except (InvalidSignature, ValueError):
            faults.append(f"The signature of checkpoint {made.id} does not fit it and the checkpoint before.")
        before = made
    for made in found[-DEEP:]:
        heads = await checkpoints.HEADS.one(db, made.last_event)
        if (heads.chains, heads.digest) != (made.chains, made.digest):
            faults.append(f"The journal is not the one that checkpoint {made.id} of {made.at:%Y-%m-%d %H:%M} signed.")
    return Verification(
        events=await checkpoints.EVENTS.one(db),
        broken=tuple(await journal.BROKEN.all(db)),
        checkpoints=len(found),
        faults=tuple(faults),
        foreign_keys=tuple(sorted({made.public_key.hex() for made in found if own and made.public_key != own})),
    )


async def history(db: Db, kind: str, object_id: int, *, cursor: str | None = None, limit: int = PAGE) -> Page[Entry]:
    """The events of one object, oldest first, for staff (``JOURNAL_READ``). Raises NotFound when there is none."""
    after = decode(cursor)
    rows = await journal.HISTORY.all(db, kind, object_id, after.id if after else 0, limit + 1)
    if not rows and after is None:
        raise NotFound
    return page_of(rows, limit, lambda entry: Cursor(entry.at, entry.seq))


async def broken(db: Db, kind: str, object_id: int) -> list[int]:
    """The numbers of the events where this object's chain does not hold."""
    return await journal.BROKEN_OF.all(db, kind, object_id)
