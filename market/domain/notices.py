"""Who is told what: one line per journalled event that somebody should hear of.

The side that acted is never told, nor the person who did it. An event without a line here tells nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from market.domain.lifecycles import MACHINES
from market.domain.machine import Party
from market.domain.permissions import Role
from market.domain.words import N_

MEMBER, REGISTRAR, BROKER = Party.MEMBER, Party.REGISTRAR, Party.BROKER
DEMANDER, SUPPLIER, CONSUMER, PROVIDER = Party.DEMANDER, Party.SUPPLIER, Party.CONSUMER, Party.PROVIDER

OVERDUE = "overdue"
"""The event of a deadline that passed without an answer (``services.deadlines``)."""

NOTICES: dict[tuple[str, str], tuple[tuple[Party, ...], str]] = {
    ("organisation", "submit"): ((REGISTRAR,), N_("An organisation asks to be verified.")),
    ("organisation", "verify"): ((MEMBER,), N_("Your organisation is verified.")),
    ("organisation", "reject"): ((MEMBER,), N_("The verification of your organisation was refused.")),
    ("organisation", "suspend"): ((MEMBER,), N_("Your organisation was suspended.")),
    ("organisation", "reinstate"): ((MEMBER,), N_("Your organisation was reinstated.")),
    ("product", "submit"): ((REGISTRAR,), N_("A product waits for its review.")),
    ("product", "return"): ((SUPPLIER,), N_("Your product was returned; it needs changes.")),
    ("product", "list"): ((SUPPLIER,), N_("Your product is listed.")),
    ("product", "suspend"): ((SUPPLIER,), N_("Your product was suspended.")),
    ("product", "resume"): ((SUPPLIER,), N_("Your product is listed again.")),
    ("product", "delist"): ((SUPPLIER,), N_("Your product was delisted.")),
    ("demand", "submit"): ((BROKER,), N_("A demand waits for the broker.")),
    ("demand", "ask"): ((DEMANDER,), N_("The broker asks something about your demand.")),
    ("demand", "answer"): ((BROKER,), N_("The broker's question was answered.")),
    ("demand", "open"): ((DEMANDER,), N_("Your demand is open and being matched.")),
    ("demand", "close_unmet"): ((DEMANDER,), N_("Your demand was closed unmet.")),
    ("demand", "letter"): ((DEMANDER,), N_("A letter says what is missing for your demand.")),
    ("demand", "expire"): ((DEMANDER,), N_("Your demand has expired.")),
    ("demand", "reopen"): ((DEMANDER,), N_("Your demand is open again.")),
    ("demand", "pool_invite"): ((DEMANDER,), N_("Others need nearly the same as you: you can buy together.")),
    ("demand", "pool_quorum"): ((DEMANDER,), N_("Your pool has enough members; one of them can now negotiate.")),
    ("demand", "pool_reopen"): ((DEMANDER,), N_("Your pool has lost members and is open again.")),
    ("demand", "pool_terms"): ((DEMANDER,), N_("Terms were negotiated for your pool: ask for your share.")),
    ("demand", "pool_agree"): ((DEMANDER,), N_("Every member of your pool has an agreement.")),
    ("demand", "pool_dissolve"): ((DEMANDER,), N_("Your pool was dissolved; your demand goes on by itself.")),
    ("pool", "suggest"): ((BROKER,), N_("Near-identical demands were found: confirm the pool.")),
    ("match", "propose"): ((DEMANDER, SUPPLIER), N_("A match was proposed to you.")),
    ("match", "interest"): ((DEMANDER, SUPPLIER), N_("The other side of a match is interested.")),
    ("match", "meet"): ((DEMANDER, SUPPLIER), N_("Both sides of a match are interested.")),
    ("match", "decline"): ((DEMANDER, SUPPLIER), N_("The other side of a match declined.")),
    ("match", "reject"): ((DEMANDER, SUPPLIER), N_("The broker turned down a match that had been proposed to you.")),
    ("match", "stale"): ((DEMANDER, SUPPLIER), N_("A match is out of date.")),
    ("match", "expire"): ((DEMANDER, SUPPLIER), N_("A match has expired unanswered.")),
    ("question", "ask"): ((SUPPLIER,), N_("Somebody asks about your product.")),
    ("question", "answer"): ((DEMANDER,), N_("Your question was answered.")),
    ("question", "retract"): ((DEMANDER,), N_("An answer to your question was taken back.")),
    ("question", "withdraw"): ((SUPPLIER,), N_("A question about your product was withdrawn.")),
    ("question", "expire"): ((DEMANDER, SUPPLIER), N_("A question went unanswered.")),
    ("routing", "route"): ((SUPPLIER,), N_("A demand asks for data that you probably hold.")),
    ("routing", "have"): ((BROKER, DEMANDER), N_("An organisation says that it holds the data asked for.")),
    ("routing", "offer"): ((BROKER,), N_("An organisation that was asked offers a product.")),
    ("routing", "lack"): ((BROKER, DEMANDER), N_("An organisation that was asked does not hold the data.")),
    ("routing", "refuse"): ((BROKER, DEMANDER), N_("An organisation that was asked may not share the data.")),
    ("routing", "withdraw"): ((SUPPLIER,), N_("A request for data was withdrawn.")),
    ("routing", "expire"): ((BROKER, SUPPLIER), N_("A request for data went unanswered.")),
    ("negotiation", "request"): ((PROVIDER,), N_("The data user sent a request.")),
    ("negotiation", "offer"): ((CONSUMER,), N_("The supplier sent an offer.")),
    ("negotiation", "accept"): ((PROVIDER,), N_("The data user accepted your offer.")),
    ("negotiation", "agree"): ((CONSUMER,), N_("The supplier confirmed the agreement.")),
    ("negotiation", "verify"): ((PROVIDER,), N_("The data user verified the agreement.")),
    ("negotiation", "finalize"): ((CONSUMER,), N_("The agreement is in force.")),
    ("negotiation", "terminate"): ((CONSUMER, PROVIDER), N_("The other side ended the negotiation.")),
    ("negotiation", "abort"): ((CONSUMER, PROVIDER), N_("The broker ended the negotiation.")),
    ("negotiation", "hold"): ((CONSUMER, PROVIDER), N_("The broker holds the negotiation.")),
    ("negotiation", "release"): ((CONSUMER, PROVIDER), N_("The negotiation goes on; the hold was lifted.")),
    ("negotiation", "message"): ((CONSUMER, PROVIDER), N_("There is a new message in a negotiation.")),
    ("agreement", "terminate"): ((CONSUMER, PROVIDER), N_("The other side terminated the agreement.")),
    ("agreement", "expire"): ((CONSUMER, PROVIDER), N_("An agreement has ended.")),
}
"""(kind, action) -> the parties told, and what they read."""

FOUND = N_("There are new results for a search you saved.")
"""What is read of a saved search; no journalled event stands behind it."""

LATE = N_("A deadline has passed; it is still your move.")

STAFF_ROLES: dict[Party, tuple[Role, ...]] = {
    BROKER: (Role.BROKER, Role.ADMIN),
    REGISTRAR: (Role.REGISTRAR, Role.ADMIN),
}


class Notification(msgspec.Struct, frozen=True, kw_only=True):
    """What one person was told. ``title`` is the object's as they were allowed to read it then."""

    id: int
    kind: str
    object_id: int
    action: str
    title: str
    created_at: datetime
    read_at: datetime | None


class NoticeGroup(Notification, frozen=True, kw_only=True):
    """All that somebody was told about one object: the latest of it, how often, and how much is unread."""

    times: int
    unread: int


class KindTold(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of object somebody was told about, and how much of it is unread."""

    kind: str
    unread: int


def told(kind: str, action: str, acting: str, data: Mapping[str, Any]) -> tuple[Party, ...]:
    """The parties to be told of an event that ``acting`` caused. An overdue event tells whoever is waited for.

    Of a product that goes and comes with its supplier nobody is told: the supplier's own suspension says it once.
    """
    if action == OVERDUE and kind in MACHINES:
        return tuple(p for p in Party if data.get("state") in MACHINES[kind].waits_for(p))
    if kind == "product" and acting == Party.SYSTEM:
        return ()
    parties, _ = NOTICES.get((kind, action), ((), ""))
    return tuple(p for p in parties if p != acting)


def sentence(kind: str, action: str) -> str:
    """What is read of an event, in English; empty when nobody is told of it."""
    if (kind, action) == ("search", "find"):
        return FOUND
    return LATE if action == OVERDUE else NOTICES.get((kind, action), ((), ""))[1]
