"""The composer: a demand in one box, what is understood of it and what fits beside it, its draft kept as one types.

Without JavaScript the same form saves a draft, shows the lines on the next page, and posts it from there.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from market import i18n
from market.domain import calendar
from market.domain.accounts import Actor
from market.domain.composing import Row, Wish, lines_of
from market.domain.demands import Demand, DemandContent, DemandState, LineKind, title_of
from market.domain.errors import Invalid, Stale
from market.domain.permissions import Permission
from market.domain.reading import converted
from market.domain.words import N_
from market.services import composing, demands
from market.services.matchmaking import Matchmaker
from market.services.preview import Preview, Sketch, preview
from market.store.query import Db
from market.web import forms
from market.web.page import Web, go, page

P = Permission

HINTS: dict[LineKind, tuple[str, ...]] = {
    LineKind.REGION: (),
    LineKind.TIME_SPAN: (N_("the last three years"),),
    LineKind.UPDATE_CYCLE: (N_("daily"), N_("weekly"), N_("monthly")),
    LineKind.DELIVERY: (N_("API"), N_("File"), N_("Secure sandbox")),
    LineKind.FIELDS: (),
    LineKind.PURPOSE: (),
}
"""What is asked back where the text does not say it, and the answers that are a click away."""

COLUMNS = ("line_level", "line_kind", "line_value", "line_phrase", "line_start", "line_was")


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A draft as it was stored just now: where it is, and in words when, and what was left out."""

    id: int
    version: int
    message: str


def hints(rows: Iterable[Row]) -> dict[LineKind, tuple[str, ...]]:
    """What none of the rows speaks of; nothing while there are none."""
    spoken = {row.kind for row in rows}
    return {kind: said for kind, said in HINTS.items() if spoken and kind not in spoken}


@get("/demands/new", permission=P.DEMAND_WRITE)
async def new_demand(
    db: NamedDependency[Db], actor: NamedDependency[Actor], like: FromQuery[int | None] = None
) -> Template:
    """The empty box; or what was asked for in the organisation's own demand ``like``, to be asked for anew."""
    if like is None:
        return _form({}, None)
    return _form(await _as_typed(await demands.get_own(db, actor, like)) | {"needed_by": None}, None)


