"""An enterprise's own demands over HTTP: where they stand, and the matches of one side by side."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from html.parser import HTMLParser

import pytest

from market.domain.demands import LineKind, LineLevel, RequirementLine
from market.domain.products import PriceUnit
from tests import browsing
from tests.given import FIELDS, TOPIC

pytestmark = pytest.mark.anyio
REGION = RequirementLine(level=LineLevel.MUST, kind=LineKind.REGION, value="江苏")
LINES = (TOPIC, REGION, FIELDS)


class Table(HTMLParser):
    """The cells of the first table as text, row by row."""

    def __init__(self, html):
        super().__init__()
        self.rows = []
        self._cell = None
        self.feed(html[html.index("<table") : html.index("</table>")])

    def handle_starttag(self, tag, attrs):
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
            self._cell = True

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self.rows[-1][-1] = " ".join(self.rows[-1][-1].split())
            self._cell = None

    def handle_data(self, data):
        if self._cell:
            self.rows[-1][-1] += data


@pytest.fixture
async def committed(committed):
    """The builders with today's date: pages show how long there is."""
    committed.now = datetime.now(UTC)
    return committed


async def signed_in(client, who):
    await browsing.sign_out(client)
    client.cookies.set("language", "en")
    await browsing.sign_in(client, who)


async def two_products(given, owner, **content):
    """One demand with a product of Jiangsu and one of Zhejiang proposed for it."""
    demand = await given.open_demand(owner, lines=LINES, **content)
    found = []
    for title, region in (("江苏公路货运量日表", "江苏省"), ("浙江公路货运量日表", "浙江省")):
        product = await given.listed_product(title=title, region=region, price=Decimal(1200), price_unit=PriceUnit.YEAR)
        found.append(await given.proposed_match(owner, demand=demand, product=product))
    return demand, found


async def test_matches_stand_side_by_side_line_by_line(client, committed):
    owner = await committed.demander()
    demand, _ = await two_products(committed, owner)
    await signed_in(client, owner)
    html = (await browsing.get_page(client, f"/demands/{demand.id}")).text
    head, *rows = Table(html).rows
    column = {name: next(n for n, cell in enumerate(head) if name in cell) for name in ("江苏公路", "浙江公路")}
    line = {kind: next(row for row in rows if kind in row[0]) for kind in ("Region", "Fields", "Price", "record")}
    assert "Met" in line["Region"][column["江苏公路"]]
    assert "Not met" in line["Region"][column["浙江公路"]]
    assert "Unknown Ask" in line["Fields"][column["江苏公路"]]
    assert "1,200.00 per year" in line["Price"][column["江苏公路"]]
    assert "Verified" in line["record"][column["江苏公路"]]
    assert "0 agreements in force" in line["record"][column["江苏公路"]]
    assert "Interested" in rows[-1][column["江苏公路"]]
    assert len({len(row) for row in (head, *rows)}) == 1


async def test_a_question_is_one_click_in_its_cell_and_comes_back_to_the_grid(client, committed):
    owner = await committed.demander()
    demand, _ = await two_products(committed, owner)
    await signed_in(client, owner)
    path = f"/demands/{demand.id}"
    html = (await browsing.get_page(client, path)).text
    form = re.search(r'<form method="post" action="/questions".*?</form>', html, re.DOTALL)[0]
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    asked = await browsing.post_form(client, "/questions", fields | {"_csrf_token": client.cookies["csrf"]})
    assert (asked.status_code, asked.headers["location"]) == (303, path)
    fields_row = next(row for row in Table((await browsing.get_page(client, path)).text).rows if "Fields" in row[0])
    assert sum("Asked" in cell for cell in fields_row) == 1
    assert sum("Unknown Ask:" in cell or "Unknown Ask" in cell for cell in fields_row) >= 1
    foreign = await browsing.post_form(client, "/questions", fields | {"back": "https://elsewhere.example"})
    assert foreign.headers.get("location", "").startswith("https://elsewhere") is False


