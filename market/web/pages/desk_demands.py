"""All demands that have been posted, for the broker to look through; what waits for a decision is on the worklist."""

from __future__ import annotations

from urllib.parse import urlencode

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Template

from market.domain.accounts import Actor
from market.domain.demands import DemandState
from market.domain.permissions import Permission
from market.services import demands
from market.store.query import Db
from market.web.page import StateFilter, page

POSTED = [state for state in DemandState if state is not DemandState.DRAFT]


@get("/desk/demands", permission=Permission.DEMAND_TRIAGE)
async def desk_demands(
    db: NamedDependency[Db], actor: NamedDependency[Actor], shown: StateFilter = "", cursor: FromQuery[str] = ""
) -> Template:
    """All, or those in one state, latest change first."""
    chosen = shown if shown in set(POSTED) else ""
    found = await demands.page(db, actor, states=[chosen] if chosen else [*POSTED], cursor=cursor)
    same = urlencode({"state": chosen})
    return page("pages/desk_demands.html", cards=found.items, next=found.next, chosen=chosen, states=POSTED, same=same)


ROUTES = [desk_demands]
