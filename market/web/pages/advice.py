"""What is asked for and nobody offers."""

from __future__ import annotations

from datetime import datetime

from litestar import get
from litestar.di import NamedDependency
from litestar.response import Template

from market.domain.accounts import Actor
from market.domain.permissions import Permission
from market.services import advice
from market.services.matchmaking import Matchmaker
from market.store.query import Db
from market.web.page import page


@get("/wanted", permission=Permission.DEMAND_READ)
async def wanted(
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    matchmaker: NamedDependency[Matchmaker],
) -> Template:
    """Which product, if it were built, would serve most of the unmet open demands, by topic and place."""
    return page("pages/wanted.html", wanted=await advice.most_wanted(db, actor, matchmaker, now=now))


ROUTES = [wanted]