async def test_two_are_chosen_to_be_compared_and_the_rest_comes_back(client, committed):
    owner = await committed.demander()
    demand, found = await two_products(committed, owner)
    await committed.proposed_match(owner, demand=demand)
    await signed_in(client, owner)
    chosen = "&".join(f"product={one.match.product_id}" for one in found)
    html = (await browsing.get_page(client, f"/demands/{demand.id}?{chosen}")).text
    assert {len(row) for row in Table(html).rows} == {3}
    assert "Show the other one, too" in html
    one = (await browsing.get_page(client, f"/demands/{demand.id}?product={found[0].match.product_id}")).text
    assert {len(row) for row in Table(one).rows} == {4}, "one alone is nothing to compare"


async def test_from_the_foot_of_a_column_to_the_negotiation(client, committed):
    pairing = await committed.mutual_match()
    await signed_in(client, pairing.demander)
    html = (await browsing.get_page(client, f"/demands/{pairing.match.demand_id}")).text
    assert f'href="/negotiations/new?match={pairing.match.id}"' in html


async def test_a_sealed_demand_does_not_learn_whose_record_it_is(client, committed):
    owner = await committed.demander()
    demand, found = await two_products(committed, owner, sealed=True)
    await signed_in(client, owner)
    html = (await browsing.get_page(client, f"/demands/{demand.id}")).text
    record = next(row for row in Table(html).rows if "record" in row[0])
    assert record[1:] == ["Identity covered"] * 2
    assert found[0].match.supplier_name not in html


async def test_strangers_and_staff_see_no_grid(client, committed):
    owner = await committed.demander()
    demand, _ = await two_products(committed, owner)
    for reader in (await committed.demander(), await committed.staff()):
        await signed_in(client, reader)
        assert 'id="comparison"' not in (await browsing.get_page(client, f"/demands/{demand.id}")).text


async def test_my_demands_say_whose_turn_it_is_and_the_next_step(client, committed):
    owner = await committed.demander()
    await committed.draft_demand(owner, title="Draft one")
    demand, _ = await two_products(committed, owner, title="Matched one")
    pairing = await committed.mutual_match(owner)
    talk = await committed.negotiation("offered")
    await committed.open_demand(owner, title="Waiting one")
    await signed_in(client, owner)
    html = (await browsing.get_page(client, "/my/demands")).text
    rows = {row[0]: row for row in Table(html).rows[1:]}
    assert "Your turn" in rows["Draft one"][2]
    assert "Finish and post it" in rows["Draft one"][2]
    assert "Say which of 2 products interest you" in rows["Matched one"][2]
    assert "2 matches" in rows["Matched one"][3]
    assert f'href="/demands/{demand.id}#comparison"' in html
    assert "Both sides are interested" in rows[pairing.match.demand_title][2]
    assert "Your turn" not in rows["Waiting one"][2]
    assert "Every new product is compared with it" in rows["Waiting one"][2]
    await signed_in(client, talk.consumer)
    html = (await browsing.get_page(client, "/my/demands")).text
    assert f'href="/negotiations/{talk.negotiation.id}"' in html
    assert "Go on with the negotiation" in html


async def test_my_demands_are_looked_at_by_where_they_stand(client, committed):
    owner = await committed.demander()
    await committed.draft_demand(owner, title="Draft one")
    await committed.open_demand(owner, title="Open one")
    await committed.open_demand(title="Somebody else's")
    await signed_in(client, owner)
    html = (await browsing.get_page(client, "/my/demands")).text
    assert "All 2" in html
    assert 'href="/my/demands?group=negotiation"' not in html
    assert "Somebody else" not in html
    drafts = Table((await browsing.get_page(client, "/my/demands?group=draft")).text).rows
    assert [row[0] for row in drafts[1:]] == ["Draft one"]
    assert "No demand of yours stands here" in (await browsing.get_page(client, "/my/demands?group=done")).text
    assert "Open one" in (await browsing.get_page(client, "/my/demands?group=nonsense")).text
    await signed_in(client, await committed.demander())
    assert "One paragraph is enough to begin" in (await browsing.get_page(client, "/my/demands")).text


