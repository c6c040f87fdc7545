"""Staff verify organisations: what waits first, then all of them; each with its evidence."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from market.domain.accounts import Actor, OrganisationState, credit_code_error
from market.domain.permissions import Permission
from market.domain.words import N_
from market.services import members, organisations
from market.store.query import Db
from market.web import forms
from market.web.page import StateFilter, Web, page

P = Permission


@get("/desk/organisations", permission=P.ORGANISATION_VERIFY)
async def desk(
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    q: FromQuery[str] = "",
    shown: StateFilter = "",
    cursor: FromQuery[str] = "",
) -> Template:
    """What waits for verification, the longest first; below it every organisation, latest change first."""
    states = [shown] if shown in set(OrganisationState) else None
    found = await organisations.page(db, actor, states=states, q=q, cursor=cursor)
    filtered = bool(q or states or cursor)
    waiting = [] if filtered else await organisations.waiting(db, actor)
    return page(
        "pages/desk_organisations.html",
        waiting=waiting,
        cards=found.items,
        next=found.next,
        q=q,
        shown=shown,
        filtered=filtered,
    )


@get("/desk/organisations/{organisation_id:int}", permission=P.ORGANISATION_VERIFY)
async def desk_organisation(
    db: NamedDependency[Db], actor: NamedDependency[Actor], organisation_id: FromPath[int]
) -> Template:
    """One organisation with all that is known of it and the steps open to staff."""
    return await _desk_organisation(db, actor, organisation_id)


async def _desk_organisation(db: Db, actor: Actor, organisation_id: int, **again: Any) -> Template:
    organisation = await organisations.get(db, actor, organisation_id)
    return page(
        "pages/desk_organisation.html",
        organisation=organisation,
        code_error=credit_code_error(organisation.credit_code),
        members=await members.page(db, actor, organisation_id),
        actions=organisations.actions(actor, organisation),
        events=await organisations.history(db, actor, organisation_id),
        **{"typed": {}, **again},
    )


@post("/desk/organisations/{organisation_id:int}/actions/{action:str}", permission=P.ORGANISATION_VERIFY)
async def act_on_organisation(
    request: Web,
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    organisation_id: FromPath[int],
    action: FromPath[str],
) -> Redirect:
    """Verify, refuse with a reason, suspend, reinstate."""
    return await forms.step(
        request,
        lambda typed: _desk_organisation(db, actor, organisation_id, typed=typed),
        lambda typed: organisations.act(
            db, actor, organisation_id, action, now=now, version=forms.version(typed), reason=typed.get("reason")
        ),
        f"/desk/organisations/{organisation_id}",
        N_("Done."),
    )


ROUTES = [desk, desk_organisation, act_on_organisation]
