"""The ranker learnt from decisions: trained, put in force, taken out, by people only; what it got wrong and learnt.

Nothing is learnt in passing. A model is tried against the words alone when it is trained, stored with its figures, and
may be put in force only when it won; every process takes up what is in force as soon as it is told.

Training takes seconds to minutes, so it is a job: one at a time, its steps can be watched, and it can be stopped. Safe
to repeat and to run twice at once: a model is stored in the transaction that ends its training.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

import asyncpg
import msgspec
from anyio import from_thread

from market.domain.accounts import Actor
from market.domain.errors import Unmet
from market.domain.ranker import (
    FAILURES,
    Choice,
    Decided,
    Failure,
    Figures,
    Missed,
    RankerModel,
    Training,
    Week,
    Wrong,
    judgement,
)
from market.domain.words import N_
from market.services import jobs, learning
from market.services.learning import Learnt, Progress, silent
from market.store import journal, ranker
from market.store.query import Db

log = logging.getLogger("market.ranker")

ENTRYPOINT = "train"
MOST_DECISIONS = 20_000
"""The newest decided pairings a model learns from."""
SHOWN = 20
"""Models, choices and weeks that are shown."""
CODES_OF = timedelta(weeks=SHOWN)
LATELY = timedelta(weeks=1)
MOST_MISSED = 50

NOT_BETTER = N_("This model did not beat the words alone on this market's own decisions, so it may not rank.")
OTHER_VERSION = N_("This model is damaged or was made by another version. Train a new one.")
IN_FORCE = N_("This model ranks already.")
NOTHING_BEFORE = N_("Nothing was in force before. The words alone rank.")
WORDS_ALONE = N_("The words alone rank already.")
TRAINS_ALREADY = N_("A model is being trained already. One at a time.")
HAS_ENDED = N_("No training runs: it has ended.")


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """What the matcher got wrong and what it learnt. ``model`` None: the words alone rank."""

    model: RankerModel | None
    training: Training | None
    """The last one, under way or ended."""
    models: tuple[RankerModel, ...]
    choices: tuple[Choice, ...]
    weeks: tuple[Week, ...]
    wrong: tuple[Wrong, ...]
    """Of all these weeks."""
    missed: tuple[Missed, ...]
    """The latest MOST_MISSED of the last seven days."""


async def record(db: Db, *, now: datetime) -> Record:
    """Everything the desk shows."""
    return Record(
        model=await in_force(db),
        training=await ranker.LAST_TRAINING.first(db),
        models=tuple(await ranker.MODELS.all(db, SHOWN)),
        choices=tuple(await ranker.CHOICES.all(db, SHOWN)),
        weeks=tuple(await ranker.WEEKS.all(db, SHOWN)),
        wrong=tuple(await ranker.WRONG.all(db, now - CODES_OF)),
        missed=tuple(await ranker.MISSED.all(db, now - LATELY, MOST_MISSED)),
    )


async def in_force(db: Db) -> RankerModel | None:
    """The model that ranks; None: the words alone."""
    return await ranker.MODEL_IN_FORCE.first(db)


async def compare(db: Db, progress: Progress = silent) -> Figures:
    """How a model learnt from today's decisions would do; nothing is stored. Raises Unmet when they are too few."""
    learnt = await learning.learn(await decided(db), progress)
    if learnt is None:
        raise Unmet([FAILURES[Failure.TOO_FEW]])
    return learnt.figures


async def ask(db: Db, actor: Actor | None) -> Training:
    """Begin to learn from the decisions of today, for ``train`` to do; what ranks stays as it is.

    With an ``actor`` the worker does it; None: whoever asks, by command. Raises Unmet while another training runs.
    """
    training_id = await ranker.ASK.first(db, _person(actor), learning.STEPS)
    if training_id is None:
        raise Unmet([TRAINS_ALREADY])
    if actor:
        await jobs.enqueue(db, ENTRYPOINT, training_id)
    return await ranker.TRAINING.one(db, training_id)


async def training(db: Db, training_id: int) -> Training:
    """How far a training is. Raises NotFound."""
    return await ranker.TRAINING.one(db, training_id)


async def model(db: Db, model_id: int) -> RankerModel:
    """A model without its contents. Raises NotFound."""
    return await ranker.MODEL.one(db, model_id)


async def stop_last(db: Db) -> Training:
    """``stop`` the training that runs. Raises Unmet when there is none."""
    last = await ranker.LAST_TRAINING.first(db)
    if last is None:
        raise Unmet([HAS_ENDED])
    return await stop(db, last.id)


async def stop(db: Db, training_id: int) -> Training:
    """End a training without a model: it notices after its present step. Raises NotFound, and Unmet once it ended."""
    found = await ranker.TRAINING.one(db, training_id)
    if await ranker.END.first(db, found.id, None, Failure.STOPPED) is None:
        raise Unmet([HAS_ENDED])
    return await ranker.TRAINING.one(db, training_id)


