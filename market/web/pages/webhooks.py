"""An organisation's webhooks: list, make, change, test, delete; what each delivery came to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from market.domain.accounts import Actor
from market.domain.permissions import Permission
from market.domain.webhooks import EventKind, WebhookContent
from market.domain.words import N_
from market.services import webhooks
from market.store.query import Db
from market.web import forms, labels
from market.web.page import Web, go, page

P = Permission
KINDS = {kind: labels.WORDS["kind"][kind] for kind in EventKind}


@get("/organisation/webhooks", permission=P.WEBHOOK_MANAGE)
async def webhooks_page(db: NamedDependency[Db], actor: NamedDependency[Actor]) -> Template:
    """The organisation's webhooks and the form for another."""
    return await _webhooks_page(db, actor)


async def _webhooks_page(db: Db, actor: Actor, **again: Any) -> Template:
    found = await webhooks.page(db, actor)
    return page("pages/webhooks.html", **{"hooks": found, "kinds": KINDS, "typed": {"active": "on"}, **again})


@post("/organisation/webhooks", permission=P.WEBHOOK_MANAGE, status_code=200)
async def create_webhook(request: Web, db: NamedDependency[Db], actor: NamedDependency[Actor]) -> Template:
    """Make one and show its secret, this once."""
    typed = forms.typed(await request.form(), "kinds")
    again = await _webhooks_page(db, actor, typed=typed)
    with forms.retry_on(again):
        content = forms.read(WebhookContent, _form(typed))
        made = await webhooks.create(db, actor, content, settings=request.app.state.settings)
    shown = await _webhook_page(db, actor, made.id, secret=made.secret)
    shown.headers["Cache-Control"] = "no-store"
    return shown


def _form(typed: forms.Typed) -> forms.Typed:
    """A box that is not ticked is not sent."""
    return {"active": "off", **typed}


@get("/organisation/webhooks/{webhook_id:int}", permission=P.WEBHOOK_MANAGE)
async def webhook_page(
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    webhook_id: FromPath[int],
    cursor: FromQuery[str] = "",
) -> Template:
    """One webhook: its form, its deliveries."""
    return await _webhook_page(db, actor, webhook_id, cursor=cursor)


async def _webhook_page(db: Db, actor: Actor, webhook_id: int, *, cursor: str = "", **again: Any) -> Template:
    hook = await webhooks.get(db, actor, webhook_id)
    typed = msgspec.to_builtins(hook) | {"kinds": list(hook.kinds)}
    log = await webhooks.deliveries(db, actor, webhook_id, cursor=cursor)
    return page(
        "pages/webhook.html", **{"hook": hook, "kinds": KINDS, "log": log, "typed": typed, "secret": "", **again}
    )


@post("/organisation/webhooks/{webhook_id:int}", permission=P.WEBHOOK_MANAGE)
async def save_webhook(
    request: Web, db: NamedDependency[Db], actor: NamedDependency[Actor], webhook_id: FromPath[int]
) -> Redirect:
    """Save the form."""
    form = await request.form()
    typed = forms.typed(form, "kinds")
    again = await _webhook_page(db, actor, webhook_id, typed=typed)
    with forms.retry_on(again):
        content = forms.read(WebhookContent, _form(typed))
        version = forms.version(form)
        await webhooks.edit(db, actor, webhook_id, version, content, settings=request.app.state.settings)
    return go(request, f"/organisation/webhooks/{webhook_id}", N_("Saved."))


@post("/organisation/webhooks/{webhook_id:int}/test", permission=P.WEBHOOK_MANAGE)
async def test_webhook(
    request: Web,
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    webhook_id: FromPath[int],
) -> Redirect:
    """Queue a test event."""
    await webhooks.test(db, actor, webhook_id, now=now)
    return go(
        request, f"/organisation/webhooks/{webhook_id}", N_("A test event is on its way. Look below in a moment.")
    )


@post("/organisation/webhooks/{webhook_id:int}/delete", permission=P.WEBHOOK_MANAGE)
async def delete_webhook(
    request: Web, db: NamedDependency[Db], actor: NamedDependency[Actor], webhook_id: FromPath[int]
) -> Redirect:
    """Take it out with its log."""
    await webhooks.delete(db, actor, webhook_id)
    return go(request, "/organisation/webhooks", N_("The webhook is deleted."))


@post("/organisation/webhooks/{webhook_id:int}/deliveries/{delivery_id:int}", permission=P.WEBHOOK_MANAGE)
async def redeliver(
    request: Web,
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    webhook_id: FromPath[int],
    delivery_id: FromPath[int],
) -> Redirect:
    """Deliver once more."""
    await webhooks.redeliver(db, actor, webhook_id, delivery_id, now=now)
    return go(request, f"/organisation/webhooks/{webhook_id}", N_("It is being delivered again."))


ROUTES = [
    webhooks_page,
    create_webhook,
    webhook_page,
    save_webhook,
    test_webhook,
    delete_webhook,
    redeliver,
]
