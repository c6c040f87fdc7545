"""Many products or demands out of a file: checked row by row, stored a batch at a time.

Each batch is one transaction, so a run that is killed loses at most the batch it was in, and the same command run
again completes it: a row is known by (organisation, source, source id), and what is there already and says the same is
left alone. Rows walk the legal edges like any other; the operator who runs the command answers for the steps, which the
journal names as taken by no person, with the reason "Imported from …".

Decision: a batch enqueues no job per row. Rationale: thousands of notices about one import help nobody; the matching
that follows is one job over everything at the end.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

import asyncpg
import msgspec

from market import i18n
from market.domain.calendar import deadline
from market.domain.errors import AlreadyExists, Invalid, MarketError, NotFound
from market.domain.lifecycles import ORGANISATION
from market.domain.machine import NEW
from market.domain.reading import converted
from market.domain.text import clean
from market.domain.words import N_
from market.services import jobs
from market.services.columns import ENTRIES, Columns, Entry
from market.services.nouns import NOUNS, Noun
from market.services.readers import Row, Source
from market.services.transitions import fire_many
from market.store import imports as store
from market.store.imports import BATCH, Holder
from market.store.query import Db

LONGEST_ID = 200
LONGEST_NAME = 120

Progress = Callable[[int], None]


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What the operator asked for. ``holder`` None: one organisation for each publisher the file names."""

    noun: str
    columns: Columns
    source: str
    holder: Holder | None
    live: bool
    """Walk what meets the rules on to the market; else it stays a draft."""

    @property
    def reason(self) -> str:
        """What the journal says about every step."""
        return i18n.gettext(N_("Imported from %(source)s")) % {"source": self.source}


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """A row with (column, sentence) for everything that is wrong. ``stored``: it is there, but only as a draft."""

    row: Row
    reasons: tuple[tuple[str, str], ...]
    stored: bool = False


class Outcome(msgspec.Struct, kw_only=True):
    """What became of the rows."""

    read: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    published: int = 0
    """Of them: walked on to the market."""
    refused: list[Refused] = []

    @property
    def rejected(self) -> int:
        """Rows of which nothing was stored."""
        return sum(not refused.stored for refused in self.refused)


class Ready(msgspec.Struct, frozen=True, kw_only=True):
    """A row that may be stored."""

    row: Row
    organisation_id: int
    source_id: str
    content: Any


async def holder_of(db: Db, wanted: str) -> Holder:
    """The organisation with this credit code or name. Raises NotFound, or AlreadyExists when several have the name."""
    found = await store.HOLDERS.all(db, wanted.strip())
    found = [holder for holder in found if holder.credit_code == wanted.strip().upper()] or found
    if not found:
        raise NotFound(f"There is no organisation with the credit code or name {wanted!r}.")
    if len(found) > 1:
        codes = ", ".join(holder.credit_code or "no code" for holder in found)
        raise AlreadyExists(f"Several organisations are called {wanted!r}; give the credit code instead: {codes}.")
    return found[0]


async def run(
    db: Db, order: Order, source: Source, *, now: datetime, batch: int = BATCH, progress: Progress = lambda _: None
) -> Outcome:
    """Read the file and store what it says. ``db`` must not be in a transaction: each batch is one."""
    outcome = Outcome()
    analysed = 0
    rows = source.rows()
    seen: dict[tuple[str, str], int] = {}

    def take() -> tuple[int, list[tuple[Entry, Any]]]:
        chunk = list(islice(rows, batch))
        entries = [ENTRIES[order.noun](row, order.columns) for row in chunk]
        return len(chunk), list(_usable(order, entries, seen, outcome))

    count, usable = await asyncio.to_thread(take)
    while count:
        following = asyncio.create_task(asyncio.to_thread(take))  # while the database works on this batch
        try:
            await _store_or_split(db, order, usable, outcome, now)
        finally:
            following_batch = await following
        outcome.read += count
        if outcome.created > 2 * analysed:
            analysed = outcome.created
            await store.ANALYZE.run(db)
        progress(source.done)
        count, usable = following_batch
    if outcome.created > analysed:
        await store.ANALYZE.run(db)
    if outcome.published or outcome.changed:
        await jobs.enqueue(db, "nightly", None)
    return outcome


