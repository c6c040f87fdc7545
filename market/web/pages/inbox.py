"""The inbox (what waits for me, what I wait for) and what I was told."""

from __future__ import annotations

from datetime import datetime

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from market.domain.accounts import Actor
from market.domain.inbox import InboxItem
from market.domain.machine import Party
from market.domain.notices import sentence
from market.domain.paging import Page
from market.domain.permissions import Permission
from market.domain.words import N_
from market.services import inbox, notices
from market.services.notices import page_of_object
from market.store.query import Db
from market.web.page import Web, go, page

P = Permission
FEW = 5
"""Things one waits for, shown below one's own moves."""


@get("/inbox", permission=P.INBOX_READ)
async def own_inbox(
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    show: FromQuery[str] = "",
    kind: FromQuery[str] = "",
    cursor: FromQuery[str] = "",
) -> Template:
    """My moves, overdue first; below them, or on a page of their own, the moves I wait for."""
    waiting = show == "waiting"
    kinds = inbox.kinds(actor)
    kind = kind if kind in kinds else ""
    none: Page[InboxItem] = Page(items=())
    mine = none if waiting else await inbox.mine(db, actor, now=now, kind=kind, cursor=cursor, together=True)
    theirs = none
    if waiting or not cursor:
        rest = {"cursor": cursor} if waiting else {"limit": FEW}
        theirs = await inbox.theirs(db, actor, now=now, kind=kind, together=True, **rest)
    return page(
        "pages/inbox.html",
        kinds=kinds,
        kind=kind,
        mine=mine,
        theirs=theirs,
        waiting=waiting,
        now=now,
        link=_link,
    )


def _link(item: InboxItem) -> str:
    if item.demand_id:
        return f"/demands/{item.demand_id}#comparison"
    return page_of_object(item.kind, item.id, own=item.party is Party.MEMBER)


@get("/notifications", permission=P.INBOX_READ)
async def notifications(
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    show: FromQuery[str] = "",
    kind: FromQuery[str] = "",
    cursor: FromQuery[str] = "",
) -> Template:
    """What I was told, latest first, one row an object."""
    kinds = {told.kind: told.unread for told in await notices.kinds(db, actor)}
    kind = kind if kind in kinds else ""
    unread = show == "unread"
    found = await notices.grouped(db, actor, unread=unread, kind=kind, cursor=cursor)
    return page(
        "pages/notifications.html",
        notices=found.items,
        next=found.next,
        sentence=sentence,
        only_unread=unread,
        kinds=kinds,
        kind=kind,
    )


@get("/notifications/{notification_id:int}", permission=P.INBOX_READ)
async def open_notification(
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    notification_id: FromPath[int],
) -> Redirect:
    """To the object it is about; it is read then."""
    notice = await notices.open_(db, actor, notification_id, now=now)
    own = notice.object_id == actor.organisation_id
    return Redirect(page_of_object(notice.kind, notice.object_id, own=own), status_code=303)


@post("/notifications/read", permission=P.INBOX_READ)
async def read_notifications(
    request: Web, db: NamedDependency[Db], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> Redirect:
    """Mark all as read, up to the latest one that was on the page."""
    text = str((await request.form()).get("until", ""))
    until = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
    await notices.mark_read(db, actor, now=now, until=until)
    return go(request, "/notifications", N_("All marked as read."))


ROUTES = [own_inbox, notifications, open_notification, read_notifications]
