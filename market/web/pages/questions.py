"""Pages of questions: asked beside an unknown line, answered by the supplier in one click."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from market.domain.accounts import Actor
from market.domain.demands import MASK
from market.domain.permissions import Permission
from market.domain.questions import AnswerIn, Question, QuestionIn
from market.domain.words import N_
from market.services import answers, products, questions
from market.services.questions import Draft
from market.store import matches as rows
from market.store.query import Db
from market.web import forms
from market.web.page import Web, go, page
from market.web.sessions import safe_path

P = Permission
SIDES = ("demander", "supplier")


class Asking(msgspec.Struct, frozen=True, kw_only=True):
    """What the lines of a pairing show beside "unknown"."""

    demand_id: int
    product_id: int
    asked: dict[tuple[str, str], Question]
    may_ask: bool


async def asking(db: Db, actor: Actor, demand_id: int, product_id: int, *, own: bool, live: bool) -> Asking | None:
    """What was asked about a pairing the reader sees; ``own``: the demand is the reader's, who may ask on."""
    if not live:
        return None
    asked = await questions.of_pair(db, actor, demand_id, product_id)
    may_ask = own and actor.may(P.MATCH_ANSWER)
    return Asking(demand_id=demand_id, product_id=product_id, asked=asked, may_ask=may_ask)


@get("/questions", permission=P.MATCH_READ)
async def questions_page(
    db: NamedDependency[Db], actor: NamedDependency[Actor], side: FromQuery[str] = "", cursor: FromQuery[str] = ""
) -> Template:
    """What one asked and was asked, latest change first; staff see all."""
    chosen = side if side in SIDES and not actor.is_staff else ""
    found = await questions.page(db, actor, side=chosen or None, cursor=cursor)
    return page("pages/questions.html", found=found.items, next=found.next, side=chosen, staff=actor.is_staff)


@get("/questions/new", permission=P.MATCH_ANSWER)
async def word_question(
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    demand: FromQuery[int] = 0,
    product: FromQuery[int] = 0,
    kind: FromQuery[str] = "",
    value: FromQuery[str] = "",
) -> Template:
    """The question as it would be asked, to be changed before it is sent."""
    typed: forms.Typed = {"demand_id": demand, "product_id": product, "kind": kind, "value": value}
    draft = await questions.draft(db, actor, forms.read(QuestionIn, typed), now=now)
    return _form(draft, typed | {"text": draft.text})


def _form(draft: Draft, typed: forms.Typed, **again: Any) -> Template:
    return page(
        "pages/question_form.html", demand=draft.demand, product=draft.product, line=draft.line, typed=typed, **again
    )


@post("/questions", permission=P.MATCH_ANSWER)
async def ask_question(
    request: Web, db: NamedDependency[Db], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> Redirect:
    """Send the question."""
    typed = forms.typed(await request.form())
    asked = forms.read(QuestionIn, typed)
    draft = await questions.draft(db, actor, msgspec.structs.replace(asked, text=""), now=now)
    again = typed | {"text": typed.get("text") or draft.text}
    with forms.retry(lambda errors, unmet: _form(draft, again, errors=errors, unmet=unmet)):
        question = await questions.ask(db, actor, asked, now=now)
    back = safe_path(str(typed.get("back", "")), f"/questions/{question.id}")
    return go(request, back, N_("Asked. You are told when the answer comes."))


@get("/questions/{question_id:int}", permission=P.MATCH_READ)
async def question_page(db: NamedDependency[Db], actor: NamedDependency[Actor], question_id: FromPath[int]) -> Template:
    """One question, and for the supplier the form to answer it."""
    return await _question_page(db, actor, question_id)


async def _question_page(db: Db, actor: Actor, question_id: int, **again: Any) -> Template:
    question = await questions.get(db, actor, question_id)
    offered = questions.actions(actor, question)
    names = {edge.action for edge in offered}
    fits_into = earlier = None
    if "answer" in names:
        product = await products.get(db, actor, question.product_id)
        fits_into = actor.may(P.PRODUCT_WRITE) and answers.put_into(product, question) is not None
        earlier = await questions.earlier(db, question)
    return page(
        "pages/question.html",
        question=question,
        names=names,
        steps=[edge for edge in offered if edge.action != "answer"],
        fits_into=fits_into,
        earlier=earlier,
        covered=MASK in question.value + question.phrase,
        match=next(
            iter(await rows.SEEN_OF_PAIR.all(db, question.demand_id, question.product_id, actor.is_staff)), None
        ),
        events=await questions.history(db, question),
        **{"typed": {"shared": "on"}, **again},
    )


@post("/questions/{question_id:int}/answer", permission=P.MATCH_ANSWER)
async def answer_question(
    request: Web,
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    question_id: FromPath[int],
) -> Redirect:
    """Take down the supplier's answer."""
    return await forms.step(
        request,
        lambda typed: _question_page(db, actor, question_id, typed=typed),
        lambda typed: answers.answer(db, actor, question_id, forms.read(AnswerIn, typed), now=now),
        f"/questions/{question_id}",
        N_("Answered. The demander has been told."),
    )


@post("/questions/{question_id:int}/actions/{action:str}", permission=P.MATCH_ANSWER)
async def act_on_question(
    request: Web,
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    question_id: FromPath[int],
    action: FromPath[str],
) -> Redirect:
    """Withdraw the question or take the answer back."""
    return await forms.step(
        request,
        lambda _: _question_page(db, actor, question_id),
        lambda typed: answers.act(db, actor, question_id, action, now=now, version=forms.version(typed)),
        f"/questions/{question_id}",
        N_("Done."),
    )


ROUTES = [questions_page, word_question, ask_question, question_page, answer_question, act_on_question]
