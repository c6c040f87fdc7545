"""How the market and the installation are doing: the funnel, time in each state, where deals end, background work."""

from __future__ import annotations

from datetime import datetime

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect, Template

from market.domain.accounts import Actor
from market.domain.permissions import Permission
from market.domain.words import N_
from market.services import health, jobs
from market.services.matchmaking import Matchmaker
from market.store.query import Db
from market.web import forms
from market.web.page import Web, go, page


@get("/desk/health", permission=Permission.DESK_READ)
async def desk_health(
    db: NamedDependency[Db],
    now: NamedDependency[datetime],
    matchmaker: NamedDependency[Matchmaker],
    days: FromQuery[int] = health.PERIODS[0],
) -> Template:
    """Figures over a period, each readable as a table."""
    report = await health.report(db, matchmaker, days=days, now=now)
    return page(
        "pages/desk_health.html",
        report=report,
        funnel=msgspec.structs.asdict(report.funnel),
        periods=health.PERIODS,
        now=now,
    )


@post("/desk/health/retry", permission=Permission.JOBS_MANAGE)
async def retry_jobs(request: Web, db: NamedDependency[Db], actor: NamedDependency[Actor]) -> Redirect:
    """Try the failed jobs of one kind again."""
    tried = await jobs.retry(db, actor, forms.typed(await request.form()).get("job", ""))
    return go(request, "/desk/health", N_("Jobs put back in the queue: %(count)d."), count=tried)


ROUTES = [desk_health, retry_jobs]
