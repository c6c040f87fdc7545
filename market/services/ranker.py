"""The ranker learnt from decisions: trained, put in force, taken out, by people only; what it got wrong and learnt.

Nothing is learnt in passing. A model is tried against the words alone when it is trained, stored with its figures, and
may be put in force only when it won; every process takes up what is in force as soon as it is told.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from market.domain.accounts import Actor
from market.domain.errors import Unmet
from market.domain.ranker import Choice, Decided, Figures, Missed, RankerModel, Week, Wrong, judgement
from market.domain.words import N_
from market.services import jobs, learning
from market.services.learning import Learnt
from market.store import journal, ranker
from market.store.query import Db

MOST_DECISIONS = 20_000
"""The newest decided pairings a model learns from."""
SHOWN = 20
"""Models, choices and weeks that are shown."""
CODES_OF = timedelta(weeks=SHOWN)
LATELY = timedelta(weeks=1)
MOST_MISSED = 50

TOO_FEW = N_("Too few decisions: it takes forty demands with both an accepted and a declined match.")
NOT_BETTER = N_("This model did not beat the words alone on this market's own decisions, so it may not rank.")
OTHER_VERSION = N_("This model is damaged or was made by another version. Train a new one.")
IN_FORCE = N_("This model ranks already.")
NOTHING_BEFORE = N_("Nothing was in force before. The words alone rank.")
WORDS_ALONE = N_("The words alone rank already.")


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """What the matcher got wrong and what it learnt. ``model`` None: the words alone rank."""

    model: RankerModel | None
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
        models=tuple(await ranker.MODELS.all(db, SHOWN)),
        choices=tuple(await ranker.CHOICES.all(db, SHOWN)),
        weeks=tuple(await ranker.WEEKS.all(db, SHOWN)),
        wrong=tuple(await ranker.WRONG.all(db, now - CODES_OF)),
        missed=tuple(await ranker.MISSED.all(db, now - LATELY, MOST_MISSED)),
    )


async def in_force(db: Db) -> RankerModel | None:
    """The model that ranks; None: the words alone."""
    return await ranker.MODEL_IN_FORCE.first(db)


async def compare(db: Db) -> Figures:
    """How a model learnt from today's decisions would do; nothing is stored. Raises Unmet when they are too few."""
    return (await _learn(db)).figures


async def train(db: Db, actor: Actor | None) -> RankerModel:
    """Learn from the decisions of today and store the model with its figures; what ranks stays as it is.

    ``actor`` None: by command. Raises Unmet when the decisions are too few.
    """
    learnt = await _learn(db)
    person = actor.person_id if actor else None
    model_id = await ranker.INSERT.one(
        db, learnt.content, msgspec.to_builtins(learnt.figures), learnt.figures.accepted, learnt.calibrated, person
    )
    await _journal(db, model_id, "train", actor)
    return await ranker.MODEL.one(db, model_id)


async def enable(db: Db, actor: Actor | None, model_id: int) -> RankerModel:
    """Let this model rank. Raises NotFound, and Unmet when it did not win, cannot be used, or ranks already."""
    await ranker.LOCK.run(db)
    model = await ranker.MODEL.one(db, model_id)
    if model.in_force:
        raise Unmet([IN_FORCE])
    if not model.accepted:
        raise Unmet([NOT_BETTER])
    stored = await ranker.CONTENT.one(db, model_id)
    if await learning.opened(stored.content, model_id) is None:
        raise Unmet([OTHER_VERSION])
    last = await _last(db)
    await _choose(db, actor, "enable", model_id, last.id if last else None)
    await _journal(db, model_id, "enable", actor)
    return await ranker.MODEL.one(db, model_id)


async def disable(db: Db, actor: Actor | None) -> None:
    """Let the words alone rank. Raises Unmet when they do already."""
    await ranker.LOCK.run(db)
    last = await _last(db)
    if last is None or last.model_id is None:
        raise Unmet([WORDS_ALONE])
    await _choose(db, actor, "disable", None, last.id)
    await _journal(db, last.model_id, "disable", actor)


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
        await _journal(db, changed or 0, "rollback", actor)
    return model_id


async def decided(db: Db) -> list[tuple[Decided, bool]]:
    """The pairings whose decision says whether the product answered the demand (True: it did)."""
    found = await ranker.DECIDED.all(db, MOST_DECISIONS)
    return [(match, told) for match in found if (told := judgement(match)) is not None]


async def _learn(db: Db) -> Learnt:
    learnt = await learning.learn(await decided(db))
    if learnt is None:
        raise Unmet([TOO_FEW])
    return learnt


async def _last(db: Db) -> Choice | None:
    return await ranker.CHOICES.first(db, 1)


async def _choose(db: Db, actor: Actor | None, action: str, model_id: int | None, back_to: int | None) -> None:
    """Make it so; all pairings are looked at anew."""
    await ranker.CHOOSE.run(db, model_id, action, back_to, actor.person_id if actor else None)
    await jobs.enqueue(db, "nightly", None)


async def _journal(db: Db, model_id: int, action: str, actor: Actor | None) -> None:
    """Processes hear of it as of every journalled event."""
    party = "system" if actor is None else "broker"
    await journal.append(db, "ranker", model_id, action, party=party, person_id=actor.person_id if actor else None)
