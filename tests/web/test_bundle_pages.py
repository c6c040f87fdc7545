"""The page of a demand's bundles and the same over the API."""

import asyncio
from decimal import Decimal

import pytest

from market.domain.products import Field, PriceUnit
from market.services import matches
from tests import browsing
from tests.services.test_bundles import EMISSIONS, LINES, ROAD, offered
from tests.web.test_my_demand_pages import Table

pytestmark = pytest.mark.anyio


async def market(committed, client):
    """A demand that two products meet together, and its owner, signed in."""
    demander = await committed.demander()
    priced = {"price": Decimal(100), "price_unit": PriceUnit.YEAR, "fields": (Field(name="plate"),)}
    products = [await committed.listed_product(**offered(title, **priced)) for title in (ROAD, EMISSIONS)]
    demand = await committed.open_demand(demander, lines=LINES)
    client.cookies.set("language", "en")
    await browsing.sign_in(client, demander)
    headers = await browsing.bearer(committed, demander)
    path = f"/api/v1/demands/{demand.id}/bundles"
    async with asyncio.timeout(60):
        while not (await client.get(path, headers=headers)).json()["bundles"]:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    return demander, demand, products, headers


async def test_one_click_starts_with_all_members(client, committed):
    _, demand, products, _ = await market(committed, client)
    address = f"/demands/{demand.id}/bundles"
    assert f'href="{address}"' in (await browsing.get_page(client, f"/demands/{demand.id}")).text
    shown = (await browsing.get_page(client, address)).text
    assert "No single product meets every must line" in shown
    assert "Fewest products" in shown
    assert "CN¥200.00" in shown
    assert "At least one licence is not stated" in shown
    ids = [str(product.id) for product in products]
    answer = await browsing.post_form(client, address, {"products": ids})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/demands/{demand.id}")
    found = await matches.page(committed.db, await committed.staff(), demand_id=demand.id)
    assert {str(card.product_id) for card in found.items} == set(ids)
    assert {card.demander_answer for card in found.items} == {"interested"}
    nothing = await browsing.post_form(client, address, {})
    assert nothing.status_code == 422
    gone = await browsing.post_form(client, address, {"products": ["99999999"]})
    assert gone.status_code == 409
    assert "not listed any more" in gone.text


async def test_they_stand_beside_the_products_line_by_line(client, committed):
    demander, demand, products, _ = await market(committed, client)
    await committed.proposed_match(demander, demand=demand, product=products[0])
    alone = (await browsing.get_page(client, f"/demands/{demand.id}")).text
    assert f'href="/demands/{demand.id}?together=true#comparison" data-later' in alone
    assert "Start with these" not in alone
    shown = await browsing.get_page(client, f"/demands/{demand.id}?together=true")
    head, *rows = Table(shown.text).rows
    assert (len(head), {len(row) for row in rows}) == (3, {3})
    assert head[2].startswith("2 products together Fewest products · Lowest price")
    line = {row[0]: row for row in rows}
    emissions = line[f"Must · Topic {LINES[1].value}"]
    assert "Met" not in emissions[1]
    assert emissions[2].startswith("✓ Met product 2")
    assert line["Price"][1:] == ["CN¥100.00 per year", "CN¥200.00 in the first year"]
    assert "Start with these" in rows[-1][2]
    kept = (await browsing.get_page(client, f"/demands/{demand.id}?together=true")).text
    assert Table(kept).rows == [head, *rows]


async def test_none_is_looked_for_where_one_product_meets_everything(client, committed):
    demander, demand, _, _ = await market(committed, client)
    both = await committed.listed_product(**offered(f"{ROAD}和{EMISSIONS}"))
    await committed.proposed_match(demander, demand=demand, product=both)
    shown = (await browsing.get_page(client, f"/demands/{demand.id}")).text
    assert "together=true" not in shown
    asked = Table((await browsing.get_page(client, f"/demands/{demand.id}?together=true")).text)
    assert {len(row) for row in asked.rows} == {2}


async def test_the_broker_sees_them_without_the_button(client, committed):
    _, demand, _, _ = await market(committed, client)
    await browsing.sign_in(client, await committed.staff())
    shown = (await browsing.get_page(client, f"/demands/{demand.id}/bundles")).text
    assert "Fewest products" in shown
    assert "Start with these" not in shown


async def test_programs_start_them_too(client, committed):
    _, demand, products, headers = await market(committed, client)
    path = f"/api/v1/demands/{demand.id}/bundles"
    [bundle] = (await client.get(path, headers=headers)).json()["bundles"]
    assert (bundle["aims"], bundle["price"]) == (["smallest", "cheapest"], "200.00")
    body = {"products": [member["product_id"] for member in bundle["members"]]}
    started = await client.post(path, json=body, headers=headers)
    assert started.status_code == 200
    assert len(started.json()["matches"]) == len(products)
