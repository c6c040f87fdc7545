"""Markup in every text a person can write: on no page of the site is any of it taken for markup."""

from __future__ import annotations

from collections.abc import AsyncIterator
from html import escape
from typing import Any

import pytest

from market.db import connect
from market.domain.negotiations import Clause
from market.services import negotiations
from market.settings import Settings
from tests import access_world, database
from tests.access_table import TABLE, rows
from tests.access_world import World
from tests.conftest import assembled
from tests.given import PASSWORD, Given

pytestmark = pytest.mark.anyio

COLUMNS = {
    "person": ("name",),
    "organisation": ("name", "region", "about", "evidence", "state_reason"),
    "product": (
        *("title", "abstract", "theme", "region", "granularity", "source_statement", "risk_assessment", "licence"),
        *("sample", "contact_role"),
    ),
    "demand": ("title", "text", "theme", "region", "purpose"),
    "api_token": ("name",),
    "notification": ("title",),
    "question": ("text",),
    "routing": ("note", "article"),
}
"""Table -> what people write into it as plain text."""
WRITTEN = (
    *("terms.permitted_use", "terms.obligations", "clause.title", "clause.text", "offer.note", "message.body"),
    *("product.tags", "product.formats", "product.fields", "demand.lines", "match.reason"),
)
"""And what they write into lists and into things that never change."""


def mark(name: str) -> str:
    """Markup that says where it was written."""
    return f'<i title="\'&">{name}'


async def write(given: Given, world: World) -> None:
    """Put it everywhere."""
    pairing = await given.mutual_match()
    talk = await given.negotiation(
        "offered",
        pairing,
        permitted_use=mark("terms.permitted_use"),
        obligations=mark("terms.obligations"),
        clauses=(Clause(title=mark("clause.title"), text=mark("clause.text")),),
        note=mark("offer.note"),
    )
    found = talk.negotiation
    await negotiations.say(given.db, talk.consumer, found.id, mark("message.body"), now=given.now)
    for action, actor in (("accept", talk.consumer), ("agree", talk.provider)):
        found = await negotiations.act(
            given.db, actor, found.id, action, version=found.version, now=given.now, password=PASSWORD
        )
    world.ids |= {"negotiation": found.id, "agreement": found.agreement_id}
    for table, columns in COLUMNS.items():
        for column in columns:
            await given.db.execute(f'UPDATE {table} SET "{column}" = $1', mark(f"{table}.{column}"))
    fields = [{"name": mark("product.fields"), "type": "string", "meaning": mark("product.fields")}]
    await given.db.execute(
        "UPDATE product SET tags = $1, formats = $2, fields = $3",
        [mark("product.tags")],
        [mark("product.formats")],
        fields,
    )
    line = {"level": "must", "kind": "topic", "value": mark("demand.lines"), "phrase": "", "start": -1}
    said = dict.fromkeys(("value", "phrase", "quote"), mark("match.reason"))
    reason = {"level": "must", "kind": "topic", "verdict": "met", "source": "title", "share": 1.0} | said
    await given.db.execute("UPDATE match SET reasons = $1", [reason])
    await given.db.execute("UPDATE demand SET lines = $1", [line])


@pytest.fixture(scope="module")
async def pages(
    server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[dict[tuple[str, str], str]]:
    """Every page there is, as everybody sees it."""
    async with database.copy(server_url, template) as url:
        site = assembled("k" * 32, False)
        site.state.settings = Settings(
            database_url=url, data_dir=tmp_path_factory.mktemp("markup"), secret_key="k" * 32, private_webhooks=True
        )
        db = await connect(url)
        async with access_world.running(site, db) as world:
            await write(Given(db), world)
            yield {
                (who, row.path): (await world.ask(who, "GET", row.path.format(**world.ids), None)).text
                for row in dict.fromkeys(row for text in TABLE.values() for row in rows(text) if row.method == "GET")
                if not row.path.startswith(("/api/", "/schema", "/static"))
                for who in ("anonymous", "enterprise", "consumer_owner", "provider_owner", "admin")
            }
        await db.close()


async def test_no_markup_a_person_wrote_is_markup_on_a_page(pages: dict[Any, str]) -> None:
    assert [where for where, text in pages.items() if '<i title="' in text] == []


@pytest.mark.parametrize(
    "name", [*(f"{table}.{column}" for table, columns in COLUMNS.items() for column in columns), *WRITTEN]
)
async def test_what_was_written_stands_on_a_page_as_it_was_written(pages: dict[Any, str], name: str) -> None:
    assert any(
        escape(mark(name)).replace("&#x27;", "&#39;").replace("&quot;", "&#34;") in text for text in pages.values()
    )
