"""/api/v1/negotiations"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import Controller, Response
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import Meta

from market.api.idempotency import once
from market.api.routes import CursorText, Id, IdempotencyKey, Limit, OfTurn, create, read, step
from market.api.schemas import Action, Step, actions_of, tagged
from market.domain.accounts import Actor
from market.domain.machine import Party
from market.domain.negotiations import (
    Message,
    Negotiation,
    NegotiationCard,
    NegotiationState,
    Offer,
    OfferIn,
    Seen,
    TermChange,
    Terms,
)
from market.domain.paging import PAGE, Page
from market.domain.permissions import Permission
from market.services import negotiations
from market.store.query import Db

Number = Annotated[int, Meta(ge=1, le=2**31 - 1)]


class OfferOut(msgspec.Struct, frozen=True, kw_only=True):
    """An offer. ``sha256`` is over ``terms_text``, the canonical form of ``terms``, in UTF-8."""

    id: int
    number: int
    party: Party
    person_name: str
    terms: Terms
    terms_text: str
    sha256: str
    note: str
    expires_at: datetime
    created_at: datetime


class NegotiationOut(Negotiation, frozen=True, kw_only=True):
    """A negotiation, whose turn it is, the last offer, and what the caller may do now."""

    turn: Party | None
    offer: OfferOut
    actions: tuple[Action, ...] = ()


class Opening(OfferIn, frozen=True, kw_only=True):
    """The first offer, on a match both sides are interested in."""

    match_id: Id


class CounterOffer(OfferIn, frozen=True, kw_only=True):
    """Other terms. ``version`` is the negotiation's, as the caller has seen it."""

    version: Number


class ConfirmedStep(Step, frozen=True, kw_only=True):
    """Take a step; ``password`` where the action says ``needs_password``: the token owner's own, entered for this."""

    password: Annotated[str, Meta(max_length=200)] = ""


class MessageIn(msgspec.Struct, frozen=True, kw_only=True):
    """A message to the other side and the broker."""

    body: Annotated[str, Meta(min_length=1, max_length=negotiations.LONGEST_MESSAGE)]


def offer_out(offer: Offer) -> OfferOut:
    """The offer as the API shows it."""
    return OfferOut(
        id=offer.id,
        number=offer.number,
        party=offer.party,
        person_name=offer.person_name,
        terms=offer.read(),
        terms_text=offer.terms,
        sha256=offer.terms_hash.hex(),
        note=offer.note,
        expires_at=offer.expires_at,
        created_at=offer.created_at,
    )


async def shown(db: Db, actor: Actor, negotiation: Negotiation) -> NegotiationOut:
    """The representation for this caller."""
    return NegotiationOut(
        **{name: getattr(negotiation, name) for name in negotiation.__struct_fields__},
        turn=negotiations.turn(negotiation.state),
        offer=offer_out(await negotiations.last_offer(db, negotiation)),
        actions=actions_of(negotiations.actions(actor, negotiation)),
    )


