"""How products do, over HTTP."""

import pytest

from market.domain.matches import DeclineCode, Response, ResponseAction
from market.services import matches
from tests import browsing

pytestmark = pytest.mark.anyio


async def test_the_figures_of_ones_products_with_what_demanders_declined_for(client, committed):
    owner = await committed.supplier()
    product = await committed.listed_product(owner, title="<i>货运量</i>")
    found, demander, _ = await committed.proposed_match(supplier=owner, product=product)
    no = Response(action=ResponseAction.DECLINE, code=DeclineCode.TOO_COARSE, version=found.version)
    await matches.answer(committed.db, demander, found.id, no, now=committed.now)
    await committed.db.execute("UPDATE match SET proposed_at = now()")
    for _ in range(2):
        await browsing.get_page(client, f"/products/{product.id}")
    await browsing.sign_in(client, owner)
    await browsing.get_page(client, f"/products/{product.id}")
    client.cookies.set("language", "en")
    shown = (await browsing.get_page(client, "/my/products/performance")).text
    assert "&lt;i&gt;货运量" in shown
    assert f'href="/products/{product.id}/edit#f-granularity"' in shown
    assert 'viewBox="0 0 100 8"' in shown
    head = await browsing.bearer(committed, owner)
    (row,) = (await client.get("/api/v1/products/performance", headers=head)).json()["items"]
    assert (row["seen"], row["matched"], row["declined"]) == (2, 1, 1)
    assert row["reasons"] == [{"code": "too_coarse", "count": 1}]


async def test_nothing_offered_says_what_to_do(client, committed):
    await browsing.sign_in(client, await committed.supplier())
    assert 'href="/products/new"' in (await browsing.get_page(client, "/my/products/performance")).text
