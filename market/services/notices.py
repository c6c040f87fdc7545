"""Who is told: notifications in the site, and the same by e-mail where the operator has configured it."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from market import i18n
from market.domain.accounts import Actor
from market.domain.machine import Party
from market.domain.notices import STAFF_ROLES, KindTold, NoticeGroup, Notification, sentence, told
from market.domain.paging import PAGE, Cursor, Page, decode, page_of
from market.domain.subjects import Subject, collection, is_of_the_sides
from market.domain.words import N_
from market.services import mail
from market.settings import Settings
from market.store import notices, subjects
from market.store.journal import Event
from market.store.notices import Told
from market.store.query import Db

MAIL_BODY = N_("%(sentence)s\n\n%(title)s\n%(link)s\n\nDuijie wrote to you because you work on this there.")


async def on_event(db: Db, event: Event, *, now: datetime, settings: Settings) -> None:
    """Write the notifications of one journalled event. Safe to repeat: nobody is told twice."""
    parties = told(event.kind, event.action, event.party, event.data)
    subject = await subjects.find(db, event.kind, event.object_id) if parties else None
    if subject is None:
        return
    seen = is_of_the_sides(event.kind, event.action, event.source, event.target)
    fresh: dict[str, list[Told]] = defaultdict(list)
    for party in parties:
        title = subject.title_for(subject.sides.get(party), staff=party in STAFF_ROLES)
        if party in STAFF_ROLES or (seen and party in subject.sides):
            fresh[title] += await _tell(db, event, subject, party, title)
    if organisations := {person.organisation_id for people in fresh.values() for person in people}:
        await notices.ANNOUNCE.one(db, sorted(organisations))
    if not settings.smtp_url:
        return
    for title, people in fresh.items():
        for person in people:
            await _write_to(db, event, title, person, settings)
    await notices.EMAILED.run(db, event.id, [p.id for people in fresh.values() for p in people], now)


async def _tell(db: Db, event: Event, subject: Subject, party: Party, title: str) -> list[Told]:
    roles = [str(role) for role in STAFF_ROLES.get(party, ())]
    side = None if roles else subject.sides[party]
    return await notices.TELL.all(
        db, event.id, event.kind, event.object_id, event.action, title, event.person_id, side, roles
    )


async def _write_to(db: Db, event: Event, title: str, person: Told, settings: Settings) -> None:
    """In the person's own language, else the site's."""
    path = page_of_object(event.kind, event.object_id, own=person.organisation_id == event.object_id)
    with i18n.speaking(person.language or settings.language):
        first = i18n.gettext(sentence(event.kind, event.action))
        body = i18n.gettext(MAIL_BODY) % {"sentence": first, "title": title, "link": settings.address + path}
    await mail.send(db, person.email, first, body)


OF_STAFF = {"jobs": "/desk/health", "ranker": "/desk/matching", "desk": "/desk"}
"""Pages of what has none of its own, of staff alone."""


def page_of_object(kind: str, object_id: int, *, own: bool) -> str:
    """The page where one acts on it; one's own organisation has a page without a number."""
    if kind == "organisation":
        return "/organisation" if own else f"/desk/organisations/{object_id}"
    if kind in OF_STAFF:
        return OF_STAFF[kind]
    return f"/{collection(kind)}/{object_id}"


async def page(
    db: Db, actor: Actor, *, unread: bool = False, kind: str = "", cursor: str | None = None, limit: int = PAGE
) -> Page[Notification]:
    """What this person was told in this organisation, latest first; of one kind of object, or of all."""
    after = decode(cursor)
    rows = await notices.LIST.all(
        db, actor.person_id, actor.organisation_id, unread, after.id if after else None, limit + 1, kind
    )
    return page_of(rows, limit, lambda notice: Cursor(notice.created_at, notice.id))


async def grouped(
    db: Db, actor: Actor, *, unread: bool = False, kind: str = "", cursor: str | None = None, limit: int = PAGE
) -> Page[NoticeGroup]:
    """The same, one row an object: its latest, and how much there is of it."""
    after = decode(cursor)
    rows = await notices.GROUPED.all(
        db, actor.person_id, actor.organisation_id, unread, after.id if after else None, limit + 1, kind
    )
    return page_of(rows, limit, lambda group: Cursor(group.created_at, group.id))


async def kinds(db: Db, actor: Actor) -> list[KindTold]:
    """The kinds of objects this person was told about."""
    return await notices.KINDS.all(db, actor.person_id, actor.organisation_id)


async def unread(db: Db, actor: Actor) -> int:
    """How many this person has not read."""
    return await notices.UNREAD.one(db, actor.person_id, actor.organisation_id)


async def open_(db: Db, actor: Actor, notification_id: int, *, now: datetime) -> Notification:
    """One notification; it and the earlier ones about the same object are read from now on. Raises NotFound."""
    found = await notices.GET.one(db, actor.person_id, actor.organisation_id, notification_id)
    await notices.READ_OBJECT.run(
        db, actor.person_id, actor.organisation_id, found.kind, found.object_id, notification_id, now
    )
    return found


async def mark_read(
    db: Db, actor: Actor, *, now: datetime, ids: list[int] | None = None, until: int | None = None
) -> int:
    """Mark these, or all up to ``until``, or all as read; how many are left."""
    await notices.READ.run(db, actor.person_id, actor.organisation_id, now, ids, until)
    return await unread(db, actor)
