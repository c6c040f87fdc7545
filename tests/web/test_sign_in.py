"""Signing in and out over HTTP, and what attackers try."""

import html
import re

import msgspec
import pytest
from litestar.testing import AsyncTestClient

from market.app import create_app
from market.services.limits import PASSWORD_OF_EMAIL, RESET_FROM_ADDRESS
from tests import browsing, mailbox
from tests.given import PASSWORD, email_of

pytestmark = pytest.mark.anyio


def errors_of(answer):
    """The sentences of the summary above a form."""
    found = re.search(r'<div class="problem".*?</div>', answer.text, re.DOTALL)
    return re.sub(r"<[^>]+>", " ", found.group()) if found else ""


async def is_signed_in(client):
    return (await browsing.get_page(client, "/account")).status_code == 200


async def try_password(client, email, password):
    return await browsing.post_form(client, "/sign-in", {"email": email, "password": password, "next": "/account"})


async def test_a_person_signs_in_and_out_and_a_program_comes_with_a_token(client, committed):
    actor = await committed.demander()
    answer = await browsing.sign_in(client, actor)
    assert answer.headers["location"] == "/inbox"
    assert actor.organisation_name in (await browsing.get_page(client, "/account")).text
    assert (await browsing.get_page(client, "/sign-in")).headers["location"] == "/inbox"
    headers = await browsing.bearer(committed, actor)
    assert (await client.get("/api/v1/demands", headers=headers)).status_code == 200
    await browsing.sign_out(client)
    assert not await is_signed_in(client)


async def test_a_wrong_password_keeps_what_was_typed_but_the_password(client, committed):
    email = email_of((await committed.demander()).name)
    answer = await try_password(client, email, "not the password")
    assert answer.status_code == 422
    assert errors_of(answer)
    assert email in answer.text
    assert "/account" in answer.text
    assert "not the password" not in answer.text
    assert not await is_signed_in(client)


async def test_tries_are_limited_for_every_process_together(client, committed, settings):
    victim, other = await committed.demander(), await committed.demander()
    for n in range(PASSWORD_OF_EMAIL.most):
        assert (await try_password(client, email_of(victim.name), f"guess {n}")).status_code == 422
    async with AsyncTestClient(create_app(settings)) as second:
        second.follow_redirects = False
        for browser in (client, second):
            limited = await try_password(browser, email_of(victim.name).upper(), PASSWORD)
            assert limited.status_code == 429
            assert 0 < int(limited.headers["retry-after"]) <= PASSWORD_OF_EMAIL.within.total_seconds()
            assert email_of(victim.name) in limited.text.lower()
            assert not await is_signed_in(browser)
        await browsing.sign_in(second, other)


async def test_tries_at_an_unknown_address_are_limited_alike(client, committed):
    for _ in range(PASSWORD_OF_EMAIL.most):
        assert (await try_password(client, "nobody@test.example", "guess")).status_code == 422
    assert (await try_password(client, "nobody@test.example", "guess")).status_code == 429


async def test_confirming_with_a_password_is_limited_too(client, committed):
    actor = await committed.demander()
    await browsing.sign_in(client, actor)
    form = {"password": "guess", "new_password": "river boat twelve"}
    for _ in range(PASSWORD_OF_EMAIL.most):
        assert (await browsing.post_form(client, "/account/password", form)).status_code == 422
    limited = await browsing.post_form(client, "/account/password", form | {"password": PASSWORD})
    assert limited.status_code == 429
    assert "retry-after" in limited.headers


async def test_a_new_password_by_mail_lifts_the_limit(client, committed):
    actor = await committed.demander()
    email = email_of(actor.name)
    for n in range(PASSWORD_OF_EMAIL.most):
        await try_password(client, email, f"guess {n}")
    assert (await browsing.post_form(client, "/forgot", {"email": email})).status_code == 200
    path = await mailbox.link(committed)
    assert (await browsing.get_page(client, path)).status_code == 200
    weak = await browsing.post_form(client, path, {"new_password": "short"})
    assert weak.status_code == 422
    done = await browsing.post_form(client, path, {"new_password": "river boat twelve"})
    assert done.headers["location"] == "/sign-in"
    await browsing.sign_in(client, email, "river boat twelve")
    for again in (
        await browsing.get_page(client, path),
        await browsing.post_form(client, path, {"new_password": "another river boat"}),
    ):
        assert again.status_code == 404
        assert "/forgot" in again.text


async def test_asking_for_a_link_does_not_tell_who_has_an_account(client, committed):
    email = email_of((await committed.demander()).name)
    known = await browsing.post_form(client, "/forgot", {"email": email})
    unknown = await browsing.post_form(client, "/forgot", {"email": "nobody@test.example"})
    assert (known.status_code, known.text) == (unknown.status_code, unknown.text)
    for address in (email, "nobody@test.example"):
        for _ in range(2):
            await browsing.post_form(client, "/forgot", {"email": address})
        assert (await browsing.post_form(client, "/forgot", {"email": address})).status_code == 429
    assert len(await mailbox.waiting(committed)) == 3


