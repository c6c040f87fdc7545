"""/api/v1/desk"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

import msgspec
from litestar import Controller
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter
from msgspec import Meta

from market import i18n
from market.api.routes import CursorText, Limit, read, step
from market.domain.accounts import Actor
from market.domain.desk import Assignment, Colleague, Decision, Outcome, PutOff, Waiting
from market.domain.paging import PAGE, Page
from market.domain.permissions import Permission
from market.domain.subjects import collection
from market.services import desk, health, jobs
from market.services.desk import Wanted, Whose
from market.services.health import Health
from market.services.matchmaking import Matchmaker
from market.store.query import Db


class WaitingOut(msgspec.Struct, frozen=True, kw_only=True):
    """Something that waits for staff. ``value`` in yuan and ``chance`` (0 to 1, of a calibrated model) are null where
    they are not known; ``met``, ``unmet`` and ``unknown`` count the lines of a match."""

    kind: str
    id: int
    version: int
    title: str
    product_title: str
    other: str
    state: str
    held: bool
    due_at: datetime
    overdue: bool
    value: Decimal | None
    chance: float | None
    met: int
    unmet: int
    unknown: int
    action: str
    assignee_id: int | None
    assignee_name: str | None
    put_off_until: date | None
    url: str


def shown(item: Waiting, now: datetime) -> WaitingOut:
    """The representation."""
    same = {name: getattr(item, name) for name in WaitingOut.__struct_fields__ if name not in ("overdue", "url")}
    return WaitingOut(**same, overdue=item.due_at < now, url=f"/api/v1/{collection(item.kind)}/{item.id}")


def said(outcomes: list[Outcome]) -> list[Outcome]:
    """In the reader's language."""
    return [msgspec.structs.replace(o, problems=tuple(map(i18n.gettext, o.problems))) for o in outcomes]


class RetryIn(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of job, as the health of the desk names it."""

    job: Annotated[str, Meta(min_length=1, max_length=100)]


class Retried(msgspec.Struct, frozen=True, kw_only=True):
    """How many jobs were put back in the queue."""

    count: int


class DeskController(Controller):
    """The worklist of staff."""

    path = "/desk"
    tags = ["Desk"]  # noqa: RUF012

    @read(permission=Permission.DESK_READ)
    async def list_worklist(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        kind: Annotated[str, QueryParameter(max_length=20, description="Only of this kind: match, demand, …")] = "",
        whose: Annotated[
            Whose, QueryParameter(description="Assigned to me, to nobody; or `later`: what is put off")
        ] = "",
        q: Annotated[str, QueryParameter(max_length=100, description="Words in the title")] = "",
        cursor: CursorText = None,
        limit: Limit = PAGE,
    ) -> Page[WaitingOut]:
        """What waits for a decision of yours: overdue first, then by deadline, worth and chance."""
        wanted = Wanted(kind=kind, whose=whose, q=q)
        found = await desk.worklist(db, actor, wanted, now=now, cursor=cursor, limit=limit)
        return found.page.map(lambda item: shown(item, now))

    @read("/health", permission=Permission.DESK_READ)
    async def get_health(
        self,
        db: NamedDependency[Db],
        now: NamedDependency[datetime],
        matchmaker: NamedDependency[Matchmaker],
        days: Annotated[int, QueryParameter(description="Of the last 30, 90 or 365 days")] = health.PERIODS[0],
    ) -> Health:
        """How far demands get, how long things stand in a state (hours), where deals end, and the background work."""
        return await health.report(db, matchmaker, days=days, now=now)

    @step("/jobs/retry", permission=Permission.JOBS_MANAGE)
    async def retry_jobs(
        self, db: NamedDependency[Db], actor: NamedDependency[Actor], data: JSONBody[RetryIn]
    ) -> Retried:
        """Put the failed background jobs of one kind back in the queue; the journal says who did."""
        return Retried(count=await jobs.retry(db, actor, data.job))

    @read("/colleagues", permission=Permission.DESK_WORK)
    async def list_colleagues(self, db: NamedDependency[Db], actor: NamedDependency[Actor]) -> list[Colleague]:
        """To whom rows can be assigned."""
        return await desk.colleagues(db, actor)

    @step("/decisions", permission=Permission.DESK_WORK)
    async def decide_rows(
        self,
        connection: NamedDependency[Db],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        data: JSONBody[Decision],
    ) -> list[Outcome]:
        """Decide on many rows at once, each for itself; the answer says which did not work and why."""
        return said(await desk.decide(connection, actor, data, now=now))

    @step("/assignments", permission=Permission.DESK_WORK)
    async def assign_rows(
        self,
        connection: NamedDependency[Db],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        data: JSONBody[Assignment],
    ) -> list[Outcome]:
        """Say who sees to these rows (`person_id` null: nobody in particular)."""
        return said(await desk.assign(connection, actor, data, now=now))

    @step("/put-off", permission=Permission.DESK_WORK)
    async def put_off_rows(
        self,
        connection: NamedDependency[Db],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        data: JSONBody[PutOff],
    ) -> list[Outcome]:
        """Take these rows out of sight until a day (`until` null: back at once). Deadlines go on running."""
        return said(await desk.put_off(connection, actor, data, now=now))
