"""What a demonstration market does not show by itself: links that come by mail, a file with faults, a learnt model."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from market import embedded
from market.db import connect
from market.domain.accounts import Actor, OrganisationKind, Registration
from market.domain.facets import Asked
from market.domain.permissions import Role
from market.domain.products import ProductContent, ProductState
from market.domain.searches import SearchIn, SearchKind
from market.domain.webhooks import WebhookContent
from market.services import accounts, members, products, ranker, searches, sign_ups, spreadsheets, tokens, webhooks
from market.settings import Settings
from market.web.labels import WORDS
from tests import mailbox
from tests.given import Given, credit_code
from tests.services.test_ranker import learnt, stored

SHEET = "名称,摘要,价格\n公路货运量日汇总,按县汇总的公路货运量,1200\n道路养护记录,,很便宜\n,没有名称的一行,\n"


async def set_up(folder: Path, address: str) -> list[str]:
    """Put it into the demonstration's database, which runs in this folder; the links that were mailed."""
    with embedded.server(folder) as url:
        db = await connect(url)
        try:
            async with db.transaction():  # the worker would take the mails
                return await _things(Given(db), address)
        finally:
            await db.close()


async def _things(given: Given, address: str) -> list[str]:
    given.now = datetime.now(UTC)
    who = {
        name: await accounts.actor_of(given.db, f"{name}@demo.example") for name in ("enterprise", "supplier", "admin")
    }
    for owner in who.values():
        await _belongings(given, owner)
    await spreadsheets.receive(given.db, who["supplier"], "产品.csv", SHEET.encode(), WORDS, now=given.now)
    await _revised(given, who["supplier"])
    await ranker.enable(given.db, who["admin"], await stored(given.db, learnt(1)))
    return await _links(given, who["enterprise"], address)


async def _belongings(given: Given, owner: Actor) -> None:
    """What an organisation has besides: a webhook that was tried, a token, a saved search."""
    content = WebhookContent(url="http://127.0.0.1:9/hook")
    hook = await webhooks.create(given.db, owner, content, settings=Settings(private_webhooks=True))
    await webhooks.test(given.db, owner, hook.id, now=given.now)
    until = given.now + timedelta(days=300)
    await tokens.create(given.db, owner, name="接口", scopes=["inbox:read"], expires_at=until, now=given.now)
    wanted = SearchIn(kind=SearchKind.PRODUCT, name="交通", asked=Asked(q="公路"))
    await searches.save(given.db, owner, wanted, now=given.now)


async def _revised(given: Given, supplier: Actor) -> None:
    """A listed product with an earlier version."""
    number = await given.db.fetchval(
        "SELECT id FROM product WHERE organisation_id = $1 AND state = $2 ORDER BY id",
        supplier.organisation_id,
        ProductState.LISTED,
    )
    found = await products.get(given.db, supplier, number)
    content = {name: getattr(found, name) for name in ProductContent.__struct_fields__}
    content["abstract"] += "\n每月复核一次。"
    changed = msgspec.convert(content, ProductContent, from_attributes=True)
    await products.edit(given.db, supplier, number, found.version, changed, now=given.now)


async def _links(given: Given, owner: Actor, site: str) -> list[str]:
    caller: dict[str, Any] = {"site": site, "now": given.now}
    wanted = Registration(
        person_name="林晓",
        email="lin.xiao@duijie.example",
        organisation_name="晓林数据服务有限公司",
        kind=OrganisationKind.ENTERPRISE,
        credit_code=credit_code(),
    )
    mails: list[Awaitable[object]] = [
        members.invite(given.db, owner, owner.organisation_id or 0, "wu.yi@duijie.example", Role.MEMBER, **caller),
        accounts.request_reset(given.db, "enterprise@demo.example", address="192.0.2.1", **caller),
        sign_ups.begin(given.db, wanted, address="192.0.2.1", **caller),
    ]
    links = []
    for mailed in mails:
        await mailed
        links.append(await mailbox.link(given))
    return links
