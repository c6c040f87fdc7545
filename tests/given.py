"""Builders of things in a later state: they walk legal edges through the services, so no row is impossible."""

from __future__ import annotations

import itertools
import secrets
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import asyncpg
import msgspec
from argon2 import PasswordHasher

from market.domain.accounts import CREDIT_CODE_ALPHABET, Actor, OrganisationKind, OrganisationState
from market.domain.agreements import Agreement
from market.domain.demands import Demand, DemandContent, LineKind, LineLevel, RequirementLine
from market.domain.gaps import Letter, LetterIn, UnmetCode
from market.domain.matches import Match, Origin, Response, ResponseAction, Review, ReviewAction
from market.domain.negotiations import Clause, Negotiation, OfferIn, Terms
from market.domain.permissions import Role
from market.domain.pools import Confirming, Pool
from market.domain.products import Delivery, PriceUnit, Product, ProductContent, ProductState
from market.domain.questions import Question, QuestionIn
from market.domain.routings import Routing, RoutingIn
from market.services import (
    accounts,
    agreements,
    demands,
    gaps,
    matches,
    matchmaking,
    negotiations,
    pools,
    products,
    proposals,
    questions,
    routings,
)
from market.services.proposals import Candidate
from market.store import pools as rows

NUMBERS = itertools.count(1)
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PASSWORD = "correct horse battery"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""The cheapest argon2 there is: hashing is not what most tests are about. A hash carries its parameters."""
PASSWORD_HASH = QUICK.hash(PASSWORD)


def email_of(name: str) -> str:
    """The address of the person of this name."""
    return f"{name.replace(' ', '').lower()}@test.example"


def credit_code() -> str:
    """A fresh valid unified social credit code."""
    body = "91" + "".join(secrets.choice("0123456789") for _ in range(15))
    total = sum(CREDIT_CODE_ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(body))
    return body + CREDIT_CODE_ALPHABET[-total % 31]


TOPIC = RequirementLine(level=LineLevel.MUST, kind=LineKind.TOPIC, value="公路货运量", phrase="公路货运量", start=6)


FIELDS = RequirementLine(level=LineLevel.MUST, kind=LineKind.FIELDS, value="车辆轴数")
"""A line that the builders' product says nothing about."""


class Pairing(NamedTuple):
    """A mutual match and its sides."""

    match: Match
    demander: Actor
    supplier: Actor


class Talk(NamedTuple):
    """A negotiation and its sides."""

    negotiation: Negotiation
    consumer: Actor
    provider: Actor


class Asked(NamedTuple):
    """A question and its sides."""

    question: Question
    demander: Actor
    supplier: Actor


class Deal(NamedTuple):
    """An agreement and its sides."""

    agreement: Agreement
    consumer: Actor
    provider: Actor


_ACCEPTED = (("accept", "consumer"),)
_AGREED = (*_ACCEPTED, ("agree", "provider"))
_VERIFIED = (*_AGREED, ("verify", "consumer"))
_WAY: dict[str, tuple[tuple[str, str], ...]] = {
    "requested": (),
    "offered": (),
    "accepted": _ACCEPTED,
    "agreed": _AGREED,
    "verified": _VERIFIED,
    "finalized": (*_VERIFIED, ("finalize", "provider")),
    "terminated": (("terminate", "consumer"),),
}