async def test_forms_from_elsewhere_are_refused(client, committed):
    await browsing.sign_in(client, await committed.demander())
    for path in ("/sign-in", "/sign-up", "/sign-out", "/forgot", "/language", "/account/password"):
        for data in ({}, {"_csrf_token": "0" * 128}):
            assert (await client.post(path, data=data, headers=browsing.HTML)).status_code == 403
    assert await is_signed_in(client)


async def test_a_session_cannot_be_planted(client, committed):
    """Neither a made-up cookie nor the attacker's own session survives the victim's sign-in."""
    attacker, victim = await committed.demander(), await committed.demander()
    client.cookies.set("session", "chosen-by-the-attacker", domain="testserver.local")
    assert not await is_signed_in(client)
    await browsing.sign_in(client, attacker)
    planted = client.cookies["session"]
    await browsing.sign_in(client, victim)
    assert client.cookies["session"] != planted
    assert victim.name in (await browsing.get_page(client, "/account")).text
    client.cookies.clear()
    client.cookies.set("session", planted, domain="testserver.local")
    seen = (await browsing.get_page(client, "/account")).text
    assert attacker.name in seen
    assert victim.name not in seen


async def test_a_session_is_no_token_and_a_token_no_session(client, committed):
    actor = await committed.demander()
    headers = await browsing.bearer(committed, actor)
    assert (await client.get("/account", headers=browsing.HTML | headers)).status_code == 303
    await browsing.sign_in(client, actor)
    assert (await client.get("/api/v1/me")).status_code == 401


async def test_next_leads_nowhere_else(client, committed):
    actor = await committed.demander()
    form = {"email": email_of(actor.name), "password": PASSWORD}
    for wanted in (
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "\\\\evil.example",
        "/\t/evil.example/",
        " //evil.example",
        "javascript:alert(1)",
        "evil.example",
    ):
        for location in (
            (await browsing.post_form(client, "/sign-in", form | {"next": wanted})).headers["location"],
            (await client.get("/sign-in", params={"next": wanted}, headers=browsing.HTML)).headers["location"],
            (await browsing.post_form(client, "/language", {"language": "en", "next": wanted})).headers["location"],
        ):
            assert location in ("/inbox", "/")


async def test_next_leads_on_within_the_site(client, committed):
    actor = await committed.demander()
    form = {"email": email_of(actor.name), "password": PASSWORD, "next": "/my/demands?cursor=abc"}
    assert (await browsing.post_form(client, "/sign-in", form)).headers["location"] == "/my/demands?cursor=abc"


@pytest.mark.parametrize(
    "wanted",
    [
        "/inbox?show=waiting&cursor=a%2Bb",
        "/my/demands?cursor=%E6%B1%9F%E8%8B%8F",
        "/my/products",
        "/negotiations/new?match=7",
        "/negotiations?show=ended&x=//evil.example/&next=https://evil.example/",
    ],
)
async def test_whoever_is_sent_to_sign_in_comes_back_to_exactly_that_address(client, committed, wanted):
    actor = await committed.demander()
    sent = await browsing.get_page(client, wanted)
    assert (sent.status_code, sent.headers["location"][:14]) == (303, "/sign-in?next=")
    form = await browsing.get_page(client, sent.headers["location"])
    kept = html.unescape(re.findall(r'name="next" value="([^"]*)"', form.text)[-1])
    back = await browsing.post_form(
        client, "/sign-in", {"email": email_of(actor.name), "password": PASSWORD, "next": kept}
    )
    assert back.headers["location"] == wanted


async def test_the_other_language_is_of_the_same_page_with_its_filters(client):
    page = await browsing.get_page(client, "/products?region=%E6%B1%9F%E8%8B%8F&opening=free")
    kept = html.unescape(re.search(r'name="next" value="([^"]*)"', page.text)[1])
    back = await browsing.post_form(client, "/language", {"language": "en", "next": kept})
    assert back.headers["location"] == "/products?region=%E6%B1%9F%E8%8B%8F&opening=free"


async def test_an_address_with_bytes_that_are_no_text_comes_back_too(client):
    sent = await client.get("/inbox?cursor=%FF%0D%0ASet-Cookie:x", headers=browsing.HTML)
    assert sent.headers["location"] == "/sign-in?next=/inbox%3Fcursor%3D%25FF%250D%250ASet-Cookie%3Ax"


async def test_behind_a_proxy_the_forwarded_address_counts(settings, committed):
    proxied = create_app(msgspec.structs.replace(settings, behind_proxy=True))
    async with AsyncTestClient(proxied) as client:
        token = await browsing.csrf_token(client)

        async def ask(n, forwarded):
            form = {"email": f"nobody{n}@test.example", "_csrf_token": token}
            headers = browsing.HTML | {"x-forwarded-for": f"203.0.113.{n}, {forwarded}"}
            return (await client.post("/forgot", data=form, headers=headers)).status_code

        most = RESET_FROM_ADDRESS.most
        assert {await ask(n, f"2001:db8:1:2::{n}") for n in range(most)} == {200}
        assert await ask(most, "2001:db8:1:2:ffff::1") == 429
        assert await ask(most + 1, "2001:db8:1:3::1") == 200
        assert await ask(most + 2, "198.51.100.2") == 200
