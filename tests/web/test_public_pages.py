"""What anybody may read, people and programs: statistics, feeds, sitemap; what the front page of the demo offers."""

import re
from datetime import date
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree

import msgspec
import pytest

from market.domain.demonstration import PASSWORD, TOURS
from market.services import demands
from tests import browsing
from tests.person import Person, Reader

pytestmark = pytest.mark.anyio
ATOM = {"a": "http://www.w3.org/2005/Atom"}
MAP = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
MARKUP = "<b>&\"'</b>"


async def xml(client, path):
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    assert "xml" in answer.headers["content-type"]
    return ElementTree.fromstring(answer.text)  # noqa: S314 - made by ourselves


async def test_a_feed_is_atom_and_follows_the_filters(client, committed):
    product = await committed.listed_product(
        title=f"公路 {MARKUP}", theme=MARKUP, abstract=f"每日的公路货运量 {MARKUP}"
    )
    await committed.listed_product(title="别的", theme="气象")
    feed = await xml(client, "/products.atom?theme=" + "%3Cb%3E%26%22'%3C/b%3E")
    [entry] = feed.findall("a:entry", ATOM)
    site = client.app.state.settings.address
    assert entry.findtext("a:title", namespaces=ATOM) == product.title
    assert entry.findtext("a:id", namespaces=ATOM) == f"{site}/products/{product.id}"
    assert MARKUP in entry.findtext("a:summary", namespaces=ATOM)
    assert feed.findtext("a:updated", namespaces=ATOM) == entry.findtext("a:updated", namespaces=ATOM)
    assert len((await xml(client, "/products.atom")).findall("a:entry", ATOM)) == 2
    assert (await xml(client, "/products.atom?theme=none")).findall("a:entry", ATOM) == []


async def test_a_feed_tells_nobody_what_is_covered(client, committed):
    owner = await committed.demander()
    text = "苏州工业园需要公路货运量"
    await committed.open_demand(owner, title=text, text=text, lines=None, sealed=True, masked=("苏州工业园",))
    await browsing.sign_in(client, owner)  # a feed is the same for everybody
    whole = ElementTree.tostring(await xml(client, "/demands.atom"), encoding="unicode")
    assert "公路货运量" in whole
    assert "苏州" not in whole
    assert owner.organisation_name not in whole


async def test_the_search_names_its_feed(client, committed):
    await committed.listed_product(theme="交通")
    page = (await browsing.get_page(client, "/products?theme=交通&sort=cheapest")).text
    assert 'href="/products.atom?theme=%E4%BA%A4%E9%80%9A"' in page


async def test_the_sitemap_leads_to_what_anybody_may_read(client, committed):
    product = await committed.listed_product()
    draft = await committed.draft_product()
    demand = await committed.open_demand()
    pages = set()
    for place in (await xml(client, "/sitemap.xml")).findall("s:sitemap/s:loc", MAP):
        path = place.text.removeprefix(client.app.state.settings.address)
        pages |= {loc.text for loc in (await xml(client, path)).findall("s:url/s:loc", MAP)}
    site = client.app.state.settings.address
    paths = {page.removeprefix(site) for page in pages}
    assert {"/", "/statistics", f"/products/{product.id}", f"/demands/{demand.id}"} <= paths
    assert f"/products/{draft.id}" not in paths
    for path in paths:
        assert (await browsing.get_page(client, path)).status_code == 200
    for name in ("none.xml", "product-.xml", "product-x.xml", "product-99999999999999999999.xml"):
        assert (await client.get(f"/sitemaps/{name}")).status_code == 404
    assert (await xml(client, "/sitemaps/product-99999999999.xml")).findall("s:url", MAP) == []


async def test_a_product_is_described_for_catalogues(client, committed):
    product = await committed.listed_product(title=MARKUP, region="江苏省", tags=("货运",), time_from=date(2023, 1, 1))
    page = (await browsing.get_page(client, f"/products/{product.id}")).text
    head = ElementTree.fromstring(  # noqa: S314 - made by ourselves
        "<head>" + "".join(re.findall(r"<(?:link|meta name)[^>]*>", page)).replace(">", "/>") + "</head>"
    )
    links = {link.get("rel"): link.get("href") for link in head.iter("link")}
    site = client.app.state.settings.address
    assert links["canonical"] == f"{site}/products/{product.id}"
    answer = await client.get(links["alternate"])
    assert answer.headers["content-type"].startswith("application/ld+json")
    told = answer.json()
    assert (told["@context"], told["@type"]) == ("https://schema.org", "Dataset")
    assert (told["name"], told["url"]) == (MARKUP, f"{site}/products/{product.id}")
    assert (told["spatialCoverage"], told["temporalCoverage"]) == ("江苏省", "2023-01-01/..")
    draft = await committed.draft_product()
    assert (await client.get(f"/products/{draft.id}/dataset.jsonld")).status_code == 404


