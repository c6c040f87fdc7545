"""/api/v1/demands/{id}/bundles"""

from __future__ import annotations

from datetime import datetime

import msgspec
from litestar import Controller
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from market.api.routes import Id, read, step
from market.domain.accounts import Actor
from market.domain.bundles import Bundles, Start
from market.domain.permissions import Permission
from market.services import bundles
from market.services.matchmaking import Matchmaker
from market.store.query import Db


class Started(msgspec.Struct, frozen=True, kw_only=True):
    """The matches in which interest was said, one for each product in the order of their ids."""

    matches: tuple[int, ...]


class BundleController(Controller):
    """Several products that together meet every must line of a demand."""

    path = "/demands/{demand_id:int}/bundles"
    tags = ["Demands"]  # noqa: RUF012

    @read(permission=Permission.MATCH_READ)
    async def get_bundles(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        matchmaker: NamedDependency[Matchmaker],
        now: NamedDependency[datetime],
        demand_id: FromPath[Id],
    ) -> Bundles:
        """The smallest and the cheapest bundle. None where a single product meets every must line (`alone`)."""
        return await bundles.propose(db, actor, matchmaker, demand_id, now=now)

    @step(permission=Permission.MATCH_ANSWER)
    async def start_bundle(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        demand_id: FromPath[Id],
        data: JSONBody[Start],
    ) -> Started:
        """Say interest in each of these products at once; pairings that do not stand yet go to the broker."""
        return Started(matches=tuple(await bundles.start(db, actor, demand_id, data, now=now)))
