"""The desk's page on the matcher: what it got wrong, what it learnt, and what ranks."""

from __future__ import annotations

from datetime import datetime

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from market.domain.accounts import Actor
from market.domain.permissions import Permission
from market.domain.words import N_
from market.services import ranker
from market.store.query import Db
from market.web import forms
from market.web.page import Web, go, page

P = Permission
HERE = "/desk/matching"


@get(HERE, permission=P.RANKER_READ)
async def desk_matching(db: NamedDependency[Db], now: NamedDependency[datetime]) -> Template:
    """Proposals by week, reasons against them, the model in force and its figures."""
    return await _shown(db, now)


async def _shown(db: Db, now: datetime) -> Template:
    return page("pages/desk_matching.html", record=await ranker.record(db, now=now))


@post(f"{HERE}/train", permission=P.RANKER_MANAGE)
async def train(
    request: Web, db: NamedDependency[Db], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> Redirect:
    """Have a model learnt; the page says how far it is."""
    again = await _shown(db, now)
    with forms.retry_on(again):
        await ranker.ask(db, actor)
    return go(request, HERE)


@post(HERE + "/trainings/{training_id:int}/stop", permission=P.RANKER_MANAGE)
async def stop_training(
    request: Web, db: NamedDependency[Db], now: NamedDependency[datetime], training_id: FromPath[int]
) -> Redirect:
    """End a training without a model."""
    again = await _shown(db, now)
    with forms.retry_on(again):
        await ranker.stop(db, training_id)
    return go(request, HERE)


@post(HERE + "/models/{model_id:int}/enable", permission=P.RANKER_MANAGE)
async def enable(
    request: Web,
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    model_id: FromPath[int],
) -> Redirect:
    """Let a model rank."""
    again = await _shown(db, now)
    with forms.retry_on(again):
        await ranker.enable(db, actor, model_id)
    return go(request, HERE, N_("Model %(id)d ranks from now on."), id=model_id)


@post(f"{HERE}/disable", permission=P.RANKER_MANAGE)
async def disable(
    request: Web, db: NamedDependency[Db], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> Redirect:
    """Let the words alone rank."""
    again = await _shown(db, now)
    with forms.retry_on(again):
        await ranker.disable(db, actor)
    return go(request, HERE, N_("The words alone rank from now on."))


@post(f"{HERE}/rollback", permission=P.RANKER_MANAGE)
async def rollback(
    request: Web, db: NamedDependency[Db], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> Redirect:
    """Go back to what ranked before."""
    again = await _shown(db, now)
    with forms.retry_on(again):
        model_id = await ranker.rollback(db, actor)
    if model_id is None:
        return go(request, HERE, N_("The words alone rank from now on."))
    return go(request, HERE, N_("Model %(id)d ranks from now on."), id=model_id)


ROUTES = [desk_matching, train, stop_training, enable, disable, rollback]
