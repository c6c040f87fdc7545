"""Products in bulk: a file is read and kept with what each row would change; confirmed, the rows are stored once.

A row is stored on the version of the product that was there when the file was read: what somebody changed since is
refused, not overwritten. Each row settles in the transaction that stores it, so a run that is cut off and begins again
does nothing twice.
"""

from __future__ import annotations

import asyncio
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
import msgspec

from market import i18n
from market.domain.accounts import ANONYMOUS, Actor
from market.domain.errors import IllegalTransition, Invalid, MarketError, Stale, Unmet
from market.domain.permissions import Permission
from market.domain.products import ProductContent, ProductState
from market.domain.reading import converted
from market.domain.spreadsheets import MOST_ROWS, Change, Draft, Outcome, Reason, SheetRow, Spreadsheet, Verdict
from market.domain.text import clean, one_line
from market.domain.words import N_
from market.services import columns, jobs, products, readers, rejects, workbooks
from market.services.authority import require
from market.services.columns import Columns, Entry
from market.services.imports import LONGEST_ID, Refused
from market.services.readers import Row
from market.services.workbooks import Words
from market.store import accounts, spreadsheets
from market.store.query import Db
from market.store.spreadsheets import Owned

SOURCE = "spreadsheet"
ENTRYPOINT = "spreadsheet"
AT_ONCE = 100
"""Rows that are stored while the person waits; more are stored by the worker."""
BATCH = 50
"""Rows of one transaction of the worker."""
UNPACKED = 48 * 1024 * 1024
"""Bytes of a workbook once it is unpacked."""
ALWAYS_SAID = frozenset({"abstract", "theme", "tags"})
"""What an entry has a value for even without a column."""
SHOWN = 50
RECENT = 20
LARGEST_ID = 2**63 - 1
DAMAGED = (zipfile.BadZipFile, zlib.error, SyntaxError, KeyError, ValueError, IndexError, OSError, EOFError)
"""What reading a workbook that is not one raises; a ParseError of XML is a SyntaxError."""


async def download(db: Db, actor: Actor, kind: str, words: Words, *, template: bool = False) -> bytes:
    """One's products but the delisted, those changed last first, as "xlsx" or "csv"; or an example to start from."""
    owned = [] if template else await spreadsheets.MINE.all(db, actor.organisation_id, MOST_ROWS)

    def build() -> bytes:
        rows = [workbooks.cells_of(product, product.source_id, words) for product in owned]
        rows = rows or [workbooks.example(words)]
        return workbooks.csv_of(rows) if kind == "csv" else workbooks.xlsx_of(rows, words)

    return await asyncio.to_thread(build)


async def receive(db: Db, actor: Actor, name: str, body: bytes, words: Words, *, now: datetime) -> Spreadsheet:
    """Read a file and keep what it would change. Raises Invalid for the field ``file``."""
    name = one_line(Path(name.replace("\\", "/")).name)[-200:] or "products.csv"
    lines = await asyncio.to_thread(_lines, name, body)
    meant = _Meant(await _meant(db, actor, [line.entry for line in lines]))
    drafts = await asyncio.to_thread(lambda: list(_judged(lines, meant, words)))
    sheet_id = await spreadsheets.INSERT.one(db, actor.organisation_id, actor.person_id, name, now)
    await spreadsheets.ADD_ROWS.run(db, sheet_id, msgspec.to_builtins(drafts))
    return await get(db, actor, sheet_id)


class Line(msgspec.Struct, frozen=True):
    """A row understood, and the fields that it speaks of."""

    entry: Entry
    fields: frozenset[str]


