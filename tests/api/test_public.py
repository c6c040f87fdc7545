"""The public window for programs: the same counts, figures and words as the pages, without a token."""

import pytest

from market.domain.glossary import GLOSSARY
from tests import browsing

pytestmark = pytest.mark.anyio


async def read(client, path, **headers):
    answer = await client.get(f"/api/v1{path}", headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_search_says_what_each_filter_would_leave(client, committed):
    road = await committed.listed_product(theme="交通", region="江苏省")
    await committed.listed_product(theme="气象", region="江苏省")
    await committed.draft_product(theme="交通")
    found = await read(client, "/found/products?theme=交通")
    assert [card["id"] for card in found["items"]] == [road.id]
    assert (found["total"], found["without"], found["next"]) == (1, {"theme": 2}, None)
    themes = next(facet for facet in found["facets"] if facet["name"] == "theme")
    assert {choice["value"]: choice["count"] for choice in themes["choices"]} == {"交通": 1, "气象": 1}
    assert (await client.get("/api/v1/found/products?price=dear")).status_code == 400
    page = await read(client, "/found/products?limit=1&sort=newest")
    rest = await read(client, f"/found/products?limit=1&sort=newest&start={page['next']}")
    assert page["items"][0]["id"] != rest["items"][0]["id"]


async def test_a_sealed_demand_stays_covered(client, committed):
    text = "秘密单位需要公路货运量"
    await committed.open_demand(title=text, text=text, lines=None, sealed=True, masked=("秘密单位",))
    answer = await client.get("/api/v1/found/demands")
    assert answer.json()["total"] == 1
    assert "秘密" not in answer.text


async def test_statistics_and_terms_are_those_of_the_pages(client, committed):
    await committed.listed_product(theme="交通")
    told = await read(client, "/statistics")
    assert {line["value"]: line["products"] for line in told["fields"]} == {"交通": 1}
    terms = {term["key"]: term for term in await read(client, "/glossary", **{"accept-language": "en"})}
    assert set(terms) == set(GLOSSARY)
    assert terms["sealed"]["meaning"] == GLOSSARY["sealed"].meaning


async def test_a_product_says_what_it_lacks_to_whom_it_concerns(client, committed):
    owner = await committed.supplier()
    draft = await committed.draft_product(owner, source_statement="", delivery=())
    mine = await browsing.bearer(committed, owner)
    shown = await read(client, f"/products/{draft.id}", **mine)
    assert {hint["field"] for hint in shown["missing"]} >= {"source_statement", "delivery"}
    assert len(shown["unmet"]) >= 2
    listed = await committed.listed_product(owner)
    others = await browsing.bearer(committed, await committed.demander())
    shown = await read(client, f"/products/{listed.id}", **others)
    assert (shown["unmet"], shown["missing"]) == ([], [])
