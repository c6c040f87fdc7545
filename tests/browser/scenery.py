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
from market.domain.gaps import LetterIn, UnmetCode
from market.domain.matches import Response, ResponseAction
from market.domain.permissions import Role
from market.domain.products import ProductContent, ProductState
from market.domain.questions import QuestionIn
from market.domain.searches import SearchIn, SearchKind
from market.domain.webhooks import WebhookContent
from market.services import (
    accounts,
    demands,
    gaps,
    matches,
    members,
    products,
    questions,
    ranker,
    searches,
    sign_ups,
    spreadsheets,
    tokens,
    webhooks,
)
from market.services.matchmaking import Matchmaker
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
    names = ("enterprise", "supplier", "broker", "admin")
    who = {name: await accounts.actor_of(given.db, f"{name}@demo.example") for name in names}
    for owner in who.values():
        await _belongings(given, owner)
    await _between(given, who["enterprise"], who["supplier"], who["broker"])
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


async def _between(given: Given, consumer: Actor, provider: Actor, broker: Actor) -> None:
    """A question about a line, a match both sides want, a gap letter."""
    found = await given.db.fetch(
        """SELECT m.id, m.demand_id, m.product_id, reason.kind, reason.value, m.supplier_answer
        FROM match m JOIN demand d ON d.id = m.demand_id JOIN product p ON p.id = m.product_id,
            jsonb_to_recordset(m.reasons) AS reason(kind text, value text, verdict text)
        WHERE d.organisation_id = $1 AND p.organisation_id = $2 AND m.state = 'proposed'
        ORDER BY reason.verdict = 'unknown' DESC, m.supplier_answer = 'interested' DESC, m.id""",
        *(consumer.organisation_id, provider.organisation_id),
    )
    asked = QuestionIn(**{name: found[0][name] for name in ("demand_id", "product_id", "kind", "value")})
    await questions.ask(given.db, consumer, asked, now=given.now)
    wanted = next(row["id"] for row in found if row["supplier_answer"] == "interested")
    match = await matches.get(given.db, consumer, wanted)
    yes = Response(action=ResponseAction.INTEREST, version=match.version)
    await matches.answer(given.db, consumer, match.id, yes, now=given.now)
    demand = await demands.get(given.db, broker, found[0]["demand_id"])
    words = LetterIn(code=UnmetCode.NO_SUCH_DATA, version=demand.version, note="目前没有粒度足够细的产品", close=False)
    await gaps.issue(given.db, broker, Matchmaker(""), demand.id, words, now=given.now)


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