def _lines(name: str, body: bytes) -> list[Line]:
    """The rows of a file. Raises Invalid for the field ``file``."""
    if not name.lower().endswith((".xlsx", ".csv", ".tsv", ".txt")):
        raise Invalid({"file": N_("Send a workbook (.xlsx) or a CSV file (.csv).")})
    mapping = workbooks.mapping()
    try:
        with TemporaryDirectory() as folder:
            path = Path(folder) / re.sub(r"[^\w.()-]", "_", name)
            path.write_bytes(body)
            _check_size(path)
            source = readers.open_source(path, columns.is_heading(mapping, ("title", "product_id")))
            rows = list(islice(source.rows(), MOST_ROWS + 2))
    except Invalid as error:
        detail = i18n.gettext(error.detail)
        raise Invalid(error.fields or {"file": detail % error.params if error.params else detail}) from None
    except DAMAGED:
        raise Invalid({"file": N_("The file is damaged or cut off. Save it again and send it once more.")}) from None
    headed = frozenset(mapping.field(column) for column in source.columns if column)
    lines = [line for row in rows if (line := _line(row, mapping, headed)) is not None]
    if len(lines) > MOST_ROWS:
        raise Invalid({"file": N_("The file has more than 5,000 rows. Cut it into several files.")})
    if not lines:
        raise Invalid({"file": N_("The file has a heading and no rows. Write one product a row below the heading.")})
    return lines


def _line(row: Row, mapping: Columns, headed: frozenset[str]) -> Line | None:
    """The row without the cells that say "as it is"; None for the example."""
    kept = {column for column, value in row.values.items() if workbooks.keeps(value)}
    values = {column: value for column, value in row.values.items() if column not in kept}
    entry = columns.product_entry(msgspec.structs.replace(row, values=values), mapping)
    if workbooks.is_example(entry.values.get("product_id", "")):
        return None
    return Line(entry, headed - {mapping.field(column) for column in kept})


def _check_size(path: Path) -> None:
    """Raises Invalid for a workbook that would unpack to far more than it weighs."""
    if path.suffix.lower() == ".xlsx":
        with zipfile.ZipFile(path) as archive:
            if sum(member.file_size for member in archive.infolist()) > UNPACKED:
                raise Invalid({"file": N_("The workbook is too large once unpacked. Cut it into several files.")})


async def _meant(db: Db, actor: Actor, entries: Sequence[Entry]) -> list[Owned]:
    numbers = [number for entry in entries if (number := _number(entry, "product_id"))]
    titles = [clean(entry.values.get("title", "")) for entry in entries]
    ids = [entry.source_id for entry in entries]
    return await spreadsheets.MEANT.all(db, actor.organisation_id, numbers, titles, SOURCE, ids)


def _number(entry: Entry, field: str) -> int | None:
    """The whole number in a cell; None for an empty cell, 0 for anything else."""
    given = str(entry.values.get(field, ""))
    if not given:
        return None
    return int(given) if given.isascii() and given.isdigit() and int(given) <= LARGEST_ID else 0


class _Meant:
    """Finds the product a row means: by number, else by the file's own id, else by title."""

    def __init__(self, owned: Sequence[Owned]) -> None:
        self.by_id = {product.id: product for product in owned}
        self.by_source = {product.source_id: product for product in owned if product.source == SOURCE}
        self.by_title: dict[str, list[Owned]] = {}
        for product in owned:
            if product.state != ProductState.DELISTED:
                self.by_title.setdefault(product.title, []).append(product)

    def find(self, entry: Entry) -> tuple[Owned | None, tuple[str, str] | None]:
        """(the product, what is wrong with the way it is named as (field, sentence))."""
        number = _number(entry, "product_id")
        if number is not None:
            found = self.by_id.get(number)
            return found, None if found else ("product_id", N_("None of your products has this number."))
        if found := self.by_source.get(entry.source_id):
            return found, None
        named = self.by_title.get(clean(entry.values.get("title", "")), []) if "source_id" not in entry.columns else ()
        if len(named) > 1:
            return None, (
                "title",
                N_("Several of your products have this title. Write the number of the one you mean."),
            )
        return (named[0] if named else None), None


def _judged(lines: Sequence[Line], meant: _Meant, words: Words) -> Iterator[Draft]:
    """Each row with what it would change."""
    seen: dict[object, int] = {}
    for line in lines:
        entry = line.entry
        product, unclear = meant.find(entry)
        key = product.id if product else entry.source_id
        reasons = [Reason(column=column, sentence=sentence) for column, sentence in entry.wrong]
        if unclear:
            reasons.append(_reason(entry, *unclear))
        elif key in seen:
            reasons.append(Reason(column="", sentence=N_("Line %(line)d means the same product."), line=seen[key]))
        seen.setdefault(key, entry.row.line)
        content, errors = _content(line, product)
        placed = {reason.column for reason in reasons}
        reasons += [r for field, text in errors.items() if (r := _reason(entry, field, text)).column not in placed]
        yield _draft(entry, product, content, reasons, words)


