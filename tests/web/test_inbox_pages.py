"""Inbox, notifications, webhooks and the journal as a person in a browser meets them."""

import re
from datetime import UTC, datetime

import msgspec
import pytest

from market.domain.permissions import Role
from market.services import demands, notices
from market.store import journal
from tests import browsing
from tests.receiver import Receiver

pytestmark = pytest.mark.anyio


@pytest.fixture
def settings(settings):
    return msgspec.structs.replace(settings, private_webhooks=True, language="en")


async def notify(given, settings, kind, object_id):
    for event in await journal.OF_OBJECT.all(given.db, kind, object_id):
        await notices.on_event(given.db, event, now=given.now, settings=settings)


async def english(client):
    """Pages in English, whatever the catalogue holds."""
    client.headers["accept-language"] = "en"


async def test_the_inbox_leads_to_what_waits(client, committed):
    await english(client)
    committed.now = datetime.now(UTC)
    owner, broker = await committed.demander(), await committed.staff()
    demand = await committed.draft_demand(owner, title="<b>江苏</b>公路货运量")
    await browsing.sign_in(client, owner)
    page = (await browsing.get_page(client, "/inbox")).text
    assert f'href="/demands/{demand.id}"' in page
    assert "Finish and post" in page
    assert "<b>江苏" not in page
    await demands.act(committed.db, owner, demand.id, "submit", now=committed.now)
    page = (await browsing.get_page(client, "/inbox")).text
    assert "Nothing waits for you." in page
    assert "You wait for others" in page
    assert "until " in page
    waiting = (await browsing.get_page(client, "/inbox?show=waiting")).text
    assert f'href="/demands/{demand.id}"' in waiting
    await browsing.sign_in(client, broker)
    assert "Look at it and open it" in (await browsing.get_page(client, "/inbox")).text


async def test_a_long_inbox_is_paged(client, committed):
    owner = await committed.demander()
    made = [await committed.draft_demand(owner) for _ in range(21)]
    await browsing.sign_in(client, owner)
    first = (await browsing.get_page(client, "/inbox")).text
    following = re.search(r'rel="next" href="([^"]+)"', first).group(1)
    second = (await browsing.get_page(client, "/inbox" + following.replace("&amp;", "&"))).text
    shown = [set(re.findall(r'<a class="subject" href="/demands/(\d+)"', page)) for page in (first, second)]
    assert shown[0].isdisjoint(shown[1])
    assert shown[0] | shown[1] == {str(demand.id) for demand in made}


async def test_notifications_are_read_one_by_one_or_all_at_once(client, committed, settings):
    await english(client)
    owner = await committed.demander()
    for _ in range(3):
        demand = await committed.open_demand(owner)
        await notify(committed, settings, "demand", demand.id)
    await browsing.sign_in(client, owner)
    page = (await browsing.get_page(client, "/notifications")).text
    assert page.count("Your demand is open and being matched.") == 3
    assert "3 unread" in page
    latest = re.search(r'href="(/notifications/\d+)"', page).group(1)
    opened = await browsing.get_page(client, latest)
    assert (opened.status_code, opened.headers["location"]) == (303, f"/demands/{demand.id}")
    assert "2 unread" in (await browsing.get_page(client, "/inbox")).text
    assert (await browsing.post_form(client, "/notifications/read", {"until": "99999999"})).status_code == 303
    assert " unread" not in (await browsing.get_page(client, "/notifications")).text
    assert "You have read everything." in (await browsing.get_page(client, "/notifications?show=unread")).text
    await browsing.sign_in(client, await committed.demander())
    assert (await browsing.get_page(client, latest)).status_code == 404


async def test_what_was_told_of_one_thing_is_one_row_and_is_read_together(client, committed, settings):
    await english(client)
    owner = await committed.demander()
    demand = await committed.open_demand(owner)
    await demands.act(committed.db, owner, demand.id, "withdraw", now=committed.now, reason="x")
    product = await committed.listed_product(owner)
    for kind, object_id in (("demand", demand.id), ("product", product.id)):
        for event in await journal.OF_OBJECT.all(committed.db, kind, object_id):
            told = msgspec.structs.replace(
                event, party="broker", person_id=None, action="open" if kind == "demand" else "list"
            )
            await notices.on_event(committed.db, told, now=committed.now, settings=settings)
    await browsing.sign_in(client, owner)
    page = (await browsing.get_page(client, "/notifications")).text
    links = re.findall(r'href="(/notifications/\d+)"', page)
    assert len(links) == 2
    assert "earlier notification" in page
    of_demand = (await browsing.get_page(client, "/notifications?kind=demand")).text
    assert re.findall(r'href="(/notifications/\d+)"', of_demand) == links[1:]
    assert "Product (" in of_demand
    await browsing.get_page(client, links[1])
    assert "Demand (" not in (await browsing.get_page(client, "/notifications")).text
    left = (await browsing.get_page(client, "/notifications?show=unread")).text
    assert re.findall(r'href="(/notifications/\d+)"', left) == links[:1]


