"""Walk one demand of the demonstration along its story: proposed, answered, negotiated, agreed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from market.demo.texts import DemoDemand, DemoOffer, Talk
from market.domain.accounts import Actor
from market.domain.matches import (
    DeclineCode,
    Match,
    MatchState,
    RejectCode,
    Response,
    ResponseAction,
    Review,
    ReviewAction,
)
from market.domain.negotiations import Negotiation, OfferIn, Terms
from market.services import agreements, matches, negotiations
from market.store.query import Db

NEGOTIATED = frozenset(
    {"requested", "offered", "countered", "held", "accepted", "agreed", "verified", "finalized", "terminated"}
    | {"agreement_terminated"}
)
STEPS = {
    "accepted": ("accept",),
    "agreed": ("accept", "agree"),
    "verified": ("accept", "agree", "verify"),
    "finalized": ("accept", "agree", "verify", "finalize"),
    "agreement_terminated": ("accept", "agree", "verify", "finalize"),
}
"""What follows the last offer, in order."""


@dataclass(frozen=True)
class Cast:
    """Who acts in one story."""

    consumer: Actor
    provider: Actor
    broker: Actor
    password: str

    def who(self, part: str) -> Actor:
        """The actor of a part."""
        return {"consumer": self.consumer, "provider": self.provider, "broker": self.broker}[part]


async def play(db: Db, cast: Cast, demand: DemoDemand, match_id: int, talk: Talk | None, now: datetime) -> None:
    """Bring the pairing to where the story ends."""
    story = demand.story or ""
    match = await matches.get(db, cast.broker, match_id)
    if story == "rejected_by_broker":
        decision = Review(
            action=ReviewAction.REJECT,
            version=match.version,
            code=RejectCode(demand.story_code or RejectCode.OTHER),
            reason=demand.story_reason,
        )
        await matches.review(db, cast.broker, match_id, decision, now=now)
        return
    await propose(db, cast.broker, match_id, now)
    if story in ("interested_demander", "mutual", "declined_supplier") or story in NEGOTIATED:
        await interest(db, cast.consumer, match_id, now)
    if story in ("interested_supplier", "mutual", "declined_demander") or story in NEGOTIATED:
        await interest(db, cast.provider, match_id, now)
    if story in ("declined_supplier", "declined_demander"):
        await decline(db, cast.who("provider" if story == "declined_supplier" else "consumer"), match_id, demand, now)
    if story in NEGOTIATED and talk:
        await negotiate(db, cast, story, match_id, talk, now)


async def propose(db: Db, broker: Actor, match_id: int, now: datetime) -> None:
    """The broker proposes what waits for that."""
    match = await matches.get(db, broker, match_id)
    if match.state is MatchState.BROKER_REVIEW:
        await matches.review(db, broker, match_id, Review(action=ReviewAction.PROPOSE, version=match.version), now=now)


async def interest(db: Db, actor: Actor, match_id: int, now: datetime) -> Match:
    """One side says yes."""
    match = await matches.get(db, actor, match_id)
    return await matches.answer(
        db, actor, match_id, Response(action=ResponseAction.INTEREST, version=match.version), now=now
    )


async def decline(db: Db, actor: Actor, match_id: int, demand: DemoDemand, now: datetime) -> None:
    """One side says no and why."""
    match = await matches.get(db, actor, match_id)
    response = Response(
        action=ResponseAction.DECLINE,
        version=match.version,
        code=DeclineCode(demand.story_code or DeclineCode.OTHER),
        reason=demand.story_reason or demand.reason,
    )
    await matches.answer(db, actor, match_id, response, now=now)


async def negotiate(db: Db, cast: Cast, story: str, match_id: int, talk: Talk, now: datetime) -> None:
    """The offers in turn, the thread beside them, then the steps to where it ends."""
    first, *others = talk.offers
    room = await negotiations.start(db, cast.who(first.by), match_id, offer_of(first, now), now=now)
    for offer in others:
        room = await negotiations.counter(
            db, cast.who(offer.by), room.id, offer_of(offer, now), version=room.version, now=now
        )
    for message in talk.messages:
        await negotiations.say(db, cast.who(message.by), room.id, message.text, now=now)
    if story == "held":
        await step(db, cast.broker, room, "hold", cast, now, talk.hold_reason)
    elif story == "terminated":
        await step(db, cast.who(talk.ended_by), room, "terminate", cast, now, talk.end_reason)
    last_by_consumer = talk.offers[-1].by == "consumer"
    for action in STEPS.get(story, ()):
        if action == "accept" and last_by_consumer:
            continue  # the provider agrees to the consumer's terms directly
        actor = cast.consumer if action in ("accept", "verify") else cast.provider
        room = await step(db, actor, room, action, cast, now)
    if story == "agreement_terminated" and room.agreement_id:
        side = cast.who(talk.ended_by)
        agreement = await agreements.get(db, side, room.agreement_id)
        await agreements.act(
            db,
            side,
            agreement.id,
            "terminate",
            version=agreement.version,
            reason=talk.end_reason,
            password=cast.password,
            now=now,
        )


async def step(
    db: Db, actor: Actor, room: Negotiation, action: str, cast: Cast, now: datetime, reason: str = ""
) -> Negotiation:
    """One step of the negotiation on its latest version."""
    room = await negotiations.get(db, actor, room.id)
    return await negotiations.act(
        db, actor, room.id, action, version=room.version, now=now, reason=reason or None, password=cast.password
    )


def offer_of(offer: DemoOffer, now: datetime) -> OfferIn:
    """The offer as a side sends it; its period begins next month."""
    begin = (now.date().replace(day=1) + timedelta(days=32)).replace(day=1)
    months = begin.month - 1 + offer.period_months
    end = date(begin.year + months // 12, months % 12 + 1, 1) - timedelta(days=1)
    terms = Terms(
        price=offer.price,
        price_unit=offer.price_unit,
        period_from=begin,
        period_to=end,
        delivery=offer.delivery,
        permitted_use=offer.permitted_use,
        obligations=offer.obligations,
        clauses=offer.clauses,
    )
    return OfferIn(terms=terms, valid_days=max(offer.valid_days, 10), note=offer.note)
