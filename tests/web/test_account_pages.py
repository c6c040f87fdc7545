"""Signing up, one's own account, the language."""

import pytest

from tests import browsing, mailbox
from tests.given import PASSWORD, credit_code, email_of

pytestmark = pytest.mark.anyio


def sign_up_form(**values):
    wanted = {
        "person_name": "江若舟",
        "email": "owner@luyan.example",
        "organisation_name": "陆雁供应链",
        "kind": "enterprise",
        "credit_code": credit_code(),
    }
    return wanted | values


async def test_signing_up_leads_to_the_next_step(client, committed):
    assert (await browsing.get_page(client, "/sign-up")).status_code == 200
    sent = await browsing.post_form(client, "/sign-up", sign_up_form())
    assert "owner@luyan.example" in sent.text
    link = await mailbox.link(committed)
    page = await browsing.get_page(client, link)
    assert "陆雁供应链" in page.text
    answer = await browsing.post_form(client, link, {"password": "river boat twelve"})
    assert answer.headers["location"] == "/organisation"
    page = await browsing.get_page(client, "/organisation")
    assert "陆雁供应链" in page.text
    assert "/organisation/edit" in page.text
    await browsing.sign_out(client)
    await browsing.sign_in(client, "owner@luyan.example", "river boat twelve")
    assert (await browsing.get_page(client, link)).status_code == 404


async def test_signing_up_does_not_tell_who_has_an_account(client, committed):
    owner = await committed.demander()
    answers = [
        await browsing.post_form(client, "/sign-up", sign_up_form(email=email))
        for email in (email_of(owner.name), "somebody@test.example")
    ]
    known, unknown = answers
    assert (known.status_code, unknown.status_code) == (200, 200)
    assert known.text.replace(email_of(owner.name), "…") == unknown.text.replace("somebody@test.example", "…")
    assert not set(known.cookies) - set(unknown.cookies)
    tried = await browsing.post_form(
        client, "/sign-in", {"email": "somebody@test.example", "password": "river boat twelve"}
    )
    assert tried.status_code == 422, "nor is there an account before the link is opened"


async def test_a_password_too_easy_to_guess_is_asked_for_again_and_the_link_stands(client, committed):
    await browsing.post_form(client, "/sign-up", sign_up_form())
    link = await mailbox.link(committed)
    for weak in ("", "short", "owner@luyan.example"):
        answer = await browsing.post_form(client, link, {"password": weak})
        assert answer.status_code == 422
        assert 'href="#f-password"' in answer.text
    assert (await browsing.post_form(client, link, {"password": "river boat twelve"})).status_code == 303


async def test_signing_up_wrongly_keeps_what_was_typed(client, committed):
    owner = await committed.demander()
    code = await committed.db.fetchval("SELECT credit_code FROM organisation WHERE id = $1", owner.organisation_id)
    wrong = sign_up_form(
        person_name="<script>alert(1)</script>", email="Second@Luyan.example", kind="platform", credit_code="9132"
    )
    taken = sign_up_form(credit_code=code)
    for form, fields in ((wrong, ("kind", "credit_code")), (taken, ("credit_code",))):
        answer = await browsing.post_form(client, "/sign-up", form)
        assert answer.status_code == 422
        for field in fields:
            assert f'href="#f-{field}"' in answer.text
        assert "<script>alert" not in answer.text
    assert "Second@Luyan.example" in (await browsing.post_form(client, "/sign-up", wrong)).text


async def test_a_form_without_fields_names_them(client):
    answer = await browsing.post_form(client, "/sign-up", {"kind": "enterprise"})
    assert answer.status_code == 422
    for field in ("person_name", "email", "organisation_name", "credit_code"):
        assert f'href="#f-{field}"' in answer.text


async def test_a_new_password_keeps_this_browser_and_ends_the_others(client, committed):
    actor = await committed.demander()
    await browsing.sign_in(client, actor)
    other_browser = client.cookies["session"]
    await browsing.sign_out(client)
    await browsing.sign_in(client, actor)
    form = {"password": PASSWORD, "new_password": "river boat twelve"}
    assert (await browsing.post_form(client, "/account/password", form)).status_code == 303
    assert (await browsing.get_page(client, "/account")).status_code == 200
    client.cookies.set("session", other_browser, domain="testserver.local")
    client.cookies.delete("session", domain="testserver.local")
    client.cookies.set("session", other_browser)
    assert (await browsing.get_page(client, "/account")).status_code == 303


async def test_signing_out_everywhere_ends_every_browser(client, committed):
    actor = await committed.demander()
    await browsing.sign_in(client, actor)
    kept = client.cookies["session"]
    answer = await browsing.post_form(client, "/account/sign-out-everywhere")
    assert answer.headers["location"] == "/sign-in"
    client.cookies.clear()
    client.cookies.set("session", kept)
    assert (await browsing.get_page(client, "/account")).status_code == 303
    await browsing.sign_in(client, actor)


async def test_somebody_in_two_organisations_chooses(client, committed):
    actor, other = await committed.demander(), await committed.supplier()
    await committed.db.execute(
        "INSERT INTO membership (organisation_id, person_id, role) VALUES ($1, $2, 'member')",
        other.organisation_id,
        actor.person_id,
    )
    await browsing.sign_in(client, actor)
    assert other.organisation_name in (await browsing.get_page(client, "/account")).text
    form = {"organisation_id": str(other.organisation_id)}
    assert (await browsing.post_form(client, "/account/organisation", form)).status_code == 303
    assert other.organisation_name in (await browsing.get_page(client, "/organisation")).text
    stranger = await committed.supplier()
    for wrong in (str(stranger.organisation_id), "", "x", "9" * 30):
        answer = await browsing.post_form(client, "/account/organisation", {"organisation_id": wrong})
        assert answer.status_code == 404


async def test_the_account_form_keeps_errors_beside_the_field(client, committed):
    await browsing.sign_in(client, await committed.demander())
    wrong = await browsing.post_form(client, "/account", {"name": "", "language": "zh"})
    assert wrong.status_code == 422
    assert 'href="#f-name"' in wrong.text
    assert (await browsing.post_form(client, "/account", {"name": "谭子墨", "language": "zh"})).status_code == 303
    assert "谭子墨" in (await browsing.get_page(client, "/account")).text


async def test_the_language_is_kept_in_the_browser_and_with_the_account(client, committed):
    actor = await committed.demander()
    for language, tag in (("en", 'lang="en"'), ("zh", 'lang="zh-Hans"')):
        await browsing.post_form(client, "/language", {"language": language, "next": "/sign-in"})
        assert f"<html {tag}>" in (await browsing.get_page(client, "/sign-in")).text
    await browsing.sign_in(client, actor)
    answer = await browsing.post_form(client, "/language", {"language": "en", "next": "/account"})
    assert answer.headers["location"] == "/account"
    assert await committed.db.fetchval("SELECT language FROM person WHERE id = $1", actor.person_id) == "en"
    client.cookies.delete("language")
    assert '<html lang="en">' in (await browsing.get_page(client, "/account")).text


async def test_an_odd_language_is_none(client, committed):
    answer = await browsing.post_form(client, "/language", {"language": "fr\r\nx: y", "next": "/sign-in"})
    assert answer.status_code == 303
    assert client.cookies["language"] in ("zh", "en")
