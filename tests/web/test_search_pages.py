"""The public search as people without JavaScript use it: filters are links, each with its count."""

import pytest

from market.domain.products import Delivery
from tests import browsing
from tests.person import Person, Reader

pytestmark = pytest.mark.anyio


async def listed(committed, **content):
    return await committed.listed_product(await committed.supplier(), **content)


async def test_filters_are_taken_and_dropped_by_links(client, committed):
    both = await listed(committed, title="南京公路货运量", theme="交通", region="江苏省南京市")
    await listed(committed, title="杭州公路货运量", theme="交通", region="浙江省杭州市")
    await listed(committed, title="南京气温", theme="气象", region="江苏省南京市", delivery=(Delivery.MODEL,))
    person = await Person(client).open("/products")
    assert "3 条结果" in person.text
    await person.follow("交通")
    assert "2 条结果" in person.text
    await person.follow("江苏省")
    assert person.page.objects(r"/products/\d+") == [f"/products/{both.id}"]
    assert "1 条结果" in person.text
    await person.follow("南京市")
    assert person.page.objects(r"/products/\d+") == [f"/products/{both.id}"]
    await person.follow("交通")  # the first link with the word is the one that takes it away
    assert "2 条结果" in person.text
    await person.open("/products?theme=交通&region=CN3201")
    await person.follow("全部去掉")
    assert "3 条结果" in person.text


async def test_words_are_kept_by_filters_and_filters_by_words(client, committed):
    product = await listed(committed, title="公路货运量", theme="交通")
    await browsing.searchable(client.app, product.id)
    page = (await browsing.get_page(client, "/products?q=公路&theme=交通")).text
    form = next(form for form in Reader(page).forms if form.action == "/products")
    assert form.fields["q"] == ["公路"]
    assert form.fields["theme"] == ["交通"]
    assert "<mark>公路</mark>" in page


async def test_nothing_found_says_what_to_drop(client, committed):
    await listed(committed, title="公路货运量", theme="交通")
    person = await Person(client).open("/products?theme=交通&delivery=model")
    assert "没有合适的产品" in person.text
    await person.follow("不限“")
    assert "1 条结果" in person.text


async def test_what_is_typed_stays_text(client, committed):
    markup = '<script>alert("x")</script>'
    product = await listed(
        committed, title=f"公路 {markup}", theme=markup, region=markup, abstract=f"公路的 {markup} 每日汇总数据"
    )
    await browsing.searchable(client.app, product.id)
    for path in (f"/products?q=公路 {markup}", f"/products?theme={markup}", f"/demands?region={markup}"):
        answer = await browsing.get_page(client, path)
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text


@pytest.mark.parametrize("kind", ["products", "demands"])
async def test_orders_are_links_and_the_current_one_is_marked(client, committed, kind):
    await listed(committed)
    await committed.open_demand()
    text = (await browsing.get_page(client, f"/{kind}?sort=cheapest")).text
    current = [part for part in text.split("<a ") if "sort=cheapest" in part and 'aria-current="true"' in part]
    assert len(current) == 1
