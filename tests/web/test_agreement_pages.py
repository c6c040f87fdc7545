"""Pages of agreements over HTTP."""

import re

import pytest

from market.domain.negotiations import Clause
from market.services import agreements
from tests import browsing
from tests.browsing import get_page, post_form
from tests.person import Person
from tests.web.test_negotiation_pages import version_of

pytestmark = pytest.mark.anyio


async def test_an_agreement_is_ended_with_reason_and_password(client, committed):
    deal = await committed.agreement()
    contract = f"/agreements/{deal.agreement.id}"
    await browsing.sign_in(client, deal.consumer)
    shown = (await get_page(client, contract)).text
    assert deal.agreement.terms_hash.hex() in shown
    assert deal.agreement.provider_credit_code in shown
    press = {"version": version_of(shown), "action": "terminate", "reason": "数据停更", "password": "a guess"}
    refused = await post_form(client, f"{contract}/actions/terminate", press)
    assert refused.status_code == 422
    assert "数据停更" in refused.text
    assert 'id="f-password"' in refused.text
    press["password"] = browsing.PASSWORD
    assert (await post_form(client, f"{contract}/actions/terminate", press)).status_code == 303
    assert "数据停更" in (await get_page(client, contract)).text
    late = await post_form(client, f"{contract}/actions/terminate", press)
    assert late.status_code == 409
    ended = await agreements.get(committed.db, deal.consumer, deal.agreement.id)
    assert ended.state == "terminated"


async def test_the_evidence_is_checked_in_words(client, committed):
    deal = await committed.agreement()
    client.cookies.set("language", "en")
    await browsing.sign_in(client, deal.consumer)
    person = await Person(client).open(f"/agreements/{deal.agreement.id}")
    assert "Confirmed the agreement" in person.text, "its life begins with the negotiation"
    await person.follow("Check this evidence")
    assert "the agreement is as both sides confirmed it" in person.text
    assert deal.agreement.terms in person.text
    await committed.db.execute("ALTER TABLE journal DISABLE TRIGGER USER")
    await committed.db.execute("DELETE FROM journal WHERE kind = 'negotiation' AND action = 'terms'")
    await person.open(person.path)
    assert "The journal of the negotiation knows no offer with this text." in person.text
    assert "The chain of events was changed or cut." in person.text


async def test_an_agreement_reads_as_numbered_articles_between_two_parties(client, committed):
    deal = await committed.agreement(clauses=(Clause(title="保密", text="双方保密"),), obligations="按时交付")
    await browsing.sign_in(client, deal.consumer)
    client.cookies.set("language", "en")
    shown = (await get_page(client, f"/agreements/{deal.agreement.id}")).text
    contract = shown[shown.index('id="contract"') : shown.index("</article>")]
    articles = re.findall(r"<li><h2>(.*?)</h2>", contract)
    fixed = ["What is provided", "Price", "Period", "Delivery", "Permitted use", "Obligations of both sides"]
    assert articles == [*fixed, "保密"]
    blocks = contract[contract.index('id="signatures"') :]
    assert re.findall(r"<h3>(Party \w)", blocks) == ["Party A", "Party B"]
    assert "Annex" in contract
    for outside in ("<form", "Check this evidence", "Its life so far"):
        assert outside not in contract


async def test_an_agreement_not_in_force_says_whose_turn_it_is_and_leads_there(client, committed):
    talk = await committed.negotiation("agreed")
    client.cookies.set("language", "en")
    await browsing.sign_in(client, talk.consumer)
    room = (await get_page(client, f"/negotiations/{talk.negotiation.id}")).text
    assert "Check the agreement and confirm it with your password." in room
    contract = re.search(r'href="(/agreements/\d+)"', room)[1]
    mine = (await get_page(client, contract)).text
    assert 'class="turn mine"' in mine
    assert f'<a class="button" href="/negotiations/{talk.negotiation.id}#turn">Verify agreement</a>' in mine
    await browsing.sign_in(client, talk.provider)
    theirs = (await get_page(client, contract)).text
    assert 'class="turn mine"' not in theirs
    assert "The data user&#39;s turn" in theirs
    assert "checks the agreement and confirms it" in theirs
    assert "Your turn" not in (await get_page(client, "/agreements")).text
    await browsing.sign_in(client, talk.consumer)
    assert "Your turn" in (await get_page(client, "/agreements")).text
