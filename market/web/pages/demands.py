"""Pages of demands: the public page, my demands, the form, steps of the lifecycle."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from litestar import get, post
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from market.domain.accounts import Actor
from market.domain.demands import Demand, DemandContent, DemandState
from market.domain.permissions import Permission
from market.domain.words import N_
from market.services import demands, gaps, matches, pools, relaxations
from market.services.matchmaking import Matchmaker
from market.store import journal
from market.store.query import Db
from market.web import forms
from market.web.page import Web, go, page

P = Permission


@get("/my/demands", permission=P.DEMAND_WRITE)
async def my_demands(db: NamedDependency[Db], actor: NamedDependency[Actor], cursor: FromQuery[str] = "") -> Template:
    """The organisation's own demands in every state."""
    found = await demands.page(db, actor, mine=True, cursor=cursor)
    return page("pages/demands.html", cards=list(found.items), next=found.next)


@get("/demands/new", permission=P.DEMAND_WRITE)
async def new_demand() -> Template:
    """The empty form."""
    return page("pages/demand_form.html", typed={}, lines=None, demand=None)


@post("/demands/new", permission=P.DEMAND_WRITE)
async def create_demand(
    request: Web, db: NamedDependency[Db], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> Redirect:
    """Store a draft and show what was understood."""
    typed = read_form(await request.form())
    with forms.retry(lambda errors, unmet: _form_again(typed, None, errors, unmet)):
        demand = await demands.create(db, actor, forms.read(DemandContent, typed), now=now)
    return go(request, f"/demands/{demand.id}/edit", N_("Draft saved. Check below what was understood."))


@get("/demands/{demand_id:int}", permission=P.PUBLIC)
async def demand_page(
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    matchmaker: NamedDependency[Matchmaker],
    now: NamedDependency[datetime],
    demand_id: FromPath[int],
) -> Template:
    """One demand, with the steps open to the reader, and for its own side what would bring more."""
    shown = await _demand_page(db, actor, demand_id)
    if shown.context["own"] and shown.context["demand"].state is DemandState.OPEN:
        shown.context["relaxed"] = await relaxations.advise(db, actor, matchmaker, demand_id, now=now)
    return shown


async def _demand_page(db: Db, actor: Actor, demand_id: int, **again: Any) -> Template:
    demand = await demands.get(db, actor, demand_id)
    own = demands.is_insider(actor, demand)
    events = await journal.OF_OBJECT.all(db, "demand", demand_id) if own else []
    found = await matches.of_demand(db, actor, demand_id) if actor.may(P.MATCH_READ) else []
    return page(
        "pages/demand.html",
        demand=demand,
        own=own,
        actions=demands.actions(actor, demand),
        events=events,
        found=found,
        pool=await pools.of_demand(db, actor, demand_id) if own else None,
        letters=await gaps.letters(db, actor, demand_id) if own else [],
        **{"typed": {}, "relaxed": [], **again},
    )


@get("/demands/{demand_id:int}/edit", permission=P.DEMAND_WRITE)
async def edit_demand(db: NamedDependency[Db], actor: NamedDependency[Actor], demand_id: FromPath[int]) -> Template:
    """The filled-in form."""
    demand = await demands.get_own(db, actor, demand_id)
    typed = _as_typed(demand)
    return page("pages/demand_form.html", typed=typed, lines=typed["lines"], demand=demand)


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
    typed = read_form(form)
    demand = await demands.get_own(db, actor, demand_id)
    with forms.retry(lambda errors, unmet: _form_again(typed, demand, errors, unmet)):
        content = forms.read(DemandContent, typed)
        version = forms.version(form)
        demand = await demands.edit(db, actor, demand_id, version, content, now=now)
        if "post" in form:
            demand = await demands.act(db, actor, demand_id, "submit", now=now)
    if "post" in form:
        return go(request, f"/demands/{demand.id}", N_("Posted. The broker looks at it within one working day."))
    return go(request, f"/demands/{demand.id}/edit", N_("Saved."))


@post("/demands/{demand_id:int}/actions/{action:str}", permission=P.DEMAND_READ)
async def act_on_demand(
    request: Web,
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    demand_id: FromPath[int],
    action: FromPath[str],
) -> Redirect:
    """Take one step of the lifecycle."""
    form = await request.form()
    typed = forms.typed(form)
    again = await _demand_page(db, actor, demand_id, typed=typed)
    with forms.retry(lambda errors, unmet: forms.with_errors(again, errors, unmet)):
        await demands.act(
            db, actor, demand_id, action, now=now, version=forms.version(form), reason=typed.get("reason")
        )
    return go(request, f"/demands/{demand_id}", N_("Done."))


def read_form(form: FormMultiDict) -> forms.Typed:
    """What was typed, with lines from the repeated line_* fields and masked phrases one a line."""
    typed = forms.typed(form, "line_level", "line_kind", "line_value", "line_phrase", "line_start")
    typed["masked"] = [m for m in str(typed.get("masked", "")).splitlines() if m.strip()]
    rows = zip(*(typed.pop(f"line_{x}") for x in ("level", "kind", "value", "phrase", "start")), strict=False)
    lines = [
        {"level": level, "kind": kind, "value": value, "phrase": phrase, "start": start or -1}
        for level, kind, value, phrase, start in rows
        if value.strip()
    ]
    if "reread" not in form and (lines or "has_lines" in form):
        typed["lines"] = lines
    return typed


def _as_typed(demand: Demand) -> forms.Typed:
    content = DemandContent(**{n: getattr(demand, n) for n in DemandContent.__struct_fields__})
    values: forms.Typed = msgspec.to_builtins(content)
    return values | {"masked": list(demand.masked)}


def _form_again(typed: forms.Typed, demand: Demand | None, errors: dict[str, str], unmet: tuple[str, ...]) -> Template:
    lines = typed.get("lines")
    return page("pages/demand_form.html", typed=typed, lines=lines, demand=demand, errors=errors, unmet=unmet)


ROUTES = [
    my_demands,
    new_demand,
    create_demand,
    demand_page,
    edit_demand,
    save_demand,
    act_on_demand,
]