async def test_a_sealed_demand_is_shared_without_what_it_covers(client, committed):
    text = "秘密单位需要公路货运量"
    demand = await committed.open_demand(title=text, text=text, lines=None, sealed=True, masked=("秘密单位",))
    page = (await browsing.get_page(client, f"/demands/{demand.id}")).text
    assert f'rel="canonical" href="{client.app.state.settings.address}/demands/{demand.id}"' in page
    assert 'name="description"' in page
    assert "秘密" not in page


async def test_robots_may_read_what_is_public(client):
    rules = RobotFileParser()
    rules.parse((await client.get("/robots.txt")).text.splitlines())
    assert rules.can_fetch("any", "/products/1")
    assert not rules.can_fetch("any", "/api/v1/products")
    assert rules.site_maps() == [client.app.state.settings.address + "/sitemap.xml"]


def figures(text):
    """The rows of the page's tables: first cell -> the others."""
    root = ElementTree.fromstring(text[text.index("<main") : text.index("</main>") + 7].replace("&hellip;", "…"))  # noqa: S314
    found = {}
    for table in root.iter("table"):
        rows = [["".join(cell.itertext()).strip() for cell in row] for row in table.iter("tr")]
        found.setdefault(table.findtext("caption"), {row[0]: row[1:] for row in rows[1:]})
    return found, root


async def test_statistics_add_up_and_cover_what_is_sealed(client, committed):
    owner = await committed.demander()
    await committed.listed_product(theme="交通", region="江苏省南京市")
    await committed.listed_product(theme="交通", region="江苏省")
    await committed.agreement()
    await committed.open_demand(owner, theme="交通", region="南京市")
    sealed = {"sealed": True, "masked": ("秘密",), "text": "秘密的公路货运量", "theme": "秘密物流", "lines": None}
    await committed.open_demand(owner, **sealed)
    closed = await committed.open_demand(owner, theme="气象")
    await demands.act(committed.db, owner, closed.id, "close_unmet", now=committed.now, reason="no_such_data")
    text = (await browsing.get_page(client, "/statistics")).text
    assert "秘密" not in text
    tables, root = figures(text)
    by_field = next(rows for rows in tables.values() if "交通" in rows and len(rows["交通"]) == 4)
    assert by_field["交通"] == ["2", "1", "1", "0"]
    assert by_field["气象"] == ["0", "0", "1", "0"]
    by_region = next(rows for rows in tables.values() if "江苏省" in rows and len(rows["江苏省"]) == 4)
    assert by_region["江苏省"][:2] == ["2", "1"]
    assert sum(int(row[3]) for row in by_field.values()) == 1
    charts = [element for element in root.iter() if element.get("role") == "img"]
    assert len(charts) >= 3
    assert all(chart.get("aria-label") for chart in charts)
    assert all(svg in charts or svg.get("aria-hidden") for svg in root.iter("svg"))


async def test_statistics_of_an_empty_market(client):
    assert (await browsing.get_page(client, "/statistics")).status_code == 200


async def test_the_tour_stands_on_the_demo_only(client, committed):
    assert PASSWORD not in (await browsing.get_page(client, "/")).text
    client.app.state.settings = msgspec.structs.replace(client.app.state.settings, demo=True)
    page = Reader((await browsing.get_page(client, "/")).text)
    assert PASSWORD in page.text
    for tour in TOURS:
        assert tour.email in page.text
        for stop in tour.stops:
            assert (f"/sign-in?next={stop.path}") in [href for href, _ in page.links]


async def test_each_stop_of_a_tour_is_open_to_its_role(client, committed):
    people = {"enterprise": committed.demander, "supplier": committed.supplier, "broker": committed.staff}
    for tour in TOURS:
        await browsing.sign_in(client, await people[tour.role]())
        for stop in tour.stops:
            await Person(client).open(stop.path)
        await browsing.sign_out(client)


async def test_the_front_page_leads_to_writing_a_demand_beside_the_search(client):
    client.cookies.set("language", "en")
    home = (await browsing.get_page(client, "/")).text
    search = home[home.index('role="search"') : home.index("</form>", home.index('role="search"'))]
    assert 'href="/demands/new"' in search
