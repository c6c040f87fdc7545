"""Advice on pages and over the API."""

import pytest

from market.domain.demands import LineKind, LineLevel, RequirementLine
from tests import browsing

pytestmark = pytest.mark.anyio

MARKUP = "<script>alert('x')</script>"
TOPIC = RequirementLine(level=LineLevel.MUST, kind=LineKind.TOPIC, value="公路货运量")
COUNTY = RequirementLine(level=LineLevel.MUST, kind=LineKind.GRANULARITY, value="区县级")
CITY = {"title": "江苏省公路货运量", "abstract": "江苏省公路货运量的每日汇总数据", "granularity": "市级"}


async def test_a_supplier_sees_what_a_change_is_worth_and_strangers_do_not(app, committed):
    supplier = await committed.supplier()
    product = await committed.listed_product(supplier, **CITY)
    demand = await committed.open_demand(title=f"货运{MARKUP}", lines=(TOPIC, COUNTY))
    await committed.open_demand(lines=(TOPIC, COUNTY), sealed=True)
    nobody_has = RequirementLine(level=LineLevel.MUST, kind=LineKind.TOPIC, value=f"渔港泊位{MARKUP}")
    await committed.open_demand(title="渔港", text="渔港剩余泊位", lines=(nobody_has,))
    async with browsing.several(app) as open_one:
        await app.state.matchmaker.ready.wait()
        theirs, stranger = open_one(), open_one()
        await browsing.sign_in(theirs, supplier)
        await browsing.post_form(theirs, "/language", {"language": "en"})
        page = (await browsing.get_page(theirs, f"/products/{product.id}")).text
        assert "2 more open demands" in page
        assert f'href="/demands/{demand.id}"' in page
        assert "1 sealed demand" in page
        assert MARKUP not in page
        assert "2 more open demands" in (await browsing.get_page(theirs, "/my/products")).text
        assert "more open demand" not in (await browsing.get_page(stranger, f"/products/{product.id}")).text
        wanted = (await browsing.get_page(theirs, "/wanted")).text
        assert "渔港泊位" in wanted
        assert MARKUP not in wanted
        headers = await browsing.bearer(committed, supplier)
        one = (await theirs.get(f"/api/v1/advice/products/{product.id}", headers=headers)).json()
        assert one["changes"][0]["count"] == 2
        assert [d["id"] for d in one["changes"][0]["demands"]] == [demand.id]
        assert (await theirs.get("/api/v1/advice/products", headers=headers)).json()["items"] == [one]
        rows = (await theirs.get("/api/v1/advice/wanted", headers=headers)).json()["items"]
        assert {row["topic"][:4]: row["count"] for row in rows} == {"公路货运": 2, "渔港泊位": 1}
