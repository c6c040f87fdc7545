"""The access table against the running site: every route x everybody, and nothing missing from it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar

from market.db import connect
from market.domain.permissions import Permission
from market.settings import Settings
from tests import access_world, database
from tests.access_table import ELSEWHERE, SIDES, TABLE, Row, rows
from tests.access_world import COLUMNS, World
from tests.conftest import assembled

pytestmark = pytest.mark.anyio

TERMS = {
    "price": "1200.00",
    "price_unit": "year",
    "period_from": "2026-04-01",
    "period_to": "2027-03-31",
    "delivery": "api",
    "permitted_use": "内部分析",
}
DEMAND = {"title": "江苏公路货运量", "text": "我们需要江苏公路货运量的日数据"}


def bodies(ids: dict[str, Any]) -> dict[str, dict[str, Any] | None]:
    """What the table sends under a name: right in form, and lacking what a step needs."""
    stale = {"version": 99}
    steps = {
        f"{action}_{thing}": {"action": action, "version": ids[f"v_{thing}"]}
        for action, thing in (
            ("suspend", "organisation"),
            ("suspend", "listed_product"),
            ("withdraw", "open_demand"),
            ("dissolve", "pool"),
            ("decline", "match"),
            ("reject", "match"),
            ("answer", "question"),
            ("refuse", "routing"),
            ("terminate", "negotiation"),
            ("abort", "negotiation"),
            ("terminate", "agreement"),
        )
    }
    rows = [{"kind": "match", "id": ids["match"], "version": ids["v_match"]}]
    return steps | {
        "": None,
        "undecided_match": {"action": "decline", "rows": rows},
        "assign_nowhere": {"rows": rows, "person_id": ids["no_person"]},
        "put_off_never": {"rows": rows, "until": "1999-01-01"},
        "known_line": {
            "demand_id": ids["open_demand"],
            "product_id": ids["listed_product"],
            "kind": "topic",
            "value": "公路货运量",
        },
        "no_line": {"kind": "topic", "value": "x", "version": 1},
        "stale_letter": {"code": "price"} | stale,
        "partly_question": {"verdict": "partly", "version": ids["v_question"]},
        "own_routing": {"demand_id": ids["open_demand"], "organisation_id": ids["organisation"]},
        "nothing": {},
        "wrong_password": {"password": "guess", "new_password": "river boat twelve"},
        "own_organisation": {"organisation_id": ids["organisation"]},
        "role_member": {"role": "member"},
        "organisation": {"name": "x", "kind": "enterprise", "credit_code": "9144030071526726XG"},
        "bad_invitation": {"email": "somebody@test.example", "role": "broker"},
        "webhook": {"url": "http://127.0.0.1:9/hook"},
        "product": {"title": "江苏公路货运量"},
        "demand": DEMAND,
        "sketch": DEMAND,
        "stale_submit": {"action": "submit"} | stale,
        "v_stale": stale,
        "blank_message": {"body": " "},
        "confirm_pool": {"version": ids["v_pool"], "quorum": 2},
        "gone_product": {"products": [ids["no_person"]]},
        "opening": {"match_id": ids["mutual_match"], "terms": TERMS},
        "stale_offer": {"terms": TERMS} | stale,
        **{name: {"version": version} for name, version in ids.items() if name.startswith("v_")},
    }


@pytest.fixture(scope="module")
async def world(server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with database.copy(server_url, template) as url:
        site = assembled("k" * 32, False)
        site.state.settings = Settings(
            database_url=url, data_dir=tmp_path_factory.mktemp("access"), secret_key="k" * 32, private_webhooks=True
        )
        db = await connect(url)
        async with access_world.running(site, db) as running:
            yield running
        await db.close()


@pytest.mark.parametrize("group", TABLE)
async def test_everybody_gets_what_the_table_says(world: World, group: str) -> None:
    sent = bodies(world.ids)
    wrong = []
    for row in rows(TABLE[group]):
        assert len(row.statuses) == len(COLUMNS), row
        for column, expected in zip(COLUMNS, row.statuses, strict=True):
            who = world.who(column, SIDES[group])
            answer = await world.ask(who, row.method, row.path.format(**world.ids), sent[row.body])
            found = answer.status_code
            if found != expected or (found == 303 == expected and not fits(who, row, answer.headers["location"])):
                wrong.append(f"{row.method} {row.path} {column}: {found}, not {expected}")
    assert wrong == []


async def test_a_token_that_may_only_read_changes_nothing(world: World) -> None:
    """Whatever the owner may do, a token without the scope for it may not, at the same addresses."""
    sent = bodies(world.ids)
    wrong = []
    for group, text in TABLE.items():
        headers = world.reading[f"{SIDES[group]}_owner"] | {"if-match": '"99"'}
        for row in rows(text):
            if not row.path.startswith("/api/v1") or row.method == "GET" or "stale" in row.body:
                continue
            path = row.path.format(**world.ids)
            answer = await world.browsers["anonymous"].request(row.method, path, json=sent[row.body], headers=headers)
            expected = 200 if path == "/api/v1/notifications/read" else 403
            if answer.status_code != expected:
                wrong.append((row.method, row.path, row.body, answer.status_code))
    assert wrong == []


def fits(who: str, row: Row, location: str) -> bool:
    """A page that needs somebody sends nobody to sign in, and sends anybody else anywhere but there."""
    asked_to_sign_in = location.startswith("/sign-in")
    return asked_to_sign_in == (who == "anonymous" and row.method == "GET")


def routes(site: Litestar) -> Iterator[tuple[str, str, str, Permission]]:
    """(method, path as declared, pattern of concrete paths, permission) of everything the site answers."""
    kinds = {"int": r"\d+", "str": r"[^/]+", "path": r".+"}
    for route in site.routes:
        pattern = re.sub(r"\{\w+:(\w+)\}", lambda found: kinds[found[1]], route.path)
        for handler in getattr(route, "route_handlers", None) or [route.route_handler]:
            for method in set(handler.http_methods) - {"OPTIONS"}:
                yield str(method), route.path, pattern, handler.opt["permission"]


def test_every_route_is_in_the_table_under_its_permission(tmp_path: Path) -> None:
    asked = {
        (row.method, re.sub(r"\{\w+\}", "1", row.path).partition("?")[0], group)
        for group, text in TABLE.items()
        for row in rows(text)
    }
    missing = []
    for method, path, pattern, permission in routes(assembled("k" * 32, False)):
        rows_of_it = [a for a in asked if a[0] == method and a[2] == permission and re.fullmatch(pattern, a[1])]
        if not rows_of_it and (method, path) not in ELSEWHERE:
            missing.append((method, path, str(permission)))
    assert missing == []


def test_the_table_has_a_side_for_every_group() -> None:
    assert set(SIDES) == set(TABLE)
    assert set(TABLE) <= {str(p) for p in Permission}
