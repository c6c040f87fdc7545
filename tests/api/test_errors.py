"""Every way a request to the API can fail: a clear problem in the reader's language, never a 500, nothing stored."""

from __future__ import annotations

import asyncio
import json

import asyncpg
import msgspec
import pytest

from market.web.problems import Problem
from tests import browsing

pytestmark = pytest.mark.anyio

DEMANDS = "/api/v1/demands"
JSON = {"content-type": "application/json"}
GOOD = {"title": "江苏公路货运量", "text": "我们需要江苏公路货运量的日数据"}
MEGABYTE = 1_000_000


def body(**values) -> bytes:
    return json.dumps(GOOD | values).encode()


def problem(answer) -> Problem:
    """The answer, read as what every failure must be."""
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    found = msgspec.json.decode(answer.content, type=Problem, strict=True)
    assert found.status == answer.status_code
    assert found.type.startswith("urn:duijie:problem:")
    assert found.title
    assert found.detail
    assert found.instance
    return found


BODIES = {
    "nothing": (b"", 400),
    "cut in the middle": (body()[:30], 400),
    "not JSON": (b"title=x", 400),
    "not text": (b'{"title":"\xff\xfe","text":"abc"}', 400),
    "a lone surrogate": (b'{"title":"a\\ud800b","text":"abc"}', 400),
    "half a pair": (b'{"title":"ab","text":"\\udc00 abc"}', 400),
    "nested deeper than can be read": (
        b'{"title":"ab","text":"abc","x":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        400,
    ),
    "opened and never closed": (b"[" * 100_000, 400),
    "a list": (b"[]", 400),
    "null": (b"null", 400),
    "two documents": (body() + body(), 400),
    "a number for a text": (body(title=5), 400),
    "a text too short": (body(title="x"), 400),
    "a text too long": (body(title="x" * 201), 400),
    "a number beyond numbers": (b'{"title":"ab","text":"abc","budget":1e400}', 400),
    "a price of NaN": (body(budget="NaN"), 422),
    "a price of Infinity": (body(budget="Infinity"), 422),
    "a price of -1": (body(budget="-1"), 422),
    "a price of a thousandth": (body(budget="0.001"), 422),
    "a price of 10^13": (body(budget="1e13"), 422),
    "a day that is not": (body(needed_by="2026-02-30"), 400),
    "a word that is no choice": (body(lines=[{"level": "very", "kind": "topic", "value": "x"}]), 400),
    "a phrase that is not there": (
        body(lines=[{"level": "must", "kind": "topic", "value": "x", "phrase": "浙江", "start": 3}]),
        422,
    ),
    "a place beyond the text": (
        body(lines=[{"level": "must", "kind": "topic", "value": "x", "start": 10**30}]),
        400,
    ),
    "only control characters": (body(text="\x00\x01\x02"), 422),
    "10 MB": (body(text="a" * 10 * MEGABYTE), 413),
}


async def test_bodies_that_cannot_be_taken(client, committed):
    headers = await browsing.bearer(committed, await committed.demander()) | JSON
    for what, (content, status) in BODIES.items():
        answer = await client.post(DEMANDS, headers=headers, content=content)
        assert answer.status_code == status, (what, answer.text)
        problem(answer)
    assert await committed.db.fetchval("SELECT count(*) FROM demand") == 0


async def test_fields_are_named(client, committed):
    headers = await browsing.bearer(committed, await committed.demander()) | JSON | {"accept-language": "en"}
    wrong = await client.post(DEMANDS, headers=headers, content=body(title=5))
    assert set(problem(wrong).errors) == {"title"}
    several = await client.post(DEMANDS, headers=headers, content=body(budget="NaN", masked=["nowhere"]))
    assert problem(several).errors == {
        "budget": "This is not a number.",
        "masked": "A word to cover does not stand in the title, text or purpose.",
        "sealed": "Words are only covered in a sealed demand.",
    }


async def test_control_characters_and_nul_are_taken_out(client, committed):
    headers = await browsing.bearer(committed, await committed.demander()) | JSON
    answer = await client.post(DEMANDS, headers=headers, content=body(title="a\x00b\x1bc\u0007d"))
    assert answer.status_code == 201
    assert answer.json()["title"] == "abcd"


async def test_only_json_is_taken(client, committed):
    headers = await browsing.bearer(committed, await committed.demander())
    form = "application/x-www-form-urlencoded"
    for kind in ("text/xml", form, "multipart/form-data; boundary=x", "application/x-msgpack"):
        answer = await client.post(DEMANDS, headers=headers | {"content-type": kind}, content=body())
        assert problem(answer).status == 415, kind
    for kind in ({"content-type": "application/json; charset=utf-8"}, {"content-type": "Application/JSON"}, {}):
        assert (await client.post(DEMANDS, headers=headers | kind, content=body())).status_code == 201


