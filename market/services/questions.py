"""Questions: asked by the demander about a line the product does not speak of, seen, withdrawn, or moot."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from market.domain import calendar
from market.domain.accounts import SYSTEM, Actor
from market.domain.demands import Demand, mask
from market.domain.errors import Conflict, Invalid, NotFound, Unmet
from market.domain.lifecycles import QUESTION
from market.domain.machine import Edge, Party
from market.domain.matches import MatchReason, Verdict, excluded
from market.domain.paging import PAGE, Cursor, Page, page_of, place
from market.domain.permissions import Permission
from market.domain.products import Product
from market.domain.questions import Answers, Question, QuestionIn, QuestionState, SharedAnswer, masked_question
from market.domain.text import clean
from market.domain.words import N_
from market.services import jobs, limits, matchmaking, products
from market.services.transitions import birth, fire, offered
from market.store import demands, journal, questions, search
from market.store.journal import Event
from market.store.query import Db

MOST_SHARED = 50
"""Shared answers on a product's page."""
_SIDES = frozenset({Party.DEMANDER, Party.SUPPLIER})
_BY_SYSTEM = frozenset({Party.SYSTEM})


def parties(actor: Actor, question: Question) -> frozenset[Party]:
    """What the actor may be to this question; a token without the scope is nobody to it."""
    if not actor.may(Permission.MATCH_ANSWER):
        return frozenset()
    return actor.parties(demander=question.demander_id, supplier=question.supplier_id) & _SIDES


def as_seen(actor: Actor, question: Question) -> Question:
    """The question as this actor may see it: a sealed demand's stays masked until both sides are interested."""
    if actor.is_staff or not question.demand_sealed or question.released:
        return question
    return masked_question(question, for_supplier=question.demander_id != actor.organisation_id)


async def get(db: Db, actor: Actor, question_id: int) -> Question:
    """The question as this actor may see it; raises NotFound when they may not."""
    return as_seen(actor, await questions.GET.one(db, question_id, actor.organisation_id, actor.is_staff))


async def page(
    db: Db,
    actor: Actor,
    *,
    side: str | None = None,
    states: list[str] | None = None,
    demand_id: int | None = None,
    product_id: int | None = None,
    cursor: str | None = None,
    limit: int = PAGE,
) -> Page[Question]:
    """Questions the actor may see, latest change first; ``side`` is demander or supplier for only one's own as that."""
    rows = await questions.LIST.all(
        db,
        actor.organisation_id,
        actor.is_staff,
        side,
        states,
        demand_id,
        product_id,
        *place(cursor),
        limit + 1,
    )
    found = page_of(rows, limit, lambda question: Cursor(question.updated_at, question.id))
    return found.map(lambda question: as_seen(actor, question))


async def earlier(db: Db, question: Question) -> SharedAnswer | None:
    """For the supplier: the answer given last to the same line of the same product, asked by somebody else."""
    return await questions.EARLIER.first(db, question.product_id, question.kind, question.value, question.id)


async def of_pair(db: Db, actor: Actor, demand_id: int, product_id: int) -> dict[tuple[str, str], Question]:
    """(kind, value) -> the question that stands or was answered about this line of the pairing."""
    found = await page(db, actor, states=["open", "answered"], demand_id=demand_id, product_id=product_id)
    return {(question.kind, question.value): question for question in found.items}


async def history(db: Db, question: Question) -> list[Event]:
    """What happened to the question, oldest first. ``question`` as ``get`` returned it."""
    return await journal.OF_OBJECT.all(db, "question", question.id)


def actions(actor: Actor, question: Question) -> list[Edge]:
    """The moves open to this actor."""
    return offered(QUESTION, question, parties(actor, question), actor)


class Draft(NamedTuple):
    """A question that can be asked: the two sides, the line, and in what words."""

    demand: Demand
    product: Product
    line: MatchReason
    text: str


async def draft(db: Db, actor: Actor, asked: QuestionIn, *, now: datetime) -> Draft:
    """What would be asked, in the demand's words unless others are given; nothing is stored.

    Raises NotFound unless the demand is the actor's own, Unmet when the two may not be brought together, Conflict when
    the product or an earlier answer speaks of the line already.
    """
    demand = next(iter(await search.MATCHED.all(db, [asked.demand_id])), None)
    product = next(iter(await search.LISTED.all(db, [asked.product_id])), None)
    if demand is None or demand.organisation_id != actor.organisation_id or product is None:
        raise NotFound
    if rule := excluded(demand, product):
        raise Unmet([rule])
    known = Answers(await questions.KNOWN.all(db, [demand.id], [product.id])).about(demand.id, product.id)
    today = now.astimezone(calendar.ZONE).date()
    reasons = await matchmaking.in_thread(matchmaking.reasons, demand, product, today, known)
    line = next((r for r in reasons if (r.kind, r.value) == (asked.kind, asked.value)), None)
    if line is None:
        raise Conflict(N_("The demand does not ask for this any more."))
    if line.verdict is not Verdict.UNKNOWN:
        raise Conflict(N_("This is known already; look at the reasons again."))
    return Draft(demand, product, line, clean(asked.text) or matchmaking.question(line))


async def ask(db: Db, actor: Actor, asked: QuestionIn, *, now: datetime) -> Question:
    """Send the question to the supplier. Raises what ``draft`` raises, AlreadyExists, and TooMany.

    Invalid when the words would give away what the demand covers.
    """
    await demands.lock(db, asked.demand_id, actor.organisation_id, False)
    demand, product, line, text = await draft(db, actor, asked, now=now)
    if len(text) < 2:
        raise Invalid({"text": N_("This is too short.")})
    released = await demands.RELEASED_TO.one(db, demand.id, product.organisation_id)
    words = (*demand.masked, demand.organisation_name) if demand.sealed and not released else ()
    if mask(text, words) != text:
        raise Invalid({"text": N_("This holds words that you cover from the supplier. Ask without them.")})
    await limits.QUESTIONS_OF_ORGANISATION.take(db, str(actor.organisation_id))
    await limits.QUESTIONS_TO_SUPPLIER.take(db, f"{actor.organisation_id}:{product.organisation_id}")
    edge, party, due = birth(QUESTION, "ask", actor.parties(demander=demand.organisation_id), now)
    question_id = await questions.INSERT.one(
        db,
        demand.id,
        product.id,
        line.level,
        line.kind,
        line.value,
        line.phrase,
        text,
        edge.target,
        edge.action,
        actor.person_id,
        party,
        due,
    )
    await jobs.event(db, "question", question_id)
    return await get(db, actor, question_id)


async def shared(db: Db, actor: Actor, product_id: int) -> list[SharedAnswer]:
    """What everybody who sees the product may read of what was asked about it, latest first; who asked is not said."""
    await products.get(db, actor, product_id)
    return await questions.SHARED.all(db, product_id, MOST_SHARED)


async def on_event(db: Db, event: Event, *, now: datetime) -> None:
    """Withdraw open questions that the event made moot. Safe to repeat."""
    if event.kind not in ("demand", "product"):
        return
    subject = (event.object_id, None) if event.kind == "demand" else (None, event.object_id)
    for question_id in await questions.MOOT.all(db, *subject):
        question = await questions.lock(db, question_id, None, True)
        if question.state is QuestionState.OPEN:
            await fire(db, QUESTION, question, "withdraw", SYSTEM, _BY_SYSTEM, now=now)
