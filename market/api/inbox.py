"""/api/v1/inbox and /api/v1/notifications"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import Controller
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody, QueryParameter
from msgspec import Meta

from market import i18n
from market.api.routes import CursorText, Id, Limit, read, step
from market.domain.accounts import Actor
from market.domain.inbox import InboxItem
from market.domain.machine import Party
from market.domain.notices import Notification, sentence
from market.domain.paging import PAGE, Page
from market.domain.permissions import Permission
from market.domain.subjects import collection
from market.services import inbox, notices
from market.store.query import Db

OfKind = Annotated[str, QueryParameter(max_length=20, description="Only of this kind: match, demand, …")]


class InboxItemOut(msgspec.Struct, frozen=True, kw_only=True):
    """Something that waits. ``action`` is the step that moves it on; take it on the object at ``url``."""

    kind: str
    id: int
    party: Party
    """What you are to it."""
    title: str
    product_title: str
    other: str
    """The other side, as far as you may know it."""
    state: str
    held: bool
    due_at: datetime
    overdue: bool
    action: str
    url: str


class NotificationOut(Notification, frozen=True, kw_only=True):
    """What you were told, in your language."""

    text: str
    url: str


class ReadIn(msgspec.Struct, frozen=True, kw_only=True):
    """What to mark as read; without ``ids`` everything."""

    ids: Annotated[tuple[Id, ...], Meta(max_length=1000)] | None = None


class Unread(msgspec.Struct, frozen=True, kw_only=True):
    """How many notifications are unread."""

    unread: int


def shown(item: InboxItem, now: datetime) -> InboxItemOut:
    """The representation."""
    return InboxItemOut(
        kind=item.kind,
        id=item.id,
        party=item.party,
        title=item.title,
        product_title=item.product_title,
        other=item.other,
        state=item.state,
        held=item.held,
        due_at=item.due_at,
        overdue=item.due_at < now,
        action=item.action,
        url=f"/api/v1/{collection(item.kind)}/{item.id}",
    )


def told(notice: Notification) -> NotificationOut:
    """The representation, in the reader's language."""
    return NotificationOut(
        **msgspec.structs.asdict(notice),
        text=i18n.gettext(sentence(notice.kind, notice.action)),
        url=f"/api/v1/{collection(notice.kind)}/{notice.object_id}",
    )


class InboxController(Controller):
    """What waits for whom."""

    path = "/inbox"
    tags = ["Inbox"]  # noqa: RUF012

    @read(permission=Permission.INBOX_READ)
    async def list_inbox(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        waiting: Annotated[bool, QueryParameter(description="Instead, what you wait for from others")] = False,
        kind: OfKind = "",
        cursor: CursorText = None,
        limit: Limit = PAGE,
    ) -> Page[InboxItemOut]:
        """What waits for you, overdue first."""
        find = inbox.theirs if waiting else inbox.mine
        found = await find(db, actor, now=now, kind=kind, cursor=cursor, limit=limit)
        return found.map(lambda item: shown(item, now))


class NotificationController(Controller):
    """What you were told."""

    path = "/notifications"
    tags = ["Inbox"]  # noqa: RUF012

    @read(permission=Permission.INBOX_READ)
    async def list_notifications(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        unread: FromQuery[bool] = False,
        kind: OfKind = "",
        cursor: CursorText = None,
        limit: Limit = PAGE,
    ) -> Page[NotificationOut]:
        """Latest first."""
        return (await notices.page(db, actor, unread=unread, kind=kind, cursor=cursor, limit=limit)).map(told)

    @step("/read", permission=Permission.INBOX_READ)
    async def mark_notifications_read(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        data: JSONBody[ReadIn],
    ) -> Unread:
        """Mark as read; what is not yours is left alone."""
        ids = None if data.ids is None else list(data.ids)
        return Unread(unread=await notices.mark_read(db, actor, now=now, ids=ids))
