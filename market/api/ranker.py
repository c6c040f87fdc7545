"""/api/v1/ranker"""

from __future__ import annotations

from datetime import datetime

from litestar import Controller, Response
from litestar.di import NamedDependency
from litestar.params import FromPath

from market.api.routes import Id, begin, read, step
from market.domain.accounts import Actor
from market.domain.permissions import Permission
from market.domain.ranker import RankerModel, Training
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

    @begin("/trainings", permission=Permission.RANKER_MANAGE)
    async def train(self, db: NamedDependency[Db], actor: NamedDependency[Actor]) -> Response[Training]:
        """Have a model learnt from today's decisions, tried against the words alone and stored with its figures, one
        at a time. What ranks stays as it is. `Location` says where to look how far it is."""
        asked = await ranker.ask(db, actor)
        return Response(asked, headers={"location": f"/api/v1/ranker/trainings/{asked.id}"})

    @read("/trainings/{training_id:int}", permission=Permission.RANKER_READ)
    async def get_training(self, db: NamedDependency[Db], training_id: FromPath[Id]) -> Training:
        """How far a training is, or the number of its model, or why there is none."""
        return await ranker.training(db, training_id)

    @step("/trainings/{training_id:int}/stop", permission=Permission.RANKER_MANAGE)
    async def stop_training(self, db: NamedDependency[Db], training_id: FromPath[Id]) -> Training:
        """End a training without a model."""
        return await ranker.stop(db, training_id)

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
