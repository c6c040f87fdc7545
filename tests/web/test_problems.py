"""Every way a page can fail: a page in the reader's language that says what to do, never a 500."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest

from tests import browsing

pytestmark = pytest.mark.anyio

FORM = {"content-type": "application/x-www-form-urlencoded"}


def page(answer, status: int) -> str:
    """The text of an error page."""
    assert answer.status_code == status, answer.text[:500]
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert '<main id="main"' in answer.text
    return answer.text


def title(text: str) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", text, re.DOTALL)
    assert found
    return found[1].strip()


ADDRESSES = {
    "/nowhere": 404,
    "/demands/0": 404,
    "/demands/999999": 404,
    "/demands/" + "9" * 40: 404,
    "/demands/%00": 404,
    "/static/none.css": 404,
    "/static/..%2f..%2fapp.py": 404,
    "/static/%00": 404,
    "/static/" + "a" * 3000: 404,
    "/demands?start=zzz": 400,
    "/products?start=%5B%5B": 400,
}


async def test_addresses_that_are_not(client):
    for address, status in ADDRESSES.items():
        page(await client.get(address, headers=browsing.HTML), status)


ODD = [
    "/demands?q=%00",
    "/demands?region=%00&start=-1",
    "/demands?theme=x%00&start=99999999999999999999",
    "/demands?q=%ED%A0%80&region=%FF%FE",
    "/demands?q=" + "%F0%9F%9A%9A" * 500,
    "/demands?q='\";--<script>alert(1)</script>",
    "/demands?q=a&q=b&&=&unknown=1",
    "/products?q=%00%01",
    "/products?q=" + "a" * 3000,
    "/products?region=%25%5F%5C",
]


async def test_odd_searches_find_nothing_and_break_nothing(client):
    for address in ODD:
        text = page(await client.get(address, headers=browsing.HTML), 200)
        assert "<script>alert" not in text


async def test_a_method_that_is_not(client):
    answer = await client.put("/demands", headers=browsing.HTML)
    page(answer, 405)
    assert "GET" in answer.headers["allow"]


LANGUAGES = [
    ({"accept-language": "en-US,en"}, "en", "Not found"),
    ({"accept-language": "zh-CN"}, "zh-Hans", "未找到"),
    ({"accept-language": "de,fr;q=0.5"}, "zh-Hans", "未找到"),
    ({"accept-language": "zh", "cookie": "language=en"}, "en", "Not found"),
]


async def test_the_language_is_the_readers(client):
    for headers, lang, heading in LANGUAGES:
        for address in ("/nowhere", "/demands/999999"):
            text = page(await client.get(address, headers=browsing.HTML | headers), 404)
            assert f'<html lang="{lang}"' in text
            assert title(text) == heading


async def test_whoever_does_not_read_html_gets_a_problem(client):
    for accept in ("application/json", "*/*", ""):
        for address in ("/nowhere", "/demands/999999"):
            answer = await client.get(address, headers={"accept": accept})
            assert answer.status_code == 404
            assert answer.headers["content-type"] == "application/problem+json"


async def test_cookies_nobody_gave(client):
    for cookie in (b"session=abc", b"session-0=\xff\xfe", b"session=" + b"A" * 5000, b"csrf=x; language=\x80", b";;;="):
        answer = await client.get("/demands", headers=browsing.HTML | {"cookie": cookie})
        page(answer, 200)


async def test_forms_that_cannot_be_taken(client, committed):
    await browsing.sign_in(client, await committed.demander())
    token = (await browsing.csrf_token(client)).encode()
    head = browsing.HTML | {"x-csrftoken": token}
    ten_megabytes = b"title=ab&text=" + b"a" * 10_000_000
    broken = {"content-type": "multipart/form-data; boundary=x"}
    cases = {
        "without the token": (FORM, b"title=ab&text=abc", browsing.HTML, 403),
        "with another's token": (FORM, b"title=ab&text=abc", browsing.HTML | {"x-csrftoken": "0" * 128}, 403),
        "nothing": (FORM, b"", head, 422),
        "10 MB": (FORM, ten_megabytes, head, 413),
        "many fields": (FORM, b"&a=b" * 5000, head, 422),
        "JSON": ({"content-type": "application/json"}, b'{"title":"ab","text":"abc"}', head, 422),
        "a part cut off": (broken, b"--x\r\nContent-Disp", head, 400),
        "parts without a boundary": ({"content-type": "multipart/form-data"}, b"--x\r\nfoo", head, 400),
        "only what cannot be stored": (FORM, b"title=%00%01&text=%00%01", head, 422),
    }
    for what, (kind, content, headers, status) in cases.items():
        answer = await client.post("/demands/new", headers=headers | kind, content=content)
        assert answer.status_code == status, what
        page(answer, status)
    assert await committed.db.fetchval("SELECT count(*) FROM demand") == 0


async def test_what_cannot_be_stored_is_taken_out_of_forms(client, committed):
    owner = await committed.demander()
    await browsing.sign_in(client, owner)
    token = (await browsing.csrf_token(client)).encode()
    sent = b"_csrf_token=" + token + b"&title=a%00b%1Bc%07d%7F&text=ok%ED%A0%80%0D%0Aabc&has_lines=1"
    answer = await client.post("/demands/new", headers=browsing.HTML | FORM, content=sent)
    assert answer.status_code == 303
    stored = await committed.db.fetchrow("SELECT title, text FROM demand")
    assert stored["title"] == "abcd"
    assert stored["text"].startswith("ok")
    assert stored["text"].endswith("\nabc")
    assert "\x00" not in stored["text"]


async def test_numbers_that_are_none_stand_beside_their_field(client, committed):
    owner = await committed.demander()
    await browsing.sign_in(client, owner)
    for budget in ("NaN", "-1", "Infinity", "1e99", "0.001", "zwölf", "1" * 400):
        filled = {"title": "江苏公路货运量", "text": "我们需要江苏公路货运量的日数据", "budget": budget}
        text = page(await browsing.post_form(client, "/demands/new", filled), 422)
        assert 'aria-invalid="true"' in text
        assert "江苏公路货运量的日数据" in text, "what was typed is kept"


async def test_forms_on_a_version_that_is_none(client, committed):
    owner = await committed.demander()
    demand = await committed.draft_demand(owner)
    await browsing.sign_in(client, owner)
    filled = {"title": demand.title, "text": demand.text}
    for version, status in (("", 422), ("x", 422), ("9" * 30, 422), ("-1", 422), ("１", 422), ("2", 409)):
        answer = await browsing.post_form(client, f"/demands/{demand.id}/edit", filled | {"version": version})
        page(answer, status)
    page(await browsing.post_form(client, f"/demands/{demand.id}/actions/fly", {"version": "1"}), 409)
    page(await browsing.post_form(client, f"/demands/{demand.id}/actions/%00", {"version": "1"}), 409)


async def test_nobody_is_sent_elsewhere(client, committed):
    owner = await committed.demander()
    form = {"email": browsing.email_of(owner.name), "password": browsing.PASSWORD}
    for elsewhere in ("//evil.example", "https://evil.example", "/\\evil.example", "javascript:x", "\t//x", "/\t/x"):
        changed = await browsing.post_form(client, "/language", {"language": "en", "next": elsewhere})
        assert changed.status_code == 303
        assert re.fullmatch(r"/[\w/-]*", changed.headers["location"])
        signed_in = await browsing.post_form(client, f"/sign-in?next={quote(elsewhere)}", form | {"next": elsewhere})
        assert signed_in.status_code == 303
        assert re.fullmatch(r"/[\w/-]*", signed_in.headers["location"])
        await browsing.sign_out(client)


async def test_a_page_for_somebody_sends_nobody_to_sign_in_and_back(client):
    answer = await client.get("/my/demands?cursor=x", headers=browsing.HTML)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in?next=/my/demands")
    page(await browsing.post_form(client, "/demands/new", {"title": "ab"}), 401)


async def test_what_is_not_found_or_not_allowed_says_where_to_go(client, committed):
    client.cookies.set("language", "en")
    gone = (await browsing.get_page(client, "/demands/999999")).text
    assert 'href="/sign-in?next=%2Fdemands%2F999999"' in gone or 'href="/sign-in?next=/demands/999999"' in gone
    assert 'href="/products"' in gone[gone.index("<main") :]
    person = await committed.demander()
    await browsing.sign_in(client, person)
    refused = (await browsing.get_page(client, "/desk")).text
    main = refused[refused.index("<main") :]
    assert f"You act for {person.organisation_name} as Owner." in main
    assert main.count("Your role does not allow this") == 1
    assert '<a class="button" href="/inbox">' in main
