"""Pages of agreements: the list, and the agreement as a contract reads."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from market.domain.accounts import Actor
from market.domain.agreements import Agreement, AgreementCard, AgreementState
from market.domain.errors import Conflict
from market.domain.machine import Party
from market.domain.permissions import Permission
from market.domain.words import N_
from market.services import agreements, evidence, products
from market.store import journal
from market.store.query import Db
from market.web import forms
from market.web.page import Web, go, page
from market.web.pages.products import table_of

P = Permission
UNTOLD = frozenset({"message", "terms"})
"""Events that are no step in the life of an agreement."""

TURNS = {AgreementState.DRAFTED: Party.CONSUMER, AgreementState.SIGNED: Party.PROVIDER}
"""Who brings it into force by the next step of the negotiation."""


@get("/agreements", permission=P.AGREEMENT_READ)
async def list_agreements(
    db: NamedDependency[Db], actor: NamedDependency[Actor], cursor: FromQuery[str] = ""
) -> Template:
    """The organisation's agreements, for staff all of them."""
    found = await agreements.page(db, actor, cursor=cursor)
    mine = {card.id for card in found.items if _is_mine(actor, card)}
    return page("pages/agreements.html", cards=found.items, next=found.next, mine=mine)


def _is_mine(actor: Actor, agreement: Agreement | AgreementCard) -> bool:
    """Whether the reader's side brings it into force."""
    sides = actor.parties(consumer=agreement.consumer_id, provider=agreement.provider_id)
    return TURNS.get(agreement.state) in sides


@get("/agreements/{agreement_id:int}", permission=P.AGREEMENT_READ)
async def agreement_page(
    db: NamedDependency[Db], actor: NamedDependency[Actor], agreement_id: FromPath[int]
) -> Template:
    """Parties, product, terms, signatures, history."""
    return await _agreement_page(db, actor, agreement_id)


async def _agreement_page(db: Db, actor: Actor, agreement_id: int, **again: Any) -> Template:
    agreement = await agreements.get(db, actor, agreement_id)
    product = await products.get_revision(db, actor, agreement.product_id, agreement.product_revision)
    context: dict[str, Any] = {
        "agreement": agreement,
        "turn": TURNS.get(agreement.state),
        "mine": _is_mine(actor, agreement),
        "terms": agreement.read(),
        "product": product,
        "sample": table_of(product.sample),
        "signatures": await agreements.signatures(db, agreement),
        "actions": agreements.actions(actor, agreement),
        "events": await _life(db, agreement),
        "typed": {},
    }
    return page("pages/agreement.html", **context | again)


async def _life(db: Db, agreement: Agreement) -> list[journal.Event]:
    """What happened from the first offer on, first first; what was only written or noted on the way is left out."""
    negotiated = await journal.OF_OBJECT.all(db, "negotiation", agreement.negotiation_id)
    own = await journal.OF_OBJECT.all(db, "agreement", agreement.id)
    return sorted((e for e in (*negotiated, *own) if e.action not in UNTOLD), key=lambda e: (e.at, e.id))


@get("/agreements/{agreement_id:int}/evidence", permission=P.AGREEMENT_READ)
async def agreement_evidence(
    db: NamedDependency[Db], actor: NamedDependency[Actor], agreement_id: FromPath[int]
) -> Template:
    """Text, signatures and journal checked now, what was found in words, and how to check it by oneself."""
    found = await evidence.of_agreement(db, actor, agreement_id)
    agreement = await agreements.get(db, actor, agreement_id)
    return page("pages/evidence.html", agreement=agreement, found=found)


@post("/agreements/{agreement_id:int}/actions/{action:str}", permission=P.AGREEMENT_READ)
async def act_on_agreement(
    request: Web,
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    agreement_id: FromPath[int],
    action: FromPath[str],
) -> Redirect:
    """End an agreement in force."""
    form = await request.form()
    typed = forms.typed(form)
    again = await _agreement_page(db, actor, agreement_id, typed=typed)
    with forms.retry_on(again):
        try:
            await agreements.act(
                db,
                actor,
                agreement_id,
                action,
                version=forms.version(form),
                reason=typed.get("reason", ""),
                password=typed.get("password", ""),
                now=now,
            )
        except Conflict as error:
            raise forms.too_late(error, await _agreement_page(db, actor, agreement_id, typed=typed)) from error
    return go(request, f"/agreements/{agreement_id}", N_("Done."))


ROUTES = [list_agreements, agreement_page, agreement_evidence, act_on_agreement]
