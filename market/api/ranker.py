"""/api/v1/ranker"""

from __future__ import annotations

from datetime import datetime

from litestar import Controller
from litestar.di import NamedDependency
from litestar.params import FromPath

from market.api.routes import Id, create, read, step
from market.domain.accounts import Actor
from market.domain.permissions import Permission
from market.domain.ranker import Figures, RankerModel
from market.services import ranker
from market.services.ranker import Record
from market.store.query import Db


class RankerController(Controller):
    """What the matcher got wrong and what it learnt: for staff to read, for administrators to change."""

    path = "/ranker"
    tags = ["Ranker"]  # noqa: RUF012

    @read(permission=Permission.RANKER_READ)
    async def get_record(self, db: NamedDependency[Db], now: NamedDependency[datetime]) -> Record:
        """The model in force (null: the words alone rank), all models with their figures, who put which in force,
        and what became of proposals week by week."""
        return await ranker.record(db, now=now)

    @read("/comparison", permission=Permission.RANKER_MANAGE)
    async def compare(self, db: NamedDependency[Db]) -> Figures:
        """How a model learnt from today's decisions would do. Nothing is stored."""
        return await ranker.compare(db)

    @create("/models", permission=Permission.RANKER_MANAGE)
    async def train(self, db: NamedDependency[Db], actor: NamedDependency[Actor]) -> RankerModel:
        """Learn a model from today's decisions and store it with its figures. What ranks stays as it is."""
        return await ranker.train(db, actor)

    @step("/models/{model_id:int}/enable", permission=Permission.RANKER_MANAGE)
    async def enable(
        self, db: NamedDependency[Db], actor: NamedDependency[Actor], model_id: FromPath[Id]
    ) -> RankerModel:
        """Let this model rank, if it won its trial."""
        return await ranker.enable(db, actor, model_id)

    @step("/disable", permission=Permission.RANKER_MANAGE)
    async def disable(
        self, db: NamedDependency[Db], actor: NamedDependency[Actor], now: NamedDependency[datetime]
    ) -> Record:
        """Let the words alone rank."""
        await ranker.disable(db, actor)
        return await ranker.record(db, now=now)

    @step("/rollback", permission=Permission.RANKER_MANAGE)
    async def rollback(
        self, db: NamedDependency[Db], actor: NamedDependency[Actor], now: NamedDependency[datetime]
    ) -> Record:
        """Go back to what ranked before the last change."""
        await ranker.rollback(db, actor)
        return await ranker.record(db, now=now)