def _reason(entry: Entry, field: str, sentence: str) -> Reason:
    heading = next((column.heading for column in workbooks.COLUMNS if column.field == field), field)
    return Reason(column=entry.columns.get(field) or i18n.gettext(heading), sentence=sentence)


def _content(line: Line, product: Owned | None) -> tuple[ProductContent | None, dict[str, str]]:
    """What the row says; a field that it does not speak of stays as it is in the product."""
    entry = line.entry
    kept = products.content_of(product) if product else {}
    values = {field: value for field, value in kept.items() if field not in line.fields}
    values |= {f: value for f, value in entry.values.items() if f in line.fields or f not in ALWAYS_SAID}
    errors = {} if len(entry.source_id) <= LONGEST_ID else {"source_id": N_("This is too long.")}
    raw, wrong = converted(ProductContent, values)
    if wrong or errors:
        return None, errors | wrong
    try:
        return products.checked(ProductContent(**raw)), {}
    except Invalid as invalid:
        return None, invalid.fields


def _draft(
    entry: Entry, product: Owned | None, content: ProductContent | None, reasons: list[Reason], words: Words
) -> Draft:
    changes: tuple[Change, ...] = ()
    if product and content and not reasons:
        changes = _changes(product, content, words)
        if changes:
            reasons += _hindrances(entry, product, content)
    verdict = Verdict.NEW if product is None else Verdict.CHANGED if changes else Verdict.UNCHANGED
    return Draft(
        line=entry.row.line,
        verdict=Verdict.REJECTED if reasons or content is None else verdict,
        title=str(entry.values.get("title") or (product.title if product else ""))[:200],
        product_id=product.id if product else None,
        version=product.version if product else None,
        changes=changes,
        reasons=tuple(reasons),
        source_id=entry.source_id,
        content=None if reasons else content,
        cells=tuple((column, clean(readers.text_of(value))) for column, value in entry.row.values.items() if column),
    )


def _changes(product: Owned, content: ProductContent, words: Words) -> tuple[Change, ...]:
    return tuple(
        Change(
            field=field,
            before=workbooks.said(field, getattr(product, field), words),
            after=workbooks.said(field, getattr(content, field), words),
        )
        for field in ProductContent.__struct_fields__
        if getattr(product, field) != getattr(content, field)
    )


def _hindrances(entry: Entry, product: Owned, content: ProductContent) -> list[Reason]:
    """Why the product may not be changed to this."""
    if product.state not in products.EDITABLE:
        return [Reason(column="", sentence=N_("This product is delisted; a file does not bring it back."))]
    version = _number(entry, "version")
    if version is not None and version != product.version:
        sentence = N_("The product was changed after this file was downloaded. Download it again, or empty this cell.")
        return [_reason(entry, "version", sentence)]
    if product.state is ProductState.LISTED:
        broken = products.unmet(products.with_content(product, content))
        return [Reason(column="", sentence=sentence) for sentence in broken]
    return []


async def get(db: Db, actor: Actor, sheet_id: int) -> Spreadsheet:
    """One file of one's organisation; raises NotFound for any other."""
    return await spreadsheets.GET.one(db, sheet_id, actor.organisation_id)


async def recent(db: Db, actor: Actor) -> list[Spreadsheet]:
    """The files sent in last; they are kept for thirty days."""
    return await spreadsheets.LIST.all(db, actor.organisation_id, RECENT)


async def rows(
    db: Db, actor: Actor, sheet_id: int, verdicts: Sequence[Verdict] = (), *, after: int = 0, limit: int = SHOWN
) -> list[SheetRow]:
    """Rows below line ``after`` of these verdicts (none: of any); the rejected include those refused when stored."""
    await get(db, actor, sheet_id)
    wanted = list(verdicts) or None
    return await spreadsheets.ROWS.all(db, sheet_id, wanted, Verdict.REJECTED in verdicts, after, limit)


