"""Saving a search from its results, and what becomes of it."""

import pytest

from tests import browsing
from tests.person import Person

pytestmark = pytest.mark.anyio


async def test_from_the_results_to_deleting_it(client, committed):
    await committed.listed_product(theme="交通")
    await browsing.sign_in(client, await committed.demander())
    person = await Person(client).open("/products?theme=交通")
    await person.send("/searches", name="货运新品")
    assert "货运新品" in person.text
    await person.follow("货运新品")
    assert person.path.startswith("/products?theme=")
    await person.open("/searches")
    [address] = person.page.objects(r"/searches/\d+")
    await person.send(address, press="do")
    assert "已暂停" in person.text
    assert (await browsing.post_form(client, address, {"name": "新名字"})).status_code == 303
    await person.open("/searches")
    assert "新名字" in person.text
    await person.send(f"{address}/delete")
    assert person.page.objects(r"/searches/\d+") == []


async def test_a_refused_search_keeps_what_was_typed(client, committed):
    await browsing.sign_in(client, await committed.demander())
    refused = await browsing.post_form(client, "/searches", {"kind": "product", "name": " ", "theme": "交通"})
    assert refused.status_code == 422
    assert 'name="theme" value="交通"' in refused.text
    assert (await browsing.get_page(client, "/products?theme=x")).text.count('action="/searches"') == 1
    await browsing.sign_out(client)
    assert 'action="/searches"' not in (await browsing.get_page(client, "/products?theme=x")).text