class Given:
    """``await given.demander()`` is an actor; ``await given.open_demand()`` a demand with its history."""

    def __init__(self, db: asyncpg.Connection) -> None:
        self.db = db
        self.now = NOW

    def later(self, **delta: float) -> datetime:
        """Move the clock these builders use."""
        self.now += timedelta(**delta)
        return self.now

    async def actor(self, kind: str, role: Role = Role.OWNER, *, verified: bool = True) -> Actor:
        """A person with a fresh organisation of this kind, who signs in with PASSWORD (``browsing.sign_in``)."""
        n = next(NUMBERS)
        person = await self.db.fetchval(
            "INSERT INTO person (name, email, password_hash) VALUES ($1, $2, $3) RETURNING id",
            f"Person {n}",
            email_of(f"Person {n}"),
            PASSWORD_HASH,
        )
        organisation = await self.db.fetchval(
            """INSERT INTO organisation (name, kind, credit_code, evidence, state, state_action, state_party)
            VALUES ($1, $2, $3, '营业执照', 'registered', 'register', 'member') RETURNING id""",
            f"Organisation {n}",
            kind,
            credit_code(),
        )
        if verified:
            for state, action in (("in_review", "submit"), ("verified", "verify")):
                await self.db.execute(
                    "UPDATE organisation SET state = $2, state_action = $3, version = version + 1 WHERE id = $1",
                    organisation,
                    state,
                    action,
                )
        await self.db.execute(
            "INSERT INTO membership (organisation_id, person_id, role) VALUES ($1, $2, $3)", organisation, person, role
        )
        return Actor(
            person_id=person,
            name=f"Person {n}",
            organisation_id=organisation,
            organisation_name=f"Organisation {n}",
            organisation_kind=OrganisationKind(kind),
            organisation_state=OrganisationState.VERIFIED if verified else OrganisationState.REGISTERED,
            role=role,
        )

    async def colleague(self, actor: Actor, role: Role = Role.MEMBER) -> Actor:
        """Another person of the same organisation."""
        name = f"Person {next(NUMBERS)}"
        person = await accounts.create_person(self.db, name=name, email=email_of(name), password_hash=PASSWORD_HASH)
        assert actor.organisation_id is not None
        await accounts.add_member(self.db, actor.organisation_id, person, role)
        return msgspec.structs.replace(actor, person_id=person, name=name, role=role)

    async def demander(self, role: Role = Role.OWNER, *, verified: bool = True) -> Actor:
        return await self.actor("enterprise", role, verified=verified)

    async def supplier(self, role: Role = Role.OWNER, *, verified: bool = True) -> Actor:
        return await self.actor("supplier", role, verified=verified)

    async def staff(self, role: Role = Role.BROKER) -> Actor:
        return await self.actor("platform", role)

    async def draft_demand(self, actor: Actor | None = None, **content: Any) -> Demand:
        """A draft with one must line."""
        actor = actor or await self.demander()
        values = {"title": "江苏公路货运量", "text": "我们需要江苏公路货运量的日数据", "lines": (TOPIC,)} | content
        return await demands.create(self.db, actor, DemandContent(**values), now=self.now)

    async def open_demand(self, actor: Actor | None = None, **content: Any) -> Demand:
        """A demand that has been through triage."""
        actor = actor or await self.demander()
        demand = await self.draft_demand(actor, **content)
        await demands.act(self.db, actor, demand.id, "submit", now=self.now)
        return await demands.act(self.db, await self.staff(), demand.id, "open", now=self.now)

    async def draft_product(self, actor: Actor | None = None, **content: Any) -> Product:
        """A draft that meets the rules of listing."""
        actor = actor or await self.supplier()
        values = {
            "title": "江苏省公路货运量日汇总",
            "abstract": "江苏省各县公路货运量的每日汇总数据,2023年至今",
            "delivery": (Delivery.API, Delivery.FILE),
            "source_statement": "收费站通行记录汇总",
        } | content
        return await products.create(self.db, actor, ProductContent(**values), now=self.now)

    async def listed_product(self, actor: Actor | None = None, **content: Any) -> Product:
        """A product that has been through review."""
        actor = actor or await self.supplier()
        product = await self.draft_product(actor, **content)
        await products.act(self.db, actor, product.id, "submit", now=self.now)
        product = await products.act(self.db, await self.staff(Role.REGISTRAR), product.id, "list", now=self.now)
        assert product.state is ProductState.LISTED
        return product

    async def match(
        self,
        demander: Actor | None = None,
        supplier: Actor | None = None,
        *,
        demand: Demand | None = None,
        product: Product | None = None,
    ) -> Pairing:
        """A pairing that waits for the broker, with the reasons the matcher gives; ``demand`` is the demander's."""
        demander, supplier = demander or await self.demander(), supplier or await self.supplier()
        demand = demand or await self.open_demand(demander)
        product = product or await self.listed_product(supplier)
        reasons = matchmaking.reasons(demand, product, self.now.date())
        found = Candidate(demand=demand, product=product, score=1.0, rank=1, reasons=reasons, wanted=True)
        match_id = await proposals.generate(self.db, found, now=self.now, origin=Origin.DEMAND)
        assert match_id is not None
        return Pairing(await matches.get(self.db, await self.staff(), match_id), demander, supplier)

    async def proposed_match(
        self, demander: Actor | None = None, supplier: Actor | None = None, **texts: Any
    ) -> Pairing:
        """A pairing the broker has proposed to both sides."""
        found, demander, supplier = await self.match(demander, supplier, **texts)
        decision = Review(action=ReviewAction.PROPOSE, version=found.version)
        found = await matches.review(self.db, await self.staff(), found.id, decision, now=self.now)
        return Pairing(found, demander, supplier)

    async def question(self, demander: Actor | None = None, supplier: Actor | None = None, **content: Any) -> Asked:
        """A question about fields the builders' product does not list; ``content`` is the demand's."""
        demander, supplier = demander or await self.demander(), supplier or await self.supplier()
        demand = await self.open_demand(demander, **{"lines": (TOPIC, FIELDS)} | content)
        product = await self.listed_product(supplier)
        asked = QuestionIn(demand_id=demand.id, product_id=product.id, kind=FIELDS.kind, value=FIELDS.value)
        return Asked(await questions.ask(self.db, demander, asked, now=self.now), demander, supplier)

    async def routing(self, demand: Demand, holder: Actor) -> Routing:
        """The broker has asked the holder."""
        wish = RoutingIn(demand_id=demand.id, organisation_id=holder.organisation_id or 0, note="贵单位可能有")
        return await routings.route(self.db, await self.staff(), wish, now=self.now)

    async def letter(self, demand_id: int, *, close: bool = False) -> Letter:
        """A broker's letter; the matcher knows of no product."""
        broker = await self.staff()
        demand = await demands.get(self.db, broker, demand_id)
        words = LetterIn(code=UnmetCode.NO_SUCH_DATA, version=demand.version, note="市场上没有", close=close)
        return await gaps.issue(self.db, broker, matchmaking.Matchmaker(""), demand_id, words, now=self.now)

    async def mutual_match(self, demander: Actor | None = None, supplier: Actor | None = None, **texts: Any) -> Pairing:
        """A pairing both sides are interested in."""
        found, demander, supplier = await self.proposed_match(demander, supplier, **texts)
        for side in (demander, supplier):
            yes = Response(action=ResponseAction.INTEREST, version=found.version)
            found = await matches.answer(self.db, side, found.id, yes, now=self.now)
        return Pairing(found, demander, supplier)

    async def pool(self, *demands: Demand) -> Pool:
        """A pool of these demands as it is suggested to the broker."""
        pool_id = await rows.INSERT.one(self.db, "suggested", "suggest", "system", self.now)
        await rows.ADD.run(self.db, pool_id, [demand.id for demand in demands])
        return await pools.get(self.db, await self.staff(), pool_id)

    async def forming_pool(self, *demands: Demand, quorum: int = 2) -> Pool:
        """A pool the broker has confirmed: the owners of its demands are invited."""
        found = await self.pool(*demands)
        given = Confirming(version=found.version, quorum=quorum)
        return await pools.confirm(self.db, await self.staff(), found.id, given, now=self.now)

    def offer(self, *, valid_days: int = 14, note: str = "", **terms: Any) -> OfferIn:
        """Terms for the builders' product for a year from next month on, with what ``terms`` changes."""
        begins = self.now.date() + timedelta(days=30)
        usual = {
            "price": Decimal("1200.00"),
            "price_unit": PriceUnit.YEAR,
            "period_from": begins,
            "period_to": begins + timedelta(days=364),
            "delivery": Delivery.API,
            "permitted_use": "内部路线规划,不对外发布",
            "clauses": (Clause(title="更新", text="每日十点前更新"),),
        }
        return OfferIn(terms=Terms(**(usual | terms)), valid_days=valid_days, note=note)

    async def negotiation(self, state: str = "requested", pairing: Pairing | None = None, **terms: Any) -> Talk:
        """A negotiation in this state: the supplier began, unless it is "requested"."""
        pairing = pairing or await self.mutual_match()
        consumer, provider = pairing.demander, pairing.supplier
        first = consumer if state in ("requested", "terminated") else provider
        found = await negotiations.start(self.db, first, pairing.match.id, self.offer(**terms), now=self.now)
        for action, actor in _WAY[state]:
            side = provider if actor == "provider" else consumer
            found = await negotiations.act(
                self.db,
                side,
                found.id,
                action,
                version=found.version,
                now=self.now,
                reason="they went silent" if action == "terminate" else None,
                password=PASSWORD,
            )
        assert found.state == state
        return Talk(found, consumer, provider)

    async def agreement(self, state: str = "effective", **terms: Any) -> Deal:
        """An agreement in one of the states its negotiation leads to: drafted, signed or effective."""
        reached = {"drafted": "agreed", "signed": "verified", "effective": "finalized"}[state]
        talk = await self.negotiation(reached, **terms)
        assert talk.negotiation.agreement_id is not None
        found = await agreements.get(self.db, talk.consumer, talk.negotiation.agreement_id)
        assert found.state == state
        return Deal(found, talk.consumer, talk.provider)
