"""A market whose people decide by a known preference: what a learnt ranker can be taught, and what it must not be.

Everything goes through the services: products are listed, demands opened and matched, the broker and the demanders
decide. Equal seeds give equal markets.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator

import msgspec

from market.domain.accounts import Actor
from market.domain.demands import Demand, LineKind, LineLevel, RequirementLine
from market.domain.matches import (
    DeclineCode,
    Match,
    Origin,
    RejectCode,
    Response,
    ResponseAction,
    Review,
    ReviewAction,
    Verdict,
)
from market.domain.products import Delivery
from market.domain.ranker import Training
from market.services import matches, proposals, ranker
from market.services.matchmaking import Matchmaker
from tests.given import Given

TOPIC = RequirementLine(level=LineLevel.MUST, kind=LineKind.TOPIC, value="公路货运量")
BY_API = RequirementLine(level=LineLevel.SHOULD, kind=LineKind.DELIVERY, value="接口")
TITLES = ("江苏公路货运量日数据", "公路货运量汇总", "全省公路货运量统计月报", "公路货运量与客运量")
"""Words alone prefer the first; it comes as files, like the third. The others answer by API."""
GOODS = ("冷链", "煤炭", "粮食", "钢材", "木材", "药品", "水泥")
AIMS = ("仓库选址", "车辆调度", "保险定价", "信贷审查", "路网规划", "排放核算", "产业研究")

Preference = Callable[[Match], bool]
"""Whether the demander takes a product."""


def by_delivery(match: Match) -> bool:
    """People here care for how data are delivered, which words alone do not know."""
    return any(r.kind is LineKind.DELIVERY and r.verdict is Verdict.MET for r in match.reasons)


def at_random(seed: int) -> Preference:
    """People here decide for reasons nobody writes down."""
    dice = random.Random(seed)
    return lambda _: dice.random() < 0.5


def purposes() -> Iterator[str]:
    """Forty-nine texts that are not of one template."""
    for goods, aim in itertools.product(GOODS, AIMS):
        yield f"我们需要江苏公路货运量的数据,用于{goods}{aim}"


def template() -> Iterator[str]:
    """Texts that differ in a number alone."""
    for n in itertools.count(1):
        yield f"我们需要江苏公路货运量的数据,第{n}批"


class Simulation:
    """``await simulation.decide(44, purposes(), by_delivery)``: so many demands, every match decided."""

    def __init__(self, given: Given) -> None:
        self.given = given
        self.matchmaker = Matchmaker("")

    async def open(self) -> None:
        """List the products and find who decides."""
        self.broker, self.demander = await self.given.staff(), await self.given.demander()
        self.supplier = await self.given.supplier()
        for n, title in enumerate(TITLES):
            mode = Delivery.API if n % 2 else Delivery.FILE
            await self.given.listed_product(
                self.supplier, title=title, abstract="江苏各地公路货运量数据", delivery=(mode,)
            )
        await self.matchmaker.fill(self.given.db)

    async def demand(self, text: str) -> Demand:
        """An open demand with its matches waiting for the broker."""
        demand = await self.given.open_demand(self.demander, title=text[:40], text=text, lines=(TOPIC, BY_API))
        await self.matched(demand)
        return demand

    async def train(self, actor: Actor | None = None) -> Training:
        """A training, asked for and done."""
        asked = await ranker.ask(self.given.db, actor)
        return await ranker.train(self.given.db, asked.id)

    async def matched(self, demand: Demand) -> None:
        """Its matches as they are now."""
        await proposals.propose_for_demand(self.given.db, self.matchmaker, demand.id, self.given.now, Origin.DEMAND)

    async def of(self, demand: Demand) -> list[Match]:
        """Its matches in the order they were found in."""
        cards = (await matches.page(self.given.db, self.broker, demand_id=demand.id)).items
        found = [await matches.get(self.given.db, self.broker, card.id) for card in cards]
        return sorted(found, key=lambda match: match.rank)

    async def propose(self, match: Match) -> Match:
        """The broker lets it through."""
        review = Review(action=ReviewAction.PROPOSE, version=match.version)
        return await matches.review(self.given.db, self.broker, match.id, review, now=self.given.now)

    async def decide(self, demands: int, texts: Iterator[str], likes: Preference) -> None:
        """Post so many demands and decide every match by the preference: the broker turns down what is not liked."""
        for text in itertools.islice(texts, demands):
            for match in await self.of(await self.demand(text)):
                if likes(match):
                    await self.answer(await self.propose(match), ResponseAction.INTEREST)
                else:
                    turned_down = Review(action=ReviewAction.REJECT, version=match.version, code=RejectCode.MUST_UNMET)
                    await matches.review(self.given.db, self.broker, match.id, turned_down, now=self.given.now)

    async def answer(self, match: Match, action: ResponseAction, code: DeclineCode | None = None) -> Match:
        """The demander's word."""
        said = msgspec.structs.replace(Response(action=action, version=match.version), code=code)
        return await matches.answer(self.given.db, self.demander, match.id, said, now=self.given.now)

    async def shown(self, demand: Demand) -> list[tuple[int, float | None]]:
        """What the demander sees: products in order, and their chances."""
        cards = await matches.of_demander(self.given.db, self.demander, demand.id)
        return [(card.product_id, card.chance) for card in cards]

    async def leads(self, demand: Demand) -> list[tuple[int, float | None]]:
        """What the supplier sees of this demand: products in order, and their chances."""
        cards, _ = await matches.leads(self.given.db, self.supplier, now=self.given.now, limit=200)
        return [(card.product_id, card.chance) for card in cards if card.demand_id == demand.id]
