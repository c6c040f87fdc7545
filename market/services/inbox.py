"""What waits for the actor, overdue first, and what they wait for from others."""

from __future__ import annotations

from datetime import datetime

import msgspec

from market.domain.accounts import Actor
from market.domain.calendar import ZONE
from market.domain.demands import mask
from market.domain.inbox import InboxItem, Turn, turns
from market.domain.lifecycles import NEGOTIATION
from market.domain.machine import Party
from market.domain.paging import PAGE, Cursor, Page, page_of, place
from market.domain.permissions import Permission
from market.store import inbox
from market.store.query import Db

SIDES = frozenset({Party.MEMBER, Party.DEMANDER, Party.SUPPLIER, Party.CONSUMER, Party.PROVIDER})


def holds(*parties: Party) -> tuple[Turn, ...]:
    """The turns of negotiations on hold: nobody but the platform moves them on."""
    return tuple(("hold", party, state) for party in parties for state in NEGOTIATION.due)


def kinds(actor: Actor) -> list[str]:
    """The kinds of objects that can wait for the actor."""
    return sorted({"negotiation" if kind == "hold" else kind for kind, _, _ in _turns(actor)})


def _turns(actor: Actor) -> tuple[Turn, ...]:
    if not actor.is_staff:
        return turns(SIDES, mine=True)
    held = holds(Party.BROKER) if actor.may(Permission.NEGOTIATION_HOLD) else ()
    return turns(actor.parties(), mine=True) + held


def _of_kind(found: tuple[Turn, ...], kind: str) -> tuple[Turn, ...]:
    """The turns of one kind of object, all of them for ""."""
    wanted = {"negotiation", "hold"} if kind == "negotiation" else {kind}
    return tuple(turn for turn in found if not kind or turn[0] in wanted)


async def mine(
    db: Db,
    actor: Actor,
    *,
    now: datetime,
    kind: str = "",
    cursor: str | None = None,
    limit: int = PAGE,
    together: bool = False,
) -> Page[InboxItem]:
    """What the actor is to move on, the earliest deadline first; what is snoozed stays hidden until its day.

    ``together``: what is about one subject is one row, its most urgent, that says how many more there are.
    """
    found = _of_kind(_turns(actor), kind)
    if not actor.is_staff:
        return await _of_sides(db, actor, found, now, cursor, limit, mine=True, together=together)
    rows = await inbox.OF_STAFF.all(db, *_columns(found), *place(cursor), limit + 1)
    return _page(rows, limit)


async def theirs(
    db: Db,
    actor: Actor,
    *,
    now: datetime,
    kind: str = "",
    cursor: str | None = None,
    limit: int = PAGE,
    together: bool = False,
) -> Page[InboxItem]:
    """Where the actor's organisation waits for the other side or the platform, the earliest deadline first."""
    if actor.is_staff:
        return Page(items=())
    found = turns(SIDES, mine=False) + holds(Party.CONSUMER, Party.PROVIDER)
    return await _of_sides(db, actor, _of_kind(found, kind), now, cursor, limit, mine=False, together=together)


async def _of_sides(
    db: Db,
    actor: Actor,
    found: tuple[Turn, ...],
    now: datetime,
    cursor: str | None,
    limit: int,
    *,
    mine: bool,
    together: bool,
) -> Page[InboxItem]:
    rows = await inbox.OF_SIDES.all(
        db,
        actor.organisation_id,
        *_columns(found),
        mine,
        now.astimezone(ZONE).date(),
        *place(cursor),
        limit + 1,
        together,
    )
    return _page(rows, limit)


def _columns(found: tuple[Turn, ...]) -> tuple[list[str], list[str], list[str]]:
    return [kind for kind, _, _ in found], [party for _, party, _ in found], [state for _, _, state in found]


def _page(rows: list[InboxItem], limit: int) -> Page[InboxItem]:
    return page_of(rows, limit, lambda item: Cursor(item.due_at, item.place)).map(_as_seen)


def _as_seen(item: InboxItem) -> InboxItem:
    """A sealed demand's identity and words stay covered from the supplier until both sides are interested."""
    if not item.sealed:
        return item
    words = (*item.masked, item.other)
    return msgspec.structs.replace(item, title=mask(item.title, words), other="", masked=())