def _usable(
    order: Order, entries: Iterable[Entry], seen: dict[tuple[str, str], int], outcome: Outcome
) -> Iterator[tuple[Entry, Any]]:
    """The entries that can be stored with their contents; the others go to ``outcome.refused``."""
    noun = NOUNS[order.noun]
    for entry in entries:
        raw, errors = converted(noun.content, entry.values)
        content = None
        if not errors:
            try:
                content = noun.check(noun.content(**raw))
            except Invalid as invalid:
                errors = invalid.fields
        wrong = list(entry.wrong)
        if not entry.row.wrong:
            columns = {column for column, _ in wrong}
            placed = [(entry.columns.get(field, field), sentence) for field, sentence in errors.items()]
            wrong += [(column, sentence) for column, sentence in placed if column not in columns]
            wrong += _identity(order, entry, seen)
        if wrong or content is None:
            outcome.refused.append(Refused(row=entry.row, reasons=tuple(wrong)))
            continue
        seen[_key(order, entry)] = entry.row.line
        yield entry, content


def _key(order: Order, entry: Entry) -> tuple[str, str]:
    return ("" if order.holder else clean(entry.publisher), entry.source_id)


def _identity(order: Order, entry: Entry, seen: dict[tuple[str, str], int]) -> Iterator[tuple[str, str]]:
    """What is wrong with the row's id and publisher."""
    column = entry.columns.get("source_id", "")
    if len(entry.source_id) > LONGEST_ID:
        yield column, N_("This is too long.")
    elif (line := seen.get(_key(order, entry))) is not None:
        sentence = "The same id stands on line %d." if column else "The same title and publisher stand on line %d."
        yield column or entry.columns.get("title", ""), sentence % line
    if order.holder is None:
        name = clean(entry.publisher)
        if not name:
            yield entry.columns.get("publisher", "publisher"), N_("Fill this in.")
        elif len(name) > LONGEST_NAME:
            yield entry.columns.get("publisher", "publisher"), N_("This is too long.")


async def _store_or_split(
    db: Db, order: Order, entries: list[tuple[Entry, Any]], outcome: Outcome, now: datetime
) -> None:
    """Store a batch; one that the database refuses is halved until the row that it refuses is found."""
    if not entries:
        return
    attempt = Outcome()
    try:
        async with db.transaction():
            await _store(db, order, entries, attempt, now)
    except (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError, MarketError) as error:
        if len(entries) > 1:
            half = len(entries) // 2
            await _store_or_split(db, order, entries[:half], outcome, now)
            await _store_or_split(db, order, entries[half:], outcome, now)
            return
        sentence = error.message if isinstance(error, MarketError) else N_("A value cannot be stored.")
        outcome.refused.append(Refused(row=entries[0][0].row, reasons=(("", sentence),)))
        return
    for name in ("created", "changed", "unchanged", "published"):
        setattr(outcome, name, getattr(outcome, name) + getattr(attempt, name))
    outcome.refused += attempt.refused


async def _store(db: Db, order: Order, entries: list[tuple[Entry, Any]], outcome: Outcome, now: datetime) -> None:
    noun = NOUNS[order.noun]
    holders = await _holders(db, order, [entry for entry, _ in entries], now)
    ready = [
        Ready(row=entry.row, organisation_id=holder, source_id=entry.source_id, content=content)
        for (entry, content), holder in zip(entries, holders, strict=True)
    ]
    existing = await _existing(db, noun, order, ready)
    fresh = [item for item in ready if _place(item) not in existing]
    differing = [item for item in ready if _place(item) in existing and _differs(noun, item, existing[_place(item)])]
    await _add(db, noun, order, fresh, now)
    changed = await _change(db, noun, order, differing, existing, outcome)
    outcome.created += len(fresh)
    outcome.changed += len(changed)
    outcome.unchanged += len(ready) - len(fresh) - len(differing)
    if order.live:
        moved = {_place(item) for item in (*fresh, *changed)}
        await _publish(db, noun, order, ready, moved, outcome, now)


def _place(item: Any) -> tuple[int, str]:
    return item.organisation_id, item.source_id


async def _holders(db: Db, order: Order, entries: Sequence[Entry], now: datetime) -> list[int]:
    """The organisation of each entry; publishers not known yet are registered, unverified and without a code."""
    if order.holder:
        return [order.holder.id] * len(entries)
    names = [clean(entry.publisher) for entry in entries]
    known = {holder.name: holder.id for holder in await store.PUBLISHERS.all(db, list(set(names)))}
    if missing := sorted(set(names) - set(known)):
        due = deadline(now, ORGANISATION.due["registered"])
        await store.ADD_PUBLISHERS.run(db, missing, NOUNS[order.noun].kind, order.reason, due)
        known |= {holder.name: holder.id for holder in await store.PUBLISHERS.all(db, missing)}
    return [known[name] for name in names]


