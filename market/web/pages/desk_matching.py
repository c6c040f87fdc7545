"""The broker's desk: pairings to decide on and demands to take up, the most urgent first."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from market.domain.accounts import Actor
from market.domain.demands import DemandState
from market.domain.machine import Party
from market.domain.permissions import Permission
from market.domain.words import N_
from market.services import demands, matches, ranker
from market.store.query import Db
from market.web import forms
from market.web.page import Web, go, page

P = Permission
WAITING = (DemandState.SUBMITTED, DemandState.TRIAGE)
TABS = {"waiting": WAITING, "clarifying": (DemandState.CLARIFYING,), "open": (DemandState.OPEN,)}
"""Which states each tab shows; the first is what waits for the broker."""


@get("/desk/matches", permission=P.MATCH_REVIEW)
async def desk_matches(db: NamedDependency[Db], actor: NamedDependency[Actor], cursor: FromQuery[str] = "") -> Template:
    """Pairings that wait for a decision, the earliest deadline first."""
    found = await matches.worklist(db, cursor)
    return page("pages/desk_matches.html", cards=found.items, next=found.next, model=await ranker.in_force(db))


@get("/desk/demands", permission=P.DEMAND_TRIAGE)
async def desk_demands(
    db: NamedDependency[Db], actor: NamedDependency[Actor], tab: FromQuery[str] = "", cursor: FromQuery[str] = ""
) -> Template:
    """Demands that wait for the broker (or for the demander's answer, or for a match), the most urgent first."""
    return await _desk_demands(db, actor, tab, cursor)


async def _desk_demands(db: Db, actor: Actor, tab: str = "", cursor: str = "") -> Template:
    chosen = tab if tab in TABS else "waiting"
    found = await demands.worklist(db, TABS[chosen], cursor=cursor)
    items = [(card, [edge for edge in demands.actions(actor, card) if Party.BROKER in edge.by]) for card in found.items]
    following = urlencode({"tab": chosen, "cursor": found.next}) if found.next else ""
    return page("pages/desk_demands.html", items=items, next=following, chosen=chosen, tabs=TABS, typed={})


@post("/desk/demands/{demand_id:int}/actions/{action:str}", permission=P.DEMAND_TRIAGE)
async def decide_demand(
    request: Web,
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    demand_id: FromPath[int],
    action: FromPath[str],
    tab: FromQuery[str] = "",
) -> Redirect:
    """Take one step with a demand and come back to the desk."""
    form = await request.form()
    typed = forms.typed(form)
    again = await _desk_demands(db, actor, tab)
    again.context |= {"typed": typed | {"demand": demand_id, "action": action}}
    with forms.retry_on(again):
        demand = await demands.act(
            db, actor, demand_id, action, now=now, version=forms.version(form), reason=typed.get("reason")
        )
    words = {
        DemandState.OPEN: N_("Open for matching: %(title)s"),
        DemandState.TRIAGE: N_("Taken up: %(title)s"),
        DemandState.CLARIFYING: N_("Asked the demander: %(title)s"),
        DemandState.CLOSED_UNMET: N_("Closed as unmet: %(title)s"),
    }
    back = f"/desk/demands?{urlencode({'tab': tab})}" if tab in TABS else "/desk/demands"
    return go(request, back, words.get(demand.state, N_("Done.")), title=demand.title)


ROUTES = [desk_matches, desk_demands, decide_demand]
