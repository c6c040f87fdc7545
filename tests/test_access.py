"""Who may knock at which door: every route with a permission x nobody and every role.

The table is written by hand from the roles' descriptions, not read from the code under test. Behind an open door an
object that is not there is 404; behind a closed one the answer is 403, for nobody 401 (a page sends them to sign in).
"""

from __future__ import annotations

import pytest
from litestar.routes import HTTPRoute

from market.domain.permissions import Permission as P
from market.domain.permissions import Role as R
from tests import browsing

pytestmark = pytest.mark.anyio

PARTIES = {R.OWNER, R.MEMBER}
STAFF = {R.BROKER, R.REGISTRAR, R.MEDIATOR, R.AUDITOR, R.ADMIN}
EVERYBODY = PARTIES | STAFF
ALLOWED = {
    P.ACCOUNT_OWN: EVERYBODY,
    P.AGREEMENT_READ: EVERYBODY,
    P.DEMAND_READ: EVERYBODY,
    P.DEMAND_TRIAGE: {R.BROKER, R.ADMIN},
    P.DEMAND_WRITE: PARTIES,
    P.DESK_READ: STAFF,
    P.DESK_WORK: {R.BROKER, R.REGISTRAR, R.MEDIATOR, R.ADMIN},
    P.INBOX_READ: EVERYBODY,
    P.JOBS_MANAGE: {R.ADMIN},
    P.JOURNAL_READ: STAFF,
    P.MATCH_ANSWER: PARTIES,
    P.MATCH_READ: EVERYBODY,
    P.MATCH_REVIEW: {R.BROKER, R.ADMIN},
    P.NEGOTIATION_HOLD: {R.BROKER, R.MEDIATOR, R.ADMIN},
    P.NEGOTIATION_READ: EVERYBODY,
    P.NEGOTIATION_WRITE: PARTIES,
    P.ORGANISATION_MANAGE: {R.OWNER, R.ADMIN},
    P.ORGANISATION_READ: EVERYBODY,
    P.ORGANISATION_VERIFY: {R.REGISTRAR, R.ADMIN},
    P.PRODUCT_READ: EVERYBODY,
    P.PRODUCT_REVIEW: {R.REGISTRAR, R.ADMIN},
    P.PRODUCT_WRITE: PARTIES,
    P.RANKER_MANAGE: {R.ADMIN},
    P.RANKER_READ: STAFF,
    P.TOKEN_MANAGE: EVERYBODY,
    P.WEBHOOK_MANAGE: {R.OWNER, R.ADMIN},
}
ENDS_THE_SESSION = {"/account/sign-out-everywhere", "/sign-out"}
HAS_NO_END = {"/events"}
"""A stream; ``browser/test_live`` listens to it."""


def doors(app):
    """(method, path, permission) of every route that is not public; ids that are nobody's stand in the paths."""
    for route in app.routes:
        if not isinstance(route, HTTPRoute):
            continue
        path = route.path_format
        for name in route.path_parameters:
            path = path.replace("{" + name + "}", "x" if name in ("action", "kind", "token", "email") else "999999")
        for method in route.methods - {"OPTIONS", "HEAD"}:
            permission = route.route_handler_map[method][0].opt.get("permission")
            if permission is not P.PUBLIC:
                yield method, path, permission


async def test_the_table_names_every_permission_a_route_asks_for(app):
    assert {permission for _, _, permission in doors(app)} <= set(ALLOWED)


async def test_nobody_gets_through_a_closed_door(client, app):
    for method, path, _ in doors(app):
        if path.startswith("/api/"):
            answer = await client.request(method, path, json={})
            assert answer.status_code in (400, 401), (method, path)
        elif method == "GET":
            answer = await client.get(path, headers=browsing.HTML)
            assert (answer.status_code, answer.headers.get("location", "")[:8]) == (303, "/sign-in"), path
        else:
            answer = await browsing.post_form(client, path, {})
            assert answer.status_code in (303, 401), (method, path)


@pytest.mark.parametrize("role", sorted(EVERYBODY))
async def test_each_role_opens_its_doors_and_no_others(client, app, committed, role):
    actor = await (committed.staff(role) if role in STAFF else committed.demander(role))
    head = await browsing.bearer(committed, actor)
    await browsing.sign_in(client, actor)
    for method, path, permission in doors(app):
        if path in ENDS_THE_SESSION | HAS_NO_END:
            continue
        if path.startswith("/api/"):
            answer = await client.request(method, path, json={}, headers=head)
        elif method == "GET":
            answer = await client.get(path, headers=browsing.HTML)
        else:
            answer = await browsing.post_form(client, path, {})
        if role in ALLOWED[permission]:
            assert answer.status_code not in (401, 403, 500), (method, path, answer.text[:300])
        else:
            assert answer.status_code == 403, (method, path, answer.status_code)
