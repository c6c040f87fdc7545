"""A small market in which everybody there is has something: what the access table asks about."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import asyncpg
from httpx import AsyncClient, Response
from litestar import Litestar

from market.domain.accounts import Actor
from market.domain.facets import Asked
from market.domain.permissions import SCOPES, Role
from market.domain.searches import SearchIn, SearchKind
from market.domain.webhooks import WebhookContent
from market.services import agreements, members, organisations, searches, spreadsheets, tokens, webhooks
from market.settings import Settings
from market.store import journal
from market.web.labels import WORDS
from tests import browsing
from tests.given import PASSWORD, Given

COLUMNS = (
    *("anonymous", "enterprise", "supplier"),
    *("broker", "registrar", "mediator", "auditor", "admin"),
    *("member", "owner"),
)
"""Nobody; the owners of two other organisations; the platform's roles; a member and the owner of the object's own."""


@dataclass
class World:
    """Ids of things by name, people by column and side, and a browser and a token for each."""

    site: Litestar
    ids: dict[str, Any] = field(default_factory=dict)
    people: dict[str, Actor] = field(default_factory=dict)
    browsers: dict[str, AsyncClient] = field(default_factory=dict)
    tokens: dict[str, dict[str, str]] = field(default_factory=dict)
    reading: dict[str, dict[str, str]] = field(default_factory=dict)
    """Tokens of the owners that carry the scopes for reading only."""

    def who(self, column: str, side: str) -> str:
        """The name of the person of a column, for an object of one of the two sides (consumer or provider)."""
        return f"{side}_{column}" if column in ("member", "owner") else column

    async def ask(self, name: str, method: str, path: str, body: dict[str, Any] | None) -> Response:
        """Through the API with a token (and a version nobody has), on pages with a session and the form's token."""
        client = self.browsers[name]
        if path.startswith("/api/v1"):
            headers = self.tokens.get(name, {}) | ({"if-match": '"99"'} if method == "PUT" else {})
            return await client.request(method, path, json=body, headers=headers)
        if method == "POST":
            return await browsing.post_form(client, path, body)
        return await client.request(method, path, headers=browsing.HTML)


async def people(given: Given) -> dict[str, Actor]:
    """Everybody who is somebody."""
    consumer, provider = await given.demander(), await given.supplier()
    found = {
        "enterprise": await given.demander(),
        "supplier": await given.supplier(),
        "consumer_owner": consumer,
        "consumer_member": await given.colleague(consumer),
        "provider_owner": provider,
        "provider_member": await given.colleague(provider),
    }
    for role in (Role.BROKER, Role.REGISTRAR, Role.MEDIATOR, Role.AUDITOR, Role.ADMIN):
        found[str(role)] = await given.staff(role)
    return found


async def things(given: Given, who: dict[str, Actor], settings: Settings) -> dict[str, Any]:
    """One of each kind of object, in a state in which it is nobody else's business; ``spare_*`` may be used up."""
    consumer, provider = who["consumer_owner"], who["provider_owner"]
    pairings = [await given.mutual_match(consumer, provider) for _ in range(3)]
    found: dict[str, Any] = {
        "draft_product": await given.draft_product(provider),
        "listed_product": await given.listed_product(provider),
        "draft_demand": await given.draft_demand(consumer),
        "open_demand": await given.open_demand(consumer),
        "pool": await given.forming_pool(await given.open_demand(consumer), await given.open_demand()),
        "match": (await given.proposed_match(consumer, provider)).match,
        "question": (await given.question(consumer, provider)).question,
        "mutual_match": pairings[0].match,
        "negotiation": (await given.negotiation("requested", pairings[1])).negotiation,
    }
    await given.proposed_match(consumer, provider, demand=found["open_demand"])
    done = (await given.negotiation("finalized", pairings[2])).negotiation
    found["agreement"] = await agreements.get(given.db, consumer, done.agreement_id or 0)
    found["organisation"] = await organisations.get(given.db, consumer, consumer.organisation_id or 0)
    found["letter"] = await given.letter(found["open_demand"].id)
    found["spreadsheet"] = await spreadsheets.receive(
        given.db, provider, "a.csv", b"title,price\nroads,x\n", WORDS, now=given.now
    )
    found["routing"] = await given.routing(await given.open_demand(consumer), provider)
    ids = {name: thing.id for name, thing in found.items()}
    versions = {f"v_{name}": getattr(thing, "version", 0) for name, thing in found.items()}
    return ids | versions | await belongings(given, consumer, settings) | {"person": who["consumer_member"].person_id}


async def belongings(given: Given, owner: Actor, settings: Settings) -> dict[str, Any]:
    """What an organisation and its people have besides: webhooks, invitations, tokens, notifications."""
    home = owner.organisation_id or 0
    found: dict[str, Any] = {"no_person": 999_999} | {
        name: (await given.colleague(owner)).person_id for name in ("spare_person", "spare_member")
    }
    content = WebhookContent(url="http://127.0.0.1:9/hook")
    for name in ("webhook", "spare_webhook"):
        hook = await webhooks.create(given.db, owner, content, settings=settings)
        found[name] = hook.id
    for n, name in enumerate(("invitation", "spare_invitation")):
        invited = await members.invite(
            given.db, owner, home, f"new{n}@test.example", Role.MEMBER, site="", now=given.now
        )
        found[name] = invited.id
    for name in ("token", "spare_token"):
        until = given.now + timedelta(days=300)
        made = await tokens.create(given.db, owner, name="接口", scopes=["inbox:read"], expires_at=until, now=given.now)
        found[name] = made.id
    event = await journal.append(given.db, "webhook", found["webhook"], "ping")
    for name in ("search", "spare_search"):
        wanted = SearchIn(kind=SearchKind.PRODUCT, name=name, asked=Asked(theme="x"))
        found[name] = (await searches.save(given.db, owner, wanted, now=given.now)).id
    found["delivery"] = await given.db.fetchval(
        "INSERT INTO webhook_delivery (webhook_id, journal_id) VALUES ($1, $2) RETURNING id", found["webhook"], event
    )
    found["notification"] = await given.db.fetchval(
        """INSERT INTO notification (person_id, organisation_id, journal_id, kind, object_id, action, title)
        VALUES ($1, $2, $3, 'organisation', $2, 'verify', 'x') RETURNING id""",
        *(owner.person_id, home, event),
    )
    return found


@asynccontextmanager
async def running(site: Litestar, db: asyncpg.Connection) -> AsyncIterator[World]:
    """The market, with everybody signed in."""
    world = World(site)
    given = Given(db)
    async with browsing.several(site) as open_one:
        who = world.people = await people(given)
        world.ids = await things(given, who, site.state.settings)
        world.ids["offer"] = await db.fetchval(
            "SELECT id FROM offer WHERE negotiation_id = $1", world.ids["negotiation"]
        )
        world.browsers["anonymous"] = open_one()
        for name, actor in who.items():
            world.browsers[name] = open_one()
            await browsing.sign_in(world.browsers[name], actor, PASSWORD)
            world.tokens[name] = await browsing.bearer(given, actor)
            if name.endswith("_owner"):
                readable = {scope for scope in actor.permissions & SCOPES if scope.endswith(":read")}
                world.reading[name] = await browsing.bearer(given, actor, readable)
        yield world
