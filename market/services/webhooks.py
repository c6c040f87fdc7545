"""Webhooks: an organisation's programs are told of every journalled event it may see."""

from __future__ import annotations

import secrets
from datetime import datetime

import asyncpg
import httpx
import msgspec

from market import __version__
from market.domain.accounts import Actor
from market.domain.errors import Conflict, Stale
from market.domain.paging import PAGE, Cursor, Page, decode, page_of
from market.domain.subjects import Subject, collection, is_of_the_sides, is_public
from market.domain.text import cleaned
from market.domain.webhooks import (
    BACKOFF,
    MOST,
    REST,
    Delivery,
    Envelope,
    Webhook,
    WebhookContent,
    signature,
)
from market.domain.words import N_
from market.services import jobs, targets
from market.settings import Settings
from market.store import journal, subjects, webhooks
from market.store.journal import Event
from market.store.query import Db

ENTRYPOINT = "webhook"
PREFIX = "whsec_"


class NewWebhook(Webhook, frozen=True, kw_only=True):
    """A webhook just made. ``secret`` is shown this once; it signs every delivery."""

    secret: str


async def checked(content: WebhookContent, *, settings: Settings) -> WebhookContent:
    """Cleaned. Raises Invalid for an address that cannot be posted to, or is not allowed here."""
    content = cleaned(content)
    await targets.resolve(targets.parse(content.url), private=settings.private_webhooks)
    return msgspec.structs.replace(content, kinds=tuple(dict.fromkeys(content.kinds)))


async def page(db: Db, actor: Actor) -> list[Webhook]:
    """The organisation's webhooks, oldest first."""
    return await webhooks.LIST.all(db, actor.organisation_id)


async def get(db: Db, actor: Actor, webhook_id: int) -> Webhook:
    """One of the organisation's own; raises NotFound."""
    return await webhooks.GET.one(db, actor.organisation_id, webhook_id)


async def create(db: Db, actor: Actor, content: WebhookContent, *, settings: Settings) -> NewWebhook:
    """A webhook with a fresh secret. Raises Invalid, or Conflict when there are too many."""
    content = await checked(content, settings=settings)
    await webhooks.LOCK_ORGANISATION.one(db, actor.organisation_id)
    if await webhooks.COUNT.one(db, actor.organisation_id) >= MOST:
        raise Conflict(N_("An organisation has at most %(most)d webhooks. Delete one first."), most=MOST)
    secret = PREFIX + secrets.token_urlsafe(32)
    webhook_id = await webhooks.INSERT.one(
        db, actor.organisation_id, content.url, list(content.kinds), content.active, secret, actor.person_id
    )
    await _journal(db, actor, webhook_id, "create")
    made = await get(db, actor, webhook_id)
    return NewWebhook(**msgspec.structs.asdict(made), secret=secret)


async def edit(
    db: Db, actor: Actor, webhook_id: int, version: int, content: WebhookContent, *, settings: Settings
) -> Webhook:
    """Change address, kinds or activity; the secret stays. Raises NotFound, Invalid, Stale."""
    await get(db, actor, webhook_id)
    content = await checked(content, settings=settings)
    values = (content.url, list(content.kinds), content.active)
    if await webhooks.UPDATE.run(db, actor.organisation_id, webhook_id, version, *values) == 0:
        raise Stale
    await _journal(db, actor, webhook_id, "edit")
    return await get(db, actor, webhook_id)


async def delete(db: Db, actor: Actor, webhook_id: int) -> None:
    """Take it out, with its delivery log. Raises NotFound."""
    await get(db, actor, webhook_id)
    await webhooks.DELETE.run(db, actor.organisation_id, webhook_id)
    await _journal(db, actor, webhook_id, "delete")


async def test(db: Db, actor: Actor, webhook_id: int, *, now: datetime) -> Delivery:
    """Send an event of its own to this webhook alone, active or not; the log shows what came of it."""
    await get(db, actor, webhook_id)
    event_id = await _journal(db, actor, webhook_id, "test")
    delivery_id = await _queue(db, webhook_id, event_id, now)
    return await webhooks.DELIVERY.one(db, actor.organisation_id, webhook_id, delivery_id)


async def deliveries(
    db: Db, actor: Actor, webhook_id: int, *, cursor: str | None = None, limit: int = PAGE
) -> Page[Delivery]:
    """The delivery log, latest first. Raises NotFound."""
    await get(db, actor, webhook_id)
    after = decode(cursor)
    rows = await webhooks.LOG.all(db, actor.organisation_id, webhook_id, after.id if after else None, limit + 1)
    return page_of(rows, limit, lambda delivery: Cursor(delivery.created_at, delivery.id))