async def _existing(db: Db, noun: Noun, order: Order, ready: Sequence[Ready]) -> dict[tuple[int, str], Any]:
    ids = await noun.lock.all(
        db, order.source, [item.organisation_id for item in ready], [item.source_id for item in ready]
    )
    return {_place(row): row for row in await noun.existing.all(db, ids)}


def _differs(noun: Noun, item: Ready, row: Any) -> bool:
    return any(getattr(item.content, name) != getattr(row, name) for name in noun.compared)


async def _add(db: Db, noun: Noun, order: Order, fresh: Sequence[Ready], now: datetime) -> None:
    if not fresh:
        return
    birth = noun.machine.find(NEW, "create")
    if birth is None:
        raise NotFound
    (party,) = birth.by
    due = deadline(now, noun.machine.due[birth.target]) if birth.target in noun.machine.due else None
    document = [
        msgspec.to_builtins(noun.complete(item.content))
        | {"organisation_id": item.organisation_id, "source_id": item.source_id}
        for item in fresh
    ]
    await noun.add.run(db, document, order.source, birth.target, birth.action, party, order.reason, due)


async def _change(
    db: Db, noun: Noun, order: Order, differing: Sequence[Ready], existing: dict[tuple[int, str], Any], outcome: Outcome
) -> list[Ready]:
    """Bring rows to what the file says; what was ever public is kept as a version. Returns those that were changed."""
    allowed = []
    for item in differing:
        if refused := _not_changeable(noun, item, existing[_place(item)]):
            outcome.refused.append(Refused(row=item.row, reasons=refused))
        else:
            allowed.append((item, existing[_place(item)]))
    if not allowed:
        return []
    kept = [
        {"id": row.id, "revision": row.revision, "content": _content_of(noun, row)}
        for _, row in allowed
        if getattr(row, noun.published)
    ]
    await noun.keep.run(db, kept)
    document = [msgspec.to_builtins(noun.complete(item.content)) | {"id": row.id} for item, row in allowed]
    await noun.edit.run(db, document)
    (party,) = {party for _, action, party in noun.walk if action == "submit"}
    await store.JOURNAL_EDITS.all(
        db,
        noun.machine.name,
        party,
        order.reason,
        [row.id for _, row in allowed],
        [row.revision + 1 for _, row in allowed],
    )
    return [item for item, _ in allowed]


def _not_changeable(noun: Noun, item: Ready, row: Any) -> tuple[tuple[str, str], ...]:
    """Why the file may not change this row."""
    if row.state not in noun.editable:
        return (("", N_("It is there in another wording and closed; an import does not open it again.")),)
    if row.state == noun.public:
        after = msgspec.structs.replace(row, **{name: getattr(item.content, name) for name in noun.compared})
        return tuple(("", sentence) for guard in noun.rules() if (sentence := guard(after, {})))
    return ()


def _content_of(noun: Noun, row: Any) -> Any:
    values = {name: getattr(row, name) for name in noun.content.__struct_fields__}
    return msgspec.to_builtins(noun.content(**values))


async def _publish(
    db: Db,
    noun: Noun,
    order: Order,
    ready: Sequence[Ready],
    moved: set[tuple[int, str]],
    outcome: Outcome,
    now: datetime,
) -> None:
    """Walk what the file brought as far as the rules allow. What a person has moved since stays where they put it."""
    lines = {_place(item): item.row for item in ready}
    stored = await _existing(db, noun, order, ready)
    rows = [row for place, row in stored.items() if not row.by_person or place in moved]
    for state, action, party in noun.walk:
        there = [row for row in rows if row.state == state]
        refused = await fire_many(db, noun.machine, there, action, party, now=now, reason=order.reason)
        for row in there:
            if row.id in refused:
                reasons = tuple(("", sentence) for sentence in refused[row.id])
                outcome.refused.append(Refused(row=lines[_place(row)], reasons=reasons, stored=True))
        edge = noun.machine.find(state, action)
        target = edge.target if edge else state
        rows = [msgspec.structs.replace(row, state=target) for row in there if row.id not in refused] + [
            row for row in rows if row.state != state
        ]
    outcome.published += sum(row.state == noun.public and stored[_place(row)].state != noun.public for row in rows)
