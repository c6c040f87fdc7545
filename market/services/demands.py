"""Demands: write, submit, triage, open, close."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

import msgspec

from market.domain.accounts import Actor
from market.domain.demands import (
    Demand,
    DemandCard,
    DemandContent,
    DemandState,
    content_errors,
    masked_card,
    masked_demand,
    title_of,
)
from market.domain.errors import Forbidden, IllegalTransition, Invalid, NotFound, Stale
from market.domain.gaps import UnmetCode
from market.domain.lifecycles import DEMAND
from market.domain.machine import Edge, Party
from market.domain.money import money_error
from market.domain.paging import PAGE, Cursor, Page, page_of, place
from market.domain.permissions import Permission
from market.domain.text import cleaned
from market.domain.themes import stored
from market.domain.words import N_
from market.services import jobs, limits, matchmaking
from market.services.transitions import birth, fire, fire_many, offered
from market.store import demands, gaps, journal
from market.store.query import Db

Card = TypeVar("Card", bound=DemandCard)

EDITABLE = frozenset({"draft", "submitted", "triage", "clarifying", "open"})
WITH_DEMANDER = {"suspend": N_("Its organisation is suspended."), "resume": N_("Its organisation is reinstated.")}
"""Steps a demand takes because its organisation took them, and the reason that is journalled."""


def parties(actor: Actor, demand: Demand | DemandCard) -> frozenset[Party]:
    """What the actor may be to this demand; a token without the scope is nobody to it."""
    found = actor.parties(demander=demand.organisation_id)
    kept = {Party.DEMANDER: Permission.DEMAND_WRITE, Party.BROKER: Permission.DEMAND_TRIAGE}
    return frozenset(party for party in found if party in kept and actor.may(kept[party]))


def is_insider(actor: Actor, demand: Demand | DemandCard) -> bool:
    """Whether the actor's organisation asks for it, or is the platform."""
    return actor.is_staff or demand.organisation_id == actor.organisation_id is not None


def checked(content: DemandContent) -> DemandContent:
    """Cleaned, a missing title taken from the text. Raises Invalid with every error."""
    content = cleaned(content)
    title, theme = content.title or title_of(content.text), stored(content.theme)
    content = msgspec.structs.replace(content, title=title, theme=theme)
    errors: dict[str, str] = {}
    if content.budget is not None and (wrong := money_error(content.budget)):
        errors["budget"] = wrong
    if len(content.title) < 2:
        errors["title"] = N_("This is too short.")
    if len(content.text) < 2:
        errors["text"] = N_("This is too short.")
    errors |= content_errors(content)
    if errors:
        raise Invalid(errors)
    return content


async def with_lines(content: DemandContent) -> DemandContent:
    """With the lines read from the text when none are given."""
    if content.lines is not None:
        return content
    lines = await matchmaking.in_thread(matchmaking.read_lines, content.title, content.text)
    return msgspec.structs.replace(content, lines=lines)


async def create(
    db: Db, actor: Actor, content: DemandContent, *, now: datetime, source: str = "", source_id: str | None = None
) -> Demand:
    """A draft of the actor's organisation."""
    content = await with_lines(checked(content))
    edge, party, due = birth(DEMAND, "create", actor.parties(demander=actor.organisation_id), now)
    demand_id = await demands.INSERT.one(
        db,
        actor.organisation_id,
        *demands.columns(content),
        source,
        source_id,
        edge.target,
        edge.action,
        actor.person_id,
        party,
        due,
    )
    await jobs.event(db, "demand", demand_id)
    return await get(db, actor, demand_id)


async def get(db: Db, actor: Actor, demand_id: int) -> Demand:
    """The demand as this actor may see it; raises NotFound when they may not."""
    demand = await demands.GET.one(db, demand_id, actor.organisation_id, actor.is_staff)
    if is_insider(actor, demand):
        return demand
    demand = msgspec.structs.replace(demand, state_reason=None, due_at=None)
    if not demand.sealed:
        return demand
    if actor.organisation_id and await demands.RELEASED_TO.one(db, demand_id, actor.organisation_id):
        return demand
    return masked_demand(demand)


async def get_own(db: Db, actor: Actor, demand_id: int) -> Demand:
    """The demand of one's own organisation, unmasked; raises NotFound for any other."""
    demand = await get(db, actor, demand_id)
    if demand.organisation_id != actor.organisation_id:
        raise NotFound
    return demand


async def page(
    db: Db,
    actor: Actor,
    *,
    mine: bool = False,
    states: list[str] | None = None,
    theme: str | None = None,
    region: str | None = None,
    cursor: str | None = None,
    limit: int = PAGE,
) -> Page[DemandCard]:
    """Demands the actor may see, latest change first."""
    rows = await demands.LIST.all(
        db,
        actor.organisation_id,
        actor.is_staff,
        actor.organisation_id if mine else None,
        states,
        theme or None,
        region or None,
        *place(cursor),
        limit + 1,
    )
    found = page_of(rows, limit, lambda card: Cursor(card.updated_at, card.id))
    return found.map(lambda card: as_seen(actor, card))