async def test_what_waits_for_the_reader_has_a_tab_with_its_count(client, committed):
    owner = await committed.demander()
    await committed.draft_demand(owner, title="Draft one")
    await committed.open_demand(owner, title="Open one")
    await signed_in(client, owner)
    html = (await browsing.get_page(client, "/my/demands")).text
    assert [row[0] for row in Table(html).rows[1:]] == ["Draft one", "Open one"], "though the other changed later"
    assert '<a href="/my/demands?group=yours">Your turn 1</a>' in html
    html = (await browsing.get_page(client, "/my/demands?group=yours")).text
    assert [row[0] for row in Table(html).rows[1:]] == ["Draft one"]
    other = await committed.demander()
    await committed.open_demand(other)
    await signed_in(client, other)
    assert "group=yours" not in (await browsing.get_page(client, "/my/demands")).text
    assert "No demand waits for you." in (await browsing.get_page(client, "/my/demands?group=yours")).text


async def test_a_demand_says_first_whose_turn_it_is_and_what_to_do(client, committed):
    owner = await committed.demander()
    demand, _ = await two_products(committed, owner)
    await signed_in(client, owner)
    html = (await browsing.get_page(client, f"/demands/{demand.id}")).text
    turn = html[html.index('id="turn"') : html.index("</section>", html.index('id="turn"'))]
    assert "Your turn" in turn
    assert f'<a class="button" href="/demands/{demand.id}#comparison">Say which of 2 products interest you</a>' in turn
    assert '<button class="button quiet">Keep it open longer</button>' in turn
    talk = await committed.negotiation("requested")
    await signed_in(client, talk.consumer)
    html = (await browsing.get_page(client, f"/demands/{talk.negotiation.demand_id}")).text
    assert "The supplier's turn" in html
    assert f'href="/negotiations/{talk.negotiation.id}"' in html
    await signed_in(client, await committed.staff())
    assert 'id="turn"' not in (await browsing.get_page(client, f"/demands/{demand.id}")).text


async def test_what_a_product_says_is_in_the_readers_form(client, committed):
    owner = await committed.demander()
    since = RequirementLine(level=LineLevel.MUST, kind=LineKind.TIME_SPAN, value="2023年以来")
    budget = RequirementLine(level=LineLevel.MUST, kind=LineKind.BUDGET, value="十万元以内")
    demand = await committed.open_demand(owner, lines=(TOPIC, since, budget))
    product = await committed.listed_product(
        time_from=date(2022, 1, 1), price=Decimal(98000), price_unit=PriceUnit.YEAR
    )
    found = await committed.proposed_match(owner, demand=demand, product=product)
    await signed_in(client, owner)
    for path in (f"/demands/{demand.id}", f"/matches/{found.match.id}"):
        html = (await browsing.get_page(client, path)).text
        assert "<q>Jan 1, 2022</q>" in html
        assert "<q>CN¥98,000.00</q>" in html
    client.cookies.set("language", "zh")
    html = (await browsing.get_page(client, f"/demands/{demand.id}")).text
    assert "<q>2022年1月1日</q>" in html
    assert "¥98,000.00/年" in html


async def test_who_is_not_verified_is_told_why_the_demand_waits(client, committed):
    owner = await committed.demander(verified=False)
    demand = await committed.draft_demand(owner)
    await signed_in(client, owner)
    html = (await browsing.get_page(client, f"/demands/{demand.id}")).text
    assert "Your organisation is not verified yet" in html
    verified = await committed.demander()
    demand = await committed.draft_demand(verified)
    await signed_in(client, verified)
    assert "not verified yet" not in (await browsing.get_page(client, f"/demands/{demand.id}")).text


async def test_a_stranger_who_holds_the_data_is_shown_the_way(client, committed):
    demand = await committed.open_demand()
    client.cookies.set("language", "en")
    html = (await browsing.get_page(client, f"/demands/{demand.id}")).text
    assert '<a class="button" href="/products/new">Offer a product</a>' in html
