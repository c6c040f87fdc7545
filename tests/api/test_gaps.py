"""Gap, letters, relaxations and standings under /api/v1/demands/{id}, as programs call them."""

import pytest

from market.domain.demands import LineKind, LineLevel, RequirementLine
from market.domain.products import UpdateCycle
from tests import browsing
from tests.given import TOPIC

pytestmark = pytest.mark.anyio

HOURLY = RequirementLine(level=LineLevel.MUST, kind=LineKind.UPDATE_CYCLE, value="每小时更新")


async def test_everything_the_pages_do(client, committed):
    product = await committed.listed_product(update_cycle=UpdateCycle.MONTHLY)
    demander = await committed.demander()
    demand = await committed.open_demand(demander, lines=(TOPIC, HOURLY))
    await client.app.state.matchmaker.fill(committed.db)
    ours = await browsing.bearer(committed, demander)
    broker = await browsing.bearer(committed, await committed.staff())
    path = f"/api/v1/demands/{demand.id}"
    gap = (await client.get(f"{path}/gap", headers=ours)).json()
    assert [line["value"] for line in gap["missing"]] == ["每小时更新"]
    body = {"code": "no_such_data", "version": demand.version, "note": "没有"}
    letter = await client.post(f"{path}/letters", json=body, headers=broker)
    assert letter.status_code == 201
    assert (await client.get(f"{path}/letters", headers=ours)).json() == [letter.json()]
    assert (await client.get(f"{path}/letters/{letter.json()['id']}", headers=ours)).json() == letter.json()
    standing = (await client.get(f"{path}/products/{product.id}", headers=ours)).json()
    assert (standing["why"], standing["rank"]) == ("fits", 1)
    ways = (await client.get(f"{path}/relaxations", headers=ours)).json()
    (way,) = [way for way in ways if not way["wider"]]
    assert way["products"] == [product.id]
    wish = {"kind": way["kind"], "value": way["value"], "version": demand.version}
    relaxed = await client.post(f"{path}/relaxations", json=wish, headers=ours)
    assert [line["level"] for line in relaxed.json()["lines"]] == ["must", "nice"]
    assert (await client.post(f"{path}/relaxations", json=wish, headers=ours)).status_code == 409
