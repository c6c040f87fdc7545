"""Product pages over HTTP, as people without JavaScript use them."""

import re

import pytest

from market.domain.demands import LineKind, LineLevel, RequirementLine
from market.domain.permissions import Role
from market.domain.products import Field
from market.services import products
from market.web.pages.products import table_of
from tests import browsing
from tests.given import TOPIC
from tests.receiver import until

pytestmark = pytest.mark.anyio

MARKUP = "<script>alert('x')</script>\"><img src=x>"
FORM = {
    "title": "江苏省公路货运量日汇总",
    "abstract": "江苏省各县公路货运量的每日汇总数据,2023年至今",
    "field_name": ["county", "tons", ""],
    "field_type": ["string", "number", "string"],
    "field_meaning": ["县代码", "吨", ""],
    "tags": "货运, 公路、物流",
    "delivery": ["api", "file"],
    "data_class": "general",
    "opening": "conditional",
    "source_statement": "收费站通行记录汇总",
    "price": "1200.50",
    "price_unit": "month",
}


def version_in(text: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', text)
    assert found
    return found.group(1)


async def test_a_stranger_reads_listed_products_with_every_text_escaped(client, committed):
    product = await committed.listed_product(
        title=MARKUP,
        abstract=MARKUP,
        tags=(MARKUP[:60],),
        region=MARKUP,
        theme=MARKUP,
        granularity=MARKUP,
        formats=(MARKUP[:60],),
        licence=MARKUP,
        source_statement=MARKUP,
        sample=f"{MARKUP},b\n1,{MARKUP}",
        contact_role=MARKUP,
        fields=(Field(name=MARKUP, meaning=MARKUP),),
    )
    for path in ("/products", f"/products/{product.id}", "/"):
        page = await browsing.get_page(client, path)
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "<img src=x>" not in page.text
        assert "&lt;script&gt;" in page.text
    assert (await browsing.get_page(client, "/products/999999")).status_code == 404


async def test_a_known_field_is_read_in_the_readers_language_wherever_it_was_written(client, committed):
    written = [await committed.listed_product(theme=theme) for theme in ("Transport", "交通运输", "Toll roads")]
    for language, shown in (("zh", "交通运输"), ("en", "Transport")):
        client.cookies.set("language", language)
        for product, theme in zip(written, (shown, shown, "Toll roads"), strict=True):
            assert f"<dd>{theme}</dd>" in (await browsing.get_page(client, f"/products/{product.id}")).text
        for filtered in ("Transport", "交通运输"):
            found = (await browsing.get_page(client, f"/products?theme={filtered}")).text
            assert [f'href="/products/{product.id}"' in found for product in written] == [True, True, False]


async def test_what_is_not_listed_is_not_there_for_a_stranger(client, committed):
    draft = await committed.draft_product()
    await browsing.sign_in(client, await committed.supplier())
    for path in ("", "/edit", "/versions", "/versions/1"):
        assert (await browsing.get_page(client, f"/products/{draft.id}{path}")).status_code == 404
    for path in ("edit", "actions/submit"):
        answer = await browsing.post_form(client, f"/products/{draft.id}/{path}", FORM | {"version": "1"})
        assert answer.status_code == 404


async def test_from_an_empty_form_to_a_listed_product(client, committed):
    owner, registrar = await committed.supplier(), await committed.staff(Role.REGISTRAR)
    await browsing.sign_in(client, owner)
    assert (await browsing.get_page(client, "/products/new")).status_code == 200
    saved = await browsing.post_form(client, "/products/new", FORM | {"submit": "1"})
    assert saved.status_code == 303, saved.text
    address = saved.headers["location"]
    shown = (await browsing.get_page(client, address)).text
    for text in ("county", "县代码", "货运", "公路", "物流", "1,200.50"):
        assert text in shown
    assert address in (await browsing.get_page(client, "/my/products")).text
    await browsing.sign_out(client)
    assert (await browsing.get_page(client, address)).status_code == 404

    await browsing.sign_in(client, registrar)
    desk = (await browsing.get_page(client, "/desk/listings")).text
    assert address in desk
    decided = await browsing.post_form(client, f"/desk{address.replace('products', 'listings')}/actions/list",
                                       {"version": version_in(desk)})  # fmt: skip
    assert decided.headers["location"] == "/desk/listings"
    await browsing.sign_out(client)
    assert (await browsing.get_page(client, address)).status_code == 200


async def test_returning_without_a_reason_shows_the_desk_again(client, committed):
    owner = await committed.supplier()
    product = await committed.draft_product(owner)
    product = await products.act(committed.db, owner, product.id, "submit", now=committed.now)
    await browsing.sign_in(client, await committed.staff(Role.REGISTRAR))
    path = f"/desk/listings/{product.id}/actions/return"
    refused = await browsing.post_form(client, path, {"version": product.version, "reason": "  "})
    assert refused.status_code == 422
    assert product.title in refused.text
    assert '<strong class="error">' in refused.text[refused.text.index('id="f-reason"') :], "beside its field"
    done = await browsing.post_form(client, path, {"version": product.version, "reason": "写明路段"})
    assert done.status_code == 303
    assert "写明路段" in (await browsing.get_page(client, f"/products/{product.id}")).text


async def test_a_wrong_form_keeps_everything_typed(client, committed):
    await browsing.sign_in(client, await committed.supplier())
    wrong = FORM | {"price": "NaN", "time_from": "2024-05-01", "time_to": "2024-04-01", "field_name": ["a", "a", ""]}
    answer = await browsing.post_form(client, "/products/new", wrong)
    assert answer.status_code == 422
    for field in ("price", "time_to", "fields"):
        assert f'href="#f-{field}"' in answer.text
    for text in ("NaN", "收费站通行记录汇总", 'value="县代码"', "货运, 公路, 物流"):
        assert text in answer.text
    assert re.search(r'value="api" checked', answer.text)
    unfinished = await browsing.post_form(client, "/products/new", FORM | {"source_statement": "", "submit": "1"})
    assert unfinished.status_code == 422
    assert 'role="alert"' in unfinished.text
    assert await committed.db.fetchval("SELECT count(*) FROM product") == 0


async def test_more_rows_come_without_saving(client, committed):
    await browsing.sign_in(client, await committed.supplier())
    answer = await browsing.post_form(client, "/products/new", FORM | {"more": "1"})
    assert answer.status_code == 200
    assert answer.text.count('name="field_name"') == 12
    assert 'value="county"' in answer.text
    assert await committed.db.fetchval("SELECT count(*) FROM product") == 0


async def test_an_edit_of_a_listed_product_makes_a_version_and_a_stale_one_is_refused(client, committed):
    owner = await committed.supplier()
    product = await committed.listed_product(owner)
    await browsing.sign_in(client, owner)
    form = (await browsing.get_page(client, f"/products/{product.id}/edit")).text
    data = FORM | {"title": "新的标题", "version": version_in(form)}
    assert (await browsing.post_form(client, f"/products/{product.id}/edit", data)).status_code == 303
    again = await browsing.post_form(client, f"/products/{product.id}/edit", data | {"title": "抢先"})
    assert again.status_code == 409
    versions = (await browsing.get_page(client, f"/products/{product.id}/versions")).text
    assert f"/products/{product.id}/versions/1" in versions
    earlier = (await browsing.get_page(client, f"/products/{product.id}/versions/1")).text
    assert product.title in earlier
    assert "新的标题" not in earlier


async def test_search_and_filters_page_through_everything(client, committed):
    owner = await committed.supplier()
    made = {
        (await committed.listed_product(owner, title=f"公路货运量第{n}号", region="四川省泸州市")).id for n in range(23)
    }
    other = (await committed.listed_product(owner, title="公路货运量别处", region="江苏省")).id
    await browsing.searchable(client.app, *made, other)
    for query in ("region=泸州&delivery=api", "q=公路货运量&region=泸州"):
        seen: set[int] = set()
        path = f"/products?{query}"
        while path:
            text = (await browsing.get_page(client, path)).text
            seen |= {int(n) for n in re.findall(r'<h2><a href="/products/(\d+)"', text)}
            following = re.search(r'rel="next" href="(\?[^"]+)"', text)
            path = "/products" + following.group(1).replace("&amp;", "&") if following else ""
        assert seen == made
        assert other not in seen
    empty = await browsing.get_page(client, "/products?delivery=model&theme=nothing")
    assert "/demands/new" in empty.text


async def test_the_owner_sees_what_is_missing_and_who_asks_for_it(client, committed):
    owner = await committed.supplier()
    product = await committed.draft_product(owner)
    await committed.open_demand(text="我们需要江苏公路货运量的日数据", lines=None)
    await browsing.sign_in(client, owner)
    shown = (await browsing.get_page(client, f"/products/{product.id}")).text
    assert f"/products/{product.id}/edit#f-region" in shown


async def test_home_counts_and_shows_what_is_new(client, committed):
    await committed.listed_product(title="最新的产品")
    await committed.open_demand()
    text = (await browsing.get_page(client, "/")).text
    assert "最新的产品" in text
    assert re.findall(r"<dd>(\d+)</dd>", text) == ["1", "1", "0", "0"]
    assert "<dd>—</dd>" in text, "there is nothing to take the median of"
    for days in (2, 5, 11):
        pairing = await committed.mutual_match()
        opened = "UPDATE demand SET opened_at = now() - $2 * interval '1 day' WHERE id = $1"
        await committed.db.execute(opened, pairing.match.demand_id, days)
        await committed.negotiation("finalized", pairing)
    text = (await browsing.get_page(client, "/")).text
    assert re.findall(r"<dd>(\d+)</dd>", text) == ["4", "1", "3", "3", "5"], "the median of 2, 5 and 11 days last"
    assert (await browsing.get_page(client, "/about")).status_code == 200


@pytest.mark.parametrize(
    ("sample", "rows"),
    [
        ("a,b\n1,2\n3,4", [["a", "b"], ["1", "2"], ["3", "4"]]),
        ('a\tb\n"1\t2"\t3', [["a", "b"], ["1\t2", "3"]]),
        ("县，吨\n苏州，3", [["县", "吨"], ["苏州", "3"]]),
        ("one line, with a comma", []),
        ("no table\nat all", []),
        ("", []),
    ],
)
def test_a_sample_is_a_table_when_it_is_written_as_one(sample, rows):
    assert table_of(sample) == rows


async def test_a_row_is_taken_out_and_everything_else_typed_stays(client, committed):
    await browsing.sign_in(client, await committed.supplier())
    again = await browsing.post_form(client, "/products/new", FORM | {"remove": "0"})
    assert again.status_code == 200
    assert 'value="county"' not in again.text
    assert 'value="tons"' in again.text
    assert FORM["abstract"] in again.text
    assert await committed.db.fetchval("SELECT count(*) FROM product") == 0


async def test_a_preview_shows_the_public_page_and_stores_nothing(client, committed):
    owner = await committed.supplier()
    product = await committed.draft_product(owner)
    await browsing.sign_in(client, owner)
    typed = FORM | {"title": "预览中的标题", "risk_assessment": "机密评估", "preview": "1"}
    for path, version in (("/products/new", {}), (f"/products/{product.id}/edit", {"version": product.version})):
        shown = await browsing.post_form(client, path, typed | version)
        assert shown.status_code == 200
        preview = shown.text.partition('id="preview"')[2].partition("</section>")[0]
        assert "预览中的标题" in preview
        assert "机密评估" not in preview
        assert "机密评估" in shown.text
        wrong = await browsing.post_form(client, path, typed | version | {"price": "x"})
        assert wrong.status_code == 422
        assert 'id="preview"' not in wrong.text
    titles = await committed.db.fetchval("SELECT array_agg(title) FROM product")
    assert titles == [product.title]


async def test_the_editor_says_beside_the_field_what_it_is_worth(client, committed):
    owner = await committed.supplier()
    product = await committed.draft_product(owner)
    cycle = RequirementLine(level=LineLevel.SHOULD, kind=LineKind.UPDATE_CYCLE, value="每日")
    await committed.open_demand(lines=(TOPIC, cycle))
    await browsing.sign_in(client, owner)
    client.cookies.set("language", "en")
    await until(lambda: _asked(client, product.id))
    page = (await browsing.get_page(client, f"/products/{product.id}/edit")).text
    beside = page.partition('id="h-update_cycle"')[2].partition("</p>")[0]
    assert "1" in beside
    assert 'class="worth"' in beside
    assert re.search(r'<progress max="14" value="\d+"', page)


async def _asked(client, product_id):
    """Whether the site has heard of the demand."""
    return 'class="worth"' in (await browsing.get_page(client, f"/products/{product_id}/edit")).text


async def test_the_main_thing_to_do_stands_first(client, committed):
    supplier = await committed.supplier()
    product = await committed.draft_product(supplier)
    await products.act(committed.db, supplier, product.id, "submit", now=committed.now)
    await browsing.sign_in(client, await committed.staff(Role.REGISTRAR))
    page = (await browsing.get_page(client, f"/products/{product.id}")).text
    assert 0 < page.index("/actions/list") < page.index("/actions/return")
    await browsing.sign_in(client, supplier)
    page = (await browsing.get_page(client, f"/products/{product.id}")).text
    form = page[page.index("/actions/withdraw") :]
    assert '<button class="button quiet">' in form[: form.index("</form>")], "going back is not the main thing"


async def test_what_is_missing_comes_before_sending(client, committed):
    supplier = await committed.supplier()
    product = await committed.draft_product(supplier, delivery=())
    client.cookies.set("language", "en")
    await browsing.sign_in(client, supplier)
    page = (await browsing.get_page(client, f"/products/{product.id}")).text
    assert "Before it can be listed:" in page
    assert f'<a class="button" href="/products/{product.id}/edit">' in page
    form = page[page.index("/actions/submit") :]
    assert '<button class="button quiet">' in form[: form.index("</form>")]
    assert "No open demand is about what this product is about, so far." in page
    assert "0 open demands" not in page