@post("/demands/new", permission=P.DEMAND_WRITE)
async def create_demand(
    request: Web, db: NamedDependency[Db], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> Redirect:
    """Store a draft and show what was understood, or post it at once."""
    form = await request.form()
    typed = await read_form(form)
    with forms.retry(lambda errors, unmet: _form(typed, None, errors=errors, unmet=unmet)):
        content = forms.read(DemandContent, typed)
        if key := typed.get("key"):
            demand = await composing.begin(db, actor, key, content, now=now)
        else:
            demand = await demands.create(db, actor, content, now=now)
        if "post" in form:
            demand = await demands.act(db, actor, demand.id, "submit", now=now)
    return _went_well(request, form, demand, N_("Draft saved. Check below what was understood."))


@post("/demands/preview", permission=P.DEMAND_WRITE, status_code=200)
async def preview_demand(
    request: Web,
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    matchmaker: NamedDependency[Matchmaker],
    now: NamedDependency[datetime],
) -> Template:
    """What is understood of the text as far as it is written, and what fits it now: a part of the page."""
    typed = await read_form(await request.form())
    found: Preview | None = None
    if len(typed.get("text", "")) > 1:
        sketch = {"text": typed["text"], "title": typed.get("title", ""), "lines": typed["lines"]}
        found = await preview(db, actor, matchmaker, forms.read(Sketch, sketch), now=now)
    return page("partials/composer.html", rows=typed["rows"], hints=hints(typed["rows"]), found=found)


@post("/demands/drafts", permission=P.DEMAND_WRITE)
async def begin_draft(
    request: Web, db: NamedDependency[Db], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> Response[Kept]:
    """Keep what is written as a draft, under the page's own key: however often it is sent, it is one draft."""
    typed = await read_form(await request.form())
    content, errors = _as_far_as_it_goes(typed)
    key = str(typed.get("key", ""))
    if not 8 <= len(key) <= 64:
        raise Invalid({"key": N_("Load the page again before you send it.")})
    return _kept(await composing.begin(db, actor, key, content, now=now), errors, now)


@post("/demands/{demand_id:int}/draft", permission=P.DEMAND_WRITE)
async def keep_draft(
    request: Web,
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    demand_id: FromPath[int],
) -> Response[Kept]:
    """Keep what is written in the draft that is there already."""
    form = await request.form()
    await demands.get_own(db, actor, demand_id)
    content, errors = _as_far_as_it_goes(await read_form(form))
    return _kept(await composing.keep(db, actor, demand_id, forms.version(form), content), errors, now)


def _as_far_as_it_goes(typed: forms.Typed) -> tuple[DemandContent, dict[str, str]]:
    raw, errors = converted(DemandContent, typed)
    if "text" in errors:
        raise Invalid({"text": errors["text"]})
    content, more = composing.storable(DemandContent(**raw))
    return content, errors | more


def _kept(demand: Demand, errors: dict[str, str], now: datetime) -> Response[Kept]:
    at = now.astimezone(calendar.ZONE).strftime("%H:%M")
    message = i18n.gettext(N_("Draft saved %(at)s")) % {"at": at}
    if errors:
        left_out = "; ".join(dict.fromkeys(map(i18n.gettext, errors.values())))
        message = i18n.gettext(N_("Draft saved %(at)s without what needs correcting: %(errors)s"))
        message %= {"at": at, "errors": left_out}
    return Response(Kept(id=demand.id, version=demand.version, message=message), status_code=200)


@get("/demands/{demand_id:int}/edit", permission=P.DEMAND_WRITE)
async def edit_demand(db: NamedDependency[Db], actor: NamedDependency[Actor], demand_id: FromPath[int]) -> Template:
    """The filled-in form."""
    demand = await demands.get_own(db, actor, demand_id)
    return _form(await _as_typed(demand), demand)


@post("/demands/{demand_id:int}/edit", permission=P.DEMAND_WRITE)
async def save_demand(
    request: Web,
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    demand_id: FromPath[int],
) -> Redirect:
    """Save, and post when the second button was pressed."""
    form = await request.form()
    typed = await read_form(form)
    demand = await demands.get_own(db, actor, demand_id)
    with forms.retry(lambda errors, unmet: _form(typed, demand, errors=errors, unmet=unmet)):
        content = forms.read(DemandContent, typed)
        try:
            saved = await demands.edit(db, actor, demand_id, forms.version(form), content, now=now)
            if "post" in form:
                saved = await demands.act(db, actor, demand_id, "submit", now=now)
        except Stale as error:
            raise forms.too_late(error, _form(typed | {"version": demand.version}, demand)) from error
    return _went_well(request, form, saved, N_("Saved."))


def _went_well(request: Web, form: FormMultiDict, demand: Demand, saved: str) -> Redirect:
    if "post" in form:
        return go(request, f"/demands/{demand.id}", N_("Posted. The broker looks at it within one working day."))
    return go(request, f"/demands/{demand.id}/edit", saved)


async def read_form(form: FormMultiDict) -> forms.Typed:
    """What was typed: ``rows`` as the page shows them, ``lines`` as they are stored, masked phrases one a line."""
    typed = forms.typed(form, *COLUMNS)
    typed["masked"] = [m for m in str(typed.get("masked", "")).splitlines() if m.strip()]
    names = [column.removeprefix("line_") for column in COLUMNS]
    given = [typed.pop(column) for column in COLUMNS]
    length = max(map(len, given))
    padded = [[*column, *[""] * (length - len(column))] for column in given]  # a page may know less of its lines
    read = [converted(Row, dict(zip(names, row, strict=True))) for row in zip(*padded, strict=True)]
    wish, _ = converted(Wish, typed)
    typed["rows"] = await composing.understood(
        str(typed.get("title", "")),
        str(typed.get("text", "")),
        [Row(**row) for row, wrong in read if not wrong],
        Wish(**wish),
    )
    typed["lines"] = msgspec.to_builtins(lines_of(typed["rows"]))
    return typed


async def _as_typed(demand: Demand) -> forms.Typed:
    typed: forms.Typed = msgspec.to_builtins(demands.with_content(demand))
    title = "" if demand.title == title_of(demand.text) else demand.title
    return typed | {"title": title, "masked": list(demand.masked), "rows": await composing.rows_of_demand(demand)}


def _form(typed: forms.Typed, demand: Demand | None, **again: Any) -> Template:
    rows = typed.get("rows", ())
    draft = demand is None or demand.state is DemandState.DRAFT
    return page(
        "pages/compose.html", typed=typed, rows=rows, hints=hints(rows), demand=demand, draft=draft, found=None, **again
    )


ROUTES = [
    new_demand,
    create_demand,
    preview_demand,
    begin_draft,
    keep_draft,
    edit_demand,
    save_demand,
]