class NegotiationController(Controller):
    """From a mutual match to an agreement, in the states of the Dataspace Protocol."""

    path = "/negotiations"
    tags = ["Negotiations"]  # noqa: RUF012

    @read(permission=Permission.NEGOTIATION_READ)
    async def list_negotiations(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        states: Annotated[
            list[NegotiationState] | None, QueryParameter(name="state", description="Any of these states")
        ] = None,
        demand: FromQuery[Id | None] = None,
        product: FromQuery[Id | None] = None,
        held: Annotated[bool, QueryParameter(description="Only those on hold")] = False,
        overdue: Annotated[bool, QueryParameter(description="Only those whose deadline has passed")] = False,
        turn: OfTurn = None,
        cursor: CursorText = None,
        limit: Limit = PAGE,
    ) -> Page[NegotiationCard]:
        """Your organisation's negotiations (for staff, all).

        First those that wait for you (`yours`), the most urgent first, then the rest, the latest change first.
        """
        return await negotiations.page(
            db,
            actor,
            await negotiations.waits(db, actor),
            states=[*states] if states else None,
            demand_id=demand,
            product_id=product,
            held=held,
            overdue_at=now if overdue else None,
            yours=turn is not None,
            cursor=cursor,
            limit=limit,
        )

    @create(permission=Permission.NEGOTIATION_WRITE)
    async def start_negotiation(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        data: JSONBody[Opening],
        key: IdempotencyKey = None,
    ) -> Response[NegotiationOut]:
        """Open a negotiation from a mutual match: the demander's terms are a request, the supplier's an offer."""

        async def produce() -> NegotiationOut:
            return await shown(db, actor, await negotiations.start(db, actor, data.match_id, data, now=now))

        return await once(db, actor, key, "/api/v1/negotiations", data, produce)

    @read("/{negotiation_id:int}", permission=Permission.NEGOTIATION_READ)
    async def get_negotiation(
        self, db: NamedDependency[Db], actor: NamedDependency[Actor], negotiation_id: FromPath[Id]
    ) -> Response[NegotiationOut]:
        """One negotiation."""
        negotiation = await negotiations.get(db, actor, negotiation_id)
        return tagged(await shown(db, actor, negotiation), negotiation.version)

    @step("/{negotiation_id:int}/actions", permission=Permission.NEGOTIATION_READ)
    async def act_on_negotiation(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        negotiation_id: FromPath[Id],
        data: JSONBody[ConfirmedStep],
    ) -> Response[NegotiationOut]:
        """Take one of the listed `actions`; `offer` and `request` carry terms and go to `/offers`.

        A token needs `negotiation:write` (staff: `negotiation:hold`) besides.
        """
        negotiation = await negotiations.act(
            db,
            actor,
            negotiation_id,
            data.action,
            version=data.version,
            now=now,
            reason=data.reason,
            password=data.password,
        )
        return tagged(await shown(db, actor, negotiation), negotiation.version)

    @read("/{negotiation_id:int}/offers", permission=Permission.NEGOTIATION_READ)
    async def list_offers(
        self, db: NamedDependency[Db], actor: NamedDependency[Actor], negotiation_id: FromPath[Id]
    ) -> list[OfferOut]:
        """Every offer, in order."""
        negotiation = await negotiations.get(db, actor, negotiation_id)
        return [offer_out(offer) for offer in await negotiations.offers(db, negotiation)]

    @create("/{negotiation_id:int}/offers", permission=Permission.NEGOTIATION_WRITE)
    async def send_offer(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        negotiation_id: FromPath[Id],
        data: JSONBody[CounterOffer],
        key: IdempotencyKey = None,
    ) -> Response[OfferOut]:
        """Send other terms: the supplier's `offer`, or the data user's `request` as a counter-offer."""

        async def produce() -> OfferOut:
            negotiation = await negotiations.counter(db, actor, negotiation_id, data, version=data.version, now=now)
            return offer_out(await negotiations.last_offer(db, negotiation))

        return await once(db, actor, key, f"/api/v1/negotiations/{negotiation_id}/offers", data, produce)

    @read("/{negotiation_id:int}/offers/{offer_id:int}", permission=Permission.NEGOTIATION_READ)
    async def get_offer(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        negotiation_id: FromPath[Id],
        offer_id: FromPath[Id],
    ) -> OfferOut:
        """One offer, by its id."""
        negotiation = await negotiations.get(db, actor, negotiation_id)
        return offer_out(await negotiations.one_offer(db, negotiation, offer_id))

    @read("/{negotiation_id:int}/changes", permission=Permission.NEGOTIATION_READ)
    async def list_changes(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        negotiation_id: FromPath[Id],
        before: FromQuery[Number],
        after: FromQuery[Number],
    ) -> list[TermChange]:
        """What differs between two offers, by their numbers, clause by clause."""
        negotiation = await negotiations.get(db, actor, negotiation_id)
        return list(await negotiations.difference(db, negotiation, before, after))

    @read("/{negotiation_id:int}/seen", permission=Permission.NEGOTIATION_READ)
    async def list_seen(
        self, db: NamedDependency[Db], actor: NamedDependency[Actor], negotiation_id: FromPath[Id]
    ) -> list[Seen]:
        """Which side had the room open, first and last, while which offer was the latest. Programs leave no trace."""
        negotiation = await negotiations.get(db, actor, negotiation_id)
        return await negotiations.seen(db, negotiation)

    @read("/{negotiation_id:int}/messages", permission=Permission.NEGOTIATION_READ)
    async def list_messages(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        negotiation_id: FromPath[Id],
        cursor: CursorText = None,
        limit: Limit = PAGE,
    ) -> Page[Message]:
        """The thread beside the offers, newest first."""
        negotiation = await negotiations.get(db, actor, negotiation_id)
        return await negotiations.thread(db, negotiation, cursor=cursor, limit=limit)

    @create("/{negotiation_id:int}/messages", permission=Permission.NEGOTIATION_READ)
    async def send_message(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        negotiation_id: FromPath[Id],
        data: JSONBody[MessageIn],
        key: IdempotencyKey = None,
    ) -> Response[Message]:
        """Write to the other side and the broker. A token needs `negotiation:write` (staff: `negotiation:hold`)."""

        async def produce() -> Message:
            return await negotiations.say(db, actor, negotiation_id, data.body, now=now)

        return await once(db, actor, key, f"/api/v1/negotiations/{negotiation_id}/messages", data, produce)
