"""/api/v1/questions"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import Controller, Response
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from market.api.idempotency import once
from market.api.matches import Side
from market.api.routes import CursorText, Id, IdempotencyKey, Limit, create, read, step
from market.api.schemas import Action, Step, actions_of, tagged
from market.domain.accounts import Actor
from market.domain.paging import PAGE, Page
from market.domain.permissions import Permission
from market.domain.questions import AnswerIn, Question, QuestionIn, QuestionState, SharedAnswer
from market.services import answers, questions
from market.store.query import Db


class QuestionOut(Question, frozen=True, kw_only=True):
    """A question and what the caller may do with it: `answer` by POST to `answer`, the others to `actions`. While a
    demand is sealed the identities are 0 and empty, and marked words are covered."""

    actions: tuple[Action, ...] = ()


class Wording(msgspec.Struct, frozen=True, kw_only=True):
    """What would be asked."""

    text: str


def shown(actor: Actor, question: Question) -> QuestionOut:
    """The representation for this caller."""
    values = {name: getattr(question, name) for name in question.__struct_fields__}
    return QuestionOut(**values, actions=actions_of(questions.actions(actor, question)))


class QuestionController(Controller):
    """What demanders ask suppliers about lines a product does not speak of."""

    path = "/questions"
    tags = ["Questions"]  # noqa: RUF012

    @read(permission=Permission.MATCH_READ)
    async def list_questions(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        side: Annotated[
            Side | None, QueryParameter(description="Only those you asked (demander) or were asked (supplier)")
        ] = None,
        states: Annotated[
            list[QuestionState] | None, QueryParameter(name="state", description="Any of these states")
        ] = None,
        demand: Annotated[Id | None, QueryParameter(description="Only those of this demand")] = None,
        product: Annotated[Id | None, QueryParameter(description="Only those about this product")] = None,
        cursor: CursorText = None,
        limit: Limit = PAGE,
    ) -> Page[Question]:
        """Questions you may see, latest change first."""
        return await questions.page(
            db,
            actor,
            side=side,
            states=[*states] if states else None,
            demand_id=demand,
            product_id=product,
            cursor=cursor,
            limit=limit,
        )

    @create(permission=Permission.MATCH_ANSWER)
    async def ask_question(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        data: JSONBody[QuestionIn],
        key: IdempotencyKey = None,
    ) -> Response[QuestionOut]:
        """Ask the supplier about a line of your demand that is `unknown`; without `text` it is put in words for you."""

        async def produce() -> QuestionOut:
            return shown(actor, await questions.ask(db, actor, data, now=now))

        return await once(db, actor, key, "/api/v1/questions", data, produce)

    @step("/wording", permission=Permission.MATCH_ANSWER)
    async def word_question(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        data: JSONBody[QuestionIn],
    ) -> Wording:
        """What would be asked in the demand's own words; nothing is sent."""
        return Wording(text=(await questions.draft(db, actor, data, now=now)).text)

    @read("/shared", permission=Permission.PRODUCT_READ)
    async def list_shared_answers(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        product: Annotated[Id, QueryParameter(description="The product asked about")],
    ) -> list[SharedAnswer]:
        """Answers about a product that everybody may read, latest first; who asked is not said."""
        return await questions.shared(db, actor, product)

    @read("/{question_id:int}", permission=Permission.MATCH_READ)
    async def get_question(
        self, db: NamedDependency[Db], actor: NamedDependency[Actor], question_id: FromPath[Id]
    ) -> Response[QuestionOut]:
        """One question."""
        question = await questions.get(db, actor, question_id)
        return tagged(shown(actor, question), question.version)

    @step("/{question_id:int}/answer", permission=Permission.MATCH_ANSWER)
    async def answer_question(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        question_id: FromPath[Id],
        data: JSONBody[AnswerIn],
    ) -> Response[QuestionOut]:
        """Answer as the supplier; the verdict on the line follows the answer at once."""
        question = await answers.answer(db, actor, question_id, data, now=now)
        return tagged(shown(actor, question), question.version)

    @step("/{question_id:int}/actions", permission=Permission.MATCH_ANSWER)
    async def act_on_question(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        question_id: FromPath[Id],
        data: JSONBody[Step],
    ) -> Response[QuestionOut]:
        """Take one of the listed `actions`: `withdraw` a question, `retract` an answer."""
        question = await answers.act(db, actor, question_id, data.action, now=now, version=data.version)
        return tagged(shown(actor, question), question.version)
