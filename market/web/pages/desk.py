"""The worklist of staff: everything that waits for a decision, decided on row by row or many at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, get_args
from urllib.parse import urlencode

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect, Template

from market import i18n
from market.domain import calendar
from market.domain.accounts import Actor
from market.domain.desk import (
    LONGEST_PUT_OFF,
    MOST_ROWS,
    STANDS_FOR,
    Assignment,
    Decision,
    DeskAction,
    DeskRow,
    Outcome,
    PutOff,
    Waiting,
)
from market.domain.errors import Invalid
from market.domain.matches import RejectCode
from market.domain.permissions import Permission
from market.domain.words import N_
from market.services import desk
from market.services.desk import Wanted, Whose
from market.services.notices import page_of_object
from market.store.query import Db
from market.web import forms
from market.web.page import Web, go, page

P = Permission
ROWS = 25
"""Rows of one page."""


def wanted_of(kind: str, whose: str, q: str) -> Wanted:
    """What an address asks for; what it does not know counts as nothing asked."""
    kinds = {name for name, _ in STANDS_FOR}
    known: Whose = whose if whose in get_args(Whose) else ""  # type: ignore[assignment]
    return Wanted(kind=kind if kind in kinds else "", whose=known, q=q[:100])


def query_of(wanted: Wanted) -> str:
    """The same as the query of an address."""
    return urlencode({name: value for name, value in msgspec.structs.asdict(wanted).items() if value})


def link(item: Waiting) -> str:
    """Where one looks at it: a pairing on the desk, the rest on its own page."""
    return f"/desk/matches/{item.id}" if item.kind == "match" else page_of_object(item.kind, item.id, own=False)


@get("/desk", permission=P.DESK_READ)
async def worklist(
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    kind: FromQuery[str] = "",
    whose: FromQuery[str] = "",
    q: FromQuery[str] = "",
    cursor: FromQuery[str] = "",
) -> Template:
    """What waits, the most urgent first."""
    return await _worklist(db, actor, wanted_of(kind, whose, q), now, cursor)


async def _worklist(db: Db, actor: Actor, wanted: Wanted, now: datetime, cursor: str = "", **again: Any) -> Template:
    found = await desk.worklist(db, actor, wanted, now=now, cursor=cursor, limit=ROWS)
    return page(
        "pages/desk.html",
        found=found,
        wanted=wanted,
        here_again=query_of(wanted),
        whose=get_args(Whose),
        link=link,
        steps=STANDS_FOR,
        now=now,
        colleagues=await desk.colleagues(db, actor) if actor.may(P.DESK_WORK) else [],
        days=_days(now),
        **{"typed": {}, **again},
    )


def _days(now: datetime) -> tuple[Any, Any]:
    """Tomorrow, and the last day something may be put off to."""
    today = now.astimezone(calendar.ZONE).date()
    return today + timedelta(days=1), today + timedelta(days=LONGEST_PUT_OFF)


@post("/desk", permission=P.DESK_WORK)
async def work_on_rows(
    request: Web,
    connection: NamedDependency[Db],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Redirect | Template:
    """Decide, assign or put off: the rows that are ticked, or the one whose button was pressed."""
    form = await request.form()
    typed = forms.typed(form, "row")
    wanted = wanted_of(*(str(typed.get(name, "")) for name in ("kind", "whose", "q")))
    pressed = str(typed.get("one", "")).split(" ")
    action, rows = (pressed[0], pressed[1:]) if pressed[0] else (str(typed.get("action", "")), typed["row"])
    typed |= {"action": action, "row": rows}
    back = await _worklist(connection, actor, wanted, now, typed=typed)
    with forms.retry_on(back):
        chosen = rows_of(rows)
        if action in set(DeskAction):
            return await _decide(request, connection, actor, now, typed, wanted, chosen)
        if action == "assign":
            person = forms.read(Assignment, {"rows": chosen, "person_id": typed.get("person_id") or None})
            outcomes = await desk.assign(connection, actor, person, now=now)
        else:
            until = None if action == "take_back" else typed.get("until") or None
            outcomes = await desk.put_off(
                connection, actor, forms.read(PutOff, {"rows": chosen, "until": until}), now=now
            )
        if failed := [outcome for outcome in outcomes if not outcome.done]:
            raise Invalid({"row": failed[0].problems[0]})
    return _done(request, wanted, outcomes)


def rows_of(texts: Sequence[str]) -> tuple[DeskRow, ...]:
    """Rows as they stand in a form: ``kind:id:version``. Raises Invalid when there are none, or too many."""
    found = []
    for text in texts:
        kind, _, rest = text.partition(":")
        number, _, version = rest.partition(":")
        if number.isascii() and number.isdigit() and version.isascii() and version.isdigit():
            with_limits = {"kind": kind[:20], "id": int(number[:15]), "version": int(version[:9])}
            found.append(msgspec.convert(with_limits, DeskRow))
    if not found:
        raise Invalid({"row": N_("Tick at least one row.")})
    if len(found) > MOST_ROWS:
        raise Invalid({"row": N_("These are too many rows at once.")})
    return tuple(found)


async def _decide(
    request: Web, db: Db, actor: Actor, now: datetime, typed: forms.Typed, wanted: Wanted, rows: tuple[DeskRow, ...]
) -> Redirect | Template:
    """Ask first what is to be told or confirmed; then do it, and say which rows did not work and why."""
    again = await _asked(db, actor, now, typed, wanted, rows)
    if "confirmed" not in typed:
        return again
    values = {"action": typed["action"], "code": typed.get("code") or None, "reason": typed.get("reason", "")}
    with forms.retry_on(again):
        outcomes = await desk.decide(db, actor, forms.read(Decision, values | {"rows": rows}), now=now)
    if failed := {(outcome.kind, outcome.id): outcome for outcome in outcomes if not outcome.done}:
        left = tuple(row for row in rows if (row.kind, row.id) in failed)
        report = await _asked(db, actor, now, typed, wanted, left, failed=failed, done=len(outcomes) - len(failed))
        report.status_code = 409
        return report
    return _done(request, wanted, outcomes, str(typed.get("then", "")))


async def _asked(
    db: Db, actor: Actor, now: datetime, typed: forms.Typed, wanted: Wanted, rows: tuple[DeskRow, ...], **report: Any
) -> Template:
    items = await desk.chosen(db, actor, rows, now=now)
    return page(
        "pages/desk_decide.html",
        action=typed["action"],
        rows=rows,
        titles={(item.kind, item.id): item for item in items},
        wanted=wanted,
        here_again=query_of(wanted),
        link=link,
        steps=STANDS_FOR,
        typed=typed,
        codes=RejectCode,
        **{"failed": {}, "done": 0, **report},
    )


def _done(request: Web, wanted: Wanted, outcomes: Sequence[Outcome], then: str = "") -> Redirect:
    """Back to the worklist, or on to the next pairing."""
    query = query_of(wanted)
    path = f"/desk/matches/{then}" if then.isascii() and then.isdigit() and len(then) < 16 else "/desk"
    if path != "/desk":
        return go(request, f"{path}?{query}" if query else path, N_("Done; this is the next one."))
    said = i18n.ngettext("%(num)d row done.", "%(num)d rows done.", len(outcomes)) % {"num": len(outcomes)}
    return go(request, f"{path}?{query}" if query else path, said)


ROUTES = [worklist, work_on_rows]
