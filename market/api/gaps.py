"""/api/v1/demands/{id}: what is missing, what relaxing a line brings, how one product stands to it; gap letters."""

from __future__ import annotations

from datetime import datetime

from litestar import Controller, Response
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from market.api.demands import DemandOut
from market.api.demands import shown as demand_shown
from market.api.routes import Id, create, read, step
from market.api.schemas import tagged
from market.domain.accounts import Actor
from market.domain.gaps import Gap, Letter, LetterIn
from market.domain.permissions import Permission
from market.services import gaps, relaxations, standings
from market.services.matchmaking import Matchmaker
from market.services.relaxations import Relaxed, RelaxIn
from market.services.standings import Standing
from market.store.query import Db


class GapController(Controller):
    """No match is a result."""

    path = "/demands/{demand_id:int}"
    tags = ["Gaps"]  # noqa: RUF012

    @read("/gap", permission=Permission.DEMAND_READ)
    async def get_gap(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        matchmaker: NamedDependency[Matchmaker],
        now: NamedDependency[datetime],
        demand_id: FromPath[Id],
    ) -> Gap:
        """What nobody offers of your demand today, what comes nearest, and who publishes that."""
        return await gaps.look(db, actor, matchmaker, demand_id, now=now)

    @read("/letters", permission=Permission.DEMAND_READ)
    async def list_letters(
        self, db: NamedDependency[Db], actor: NamedDependency[Actor], demand_id: FromPath[Id]
    ) -> list[Letter]:
        """The broker's letters about this demand, latest first."""
        return await gaps.letters(db, actor, demand_id)

    @create("/letters", permission=Permission.DEMAND_TRIAGE)
    async def issue_letter(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        matchmaker: NamedDependency[Matchmaker],
        now: NamedDependency[datetime],
        demand_id: FromPath[Id],
        data: JSONBody[LetterIn],
    ) -> Letter:
        """Write down as a broker why the demand is not met; with `close` it is closed as unmet."""
        return await gaps.issue(db, actor, matchmaker, demand_id, data, now=now)

    @read("/letters/{letter_id:int}", permission=Permission.DEMAND_READ)
    async def get_letter(
        self, db: NamedDependency[Db], actor: NamedDependency[Actor], demand_id: FromPath[Id], letter_id: FromPath[Id]
    ) -> Letter:
        """One letter as it was issued."""
        return await gaps.get(db, actor, demand_id, letter_id)

    @read("/relaxations", permission=Permission.DEMAND_READ)
    async def list_relaxations(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        matchmaker: NamedDependency[Matchmaker],
        now: NamedDependency[datetime],
        demand_id: FromPath[Id],
    ) -> list[Relaxed]:
        """Which must line of your demand, given up or put more widely, brings which products; most first."""
        return await relaxations.advise(db, actor, matchmaker, demand_id, now=now)

    @step("/relaxations", permission=Permission.DEMAND_WRITE)
    async def relax_demand(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        demand_id: FromPath[Id],
        data: JSONBody[RelaxIn],
    ) -> Response[DemandOut]:
        """Relax one line of your demand; what it said before is kept as a version."""
        demand = await relaxations.apply(db, actor, demand_id, data, now=now)
        return tagged(demand_shown(actor, demand), demand.version)

    @read("/products/{product_id:int}", permission=Permission.MATCH_READ)
    async def get_standing(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        matchmaker: NamedDependency[Matchmaker],
        now: NamedDependency[datetime],
        demand_id: FromPath[Id],
        product_id: FromPath[Id],
    ) -> Standing:
        """Why this product is or is not proposed for this demand: the rule that forbids it, its rank, every verdict."""
        return await standings.of_pair(db, actor, matchmaker, demand_id, product_id, now=now)
