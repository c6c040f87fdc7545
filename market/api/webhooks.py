"""/api/v1/webhooks"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from litestar import Controller, Request, Response
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from market.api.idempotency import once
from market.api.routes import CursorText, Id, IdempotencyKey, IfMatch, Limit, create, read, remove, replace, step
from market.api.schemas import tagged, version_of
from market.domain.accounts import Actor
from market.domain.paging import PAGE, Page
from market.domain.permissions import Permission
from market.domain.webhooks import Delivery, Webhook, WebhookContent
from market.services import webhooks
from market.services.webhooks import NewWebhook
from market.store.query import Db


class Webhooks(msgspec.Struct, frozen=True, kw_only=True):
    """At most 20, oldest first."""

    items: tuple[Webhook, ...]


class WebhookController(Controller):
    """Signed posts to your programs, one for every journalled event your organisation may see.

    Each carries `Duijie-Signature: t=…,v1=…`: v1 is the hex HMAC-SHA256, with the webhook's secret, of the number t,
    a full stop and the body. Answer 2xx within 10 seconds; anything else is tried again after 10 seconds, 1, 5 and 30
    minutes, 2, 6 and 12 hours. The same event may come twice; its `id` tells.
    """

    path = "/webhooks"
    tags = ["Webhooks"]  # noqa: RUF012

    @read(permission=Permission.WEBHOOK_MANAGE)
    async def list_webhooks(self, db: NamedDependency[Db], actor: NamedDependency[Actor]) -> Webhooks:
        """Your organisation's webhooks."""
        return Webhooks(items=tuple(await webhooks.page(db, actor)))

    @create(permission=Permission.WEBHOOK_MANAGE)
    async def create_webhook(
        self,
        request: Request[Actor, Any, Any],
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        data: JSONBody[WebhookContent],
        key: IdempotencyKey = None,
    ) -> Response[NewWebhook]:
        """The answer holds the `secret`; no other does."""

        async def produce() -> NewWebhook:
            return await webhooks.create(db, actor, data, settings=request.app.state.settings)

        return await once(db, actor, key, "/api/v1/webhooks", data, produce)

    @read("/{webhook_id:int}", permission=Permission.WEBHOOK_MANAGE)
    async def get_webhook(
        self, db: NamedDependency[Db], actor: NamedDependency[Actor], webhook_id: FromPath[Id]
    ) -> Response[Webhook]:
        """One webhook."""
        hook = await webhooks.get(db, actor, webhook_id)
        return tagged(hook, hook.version)

    @replace("/{webhook_id:int}", permission=Permission.WEBHOOK_MANAGE)
    async def edit_webhook(
        self,
        request: Request[Actor, Any, Any],
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        webhook_id: FromPath[Id],
        data: JSONBody[WebhookContent],
        if_match: IfMatch,
    ) -> Response[Webhook]:
        """Replace address, kinds and activity; the secret stays."""
        settings = request.app.state.settings
        hook = await webhooks.edit(db, actor, webhook_id, version_of(if_match), data, settings=settings)
        return tagged(hook, hook.version)

    @remove("/{webhook_id:int}", permission=Permission.WEBHOOK_MANAGE)
    async def delete_webhook(
        self, db: NamedDependency[Db], actor: NamedDependency[Actor], webhook_id: FromPath[Id]
    ) -> None:
        """Delete it with its log."""
        await webhooks.delete(db, actor, webhook_id)

    @step("/{webhook_id:int}/test", permission=Permission.WEBHOOK_MANAGE)
    async def test_webhook(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        webhook_id: FromPath[Id],
    ) -> Delivery:
        """Send a `webhook.test` event to this webhook alone; the log shows what came of it."""
        return await webhooks.test(db, actor, webhook_id, now=now)

    @read("/{webhook_id:int}/deliveries", permission=Permission.WEBHOOK_MANAGE)
    async def list_deliveries(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        webhook_id: FromPath[Id],
        cursor: CursorText = None,
        limit: Limit = PAGE,
    ) -> Page[Delivery]:
        """The delivery log, latest first."""
        return await webhooks.deliveries(db, actor, webhook_id, cursor=cursor, limit=limit)

    @step("/{webhook_id:int}/deliveries/{delivery_id:int}/redeliver", permission=Permission.WEBHOOK_MANAGE)
    async def redeliver(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        webhook_id: FromPath[Id],
        delivery_id: FromPath[Id],
    ) -> Delivery:
        """Deliver again from the first attempt."""
        return await webhooks.redeliver(db, actor, webhook_id, delivery_id, now=now)
