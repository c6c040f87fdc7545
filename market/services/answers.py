"""Answers to questions: taken down, put into the product, taken back, and brought to bear on the pairing at once."""

from __future__ import annotations

from datetime import datetime

import msgspec

from market.domain import calendar
from market.domain.accounts import Actor
from market.domain.demands import MASK, LineKind, RequirementLine
from market.domain.errors import Invalid, Stale
from market.domain.lifecycles import QUESTION
from market.domain.machine import Party
from market.domain.products import Field, Product, ProductContent
from market.domain.questions import AnswerIn, Answers, Question, Reply, holds_covered
from market.domain.text import clean
from market.domain.words import N_
from market.services import matchmaking, products, values
from market.services.questions import get, parties
from market.services.transitions import allowed, fire
from market.store import journal, matches, questions, search
from market.store.query import Db


async def answer(db: Db, actor: Actor, question_id: int, said: AnswerIn, *, now: datetime) -> Question:
    """The supplier's word. The verdict on the line follows it at once, in the pairing's reasons.

    Raises NotYours for whoever is not the supplier, Invalid when "in part" does not say which part or the product has
    no place for the answer, Stale when a colleague was faster.
    """
    question = await questions.lock(db, question_id, actor.organisation_id, actor.is_staff)
    if question.version != said.version:
        raise Stale
    words = clean(said.answer)
    allowed(QUESTION, question, "answer", parties(actor, question))
    covered = holds_covered(question)
    if said.verdict is Reply.PARTLY and not words:
        raise Invalid({"answer": N_("Say which part you can provide.")})
    await questions.ANSWER.run(db, question_id, said.verdict, words, said.shared and not covered, now)
    await fire(db, QUESTION, question, "answer", actor, parties(actor, question), now=now, reason=words or None)
    if said.into_product:
        await _into_product(db, actor, question, said, now)
    await _reconsider(db, actor, question, now)
    return await get(db, actor, question_id)


async def act(
    db: Db, actor: Actor, question_id: int, action: str, *, now: datetime, version: int | None = None
) -> Question:
    """Withdraw the question, or take the answer back: then it is open again and the verdict unknown.

    ``version`` guards against acting on what one has not seen. Raises Invalid for "answer", which needs its words.
    """
    question = await questions.lock(db, question_id, actor.organisation_id, actor.is_staff)
    if version is not None and question.version != version:
        raise Stale
    if action == "answer":
        raise Invalid({"verdict": N_("Choose one of the options.")})
    await fire(db, QUESTION, question, action, actor, parties(actor, question), now=now)
    if action == "retract":
        await questions.CLEAR.run(db, question_id)
        await _reconsider(db, actor, question, now)
    return await get(db, actor, question_id)


async def _into_product(db: Db, actor: Actor, question: Question, said: AnswerIn, now: datetime) -> None:
    product = await products.get(db, actor, question.product_id)
    content = None if said.verdict is not Reply.YES or holds_covered(question) else put_into(product, question)
    if content is None:
        raise Invalid({"into_product": N_("The product has no place for this answer. Edit the product itself.")})
    if content != _content(product):
        await products.edit(db, actor, product.id, product.version, content, now=now)


async def _reconsider(db: Db, actor: Actor, question: Question, now: datetime) -> None:
    """The reasons of the pairing's match as they are now, so that nobody reads old ones until the worker comes by."""
    demand = next(iter(await search.MATCHED.all(db, [question.demand_id])), None)
    product = next(iter(await search.LISTED.all(db, [question.product_id])), None)
    if demand is None or product is None:
        return
    known = Answers(await questions.KNOWN.all(db, [demand.id], [product.id])).about(demand.id, product.id)
    today = now.astimezone(calendar.ZONE).date()
    reasons = await matchmaking.in_thread(matchmaking.reasons, demand, product, today, known)
    for match_id in await matches.OF_PAIR.all(db, demand.id, product.id):
        await matches.REASONED.run(db, match_id, demand.revision, product.revision, msgspec.to_builtins(reasons))
        data = {"question": question.id, "kind": question.kind}
        await journal.append(db, "match", match_id, "learn", party=Party.SUPPLIER, person_id=actor.person_id, data=data)


def put_into(product: ProductContent, question: Question | RequirementLine) -> ProductContent | None:
    """The product's content with the line's value among its attributes; None where no attribute takes it."""
    content, value, change = _content(product), question.value.strip(), msgspec.structs.replace
    if MASK in value:
        return None
    try:
        match question.kind:
            case LineKind.UPDATE_CYCLE:
                return change(content, update_cycle=values.update_cycle(value))
            case LineKind.DELIVERY if modes := values.delivery(value):
                return change(content, delivery=tuple(dict.fromkeys((*content.delivery, *modes))))
            case LineKind.REGION if len(joined := _joined(content.region, value)) <= 200:
                return change(content, region=joined)
            case LineKind.GRANULARITY if len(joined := _joined(content.granularity, value)) <= 200:
                return change(content, granularity=joined)
            case LineKind.FORMAT if len(value) <= 60 and len(content.formats) < 40:
                return change(content, formats=tuple(dict.fromkeys((*content.formats, value))))
            case LineKind.TOPIC if len(value) <= 60 and len(content.tags) < 40:
                return change(content, tags=tuple(dict.fromkeys((*content.tags, value))))
            case LineKind.FIELDS if len(content.fields) < 300:
                return _with_fields(content, value)
    except values.Odd:
        pass
    return None


def _with_fields(content: ProductContent, value: str) -> ProductContent:
    held = {field.name for field in content.fields}
    wanted = [name for name in dict.fromkeys(values.texts(value)) if name not in held and len(name) <= 120]
    return msgspec.structs.replace(content, fields=(*content.fields, *(Field(name=name) for name in wanted)))


def _joined(held: str, value: str) -> str:
    return "、".join(dict.fromkeys(filter(None, (held, value))))


def _content(product: ProductContent | Product) -> ProductContent:
    return ProductContent(**{name: getattr(product, name) for name in products.CONTENT})