QUERIES = {
    "?limit=0": 400,
    "?limit=101": 400,
    "?limit=many": 400,
    "?limit=" + "9" * 5000: 400,
    "?mine=perhaps": 400,
    "?state=nowhere": 400,
    "?cursor=zzz": 422,
    "?cursor=%00": 422,
    "?cursor=%F0%9F%9A%9A": 422,
    "?cursor=" + "A" * 5000: 400,
    "?region=%00": 422,
    "?theme=a%00b": 422,
    "?region=%ED%A0%80": 200,  # bytes that are no text are read as the replacement character
    "?region=%FF%FE": 200,
    "?region=%25%5F": 200,
    "?nothing=known": 200,
    "?": 200,
    "?&&==&": 200,
}


async def test_query_strings(client, committed):
    headers = await browsing.bearer(committed, await committed.demander())
    for query, status in QUERIES.items():
        answer = await client.get(DEMANDS + query, headers=headers)
        assert answer.status_code == status, (query[:60], answer.text)
        if status >= 400:
            problem(answer)


async def test_ids_that_name_nothing(client, committed):
    headers = await browsing.bearer(committed, await committed.demander())
    for wanted in ("0", "-1", "999999", "9" * 19, "9" * 40, "1.5", "abc", "%00", "1%00", "٩٩٩٩", "%2e%2e", "1;2"):
        assert problem(await client.get(f"{DEMANDS}/{wanted}", headers=headers)).status == 404, wanted


async def test_methods_and_addresses_that_are_not(client, committed):
    headers = await browsing.bearer(committed, await committed.demander())
    wrong = await client.patch(DEMANDS, headers=headers)
    assert problem(wrong).status == 405
    assert set(wrong.headers["allow"].split(", ")) == {"GET", "POST", "OPTIONS"}
    assert problem(await client.get("/api/v1/nothing", headers=headers)).status == 404
    assert problem(await client.get("/api/v2/demands", headers=headers)).status == 404


async def test_versions_that_are_none(client, committed):
    owner = await committed.demander()
    demand = await committed.draft_demand(owner)
    headers = await browsing.bearer(committed, owner) | JSON
    for version in ('"0"', '"2"', '"x"', "*", "W/", "99999999999", "１", "-1"):
        seen = headers | {"if-match": version.encode()}
        answer = await client.put(f"{DEMANDS}/{demand.id}", headers=seen, content=body())
        assert problem(answer).status == (409 if version in ('"0"', '"2"') else 422), version
    missing = await client.put(f"{DEMANDS}/{demand.id}", headers=headers, content=body())
    assert problem(missing).status == 400
    assert set(problem(missing).errors) == {"If-Match"}


async def test_tokens_that_are_none(client, committed):
    for header in ("Bearer nope", "Bearer ", "Basic dTpw", "bearer", b"Bearer \xff\xfe", "Bearer " + "x" * 5000):
        answer = await client.get(DEMANDS, headers={"authorization": header})
        assert problem(answer).status == 401, header
        assert answer.headers["www-authenticate"] == "Bearer"
    await browsing.sign_in(client, await committed.demander())  # a session is not a token
    assert problem(await client.get(DEMANDS)).status == 401
    assert problem(await client.post(DEMANDS, headers=JSON, content=body())).status == 401


LANGUAGES = [
    ({"accept-language": "en-GB,en;q=0.9"}, "Not found"),
    ({"accept-language": "zh-CN,zh;q=0.9,en;q=0.8"}, "未找到"),
    ({"accept-language": "fr"}, "未找到"),
    ({"accept-language": ";;q=,x"}, "未找到"),
    ({"accept-language": "zh", "cookie": "language=en"}, "Not found"),
]


async def test_the_language_is_the_callers(client, committed):
    token = await browsing.bearer(committed, await committed.demander())
    for headers, title in LANGUAGES:
        for path in ("/api/v1/nothing", "/api/v1/products/999999"):
            assert problem(await client.get(path, headers=token | headers)).title == title, headers
    for language, title in (("en", "Sign in to go on"), ("zh", "请先登录")):
        headers = {"authorization": "Bearer nope", "accept-language": language}
        assert problem(await client.get(DEMANDS, headers=headers)).title == title


WAITS = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE $1 = ANY (pg_blocking_pids(pid)))"


async def test_of_two_that_wait_for_each_other_one_is_asked_to_try_again(app, committed, url):
    found, _, supplier = await committed.proposed_match()
    headers = await browsing.bearer(committed, supplier)
    path, said = f"/api/v1/matches/{found.id}/answer", {"action": "interest", "version": found.version}
    async with browsing.several(app) as open_client, asyncpg.create_pool(url, min_size=1, max_size=1) as pool:
        client = open_client()
        async with pool.acquire() as other, other.transaction():
            await other.execute("SET LOCAL deadlock_timeout = '1min'")  # the site's side is the one to be refused
            await other.execute("SELECT FROM match WHERE id = $1 FOR UPDATE", found.id)
            waiting = asyncio.create_task(client.post(path, json=said, headers=headers))
            while not await committed.db.fetchval(WAITS, other.get_server_pid()):
                assert not waiting.done()
            await other.execute("SELECT FROM demand WHERE id = $1 FOR UPDATE", found.demand_id)
            answer = await waiting
        assert (answer.status_code, problem(answer).type) == (503, "urn:duijie:problem:unavailable")
        again = await client.post(path, json=said, headers=headers)
        assert (again.status_code, again.json()["supplier_answer"]) == (200, "interested")
