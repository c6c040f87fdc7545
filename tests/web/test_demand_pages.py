"""Demand pages over HTTP."""

import pytest

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


async def test_pages_that_need_a_person_send_one_to_sign_in(client):
    answer = await client.get("/my/demands", headers={"accept": "text/html"})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=/my/demands"