async def confirm(db: Db, actor: Actor, sheet_id: int, *, now: datetime, send: bool = False) -> Spreadsheet:
    """Store what the file changes: a few rows at once, many by the worker. A second time does nothing.

    With ``send`` each draft that is stored is sent for review; what lacks something stays a draft and says what.
    """
    sheet = await get(db, actor, sheet_id)
    if not sheet.storable:
        raise IllegalTransition(N_("There is nothing in this file to store."))
    if await spreadsheets.CONFIRM.first(db, sheet_id, actor.organisation_id, now, actor.person_id, send) is not None:
        if sheet.storable > AT_ONCE:
            await jobs.enqueue(db, ENTRYPOINT, sheet_id, dedupe=f"{ENTRYPOINT}:{sheet_id}")
        else:
            await _store(db, actor, sheet_id, AT_ONCE, now)
    return await get(db, actor, sheet_id)


async def run(pool: asyncpg.Pool, sheet_id: int, *, now: datetime) -> None:
    """Store a confirmed file a batch at a time. Safe to repeat, and to run twice at once."""
    left = True
    while left:
        async with pool.acquire() as db, db.transaction():
            person_id = await spreadsheets.LOCK.first(db, sheet_id)
            if person_id is None:  # forgotten meanwhile
                return
            holder = await spreadsheets.HOLDER.one(db, sheet_id)
            actor = await accounts.ACTOR_IN.first(db, person_id, holder) or ANONYMOUS  # refused, if they have left
            left = await _store(db, actor, sheet_id, BATCH, now)


async def _store(db: Db, actor: Actor, sheet_id: int, limit: int, now: datetime) -> bool:
    """Store the next rows; False when there were no more, and the file is finished."""
    waiting = await spreadsheets.WAITING.all(db, sheet_id, limit)
    send = await spreadsheets.SENDS.one(db, sheet_id)
    for draft in waiting:
        outcome, product_id, reasons = await _settle(db, actor, draft, send, now)
        found = msgspec.to_builtins(reasons)
        await spreadsheets.SETTLE.run(db, sheet_id, draft.line, outcome, product_id, found)
    if len(waiting) < limit:
        await spreadsheets.FINISH.run(db, sheet_id, now)
        return False
    return True


async def _settle(
    db: Db, actor: Actor, draft: Draft, send: bool, now: datetime
) -> tuple[Outcome, int | None, tuple[Reason, ...]]:
    """Store one row like what a person types, or say why not; nothing of a row that is refused stays."""
    try:
        require(actor, Permission.PRODUCT_WRITE)
        async with db.transaction():
            if draft.content is None:
                raise Stale
            if draft.product_id is None:
                made = await products.create(
                    db, actor, draft.content, now=now, source=SOURCE, source_id=draft.source_id
                )
            else:
                made = await products.edit(db, actor, draft.product_id, draft.version or 0, draft.content, now=now)
    except MarketError as error:
        return Outcome.REFUSED, draft.product_id, _said(error)
    if not send or made.state is not ProductState.DRAFT:
        return Outcome.STORED, made.id, ()
    try:
        async with db.transaction():
            await products.act(db, actor, made.id, "submit", now=now)
    except MarketError as error:
        return Outcome.STORED, made.id, _said(error)
    return Outcome.SENT, made.id, ()


def _said(error: MarketError) -> tuple[Reason, ...]:
    sentences = error.sentences if isinstance(error, Unmet) else (error.detail,)
    return tuple(Reason(column="", sentence=text) for text in sentences)


async def rejected(db: Db, actor: Actor, sheet_id: int) -> bytes:
    """The rows that were not taken, with the reasons, as CSV to mend and send again."""
    await get(db, actor, sheet_id)
    drafts = await spreadsheets.NOT_TAKEN.all(db, sheet_id)
    refused = [
        Refused(row=readers.Row(draft.line, dict(draft.cells)), reasons=tuple(map(told, draft.reasons)))
        for draft in drafts
    ]
    return rejects.text(refused).encode("utf-8-sig", "replace")


def told(reason: Reason) -> tuple[str, str]:
    """(column, sentence) in the reader's language."""
    sentence = i18n.gettext(reason.sentence)
    return reason.column, sentence % {"line": reason.line} if reason.line is not None else sentence


def headings() -> dict[str, str]:
    """field -> what its column is called (English message ids)."""
    return {column.field: column.heading for column in workbooks.COLUMNS}
