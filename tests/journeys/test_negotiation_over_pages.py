"""From a mutual match to an agreement in force, by two people in two browsers."""

import re
from html import unescape

import pytest

from tests import browsing
from tests.browsing import get_page, post_form
from tests.given import PASSWORD

pytestmark = pytest.mark.anyio

FIRST = {
    "price": "2000",
    "price_unit": "month",
    "period_from": "2099-01-01",
    "period_to": "2099-12-31",
    "delivery": "file",
    "permitted_use": "用于与合同客户协商运价",
    "obligations": "",
    "clause_title": ["样本披露", ""],
    "clause_text": ["每条线路附样本运单数", ""],
    "valid_days": "7",
    "note": "只用其中四十条线路",
}


def hidden(html: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]* value="([^"]*)"', html)
    assert found, f"no {name} in the form"
    return unescape(found[1])


async def step(client, path, action, **fields):
    """Press the button that the page of ``path`` shows for this action."""
    html = (await get_page(client, path)).text
    assert f'action="{path}/actions/{action}"' in html
    return await post_form(
        client, f"{path}/actions/{action}", {"version": hidden(html, "version"), "action": action, **fields}
    )


async def test_from_mutual_match_to_agreement_in_force(app, committed):
    pairing = await committed.mutual_match()
    async with browsing.several(app) as open_browser:
        user, supplier = open_browser(), open_browser()
        await browsing.sign_in(user, pairing.demander)
        await browsing.sign_in(supplier, pairing.supplier)

        form = await get_page(user, f"/negotiations/new?match={pairing.match.id}")
        assert form.status_code == 200
        started = await post_form(user, f"/negotiations/new?match={pairing.match.id}", FIRST)
        assert started.status_code == 303, started.text
        room = started.headers["location"]
        assert (await get_page(user, f"/negotiations/new?match={pairing.match.id}")).headers["location"] == room

        shown = (await get_page(supplier, room)).text
        assert "只用其中四十条线路" in shown
        form = (await get_page(supplier, f"{room}/offer")).text
        assert hidden(form, "price") == "2000.00"
        asked = FIRST | {"price": "2400", "version": hidden(form, "version"), "note": "全量线路"}
        review = await post_form(supplier, f"{room}/offer", asked | {"check": "1"})
        assert review.status_code == 200
        assert "2,400.00" in review.text
        confirmed = asked | {"reviewed": hidden(review.text, "reviewed"), "send": "1"}
        changed_again = await post_form(supplier, f"{room}/offer", confirmed | {"price": "9999"})
        assert changed_again.status_code == 200, "what was not reviewed is not sent"
        assert (await post_form(supplier, f"{room}/offer", confirmed)).headers["location"] == room

        await post_form(user, f"{room}/messages", {"body": "两千四可以\n谢谢"})
        assert "两千四可以" in (await get_page(supplier, room)).text
        assert (await step(user, room, "accept")).status_code == 303

        refused = await step(supplier, room, "agree", password="a guess")
        assert refused.status_code == 422
        assert 'id="f-password"' in refused.text
        assert 'aria-invalid="true"' in refused.text
        assert (await step(supplier, room, "agree", password=PASSWORD)).status_code == 303
        assert (await step(user, room, "verify", password=PASSWORD)).status_code == 303
        finalized = await step(supplier, room, "finalize")
        agreement = await get_page(user, finalized.headers["location"])
        for words in ("2,400.00", "样本披露", pairing.demander.name, pairing.supplier.organisation_name):
            assert words in agreement.text
        for page in ("/negotiations?show=ended", "/agreements"):
            assert "江苏省公路货运量日汇总" in (await get_page(user, page)).text
