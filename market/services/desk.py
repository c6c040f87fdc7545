"""The worklist of staff: what waits, the most urgent first, and decisions about one row or many."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from market.domain.accounts import Actor
from market.domain.calendar import ZONE
from market.domain.desk import (
    LONGEST_PUT_OFF,
    NOTHING_NAMED,
    STANDS_FOR,
    Assignment,
    Colleague,
    Decision,
    DeskAction,
    DeskRow,
    Outcome,
    PutOff,
    Waiting,
    urgency,
)
from market.domain.errors import Invalid, MarketError, NotFound, Unmet
from market.domain.inbox import turns
from market.domain.machine import Party
from market.domain.matches import RejectCode, Review, ReviewAction
from market.domain.paging import PAGE, Cursor, Page, decode, page_of
from market.domain.permissions import GRANTS, Permission, Role
from market.domain.text import clean
from market.domain.words import N_
from market.services import demands, matches, negotiations, organisations, pools, products
from market.services.inbox import holds
from market.store import desk, journal
from market.store.query import Db

Whose = Literal["", "mine", "nobody", "later"]
"""Everybody's, mine, nobody's, or what is put off."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which rows of the worklist."""

    kind: str = ""
    whose: Whose = ""
    q: str = ""


class Worklist(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the worklist and what it is a page of."""

    page: Page[Waiting]
    counts: dict[str, int]
    """kind -> how many wait, whatever kind is asked for."""
    cut: bool
    """Whether of some kind more wait than are looked at."""


async def worklist(
    db: Db, actor: Actor, wanted: Wanted, *, now: datetime, cursor: str | None = None, limit: int = PAGE
) -> Worklist:
    """What waits for the actor's roles to decide, ordered by :func:`market.domain.desk.urgency`."""
    after = decode(cursor)
    found = await _waiting(db, actor, wanted, now)
    counts: dict[str, int] = {}
    for item in found:
        counts[item.kind] = counts.get(item.kind, 0) + 1
    keyed = [(_key(item, now), item) for item in found if wanted.kind in ("", item.kind)]
    keyed.sort(key=lambda pair: pair[0])
    rows = [item for key, item in keyed if after is None or key > (after.at, after.id)][: limit + 1]
    page = page_of(rows, limit, lambda item: Cursor(*_key(item, now)))
    return Worklist(page=page, counts=counts, cut=any(n >= desk.MOST for n in counts.values()))


def _key(item: Waiting, now: datetime) -> tuple[datetime, int]:
    chance = item.fit if item.chance is None else item.chance
    return urgency(item.due_at, item.value, chance, now=now), item.place


async def _waiting(db: Db, actor: Actor, wanted: Wanted, now: datetime) -> list[Waiting]:
    found = turns(actor.parties(), mine=True)
    if actor.may(Permission.NEGOTIATION_HOLD):
        found += holds(Party.BROKER)
    words = clean(wanted.q).replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    rows = await desk.WAITING.all(
        db,
        [kind for kind, _, _ in found],
        [party for _, party, _ in found],
        [state for _, _, state in found],
        f"%{words}%" if words else None,
        wanted.whose,
        actor.person_id,
        now.astimezone(ZONE).date(),
        wanted.whose == "later",
        desk.MOST,
        NOTHING_NAMED,
    )
    return [row for row in rows if actor.may(row.permission)]


async def beside(
    db: Db, actor: Actor, wanted: Wanted, kind: str, object_id: int, *, now: datetime
) -> tuple[Waiting | None, Waiting | None]:
    """The rows before and after this one; after it has left the worklist, the first one follows."""
    found = await _waiting(db, actor, wanted, now)
    ordered = sorted((i for i in found if wanted.kind in ("", i.kind)), key=lambda item: _key(item, now))
    place = next((n for n, i in enumerate(ordered) if (i.kind, i.id) == (kind, object_id)), None)
    if place is None:
        return None, ordered[0] if ordered else None
    return (
        ordered[place - 1] if place else None,
        ordered[place + 1] if place + 1 < len(ordered) else None,
    )


async def chosen(db: Db, actor: Actor, rows: Sequence[DeskRow], *, now: datetime) -> list[Waiting]:
    """Those of these rows that still wait for the actor, put off or not, in the order of the worklist."""
    wanted = {(row.kind, row.id) for row in rows}
    found = await _waiting(db, actor, Wanted(), now) + await _waiting(db, actor, Wanted(whose="later"), now)
    return sorted((i for i in found if (i.kind, i.id) in wanted), key=lambda item: _key(item, now))


def checked(decision: Decision) -> Decision:
    """Cleaned. Raises Invalid when declining lacks what the other side has to be told."""
    reason = clean(decision.reason)
    if decision.action is DeskAction.DECLINE:
        errors = {}
        kinds = {row.kind for row in decision.rows}
        if "match" in kinds and decision.code is None:
            errors["code"] = N_("Choose why.")
        if not reason and (kinds != {"match"} or decision.code is RejectCode.OTHER):
            errors["reason"] = N_("Say why in your own words.")
        if errors:
            raise Invalid(errors)
    return msgspec.structs.replace(decision, reason=reason)


async def decide(db: Db, actor: Actor, decision: Decision, *, now: datetime) -> list[Outcome]:
    """Take one decision about each row, each in a transaction of its own: what does not work keeps nothing back.

    ``db`` is not in a transaction (in one, each row is a savepoint). Raises Invalid before the first row when the
    decision itself is incomplete.
    """
    decision = checked(decision)
    return await _each(db, decision.rows, lambda row: _decide(db, actor, row, decision, now))


async def _each(db: Db, rows: Sequence[DeskRow], work: Callable[[DeskRow], Awaitable[None]]) -> list[Outcome]:
    outcomes = []
    for row in dict.fromkeys(rows):
        try:
            async with db.transaction():
                await work(row)
        except MarketError as error:
            outcomes.append(Outcome(kind=row.kind, id=row.id, done=False, problems=_sentences(error)))
        else:
            outcomes.append(Outcome(kind=row.kind, id=row.id, done=True))
    return outcomes


def _sentences(error: MarketError) -> tuple[str, ...]:
    if isinstance(error, Unmet):
        return error.sentences
    if isinstance(error, Invalid) and error.fields:
        return tuple(error.fields.values())
    return (error.detail,)


async def _decide(db: Db, actor: Actor, row: DeskRow, decision: Decision, now: datetime) -> None:
    action = STANDS_FOR.get((row.kind, decision.action))
    if action is None:
        raise Unmet([N_("This is decided on its own page.")] if row.kind == "pool" else [NotFound().detail])
    reason = decision.reason or decision.code
    if row.kind == "match":
        review = Review(action=ReviewAction(action), version=row.version, code=decision.code, reason=decision.reason)
        await matches.review(db, actor, row.id, review, now=now)
        return
    act = {
        "demand": demands.act,
        "product": products.act,
        "organisation": organisations.act,
        "negotiation": negotiations.act,
        "pool": pools.act,
    }[row.kind]
    await act(db, actor, row.id, action, version=row.version, now=now, reason=reason)  # type: ignore[operator]


async def colleagues(db: Db, actor: Actor) -> list[Colleague]:
    """Who of the actor's colleagues decides on anything."""
    roles = [role for role in Role if GRANTS[role] >= {Permission.DESK_WORK}]
    return await desk.COLLEAGUES.all(db, actor.organisation_id, roles)


async def assign(db: Db, actor: Actor, given: Assignment, *, now: datetime) -> list[Outcome]:
    """Say who sees to these rows. Raises Invalid for whoever is not on the staff or decides on nothing."""
    person = next((c for c in await colleagues(db, actor) if c.person_id == given.person_id), None)
    if given.person_id is not None and person is None:
        raise Invalid({"person_id": N_("Choose somebody of the staff who decides.")})
    there = {(item.kind, item.id): item for item in await chosen(db, actor, given.rows, now=now)}

    async def work(row: DeskRow) -> None:
        item = _still(there, row)
        if person and item.permission not in GRANTS[Role(person.role)]:
            raise Unmet([N_("Whoever sees to this must be allowed to decide on it.")])
        noted = await desk.ASSIGN.first(db, row.kind, row.id, given.person_id)
        await _journal(db, actor, noted, "assign", row, person_id=given.person_id)

    return await _each(db, given.rows, work)


async def put_off(db: Db, actor: Actor, given: PutOff, *, now: datetime) -> list[Outcome]:
    """Take these rows out of sight until a day within a month; deadlines go on running."""
    today = now.astimezone(ZONE).date()
    if given.until is not None and not today < given.until <= today + timedelta(days=LONGEST_PUT_OFF):
        raise Invalid({"until": N_("Give a day within the next thirty days.")})
    there = {(item.kind, item.id): item for item in await chosen(db, actor, given.rows, now=now)}

    async def work(row: DeskRow) -> None:
        item = _still(there, row)
        noted = await desk.PUT_OFF.first(db, row.kind, row.id, given.until, item.due_at if given.until else None)
        await _journal(db, actor, noted, "put_off", row, until=given.until and given.until.isoformat())

    return await _each(db, given.rows, work)


def _still(there: dict[tuple[str, int], Waiting], row: DeskRow) -> Waiting:
    if found := there.get((row.kind, row.id)):
        return found
    raise Unmet([N_("This does not wait for you any more.")])


async def _journal(
    db: Db, actor: Actor, noted: desk.DeskItem | None, action: str, row: DeskRow, **said: object
) -> None:
    """In a chain of its own: the sides of an object do not read who of the staff sees to it."""
    if noted is None:  # it was so already
        return
    data = {"kind": row.kind, "object_id": row.id} | said
    await journal.append(db, "desk", noted.id, action, person_id=actor.person_id, data=data)
