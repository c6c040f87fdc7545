"""Match pages over HTTP, as people without JavaScript use them."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from market import i18n
from market.domain.demands import MASK, LineKind, LineLevel, RequirementLine
from market.domain.permissions import Role
from market.services import matches
from tests import browsing
from tests.given import FIELDS, TOPIC
from tests.person import Person

pytestmark = pytest.mark.anyio

MARKUP = "<script>alert('x')</script>"
LINES = (
    RequirementLine(level=LineLevel.MUST, kind=LineKind.TOPIC, value="公路货运量", phrase="公路货运量", start=6),
    RequirementLine(level=LineLevel.MUST, kind=LineKind.REGION, value="江苏", phrase="江苏", start=4),
    RequirementLine(level=LineLevel.SHOULD, kind=LineKind.FIELDS, value="车辆轴数"),
)


@pytest.fixture
async def committed(committed):
    """The builders with today's date: pages show how long there is."""
    committed.now = datetime.now(UTC)
    return committed


def version_in(text: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', text)
    assert found
    return found.group(1)


async def english(client, who):
    client.cookies.set("language", "en")
    await browsing.sign_in(client, who)


async def test_a_supplier_answers_a_lead_in_two_steps(client, committed):
    found, _, supplier = await committed.proposed_match()
    await english(client, supplier)
    leads = await browsing.get_page(client, "/matches")
    assert f'href="/matches/{found.id}"' in leads.text
    assert "公路货运量" in leads.text
    assert "Your turn" in leads.text
    said = {"action": "interest", "version": str(found.version)}
    answer = await browsing.post_form(client, f"/matches/{found.id}/answer", said)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/matches/{found.id}")
    shown = await browsing.get_page(client, f"/matches/{found.id}")
    assert "You are interested. Now the other side answers." in shown.text


async def test_the_best_leads_stand_in_full_and_the_others_folded(client, committed):
    demander, supplier = await committed.demander(), await committed.supplier()
    product = await committed.listed_product(supplier)
    found = [(await committed.proposed_match(demander, supplier, product=product)).match for _ in range(7)]
    await english(client, supplier)
    html = (await browsing.get_page(client, "/matches")).text
    best, _, others = html.partition("<summary>2 more leads</summary>")
    assert [len(re.findall(r'id="lead-\d+"', part)) for part in (best, others)] == [5, 2]
    assert [len(re.findall(r'action="/matches/\d+/answer" class="inline"', part)) for part in (best, others)] == [5, 0]
    assert {match.id for match in found} == {int(n) for n in re.findall(r'<h3><a href="/matches/(\d+)"', html)}


async def test_leads_are_read_on_from_any_of_them(client, committed):
    demander, supplier = await committed.demander(), await committed.supplier()
    product = await committed.listed_product(supplier)
    for _ in range(5):
        await committed.proposed_match(demander, supplier, product=product)
    await english(client, supplier)
    every = re.findall(r'id="lead-(\d+)"', (await browsing.get_page(client, "/matches")).text)
    rest = (await browsing.get_page(client, "/matches?start=3")).text
    assert re.findall(r'id="lead-(\d+)"', rest) == every[3:]
    assert '<ol class="cards" start="4">' in rest
    assert "There are no more leads." in (await browsing.get_page(client, "/matches?start=50")).text


async def test_each_line_says_its_part_of_the_score(client, committed):
    demander, supplier = await committed.demander(), await committed.supplier()
    demand = await committed.open_demand(demander, lines=LINES)
    found, *_ = await committed.proposed_match(demander, supplier, demand=demand)
    parts = [f"{reason.share:.0%}" for reason in found.reasons if reason.share]
    assert len(parts) == 2, "a line that is not met brings nothing"
    for reader in (supplier, await committed.staff()):
        await english(client, reader)
        html = (await browsing.get_page(client, f"/matches/{found.id}")).text
        assert re.findall(r"(\d+%)<span class=\"unseen\"> of the score</span>", html) == parts
        assert f"Score: {sum(reason.share for reason in found.reasons):.0%}." in html


async def test_leads_are_answered_on_their_list(client, committed):
    demand_of = {"lines": (TOPIC, FIELDS)}
    demander, supplier = await committed.demander(), await committed.supplier()
    first, _, _ = await committed.proposed_match(demander, supplier)
    demand = await committed.open_demand(demander, **demand_of)
    second, _, _ = await committed.proposed_match(demander, supplier, demand=demand)
    await english(client, supplier)
    person = await Person(client).open("/matches")
    assert "They ask for “车辆轴数” (fields); your product does not say." in person.text.replace("Fields", "fields")
    await person.send(f"/matches/{first.id}/answer", action="interest")
    assert person.path == "/matches"
    assert "You are interested." in person.text
    await person.send(f"/matches/{second.id}/answer", action="decline", code="too_expensive")
    assert person.path == "/matches"
    assert f"/matches/{second.id}" not in {href for href, _ in person.page.links}
    states = await committed.db.fetch("SELECT supplier_answer FROM match ORDER BY id")
    assert [row["supplier_answer"] for row in states] == ["interested", "declined"]


async def test_what_waits_for_the_demander_comes_first_and_is_answered_there(client, committed):
    demander = await committed.demander()
    begun = await committed.negotiation(pairing=await committed.mutual_match(demander))
    waiting, _, _ = await committed.proposed_match(demander)
    both, _, _ = await committed.mutual_match(demander)
    await english(client, demander)
    person = await Person(client).open("/matches")
    mine, rest = person.text.index("your turn"), person.text.index("under way")
    html = (await browsing.get_page(client, "/matches")).text
    places = {i: html.index(f'id="match-{i}"') for i in (begun.negotiation.match_id, waiting.id, both.id)}
    assert mine < rest
    assert max(places[waiting.id], places[both.id]) < html.index("under way") < places[begun.negotiation.match_id]
    assert f'href="/negotiations/new?match={both.id}"' in html
    await person.send(f"/matches/{waiting.id}/answer", action="interest")
    assert person.path == "/matches"
    html = (await browsing.get_page(client, "/matches")).text
    assert html.index("under way") < html.index(f'id="match-{waiting.id}"')


async def test_an_answer_given_in_the_grid_comes_back_to_it(client, committed):
    found, demander, _ = await committed.proposed_match()
    await english(client, demander)
    said = {"action": "interest", "version": str(found.version), "back": "demand"}
    answer = await browsing.post_form(client, f"/matches/{found.id}/answer", said)
    assert answer.headers["location"] == f"/demands/{found.demand_id}#comparison"


async def test_a_match_put_off_waits_until_its_day(client, committed):
    found, demander, _ = await committed.proposed_match()
    await english(client, demander)
    until = committed.now.date() + timedelta(days=3)
    said = {"action": "snooze", "version": str(found.version), "until": until.isoformat()}
    await browsing.post_form(client, f"/matches/{found.id}/answer", said)
    html = (await browsing.get_page(client, "/matches")).text
    assert "You are reminded on" in html
    assert "your turn" not in html


async def test_from_worklist_to_the_link_that_starts_the_negotiation(client, committed):
    found, demander, supplier = await committed.match()
    await english(client, await committed.staff())
    assert f'href="/desk/matches/{found.id}"' in (await browsing.get_page(client, "/desk")).text
    tabs = (
        ("", True),
        ("waiting", True),
        ("broker_review", True),
        ("sides", False),
        ("mutual", False),
        ("over", False),
    )
    for state, there in (*tabs, ("nonsense", True)):
        listed = await browsing.get_page(client, f"/matches?state={state}")
        assert (f'href="/matches/{found.id}"' in listed.text) is there
    desk = await browsing.get_page(client, f"/matches/{found.id}")
    decision = {"action": "propose", "version": version_in(desk.text)}
    answer = await browsing.post_form(client, f"/matches/{found.id}/review", decision)
    assert answer.headers["location"] == "/desk"
    assert f"Proposed to both sides: {found.demand_title}" in (await browsing.get_page(client, "/desk")).text
    for side in (demander, supplier):
        await browsing.sign_out(client)
        await english(client, side)
        page = await browsing.get_page(client, f"/matches/{found.id}")
        said = {"action": "interest", "version": version_in(page.text)}
        await browsing.post_form(client, f"/matches/{found.id}/answer", said)
    page = await browsing.get_page(client, f"/matches/{found.id}")
    assert "Both sides are interested. You can start the negotiation." in page.text
    assert f'href="/negotiations/new?match={found.id}"' in page.text


async def test_every_line_shows_its_verdict_and_both_sides_words(client, committed):
    product = await committed.listed_product(region="江苏省", update_cycle="yearly")
    daily = RequirementLine(level=LineLevel.MUST, kind=LineKind.UPDATE_CYCLE, value="每日", phrase="日数据", start=12)
    demand = await committed.open_demand(lines=(*LINES, daily))
    found = (await committed.match(demand=demand, product=product)).match
    await english(client, await committed.staff())
    page = (await browsing.get_page(client, f"/matches/{found.id}")).text
    for sign, word, n in (("✓", "Met", 2), ("✕", "Not met", 1), ("?", "Unknown", 1)):
        assert f'<span aria-hidden="true">{sign}</span> {word} {n}' in page
    assert "<q>日数据</q>" in page
    assert "<q>Yearly</q>" in page
    assert "The product does not say." in page


async def test_declining_keeps_what_was_typed_and_says_what_is_missing(client, committed):
    found, demander, _ = await committed.proposed_match()
    await english(client, demander)
    said = {"action": "decline", "version": str(found.version), "code": "other", "reason": ""}
    again = await browsing.post_form(client, f"/matches/{found.id}/answer", said)
    assert again.status_code == 422
    assert "Say why in your own words." in again.text
    assert '<option value="other" selected>' in again.text
    no_code = await browsing.post_form(client, f"/matches/{found.id}/answer", said | {"code": "", "reason": MARKUP})
    assert "Choose why." in no_code.text
    assert "&lt;script&gt;" in no_code.text
    assert MARKUP not in no_code.text
    declined = await browsing.post_form(client, f"/matches/{found.id}/answer", said | {"code": "too_coarse"})
    assert declined.status_code == 303
    page = await browsing.get_page(client, f"/matches/{found.id}")
    assert "Too coarse" in page.text
    assert "Back to your demand" in page.text


@pytest.mark.parametrize("until", ["", "yesterday", "1999-01-01", "9999-12-31"])
async def test_a_day_that_is_no_day_to_be_reminded_on(client, committed, until):
    found, demander, _ = await committed.proposed_match()
    await english(client, demander)
    said = {"action": "snooze", "version": str(found.version), "until": until}
    again = await browsing.post_form(client, f"/matches/{found.id}/answer", said)
    assert again.status_code == 422
    assert 'id="e-until"' in again.text


async def test_later_leaves_the_lead_out_until_then(client, committed):
    found, _, supplier = await committed.proposed_match()
    await english(client, supplier)
    until = (committed.now + timedelta(days=9)).date().isoformat()
    said = {"action": "snooze", "version": str(found.version), "until": until}
    assert (await browsing.post_form(client, f"/matches/{found.id}/answer", said)).status_code == 303
    assert "No leads at present." in (await browsing.get_page(client, "/matches")).text
    page = (await browsing.get_page(client, f"/matches/{found.id}")).text
    assert "Later" in page
    assert "Put off: you are reminded on" in page


async def test_a_sealed_demand_is_covered_on_every_page_of_the_supplier(client, committed):
    demander = await committed.demander()
    demand = await committed.open_demand(
        demander,
        text=f"我们需要江苏公路货运量的日数据, {demander.organisation_name}",
        lines=LINES,
        region="江苏省",
        sealed=True,
        masked=("江苏", "我们"),
    )
    product = await committed.listed_product(title="华东公路货运量日汇总", abstract="华东各县公路货运量的每日汇总")
    supplier_of = await committed.db.fetchval("SELECT organisation_id FROM product WHERE id = $1", product.id)
    person = await committed.db.fetchval("SELECT person_id FROM membership WHERE organisation_id = $1", supplier_of)
    name = await committed.db.fetchval("SELECT name FROM person WHERE id = $1", person)
    found = (await committed.proposed_match(demander, demand=demand, product=product)).match
    no = matches.Response(action="decline", version=found.version, code="other", reason="我们只要江苏的")
    await english(client, browsing.email_of(name))
    paths = ("/matches", f"/matches/{found.id}", f"/demands/{demand.id}", "/demands", "/demands?q=公路货运量")
    for path in paths:
        page = (await browsing.get_page(client, path)).text
        assert MASK in page, path
        assert "江苏" not in page, path
        assert demander.organisation_name not in page, path
    for asked in ("/demands?region=江苏", "/demands?q=江苏", f"/demands?q={demander.organisation_name}"):
        assert f"/demands/{demand.id}" not in (await browsing.get_page(client, asked)).text, asked
    await matches.answer(committed.db, demander, found.id, no, now=committed.now)
    page = (await browsing.get_page(client, f"/matches/{found.id}")).text
    assert f"{MASK}只要{MASK}的" in page
    assert "江苏" not in page


async def test_strangers_and_the_not_yet_proposed_are_not_found(client, committed):
    unproposed = (await committed.match()).match
    proposed, *_ = await committed.proposed_match()
    assert (await browsing.get_page(client, f"/matches/{proposed.id}")).headers["location"].startswith("/sign-in")
    await english(client, await committed.supplier())
    said = {"action": "interest", "version": "1"}
    for found in (unproposed, proposed):
        assert (await browsing.get_page(client, f"/matches/{found.id}")).status_code == 404
        assert (await browsing.post_form(client, f"/matches/{found.id}/answer", said)).status_code == 404
    assert (await browsing.post_form(client, f"/matches/{proposed.id}/review", said)).status_code == 403
    assert (await browsing.get_page(client, "/desk")).status_code == 403
    assert (await browsing.get_page(client, "/desk/demands")).status_code == 403


async def test_the_demands_page_shows_its_matches_to_the_owner_only(client, committed):
    found, demander, _ = await committed.proposed_match()
    anonymous = await browsing.get_page(client, f"/demands/{found.demand_id}")
    assert f"/matches/{found.id}" not in anonymous.text
    await english(client, demander)
    assert f'href="/matches/{found.id}"' in (await browsing.get_page(client, f"/demands/{found.demand_id}")).text
    mine = (await browsing.get_page(client, "/matches")).text
    assert f'href="/demands/{found.demand_id}"' in mine
    assert f'href="/matches/{found.id}"' in mine
    waiting = await committed.open_demand(demander)
    assert "Nothing has been proposed yet." in (await browsing.get_page(client, f"/demands/{waiting.id}")).text


async def test_a_stale_form_is_refused_with_the_new_state(client, committed):
    found, demander, _ = await committed.proposed_match()
    await english(client, demander)
    later = {"action": "snooze", "until": (committed.now + timedelta(days=2)).date().isoformat()}
    first = await browsing.post_form(client, f"/matches/{found.id}/answer", later | {"version": str(found.version)})
    assert first.status_code == 303
    second = await browsing.post_form(client, f"/matches/{found.id}/answer", later | {"version": str(found.version)})
    assert second.status_code == 409


async def test_a_broker_of_one_of_the_sides_reads_why_another_has_to_decide(client, committed):
    found, _, supplier = await committed.match()
    broker = await committed.staff()
    await english(client, broker)
    assert "/review" in (await browsing.get_page(client, f"/matches/{found.id}")).text
    await committed.db.execute(
        "INSERT INTO membership (organisation_id, person_id, role) VALUES ($1, $2, 'member')",
        supplier.organisation_id,
        broker.person_id,
    )
    page = (await browsing.get_page(client, f"/matches/{found.id}")).text
    assert "Another broker has to decide." in page
    assert "/review" not in page
    decision = {"action": "propose", "version": str(found.version)}
    refused = await browsing.post_form(client, f"/matches/{found.id}/review", decision)
    assert refused.status_code == 422
    assert "Another broker has to decide." in refused.text


async def test_buttons_are_in_the_language_of_each_reader(client, committed):
    """Also those whose words never change in the template: nothing is kept from the reader before."""
    found = (await committed.match()).match
    await browsing.sign_in(client, await committed.staff())
    labels = set()
    for language in ("zh", "en", "zh"):
        client.cookies.set("language", language)
        with i18n.speaking(language):
            label = i18n.gettext("Propose to both sides")
        page = (await browsing.get_page(client, f"/matches/{found.id}")).text
        assert f'<button class="button">{label}</button>' in page
        labels.add(label)
    assert len(labels) == 2


async def test_the_auditor_reads_and_decides_nothing(client, committed):
    found, *_ = await committed.match()
    await english(client, await committed.staff(Role.AUDITOR))
    assert f'href="/matches/{found.id}"' in (await browsing.get_page(client, "/matches")).text
    page = await browsing.get_page(client, f"/matches/{found.id}")
    assert page.status_code == 200
    assert "/review" not in page.text


async def test_a_broker_looks_through_all_demands_by_state(client, committed):
    draft = await committed.draft_demand(title="还在写的需求")
    opened = await committed.open_demand(title=f"已开放{MARKUP}")
    await english(client, await committed.staff())
    for state, there in (("", True), ("open", True), ("clarifying", False), ("draft", True)):
        listed = (await browsing.get_page(client, f"/desk/demands?state={state}")).text
        assert (f'href="/demands/{opened.id}/gap"' in listed) is there
        assert f"/demands/{draft.id}" not in listed, "a draft is its writer's alone"
        assert MARKUP not in listed


async def test_the_same_data_of_others_is_reached_and_chosen(client, committed):
    match, demander, supplier = await committed.proposed_match()
    others = [await committed.listed_product(price=None), await committed.listed_product(await committed.supplier())]
    await english(client, demander)
    link = f'href="/products/{match.product_id}/alike?demand={match.demand_id}"'
    for page in (f"/matches/{match.id}", f"/demands/{match.demand_id}"):
        shown = (await browsing.get_page(client, page)).text
        assert re.search(f"<a {re.escape(link)}>and 2 more like it</a>", shown), page
    page = (await browsing.get_page(client, f"/products/{match.product_id}/alike?demand={match.demand_id}")).text
    assert {int(n) for n in re.findall(r'name="products" value="(\d+)"', page)} == {one.id for one in others}
    chosen = {"products": str(others[0].id)}
    assert (await browsing.post_form(client, f"/demands/{match.demand_id}/bundles", chosen)).status_code == 303
    wished = await committed.db.fetchval(
        "SELECT demander_answer FROM match WHERE demand_id = $1 AND product_id = $2", match.demand_id, others[0].id
    )
    assert wished == "interested"
    stranger = await committed.demander()
    assert (await client.get(f"/products/{others[0].id}/alike?demand={match.demand_id}")).status_code == 200
    headers = await browsing.bearer(committed, stranger)
    found = (await client.get(f"/api/v1/products/{others[0].id}/alike?limit=1", headers=headers)).json()
    assert (found["total"], len(found["items"])) == (2, 1)
    await browsing.sign_out(client)
    await english(client, supplier)
    assert "more like it" not in (await browsing.get_page(client, f"/matches/{match.id}")).text
    assert (
        await client.get(f"/products/{others[0].id}/alike?demand={match.demand_id}", headers=browsing.HTML)
    ).status_code == 404