async def search(
    db: Db, actor: Actor, ids: list[int], *, theme: str | None, region: str | None, limit: int = PAGE
) -> list[DemandCard]:
    """The cards of demands the matcher found, in its order, cut down to what the actor may see."""
    rows = await demands.CARDS.all(
        db, ids, actor.organisation_id, actor.is_staff, ["open"], theme or None, region or None, limit
    )
    return [as_seen(actor, card) for card in rows]


def as_seen(actor: Actor, card: Card) -> Card:
    """The card with what this actor may not see covered."""
    if is_insider(actor, card):
        return card
    card = msgspec.structs.replace(card, due_at=None)
    return masked_card(card) if card.sealed else card


async def edit(db: Db, actor: Actor, demand_id: int, version: int, content: DemandContent, *, now: datetime) -> Demand:
    """Change the contents. What was public is kept as a version. Raises Stale when ``version`` is not the latest."""
    content = await with_lines(checked(content))
    demand = await demands.lock(db, demand_id, actor.organisation_id, actor.is_staff)
    if Party.DEMANDER not in parties(actor, demand):
        raise Forbidden
    if demand.state not in EDITABLE:
        raise IllegalTransition
    if demand.version != version:
        raise Stale
    if demand.opened_at:
        await demands.KEEP_VERSION.run(db, demand_id, demand.revision, content_of(demand), actor.person_id)
    if await demands.UPDATE.run(db, demand_id, version, *demands.columns(content)) == 0:
        raise Stale
    await journal.append(
        db,
        "demand",
        demand_id,
        "edit",
        party=Party.DEMANDER,
        person_id=actor.person_id,
        data={"revision": demand.revision + 1},
    )
    await jobs.event(db, "demand", demand_id)
    return await get(db, actor, demand_id)


def with_content(demand: Demand, **changes: Any) -> DemandContent:
    """The demand's contents with these changes, to be saved by ``edit``."""
    values = {name: getattr(demand, name) for name in DemandContent.__struct_fields__}
    return DemandContent(**(values | changes))


def content_of(demand: Demand) -> dict[str, Any]:
    """The contents alone, as they are kept in a version."""
    values = {name: getattr(demand, name) for name in DemandContent.__struct_fields__}
    found: dict[str, Any] = msgspec.to_builtins(DemandContent(**values))
    return found


async def act(
    db: Db,
    actor: Actor,
    demand_id: int,
    action: str,
    *,
    now: datetime,
    version: int | None = None,
    reason: str | None = None,
) -> Demand:
    """Take one step of the lifecycle. ``version`` guards against acting on what one has not seen.

    Whoever gives up the own demand as unmet names a code as the reason; a broker has written a letter. Raises TooMany
    when one organisation posts more in a day than a broker can look at.
    """
    demand = await demands.lock_with_demander(db, demand_id, actor.organisation_id, actor.is_staff)
    if version is not None and demand.version != version:
        raise Stale
    known = parties(actor, demand)
    if action == "close_unmet" and Party.DEMANDER in known and reason and reason not in set(UnmetCode):
        raise Invalid({"reason": N_("Choose one of the options.")})
    facts = {
        "letter": await gaps.STANDS.one(db, demand_id),
        "live_negotiations": await demands.LIVE_NEGOTIATIONS.one(db, demand_id),
        "effective_agreements": await demands.EFFECTIVE_AGREEMENTS.one(db, demand_id),
    }
    if action == "submit":
        await limits.DEMANDS_OF_ORGANISATION.take(db, str(demand.organisation_id))
    await fire(db, DEMAND, demand, action, actor, known, now=now, facts=facts, reason=reason)
    return await demands.GET.one(db, demand_id, actor.organisation_id, True)


async def suspend_with_demander(db: Db, organisation_id: int, *, now: datetime) -> None:
    """Take every open demand off the market because its organisation was suspended; the caller has locked that."""
    await _move_all(db, organisation_id, DemandState.OPEN, "suspend", now)


async def resume_with_demander(db: Db, organisation_id: int, *, now: datetime) -> None:
    """Open again what went with its organisation; the caller has locked that."""
    await _move_all(db, organisation_id, DemandState.SUSPENDED, "resume", now)


async def _move_all(db: Db, organisation_id: int, state: DemandState, action: str, now: datetime) -> None:
    moving = await demands.lock_of(db, organisation_id, state)
    refused = await fire_many(db, DEMAND, moving, action, Party.SYSTEM, now=now, reason=WITH_DEMANDER[action])
    await jobs.events(db, "demand", [demand.id for demand in moving if demand.id not in refused])


def actions(actor: Actor, demand: Demand | DemandCard) -> list[Edge]:
    """The moves open to this actor."""
    return offered(DEMAND, demand, parties(actor, demand), actor)
