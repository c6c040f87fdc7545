"""Demand pages over HTTP."""

import re
from html import unescape
from urllib.parse import urlencode

import pytest

from market.domain.paging import PAGE
from tests import browsing

pytestmark = pytest.mark.anyio


async def test_a_stranger_reads_open_demands(client, committed):
    demand = await committed.open_demand(text="我们需要<script>alert(1)</script>公路货运量的日数据", lines=None)
    listed = await client.get("/demands")
    assert listed.status_code == 200
    assert demand.title in listed.text
    shown = await client.get(f"/demands/{demand.id}")
    assert shown.status_code == 200
    assert "<script>alert" not in shown.text
    assert (await client.get("/demands/999999", headers={"accept": "text/html"})).status_code == 404


async def test_the_list_is_paged_within_its_filters(client, committed):
    owner = await committed.demander()
    made = {(await committed.open_demand(owner, theme="交通 & 物流")).id for _ in range(PAGE + 1)}
    other = (await committed.open_demand(owner)).id
    seen: list[int] = []
    path = "/demands?" + urlencode({"theme": "交通 & 物流"})
    while path:
        text = (await browsing.get_page(client, path)).text
        seen += [int(n) for n in re.findall(r'<h2><a href="/demands/(\d+)"', text)]
        following = re.search(r'rel="next" href="([^"]+)"', text)
        path = "/demands" + unescape(following[1]) if following else ""
    assert set(seen) == made
    assert len(seen) == len(made)
    assert other not in seen


async def test_pages_that_need_a_person_send_one_to_sign_in(client):
    answer = await client.get("/my/demands", headers={"accept": "text/html"})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=/my/demands"


async def test_an_address_without_a_route_is_a_page_of_its_own(client):
    answer = await client.get("/nothing/here", headers={"accept": "text/html"})
    assert answer.status_code == 404
    assert "<h1>" in answer.text


async def test_write_check_and_post_a_demand(client, committed):
    owner = await committed.demander()
    await browsing.sign_in(client, owner)
    assert (await browsing.get_page(client, "/demands/new")).status_code == 200
    text = {"title": "苏州各区月度用电量", "text": "需要苏州各区2022年以来的月度用电量，CSV即可。"}
    refused = await browsing.post_form(client, "/demands/new", text | {"budget": "一万"})
    assert refused.status_code == 422
    assert text["text"] in refused.text
    saved = await browsing.post_form(client, "/demands/new", text | {"budget": "10000"})
    assert saved.status_code == 303
    form = await browsing.get_page(client, saved.headers["location"])
    assert form.status_code == 200
    assert "苏州" in form.text
    lines = {
        "has_lines": "1",
        "line_level": ["must", "should"],
        "line_kind": ["topic", "format"],
        "line_value": ["月度用电量", "CSV"],
        "line_phrase": ["月度用电量", ""],
        "line_start": [str(text["text"].index("月度用电量")), ""],
    }
    posted = await browsing.post_form(client, saved.headers["location"], text | lines | {"version": "1", "post": "1"})
    assert posted.status_code == 303, posted.text
    shown = await browsing.get_page(client, posted.headers["location"])
    assert "月度用电量" in shown.text
    assert "CSV" in shown.text
    stale = await browsing.post_form(client, saved.headers["location"], text | lines | {"version": "1"})
    assert stale.status_code == 409
