"""The OpenAPI document against the running API: schemathesis sends what it allows and what it forbids.

Its coverage phase goes through every parameter and property at and beyond its limits, methods that are not there and
headers left out; nothing of it is random. An owner and an administrator send what is right; what is wrong they send in
turn. Every check of schemathesis is on but those below.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from itertools import cycle
from typing import Any, NamedTuple

import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.python import asgi

from market.db import connect
from market.domain.permissions import Role
from market.domain.webhooks import WebhookContent
from market.services import webhooks
from market.settings import Settings
from tests import browsing, database
from tests.conftest import assembled
from tests.given import Given

SITE = assembled("k" * 32, False)
DOCUMENT: dict[str, Any] = SITE.openapi_schema.to_schema()
OPERATIONS = [
    (path, method) for path, item in DOCUMENT["paths"].items() for method in item if path.startswith("/api/v1")
]
CONFIG = {
    "request-timeout": 120,  # the matcher's first search in a fresh checkout compiles its kernels
    "generation": {"deterministic": True},
    "checks": {
        # 422 is said of rules that JSON Schema has no words for: dates in order, check characters, reasons given.
        "positive_data_acceptance": {"expected-statuses": ["2xx", "401", "403", "404", "409", "422"]},
        # The framework answers OPTIONS with the methods of one handler of a path only; nothing here asks for OPTIONS.
        "allow_header_conformance": {"enabled": False},
    },
}
OURS = {
    *("agreements", "demands", "matches", "negotiations", "organisations", "products", "tokens", "webhooks"),
    *("me", "inbox", "notifications", "journal", "history", "search"),
}
"""Collections of which ``populate`` makes something, so that a read of it must have found it."""
LAX = "sealed: Incorrect type"
"""The framework reads bodies as it reads queries: 0 is taken for false."""


class Contract(NamedTuple):
    """The document, and the tokens of an owner and an administrator."""

    schema: Any
    owner: str
    staff: str


async def populate(url: str) -> tuple[str, str]:
    """An owner with one of everything, each with the id 1, and with a second of what can be deleted."""
    db = await connect(url)
    try:
        given = Given(db)
        _, owner, _ = await given.agreement()
        staff = await given.staff(Role.ADMIN)
        lettered = await given.open_demand(owner)
        assert (lettered.id, (await given.letter(lettered.id)).id) == (2, 1)
        settings = Settings(private_webhooks=True)
        for _ in range(2):
            await webhooks.create(db, owner, WebhookContent(url="http://127.0.0.1:9/hook"), settings=settings)
            await browsing.token_for(given, owner)
        return await browsing.token_for(given, owner), await browsing.token_for(given, staff)
    finally:
        await db.close()


@pytest.fixture(scope="module")
def contract(server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Contract]:
    with database.copied(server_url, template) as url:
        folder = tmp_path_factory.mktemp("contract")
        SITE.state.settings = Settings(database_url=url, data_dir=folder, secret_key="k" * 32)
        schema = schemathesis.openapi.from_dict(DOCUMENT, config=SchemathesisConfig.from_dict(CONFIG))
        schema.app = SITE
        yield Contract(schema, *asyncio.run(populate(url)))
        asgi.shutdown_lifespans()


def of_ours(parameters: dict[str, Any], one: int) -> None:
    """Name things that are there."""
    for name in parameters:
        if name.endswith("_id") or name in ("revision", "demand", "product", "before", "after"):
            parameters[name] = one
        elif name == "kind" and parameters[name] not in ("xlsx", "csv"):
            parameters[name] = "demand"
    if "letter_id" in parameters:
        parameters["demand_id"] = 2


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_an_operation_keeps_its_word(path: str, method: str, contract: Contract) -> None:
    operation = contract.schema[path][method.upper()]
    config = contract.schema.config.generation_for(operation=operation, phase="coverage")
    cases = contract.schema.iter_coverage_cases(
        operation, generation_modes=list(GenerationMode), generation_config=config
    )
    wrong, statuses, turns = [], set(), cycle([contract.owner, contract.staff])
    for case in cases:
        right = case.meta.generation.mode.is_positive
        if right:
            of_ours(case.path_parameters, 2 if method == "delete" else 1)
            of_ours(case.query, 1)
        for token in (contract.owner, contract.staff) if right else (next(turns),):
            try:
                statuses.add(case.call_and_validate(headers={"Authorization": f"Bearer {token}"}).status_code)
            except FailureGroup as failures:
                what = case.meta.phase.data.description
                wrong += [f"{what}: {failure}\n{case.body!r:.300}" for failure in failures.exceptions if what != LAX]
    assert wrong == []
    assert method != "get" or 200 in statuses or path.split("/")[3] not in OURS, "nothing was read"