class Stopped(Exception):
    """Somebody has ended the training, or whoever watches its ``progress`` wants no more of it."""


async def train(db: Db, training_id: int, progress: Progress = silent) -> Training:
    """Do what was asked for and store the model with its figures; nothing when it has ended or was stopped.

    ``db`` must not be in a transaction: every step is seen at once. Raises what PostgreSQL's going away raises, to be
    tried again; any other failure ends the training.
    """
    asked = await ranker.BEGIN.first(db, training_id)
    if asked is None:
        return await ranker.TRAINING.one(db, training_id)
    learnt, failure = await _learn(db, training_id, progress)
    async with db.transaction():
        if await ranker.OPEN_TRAINING.first(db, training_id):
            model_id = await _store(db, learnt, asked.person_id) if learnt else None
            await ranker.END.one(db, training_id, model_id, failure)
    return await ranker.TRAINING.one(db, training_id)


async def _learn(db: Db, training_id: int, progress: Progress) -> tuple[Learnt | None, Failure | None]:
    """The model, or why there is none."""

    def told(done: int, steps: int) -> None:
        if from_thread.run(ranker.TOLD.first, db, training_id, done) is None:
            raise Stopped
        progress(done, steps)

    try:
        learnt = await learning.learn(await decided(db), told)
    except Stopped:
        return None, Failure.STOPPED
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        raise
    except Exception:
        log.exception("training %d broke off", training_id)
        return None, Failure.BROKEN
    return learnt, None if learnt else Failure.TOO_FEW


async def _store(db: Db, learnt: Learnt, person_id: int | None) -> int:
    model_id = await ranker.INSERT.one(
        db, learnt.content, msgspec.to_builtins(learnt.figures), learnt.figures.accepted, learnt.calibrated, person_id
    )
    await _journal(db, model_id, "train", person_id)
    return model_id


async def enable(db: Db, actor: Actor | None, model_id: int) -> RankerModel:
    """Let this model rank. Raises NotFound, and Unmet when it did not win, cannot be used, or ranks already."""
    await ranker.LOCK.run(db)
    model = await ranker.MODEL.one(db, model_id)
    if model.in_force:
        raise Unmet([IN_FORCE])
    if not model.accepted:
        raise Unmet([NOT_BETTER])
    stored = await ranker.CONTENT.one(db, model_id)
    if not await learning.usable(stored.content):
        raise Unmet([OTHER_VERSION])
    last = await _last(db)
    await _choose(db, actor, "enable", model_id, last.id if last else None)
    await _journal(db, model_id, "enable", _person(actor))
    return await ranker.MODEL.one(db, model_id)


async def disable(db: Db, actor: Actor | None) -> None:
    """Let the words alone rank. Raises Unmet when they do already."""
    await ranker.LOCK.run(db)
    last = await _last(db)
    if last is None or last.model_id is None:
        raise Unmet([WORDS_ALONE])
    await _choose(db, actor, "disable", None, last.id)
    await _journal(db, last.model_id, "disable", _person(actor))


async def rollback(db: Db, actor: Actor | None) -> int | None:
    """Go back to what ranked before the present choice was made; the model now in force, None for the words alone.

    Again and again it goes further back. Raises Unmet when nothing was chosen before.
    """
    await ranker.LOCK.run(db)
    last = await _last(db)
    before = await ranker.CHOICE.one(db, last.back_to) if last and last.back_to else None
    if last is None or (before is None and last.model_id is None):
        raise Unmet([NOTHING_BEFORE])
    model_id = before.model_id if before else None
    await _choose(db, actor, "rollback", model_id, before.back_to if before else None)
    for changed in {last.model_id, model_id} - {None}:
        await _journal(db, changed or 0, "rollback", _person(actor))
    return model_id


async def decided(db: Db) -> list[tuple[Decided, bool]]:
    """The pairings whose decision says whether the product answered the demand (True: it did)."""
    found = await ranker.DECIDED.all(db, MOST_DECISIONS)
    return [(match, told) for match in found if (told := judgement(match)) is not None]


async def _last(db: Db) -> Choice | None:
    return await ranker.CHOICES.first(db, 1)


async def _choose(db: Db, actor: Actor | None, action: str, model_id: int | None, back_to: int | None) -> None:
    """Make it so; all pairings are looked at anew."""
    await ranker.CHOOSE.run(db, model_id, action, back_to, _person(actor))
    await jobs.enqueue(db, "nightly", None)


def _person(actor: Actor | None) -> int | None:
    return actor.person_id if actor else None


async def _journal(db: Db, model_id: int, action: str, person_id: int | None) -> None:
    """Processes hear of it as of every journalled event."""
    party = "system" if person_id is None else "broker"
    await journal.append(db, "ranker", model_id, action, party=party, person_id=person_id)
