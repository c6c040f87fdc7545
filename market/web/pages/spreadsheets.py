"""Products in a spreadsheet: download, send the file back, see what it changes, confirm, mend what was rejected."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from market.domain.accounts import Actor
from market.domain.errors import Conflict, Invalid
from market.domain.permissions import Permission
from market.domain.spreadsheets import Verdict
from market.domain.words import N_
from market.services import spreadsheets
from market.store.query import Db
from market.web import forms, labels
from market.web.page import Web, go, page

P = Permission
MEDIA_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
TABS: dict[str, tuple[Verdict, ...]] = {
    "all": (),
    "changed": (Verdict.CHANGED,),
    "new": (Verdict.NEW,),
    "unchanged": (Verdict.UNCHANGED,),
    "rejected": (Verdict.REJECTED,),
}


@get("/my/products/spreadsheets", permission=P.PRODUCT_WRITE)
async def start(db: NamedDependency[Db], actor: NamedDependency[Actor]) -> Template:
    """Download, upload, and the files sent in last."""
    return await _start(db, actor)


async def _start(db: Db, actor: Actor) -> Template:
    return page("pages/spreadsheets.html", sheets=await spreadsheets.recent(db, actor))


@get("/my/products/spreadsheets/download", permission=P.PRODUCT_WRITE)
async def download(
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    kind: FromQuery[Literal["xlsx", "csv"]] = "xlsx",
    template: FromQuery[bool] = False,
) -> Response[bytes]:
    """One's products as a file, or an example to start from."""
    body = await spreadsheets.download(db, actor, kind, labels.WORDS, template=template)
    return _file(body, kind, "duijie-template" if template else "duijie-products")


def _file(body: bytes, kind: str, name: str) -> Response[bytes]:
    headers = {"Content-Disposition": f'attachment; filename="{name}.{kind}"', "Cache-Control": "no-store"}
    return Response(body, media_type=MEDIA_TYPES[kind], headers=headers)


@post("/my/products/spreadsheets", permission=P.PRODUCT_WRITE)
async def upload(
    request: Web, db: NamedDependency[Db], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> Redirect | Template:
    """Read a file; nothing is stored before its changes are confirmed."""
    file = (await request.form()).get("file")
    again = await _start(db, actor)
    with forms.retry_on(again):
        if not isinstance(file, UploadFile) or not file.filename:
            raise Invalid({"file": N_("Choose a file.")})
        found = await spreadsheets.receive(db, actor, file.filename, await file.read(), labels.WORDS, now=now)
    return go(request, f"/my/products/spreadsheets/{found.id}")


@get("/my/products/spreadsheets/{sheet_id:int}", permission=P.PRODUCT_WRITE)
async def spreadsheet(
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    sheet_id: FromPath[int],
    tab: FromQuery[str] = "all",
    after: FromQuery[int] = 0,
) -> Template:
    """What a file changes, row by row; once confirmed, what became of the rows."""
    return await _page(db, actor, sheet_id, tab, after)


async def _page(db: Db, actor: Actor, sheet_id: int, tab: str = "all", after: int = 0) -> Template:
    tab = tab if tab in TABS else "all"
    after = min(max(after, 0), 2**31 - 1)
    limit = spreadsheets.SHOWN
    rows = await spreadsheets.rows(db, actor, sheet_id, TABS[tab], after=after, limit=limit + 1)
    return page(
        "pages/spreadsheet.html",
        sheet=await spreadsheets.get(db, actor, sheet_id),
        rows=rows[:limit],
        following=rows[limit - 1].line if len(rows) > limit else None,
        tab=tab,
        headings=spreadsheets.headings(),
        told=spreadsheets.told,
    )


@post("/my/products/spreadsheets/{sheet_id:int}/confirm", permission=P.PRODUCT_WRITE)
async def confirm(
    request: Web,
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    sheet_id: FromPath[int],
) -> Redirect:
    """Store what the file changes, and send it for review where that is ticked."""
    again = await _page(db, actor, sheet_id)
    send = "send" in await request.form()
    try:
        await spreadsheets.confirm(db, actor, sheet_id, now=now, send=send)
    except Conflict as error:
        raise forms.too_late(error, again) from error
    return go(request, f"/my/products/spreadsheets/{sheet_id}")


@get("/my/products/spreadsheets/{sheet_id:int}/rejected", permission=P.PRODUCT_WRITE)
async def rejected(db: NamedDependency[Db], actor: NamedDependency[Actor], sheet_id: FromPath[int]) -> Response[bytes]:
    """The rows that were not taken, with the reasons."""
    return _file(await spreadsheets.rejected(db, actor, sheet_id), "csv", f"duijie-rejected-{sheet_id}")


ROUTES = [start, download, upload, spreadsheet, confirm, rejected]
