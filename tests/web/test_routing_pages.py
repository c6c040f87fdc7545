"""Asking the likely holder, over HTTP as people without JavaScript use it."""

from datetime import UTC, datetime

import pytest

from tests import browsing
from tests.given import FIELDS, TOPIC

pytestmark = pytest.mark.anyio


async def english(client, who):
    await browsing.sign_out(client)
    client.cookies.set("language", "en")
    await browsing.sign_in(client, who)


async def test_from_the_gap_to_the_holders_product(client, committed):
    committed.now = datetime.now(UTC)
    holder = await committed.supplier()
    product = await committed.listed_product(holder)
    demander = await committed.demander()
    demand = await committed.open_demand(demander, lines=(TOPIC, FIELDS))
    await client.app.state.matchmaker.fill(committed.db)
    await english(client, await committed.staff())
    link = f"/demands/{demand.id}/route?organisation={holder.organisation_id}"
    assert link in (await browsing.get_page(client, f"/demands/{demand.id}/gap")).text
    assert f'value="{holder.organisation_id}" selected' in (await browsing.get_page(client, link)).text
    letter = await browsing.get_page(client, f"/demands/{demand.id}/request?to=气象局")
    assert "气象局" in letter.text
    assert f"/demands/{demand.id}</a>" in letter.text
    said = {"organisation_id": str(holder.organisation_id), "note": "贵单位可能有"}
    sent = await browsing.post_form(client, f"/demands/{demand.id}/route", said)
    where = sent.headers["location"]
    assert (await browsing.post_form(client, f"/demands/{demand.id}/route", said)).status_code in (409, 422)
    await english(client, holder)
    assert where in (await browsing.get_page(client, "/inbox")).text
    leads = (await browsing.get_page(client, "/matches")).text
    assert f'<a class="button" href="{where}">Say whether you hold it</a>' in leads
    assert "贵单位可能有" in leads, "what the broker writes"
    shown = (await browsing.get_page(client, where)).text
    assert "贵单位可能有" in shown
    assert product.title in shown
    refused = await browsing.post_form(client, f"{where}/actions/refuse", {"version": "1", "reason": "内部数据"})
    assert refused.status_code == 422
    assert "内部数据" in refused.text
    held = await browsing.post_form(client, f"{where}/actions/have", {"version": "1"})
    assert held.headers["location"] == f"/products/new?routing={where.rsplit('/', 1)[1]}"
    assert demand.title in (await browsing.get_page(client, held.headers["location"])).text
    offer = {"version": "2", "product_id": str(product.id)}
    assert (await browsing.post_form(client, f"{where}/actions/offer", offer)).status_code == 303
    await english(client, demander)
    assert product.title in (await browsing.get_page(client, where)).text
    assert where in (await browsing.get_page(client, f"/demands/{demand.id}/gap")).text