async def test_the_inbox_shows_one_kind(client, committed):
    await english(client)
    owner = await committed.demander()
    demand, product = await committed.draft_demand(owner), await committed.draft_product(owner)
    await browsing.sign_in(client, owner)
    both = (await browsing.get_page(client, "/inbox?kind=nothing")).text
    assert f"/demands/{demand.id}" in both
    assert f"/products/{product.id}" in both
    one = (await browsing.get_page(client, "/inbox?kind=product")).text
    assert f"/demands/{demand.id}" not in one
    assert f"/products/{product.id}" in one
    none = (await browsing.get_page(client, "/inbox?kind=negotiation")).text
    assert "Nothing of this kind waits for you." in none
    headers = await browsing.bearer(committed, owner)
    told = (await client.get("/api/v1/inbox?kind=demand", headers=headers)).json()
    assert [(item["kind"], item["id"]) for item in told["items"]] == [("demand", demand.id)]


async def test_a_webhook_from_form_to_log(client, committed):
    await english(client)
    owner = await committed.demander()
    await browsing.sign_in(client, owner)
    assert "No webhook yet." in (await browsing.get_page(client, "/organisation/webhooks")).text
    wrong = await browsing.post_form(client, "/organisation/webhooks", {"url": "ftp://x.example", "kinds": ["demand"]})
    assert wrong.status_code == 422
    assert 'value="ftp://x.example"' in wrong.text
    assert re.search(r'value="demand" checked', wrong.text)
    async with Receiver() as receiver:
        form = {"url": receiver.url, "kinds": ["demand", "match"], "active": "on"}
        made = await browsing.post_form(client, "/organisation/webhooks", form)
    assert made.status_code == 200
    assert made.headers["cache-control"] == "no-store"
    secret = re.search(r'value="(whsec_[^"]+)"', made.text).group(1)
    path = re.search(r'action="(/organisation/webhooks/\d+)"', made.text).group(1)
    shown = await browsing.get_page(client, path)
    assert secret not in shown.text
    assert (await browsing.post_form(client, f"{path}/test")).headers["location"] == path
    log = (await browsing.get_page(client, path)).text
    assert "webhook.test" in log
    again = re.search(rf'action="({path}/deliveries/\d+)"', log).group(1)
    assert (await browsing.post_form(client, again)).status_code == 303
    saved = await browsing.post_form(client, path, {"version": "1", "url": receiver.url})
    assert saved.status_code == 303
    stale = await browsing.post_form(client, path, {"version": "1", "url": receiver.url})
    assert stale.status_code == 409
    listed = (await browsing.get_page(client, "/organisation/webhooks")).text
    assert re.search(r"everything\s*</td>\s*<td[^>]*>no", listed)
    await browsing.post_form(client, f"{path}/delete")
    assert (await browsing.get_page(client, path)).status_code == 404


async def test_webhooks_are_the_owners(client, committed):
    member, stranger, owner = (
        await committed.demander(Role.MEMBER),
        await committed.demander(),
        await committed.demander(),
    )
    await browsing.sign_in(client, member)
    assert (await browsing.get_page(client, "/organisation/webhooks")).status_code == 403
    assert 'href="/organisation/webhooks"' not in (await browsing.get_page(client, "/organisation")).text
    await browsing.sign_in(client, owner)
    made = await browsing.post_form(client, "/organisation/webhooks", {"url": "http://127.0.0.1:9/", "active": "on"})
    path = re.search(r'action="(/organisation/webhooks/\d+)"', made.text).group(1)
    await browsing.sign_in(client, stranger)
    for way in ("", "/test", "/delete"):
        answer = await browsing.post_form(client, path + way, {"version": "1", "url": "http://127.0.0.1:9/"})
        assert answer.status_code == 404


async def test_staff_read_a_journal_and_see_whether_it_holds(client, committed):
    await english(client)
    demand = await committed.open_demand()
    path = f"/desk/journal/demand/{demand.id}"
    await browsing.sign_in(client, await committed.demander())
    assert (await browsing.get_page(client, path)).status_code == 403
    await browsing.sign_in(client, await committed.staff(Role.AUDITOR))
    page = (await browsing.get_page(client, path)).text
    assert "The chain holds" in page
    assert page.count("<tr>") == 4
    async with committed.db.transaction():
        await committed.db.execute("SET LOCAL session_replication_role = replica")
        await committed.db.execute("UPDATE journal SET party = 'broker' WHERE kind = 'demand' AND seq = 1")
    assert "The chain does not hold" in (await browsing.get_page(client, path)).text
    assert (await browsing.get_page(client, "/desk/journal/demand/999999")).status_code == 404
    assert (await browsing.get_page(client, "/desk/journal/nonsense/1")).status_code == 404
