"""How the market and the installation are doing: the funnel, time in each state, where deals end, background work."""

from __future__ import annotations

from datetime import datetime

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Template

from market.domain.permissions import Permission
from market.services import health
from market.services.matchmaking import Matchmaker
from market.store.query import Db
from market.web.page import page


@get("/desk/health", permission=Permission.DESK_READ)
async def desk_health(
    db: NamedDependency[Db],
    now: NamedDependency[datetime],
    matchmaker: NamedDependency[Matchmaker],
    days: FromQuery[int] = health.PERIODS[0],
) -> Template:
    """Figures over a period, each readable as a table."""
    report = await health.report(db, matchmaker.kept, days=days, now=now)
    return page(
        "pages/desk_health.html",
        report=report,
        funnel=msgspec.structs.asdict(report.funnel),
        periods=health.PERIODS,
        now=now,
    )


ROUTES = [desk_health]