async def redeliver(db: Db, actor: Actor, webhook_id: int, delivery_id: int, *, now: datetime) -> Delivery:
    """Deliver again from the first attempt, whatever came of it before. Raises NotFound."""
    await webhooks.DELIVERY.one(db, actor.organisation_id, webhook_id, delivery_id)
    await webhooks.AGAIN.run(db, delivery_id, now)
    await jobs.enqueue(db, ENTRYPOINT, delivery_id)
    return await webhooks.DELIVERY.one(db, actor.organisation_id, webhook_id, delivery_id)


async def on_event(db: Db, event: Event, *, now: datetime) -> None:
    """Queue one delivery for each webhook that may hear of the event. Safe to repeat."""
    subject = await subjects.find(db, event.kind, event.object_id)
    if subject is None:
        return
    seen = is_of_the_sides(event.kind, event.action, event.source, event.target)
    sides = sorted(subject.organisations) if seen else []
    everybody = is_public(subject, event.action, event.source, event.target)
    for listener in await webhooks.FOR_EVENT.all(db, event.kind, sides, everybody):
        await _queue(db, listener.id, event.id, now)


async def deliver(
    pool: asyncpg.Pool, client: httpx.AsyncClient, delivery_id: int, *, now: datetime, settings: Settings
) -> None:
    """One attempt at one delivery: signed, posted, noted; after a failure the next is queued for later.

    Nothing happens when it was delivered meanwhile, given up, or its webhook is inactive or deleted. No database
    connection is held while the receiver thinks.
    """
    async with pool.acquire() as db:
        attempt = await webhooks.ATTEMPT.first(db, delivery_id)
        if attempt is None:
            return
        if attempt.resting_until and attempt.resting_until > now:
            await _postpone(db, delivery_id, attempt.resting_until, now)
            return
        event = await journal.GET.one(db, attempt.event_id)
        subject = await subjects.find(db, event.kind, event.object_id)
    if subject is None:
        return
    body = msgspec.json.encode(envelope(subject, event, attempt.organisation_id, attempt.staff, settings.address))
    headers = {
        "Content-Type": "application/json",
        "User-Agent": f"Duijie/{__version__}",
        "Duijie-Event": f"{event.kind}.{event.action}",
        "Duijie-Delivery": str(delivery_id),
        "Duijie-Signature": signature(attempt.secret, body, now),
    }
    outcome = await targets.post(client, attempt.url, body, headers, private=settings.private_webhooks)
    async with pool.acquire() as db, db.transaction():
        await _note(db, attempt, outcome, now)


async def _postpone(db: Db, delivery_id: int, until: datetime, now: datetime) -> None:
    async with db.transaction():
        await webhooks.POSTPONE.run(db, delivery_id, until)
        await jobs.enqueue(db, ENTRYPOINT, delivery_id, after=until - now)


async def _note(db: Db, attempt: webhooks.Attempt, outcome: targets.Outcome, now: datetime) -> None:
    wait = BACKOFF[attempt.attempts] if not outcome.delivered and attempt.attempts < len(BACKOFF) else None
    next_at = now + wait if wait else None
    delivered_at = now if outcome.delivered else None
    await webhooks.ATTEMPTED.run(db, attempt.id, outcome.status, outcome.error, next_at, delivered_at)
    if not outcome.answered:
        await webhooks.REST.run(db, attempt.webhook_id, now + REST)
    if wait:
        await jobs.enqueue(db, ENTRYPOINT, attempt.id, after=wait)


def envelope(subject: Subject, event: Event, organisation_id: int, staff: bool, address: str) -> Envelope:
    """What this organisation reads of the event: reasons only where it is party, a sealed demand masked."""
    party = staff or organisation_id in subject.organisations
    return Envelope(
        id=event.id,
        type=f"{event.kind}.{event.action}",
        kind=event.kind,
        object_id=event.object_id,
        action=event.action,
        source=event.source,
        target=event.target,
        at=event.at,
        title=subject.title_for(organisation_id, staff=staff),
        reason=subject.covered(event.reason, organisation_id, staff=staff) if party and event.reason else None,
        url=f"{address}/api/v1/{collection(event.kind)}/{event.object_id}",
    )


async def _queue(db: Db, webhook_id: int, event_id: int, now: datetime) -> int | None:
    """None when this event was queued for this webhook before."""
    delivery_id = await webhooks.QUEUE.first(db, webhook_id, event_id, now)
    if delivery_id is not None:
        await jobs.enqueue(db, ENTRYPOINT, delivery_id)
    return delivery_id


async def _journal(db: Db, actor: Actor, webhook_id: int, action: str) -> int:
    return await journal.append(db, "webhook", webhook_id, action, party="member", person_id=actor.person_id)
