"""Spreadsheets over HTTP: pages without JavaScript, and the API."""

import base64
import csv
import io
import re

import openpyxl
import pytest

from market.services import spreadsheets
from tests import browsing

pytestmark = pytest.mark.anyio

BASE = "/my/products/spreadsheets"
API = "/api/v1/spreadsheets"


async def upload(client, body, name="a.csv"):
    data = {"_csrf_token": await browsing.csrf_token(client)}
    return await client.post(BASE, data=data, files={"file": (name, body)}, headers=browsing.HTML)


async def test_download_edit_upload_look_confirm(client, committed):
    owner = await committed.supplier()
    product = await committed.listed_product(owner)
    await browsing.sign_in(client, owner)
    assert BASE in (await browsing.get_page(client, "/my/products")).text
    file = await client.get(f"{BASE}/download?kind=xlsx", headers=browsing.HTML)
    assert "attachment" in file.headers["content-disposition"]
    book = openpyxl.load_workbook(io.BytesIO(file.content))
    book.worksheets[0]["D2"].value = "<b>标题改了</b>"
    edited = io.BytesIO()
    book.save(edited)
    sent = await upload(client, edited.getvalue(), "mine.xlsx")
    assert sent.status_code == 303, sent.text
    address = sent.headers["location"]
    shown = (await browsing.get_page(client, address)).text
    assert "&lt;b&gt;标题改了" in shown
    assert product.title in shown
    assert (await browsing.get_page(client, f"/products/{product.id}")).text.count("标题改了") == 0
    for _ in range(2):
        assert (await browsing.post_form(client, f"{address}/confirm")).headers["location"] == address
    assert "标题改了" in (await browsing.get_page(client, f"/products/{product.id}")).text
    assert await committed.db.fetchval("SELECT revision FROM product") == product.revision + 1
    assert "mine.xlsx" in (await browsing.get_page(client, BASE)).text


async def test_a_wrong_file_is_refused_beside_the_field(client, committed):
    await browsing.sign_in(client, await committed.supplier())
    for answer in (
        await upload(client, b"colour\nred\n"),
        await upload(client, b"x", "a.exe"),
        await browsing.post_form(client, BASE, {}),
    ):
        assert answer.status_code == 422
        assert 'aria-invalid="true"' in answer.text
        assert re.search(r'<a href="#f-file">', answer.text)
    too_large = await upload(client, b"title\n" + b"x" * 10_000_000)
    assert too_large.status_code == 413
    assert await committed.db.fetchval("SELECT count(*) FROM spreadsheet") == 0


async def test_rejected_rows_are_shown_in_place_and_paged(client, committed):
    await browsing.sign_in(client, await committed.supplier())
    rows = [["title", "price"], *([f"product {n}", "x" if n % 2 else ""] for n in range(spreadsheets.SHOWN * 2 + 2))]
    file = io.StringIO()
    csv.writer(file).writerows(rows)
    address = (await upload(client, file.getvalue().encode())).headers["location"]
    first = (await browsing.get_page(client, f"{address}?tab=rejected")).text
    assert "product 1<" in first
    assert "product 2<" not in first
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following
    last = (await browsing.get_page(client, address + following[1].replace("&amp;", "&"))).text
    assert f"product {spreadsheets.SHOWN * 2 + 1}<" in last
    back = await client.get(f"{address}/rejected", headers=browsing.HTML)
    assert len(back.text.splitlines()) == spreadsheets.SHOWN + 2


async def test_nothing_to_store_says_so(client, committed):
    await browsing.sign_in(client, await committed.supplier())
    address = (await upload(client, b"title,price\nabc,x\n")).headers["location"]
    assert "/confirm" not in (await browsing.get_page(client, address)).text
    assert (await browsing.post_form(client, f"{address}/confirm")).status_code == 409


async def test_a_program_does_the_same(client, committed):
    owner = await committed.supplier()
    product = await committed.draft_product(owner)
    head = await browsing.bearer(committed, owner)
    got = (await client.get(f"{API}/download?kind=csv", headers=head)).json()
    text = base64.b64decode(got["content"]).decode("utf-8-sig").replace(product.title, "改过的标题")
    body = {"name": "a.csv", "content": base64.b64encode(text.encode()).decode()}
    sent = [await client.post(API, json=body, headers=head | {"Idempotency-Key": "k"}) for _ in range(2)]
    assert [answer.status_code for answer in sent] == [201, 201]
    assert sent[0].json() == sent[1].json()
    found = sent[0].json()
    assert (found["changed"], found["finished_at"]) == (1, None)
    rows = (await client.get(f"{API}/{found['id']}/rows?verdict=changed", headers=head)).json()
    assert rows["items"][0]["changes"][0]["after"] == "改过的标题"
    assert rows["next"] is None
    done = await client.post(f"{API}/{found['id']}/confirm", headers=head)
    assert (done.status_code, done.json()["stored"]) == (200, 1)
    assert (await client.get(f"/api/v1/products/{product.id}", headers=head)).json()["title"] == "改过的标题"
    assert [s["id"] for s in (await client.get(API, headers=head)).json()["items"]] == [found["id"]]
    wrong = await client.post(API, json=body | {"content": base64.b64encode(b"no").decode()}, headers=head)
    assert wrong.status_code == 422
    assert "file" in wrong.json()["errors"]


async def test_new_products_are_sent_for_review_when_that_is_ticked(client, committed):
    await browsing.sign_in(client, await committed.supplier())
    client.cookies.set("language", "en")
    said = "沿海各港口每日泊位数量,接口"
    text = f"标题,摘要,交付方式,数据来源\n港口泊位数量,{said},港务局授权\n缺来源,{said},\n"
    address = (await upload(client, text.encode())).headers["location"]
    assert 'name="send"' in (await browsing.get_page(client, address)).text
    assert (await browsing.post_form(client, f"{address}/confirm", {"send": "1"})).status_code == 303
    page = (await browsing.get_page(client, address)).text
    assert "2 products stored." in page
    assert "1 sent for review." in page
    assert "Not sent for review" in page
    assert await committed.db.fetchval("SELECT count(*) FROM product WHERE state = 'compliance_review'") == 1
