"""How the market is doing: counted from the journal, shown as tables with bars, and over the API."""

from datetime import UTC, datetime, timedelta

import pytest

from market.domain.matches import RejectCode, Review, ReviewAction
from market.domain.permissions import Role
from market.services import health, jobs, matches, negotiations
from market.services.matchmaking import Matchmaker
from tests import browsing

pytestmark = pytest.mark.anyio


async def test_the_funnel_counts_how_far_demands_got(given):
    now = datetime.now(UTC)
    await given.agreement()  # all the way
    await given.negotiation()
    await given.mutual_match()
    await given.proposed_match()
    await given.open_demand()
    found = (await health.report(given.db, Matchmaker(""), days=30, now=now)).funnel
    assert (found.submitted, found.opened, found.proposed) == (5, 5, 4)
    assert (found.mutual, found.negotiated, found.agreed) == (3, 2, 1)
    later = await health.report(given.db, Matchmaker(""), days=30, now=now + timedelta(days=31))
    assert later.funnel.submitted == 0
    assert (later.stays, later.losses) == ((), ())


async def test_it_says_where_deals_end_and_how_long_things_stood(given):
    match = (await given.match()).match
    broker = await given.staff()
    no = Review(action=ReviewAction.REJECT, version=match.version, code=RejectCode.WRONG_TOPIC, reason="rivers")
    await matches.review(given.db, broker, match.id, no, now=given.now)
    talk = (await given.negotiation()).negotiation
    await negotiations.act(
        given.db, broker, talk.id, "abort", version=talk.version, now=given.now, reason="both are gone"
    )
    found = await health.report(given.db, Matchmaker(""), days=7, now=datetime.now(UTC))
    assert found.days == 30, "periods are those offered"
    assert {(loss.kind, loss.state, loss.why, loss.count) for loss in found.losses} == {
        ("match", "rejected", "wrong_topic", 1),
        ("negotiation", "terminated", "broker", 1),
    }
    stays = {(stay.kind, stay.state): stay for stay in found.stays}
    assert stays[("match", "broker_review")].count == 2
    assert stays[("negotiation", "requested")].count == 1
    assert all(0 <= stay.median <= stay.p90 for stay in found.stays)


async def test_the_page_and_the_api_show_the_same(client, committed):
    await committed.agreement()
    broker = await committed.staff()
    client.cookies.set("language", "en")
    await browsing.sign_in(client, broker)
    page = (await browsing.get_page(client, "/desk/health?days=90")).text
    assert "Agreement in force" in page
    assert "100%" in page
    assert '<rect width="100.0"' in page
    assert "Journal last signed" in page
    headers = await browsing.bearer(committed, broker)
    told = (await client.get("/api/v1/desk/health?days=90", headers=headers)).json()
    assert told["funnel"]["agreed"] == 1
    assert told["days"] == 90
    assert ("negotiation", "verified") in {(stay["kind"], stay["state"]) for stay in told["stays"]}


async def test_failed_jobs_are_tried_again_once_each(client, committed):
    for payload, key in (("a", None), ("b", "same"), ("c", "waits")):
        await jobs.enqueue(committed.db, "webhook", payload, dedupe=key)
        await committed.db.execute("UPDATE pgqueuer SET status = 'failed'")
    await jobs.enqueue(committed.db, "webhook", "b2", dedupe="same")
    await committed.db.execute("UPDATE pgqueuer SET status = 'failed'")
    await jobs.enqueue(committed.db, "webhook", "c2", dedupe="waits")
    admin, auditor = await committed.staff(Role.ADMIN), await committed.staff(Role.AUDITOR)
    client.cookies.set("language", "en")
    await browsing.sign_in(client, auditor)
    page = (await browsing.get_page(client, "/desk/health")).text
    assert "webhook" in page
    assert "/desk/health/retry" not in page
    assert (await browsing.post_form(client, "/desk/health/retry", {"job": "webhook"})).status_code == 403
    await browsing.sign_in(client, admin)
    assert "/desk/health/retry" in (await browsing.get_page(client, "/desk/health")).text
    assert (await browsing.post_form(client, "/desk/health/retry", {"job": "webhook"})).status_code == 303
    waiting = "SELECT convert_from(payload, 'utf8') FROM pgqueuer WHERE status = 'queued' AND entrypoint = 'webhook'"
    assert {row[0] for row in await committed.db.fetch(waiting)} == {'"a"', '"b2"', '"c2"'}
    page = (await browsing.get_page(client, "/desk/health")).text
    assert "Put back in the queue by hand" in page
    assert f'<b>Calling webhooks</b> 2 jobs <span class="muted">{admin.name}</span>' in page
    journal = (await browsing.get_page(client, "/desk/journal/jobs/0")).text
    assert "Failed jobs put back in the queue" in journal
    assert admin.name in journal
    assert 'href="/desk/health"' in journal
    headers = await browsing.bearer(committed, admin)
    told = (await client.get("/api/v1/desk/health", headers=headers)).json()["retries"]
    assert [(row["job"], row["count"], row["person_name"]) for row in told] == [("webhook", 2, admin.name)]
    again = await client.post("/api/v1/desk/jobs/retry", json={"job": "webhook"}, headers=headers)
    assert again.json() == {"count": 0}
    assert await committed.db.fetchval("SELECT count(*) FROM journal WHERE kind = 'jobs'") == 1, "nothing was done"
