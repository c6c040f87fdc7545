"""Load the demonstration market into an empty database, through the same services people use.

Everything happens in one transaction: a load that is cut off leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from rich.console import Console
from rich.progress import Progress

from market.db import connect
from market.demo.stories import Cast, play, propose
from market.demo.texts import DemoDemand, DemoLetter, DemoOrganisation, DemoProduct, Member, Talk, read
from market.domain.accounts import CLOCK, Actor, OrganisationContent
from market.domain.demands import DemandContent, DemandState, LineKind
from market.domain.demonstration import PASSWORD, TOURS
from market.domain.gaps import LetterIn
from market.domain.lifecycles import DEMAND
from market.domain.machine import Party
from market.domain.matches import Origin, Verdict
from market.domain.permissions import Role
from market.domain.pools import Confirming, Joining
from market.domain.products import ProductContent
from market.domain.questions import QuestionIn
from market.domain.routings import RoutingIn, RoutingStep
from market.services import (
    accounts,
    demands,
    gaps,
    matches,
    matchmaking,
    neighbours,
    organisations,
    passwords,
    pools,
    products,
    questions,
    routings,
)
from market.services.matchmaking import Matchmaker
from market.services.proposals import Candidate, generate, propose_for_demand
from market.services.transitions import fire
from market.store import search
from market.store.demonstration import ACTOR, ANY_ORGANISATION, PAIR
from market.store.pools import LIVE_OF_DEMAND as POOL_OF
from market.store.query import Db

SIGN_INS = tuple(zip(("Enterprise 企业", "Supplier 供方", "Broker 撮合专员"), (t.email for t in TOURS), strict=True))


async def load_once(url: str, console: Console) -> bool:
    """Load into an empty database; False when there is something in it already."""
    db = await connect(url)
    try:
        if await ANY_ORGANISATION.one(db):
            return False
        with Progress(console=console, transient=True) as progress:
            async with db.transaction():
                await Loader(db, url, progress).load()
        return True
    finally:
        await db.close()


class Loader:
    """One load: knows the actors and what was made of each key."""

    def __init__(self, db: Db, url: str, progress: Progress) -> None:
        self.db = db
        self.url = url
        self.progress = progress
        self.actors: dict[str, Actor] = {}
        self.staff: dict[Role, Actor] = {}
        self.products: dict[str, int] = {}
        self.supplier_of: dict[str, str] = {}
        self.demands: dict[str, int] = {}
        self.people: dict[str, int] = {}
        self.password_hash = ""
        self.now = datetime.now(UTC)

    async def load(self) -> None:
        """Organisations, products, demands, then every story."""
        organisations = read("organisations", DemoOrganisation)
        goods = read("products", DemoProduct)
        needs = read("demands", DemoDemand)
        talks = {talk.demand: talk for talk in read("conversations", Talk)}
        self.password_hash = await passwords.hashed(PASSWORD)
        task = self.progress.add_task("Demo data", total=len(organisations) + len(goods) + 2 * len(needs))
        for organisation in sorted(organisations, key=lambda o: o.kind != "platform"):
            await self.organisation(organisation)
            self.progress.advance(task)
        for product in goods:
            await self.product(product)
            self.progress.advance(task)
        for demand in needs:
            await self.demand(demand)
            self.progress.advance(task)
        matchmaker = Matchmaker(self.url)
        await matchmaker.refresh(self.db, "product", list(self.products.values()))
        for position, demand in enumerate(needs):
            await self.story(demand, matchmaker, talks.get(demand.key), self.days_ago(position % 4))
            self.progress.advance(task)
        await self.pools(needs, matchmaker)
        for need in needs:
            await self.routings(need)
        for product in goods:
            await self.end_of_product(product)
        for organisation in organisations:
            await self.end_of_organisation(organisation)

    def days_ago(self, days: int) -> datetime:
        """So that not everything is due on the same day."""
        return self.now - timedelta(days=days)

    async def organisation(self, text: DemoOrganisation) -> None:
        """The organisation, its people, and its verification by the registrar."""
        content = OrganisationContent(
            name=text.name,
            kind=text.kind,
            credit_code=text.credit_code,
            region=text.region,
            about=text.about,
            evidence=text.evidence,
        )
        first, *others = text.members
        person = await self.person(first)
        now = self.days_ago(2)
        organisation_id = await accounts.create_organisation(self.db, person, content, role=first.role, now=now)
        for member in others:
            await accounts.add_member(self.db, organisation_id, await self.person(member), member.role)
        found = [await ACTOR.one(self.db, organisation_id, self.people[m.key]) for m in text.members]
        self.actors[text.key] = found[0]
        if text.kind == "platform":
            self.staff = {actor.role: actor for actor in found if actor.role}
        await self.verification(text, organisation_id, now)
        self.actors[text.key] = await ACTOR.one(self.db, organisation_id, person)

    async def verification(self, text: DemoOrganisation, organisation_id: int, now: datetime) -> None:
        """Evidence sent, and looked at unless that is what is pending."""
        owner = self.staff[Role.ADMIN] if text.kind == "platform" else self.actors[text.key]
        await organisations.act(self.db, owner, organisation_id, "submit", now=now)
        decision = {"verified": "verify", "rejected": "reject", "suspended": "verify"}.get(text.verification)
        if decision:
            registrar, reason = self.staff[Role.REGISTRAR], text.verification_note if decision == "reject" else None
            await organisations.act(self.db, registrar, organisation_id, decision, now=now, reason=reason)

    async def end_of_organisation(self, text: DemoOrganisation) -> None:
        """Suspended, with all that it has open, for the reason given in the text."""
        organisation_id = self.actors[text.key].organisation_id
        if text.verification == "suspended" and organisation_id:
            registrar, reason = self.staff[Role.REGISTRAR], text.verification_note
            await organisations.act(self.db, registrar, organisation_id, "suspend", now=self.now, reason=reason)

    async def person(self, member: Member) -> int:
        """Somebody who signs in with the demo's password."""
        self.people[member.key] = await accounts.create_person(
            self.db, name=member.name, email=member.email, password_hash=self.password_hash
        )
        return self.people[member.key]

    async def product(self, text: DemoProduct) -> None:
        """The product up to "listed"; what ends it comes after the stories."""
        supplier = self.actors[text.supplier]
        content = ProductContent(**{name: getattr(text, name) for name in ProductContent.__struct_fields__})
        made = await products.create(self.db, supplier, content, now=self.days_ago(len(self.products) % 5))
        self.products[text.key] = made.id
        self.supplier_of[text.key] = text.supplier
        if text.state == "draft":
            return
        await products.act(self.db, supplier, made.id, "submit", now=self.days_ago(len(self.products) % 3))
        if text.state != "review":
            await products.act(self.db, self.staff[Role.REGISTRAR], made.id, "list", now=self.now)

    async def end_of_product(self, text: DemoProduct) -> None:
        """Suspended or delisted, with the reason given in the text."""
        action = {"suspended": "suspend", "delisted": "delist"}.get(text.state)
        if action:
            actor = self.staff[Role.REGISTRAR] if action == "suspend" else self.actors[text.supplier]
            await products.act(self.db, actor, self.products[text.key], action, now=self.now, reason=text.note)

    async def demand(self, text: DemoDemand) -> None:
        """The demand up to "open", or where it stopped before that."""
        owner, broker = self.actors[text.enterprise], self.staff[Role.BROKER]
        now = self.days_ago(len(self.demands) % 4)
        needed_by = None if text.needed_by is None else (self.now + timedelta(days=text.needed_by)).date()
        content = DemandContent(
            title=text.title,
            text=text.text,
            theme=text.theme,
            region=text.region,
            purpose=text.purpose,
            budget=text.budget,
            needed_by=needed_by,
            sealed=text.sealed,
            masked=text.masked,
        )
        made = await demands.create(self.db, owner, content, now=now)
        self.demands[text.key] = made.id
        if text.state is DemandState.DRAFT:
            return
        await demands.act(self.db, owner, made.id, "submit", now=now)
        early = {
            DemandState.SUBMITTED: (),
            DemandState.TRIAGE: ("triage",),
            DemandState.CLARIFYING: ("triage", "ask"),
        }
        for action in early.get(text.state, ("triage", "open")):
            await demands.act(self.db, broker, made.id, action, now=now, reason=text.question)

    async def story(self, text: DemoDemand, matchmaker: Matchmaker, talk: Talk | None, now: datetime) -> None:
        """Matches for what is open, then the story of its best pairing, then how the demand ended."""
        demand_id, owner = self.demands[text.key], self.actors[text.enterprise]
        if text.state in (DemandState.DRAFT, DemandState.SUBMITTED, DemandState.TRIAGE, DemandState.CLARIFYING):
            return
        await propose_for_demand(self.db, matchmaker, demand_id, now, Origin.DEMAND)
        if text.story and text.product:
            provider = self.actors[self.supplier_of[text.product]]
            cast = Cast(owner, provider, self.staff[Role.BROKER], PASSWORD)
            pair = await self.pairing(demand_id, self.products[text.product], now)
            await play(self.db, cast, text, pair, talk, now)
        for other in text.also:
            pair = await self.pairing(demand_id, self.products[other], now)
            await propose(self.db, self.staff[Role.BROKER], pair, now)
        for product in text.asked:
            await self.question(demand_id, owner, product, now)
        last = {
            DemandState.FULFILLED: "fulfil",
            DemandState.PARTLY_FULFILLED: "fulfil_partly",
            DemandState.WITHDRAWN: "withdraw",
        }.get(text.state)
        if text.letter:
            await self.letter(text, text.letter, matchmaker, now)
        if last:
            await demands.act(self.db, owner, demand_id, last, now=now, reason=text.reason)
        elif text.state is DemandState.EXPIRED:
            demand = await demands.get(self.db, owner, demand_id)
            await fire(self.db, DEMAND, demand, "expire", CLOCK, frozenset({Party.CLOCK}), now=now)

    async def question(self, demand_id: int, owner: Actor, product: str, now: datetime) -> None:
        """The demander asks about the first line that is unknown of the product."""
        match = await matches.get(self.db, owner, await self.pairing(demand_id, self.products[product], now))
        unknown = [reason for reason in match.reasons if reason.verdict is Verdict.UNKNOWN]
        for line in sorted(unknown, key=lambda reason: reason.kind is LineKind.PURPOSE)[:1]:
            asked = QuestionIn(demand_id=demand_id, product_id=match.product_id, kind=line.kind, value=line.value)
            await questions.ask(self.db, owner, asked, now=now)

    async def letter(self, text: DemoDemand, said: DemoLetter, matchmaker: Matchmaker, now: datetime) -> None:
        """The broker's gap letter, which closes a demand that is shown as closed."""
        broker, demand_id = self.staff[Role.BROKER], self.demands[text.key]
        letter = LetterIn(
            code=said.code,
            article=said.article,
            note=said.note or text.reason,
            version=(await demands.get(self.db, broker, demand_id)).version,
            close=text.state is DemandState.CLOSED_UNMET,
        )
        await gaps.issue(self.db, broker, matchmaker, demand_id, letter, now=now)

    async def routings(self, text: DemoDemand) -> None:
        """The likely holders the broker has asked for an unmet demand, and what they answered."""
        for asked in text.routed:
            holder = self.actors[asked.to]
            wish = RoutingIn(
                demand_id=self.demands[text.key], organisation_id=holder.organisation_id or 0, note=asked.note
            )
            routing = await routings.route(self.db, self.staff[Role.BROKER], wish, now=self.days_ago(1))
            if asked.answer:
                step = RoutingStep(action=asked.answer, version=routing.version, reason=asked.reason)
                await routings.act(self.db, holder, routing.id, step, now=self.now)

    async def pools(self, texts: Sequence[DemoDemand], matchmaker: Matchmaker) -> None:
        """Near-identical demands are suggested as pools; the one that a text has joined is confirmed."""
        ids = list(self.demands.values())
        await matchmaker.refresh(self.db, "demand", ids)
        await neighbours.suggest(self.db, matchmaker, await search.OPEN.all(self.db, ids), self.now)
        for text in texts:
            if text.pool != "joined":
                continue
            owner, broker = self.actors[text.enterprise], self.staff[Role.BROKER]
            found = await pools.get(self.db, broker, await POOL_OF.one(self.db, self.demands[text.key]))
            asked = Confirming(version=found.version, quorum=2)
            found = await pools.confirm(self.db, broker, found.id, asked, now=self.now)
            await pools.join(self.db, owner, found.id, Joining(version=found.version), now=self.now)

    async def pairing(self, demand_id: int, product_id: int, now: datetime) -> int:
        """The match a story is about; one the matcher does not find is brought in as by a person, with its reasons."""
        found = await PAIR.first(self.db, demand_id, product_id)
        if found is not None:
            return found
        demand = await search.MATCHED.one(self.db, [demand_id])
        product = await search.LISTED.one(self.db, [product_id])
        reasons = matchmaking.reasons(demand, product, now.date())
        pair = Candidate(demand=demand, product=product, score=0.0, rank=1, reasons=reasons, wanted=True)
        await generate(self.db, pair, now=now, origin=Origin.PERSON)
        return await PAIR.one(self.db, demand_id, product_id)
