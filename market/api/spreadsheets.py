"""/api/v1/spreadsheets"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from litestar import Controller, Response
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from market.api.idempotency import once
from market.api.routes import Id, IdempotencyKey, Limit, create, read, step
from market.domain.accounts import Actor
from market.domain.paging import PAGE
from market.domain.permissions import Permission
from market.domain.spreadsheets import FileName, SheetRow, Spreadsheet, Verdict
from market.services import spreadsheets
from market.store.query import Db
from market.web import labels

Line = Annotated[int, QueryParameter(ge=0, le=2**31 - 1, description="`next` of the page before")]


class SpreadsheetFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file; ``content`` is its bytes in base64."""

    name: FileName
    content: bytes


class Spreadsheets(msgspec.Struct, frozen=True, kw_only=True):
    """The twenty files sent in last."""

    items: tuple[Spreadsheet, ...]


class SheetRows(msgspec.Struct, frozen=True, kw_only=True):
    """Rows in the order of the file; ``next`` is the line to go on after."""

    items: tuple[SheetRow, ...]
    next: int | None


class SpreadsheetController(Controller):
    """Products in bulk: send a file, see what it would change, confirm."""

    path = "/spreadsheets"
    tags = ["Spreadsheets"]  # noqa: RUF012

    @read(permission=Permission.PRODUCT_WRITE)
    async def list_spreadsheets(self, db: NamedDependency[Db], actor: NamedDependency[Actor]) -> Spreadsheets:
        """Files your organisation sent in within thirty days."""
        return Spreadsheets(items=tuple(await spreadsheets.recent(db, actor)))

    @read("/download", permission=Permission.PRODUCT_WRITE)
    async def download_spreadsheet(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        kind: FromQuery[Literal["xlsx", "csv"]] = "xlsx",
        template: FromQuery[bool] = False,
    ) -> SpreadsheetFile:
        """Your products as a file to edit, or with `template` an example row."""
        body = await spreadsheets.download(db, actor, kind, labels.WORDS, template=template)
        return SpreadsheetFile(name=f"duijie-{'template' if template else 'products'}.{kind}", content=body)

    @create(permission=Permission.PRODUCT_WRITE)
    async def send_spreadsheet(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        data: JSONBody[SpreadsheetFile],
        key: IdempotencyKey = None,
    ) -> Response[Spreadsheet]:
        """Have a file (.xlsx, .csv) read. Nothing is stored before it is confirmed."""

        async def produce() -> Spreadsheet:
            return await spreadsheets.receive(db, actor, data.name, data.content, labels.WORDS, now=now)

        return await once(db, actor, key, "/api/v1/spreadsheets", data, produce)

    @read("/{sheet_id:int}", permission=Permission.PRODUCT_WRITE)
    async def get_spreadsheet(
        self, db: NamedDependency[Db], actor: NamedDependency[Actor], sheet_id: FromPath[Id]
    ) -> Spreadsheet:
        """One file: how many rows do what, and how far storing them is."""
        return await spreadsheets.get(db, actor, sheet_id)

    @read("/{sheet_id:int}/rows", permission=Permission.PRODUCT_WRITE)
    async def list_spreadsheet_rows(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        sheet_id: FromPath[Id],
        verdicts: Annotated[
            list[Verdict] | None, QueryParameter(name="verdict", description="Any of these verdicts")
        ] = None,
        after: Line = 0,
        limit: Limit = PAGE,
    ) -> SheetRows:
        """What each row changes, why it cannot be taken, and what became of it."""
        found = await spreadsheets.rows(db, actor, sheet_id, verdicts or (), after=after, limit=limit + 1)
        following = found[limit - 1].line if len(found) > limit else None
        return SheetRows(items=tuple(found[:limit]), next=following)

    @step("/{sheet_id:int}/confirm", permission=Permission.PRODUCT_WRITE)
    async def confirm_spreadsheet(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        sheet_id: FromPath[Id],
        send: Annotated[bool, QueryParameter(description="Send what is stored as a draft for review")] = False,
    ) -> Spreadsheet:
        """Store the new and changed rows, at once or (many rows) in the background; a second time does nothing."""
        return await spreadsheets.confirm(db, actor, sheet_id, now=now, send=send)

    @read("/{sheet_id:int}/rejected", permission=Permission.PRODUCT_WRITE)
    async def download_rejected_rows(
        self, db: NamedDependency[Db], actor: NamedDependency[Actor], sheet_id: FromPath[Id]
    ) -> SpreadsheetFile:
        """The rows that were not taken, with the reasons, as CSV to mend and send again."""
        body = await spreadsheets.rejected(db, actor, sheet_id)
        return SpreadsheetFile(name=f"duijie-rejected-{sheet_id}.csv", content=body)
