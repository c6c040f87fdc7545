"""One's own organisation, what others see of it, and the desk where staff verify."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from market.domain.permissions import Role
from tests import browsing, mailbox
from tests.given import PASSWORD, credit_code

pytestmark = pytest.mark.anyio
MARKUP = "<img src=x onerror=alert(1)>"


def version_in(page):
    return re.search(r'name="version" value="(\d+)"', page.text).group(1)


async def test_from_sign_up_to_verified(client, committed):
    """An owner mends the profile and sends it; a registrar refuses with a reason, then verifies."""
    owner = await committed.demander(verified=False)
    registrar = await committed.staff(Role.REGISTRAR)
    await browsing.sign_in(client, owner)
    form_page = await browsing.get_page(client, "/organisation/edit")
    form = {
        "version": version_in(form_page),
        "name": "陆雁供应链",
        "kind": "enterprise",
        "credit_code": credit_code(),
        "about": "第三方物流",
        "evidence": "营业执照",
        "submit": "1",
    }
    assert (await browsing.post_form(client, "/organisation/edit", form)).status_code == 303
    desk = f"/desk/organisations/{owner.organisation_id}"
    for reason, action in (("印章不清晰", "reject"), ("", "verify")):
        await browsing.sign_in(client, registrar)
        assert "陆雁供应链" in (await browsing.get_page(client, "/desk/organisations")).text
        page = await browsing.get_page(client, desk)
        assert "营业执照" in page.text
        step = {"version": version_in(page), "action": action, "reason": reason}
        assert (await browsing.post_form(client, f"{desk}/actions/{action}", step)).status_code == 303
        await browsing.sign_in(client, owner)
        page = await browsing.get_page(client, "/organisation")
        if action == "reject":
            assert reason in page.text
            step = {"version": version_in(page), "action": "submit"}
            assert (await browsing.post_form(client, "/organisation/actions/submit", step)).status_code == 303
    assert "/actions/submit" not in page.text


async def test_the_one_thing_to_do_is_to_say_what_proves_it_until_that_is_said(client, committed):
    owner = await committed.demander(verified=False)
    await committed.db.execute("UPDATE organisation SET evidence = '' WHERE id = $1", owner.organisation_id)
    client.cookies.set("language", "en")
    await browsing.sign_in(client, owner)
    page = (await browsing.get_page(client, "/organisation")).text
    assert '<a class="button" href="/organisation/edit">' in page
    assert "/actions/submit" not in page
    form = {"version": "1", "name": "某公司", "kind": "enterprise", "credit_code": "9", "evidence": "", "submit": "1"}
    again = await browsing.post_form(client, "/organisation/edit", form)
    assert again.status_code == 422
    assert '<a href="#f-credit_code">Unified social credit code: ' in again.text, "an error says of what it speaks"


async def test_a_refusal_without_a_reason_and_a_stale_version_change_nothing(client, committed):
    owner = await committed.demander(verified=False)
    await browsing.sign_in(client, owner)
    page = await browsing.get_page(client, "/organisation")
    await browsing.post_form(client, "/organisation/actions/submit", {"version": version_in(page)})
    await browsing.sign_in(client, await committed.staff(Role.REGISTRAR))
    desk = f"/desk/organisations/{owner.organisation_id}"
    version = version_in(await browsing.get_page(client, desk))
    assert (await browsing.post_form(client, f"{desk}/actions/reject", {"version": version})).status_code == 422
    stale = {"version": str(int(version) - 1)}
    assert (await browsing.post_form(client, f"{desk}/actions/verify", stale)).status_code == 409
    impossible = await browsing.post_form(client, f"{desk}/actions/reinstate", {"version": version})
    assert impossible.status_code == 409
    assert await committed.db.fetchval("SELECT count(*) FROM organisation WHERE state = 'in_review'") == 1


async def test_the_desk_is_for_those_who_verify(client, committed):
    owner = await committed.demander()
    for actor in (owner, await committed.staff(Role.BROKER)):
        await browsing.sign_in(client, actor)
        for path in ("/desk/organisations", f"/desk/organisations/{owner.organisation_id}"):
            assert (await browsing.get_page(client, path)).status_code == 403
    await browsing.sign_in(client, await committed.staff(Role.ADMIN))
    assert (await browsing.get_page(client, "/desk/organisations/999999")).status_code == 404
    searched = await browsing.get_page(client, f"/desk/organisations?q={owner.organisation_name}&state=verified")
    assert f"/desk/organisations/{owner.organisation_id}" in searched.text
    assert (await browsing.get_page(client, "/desk/organisations?q=nothing&state=odd")).status_code == 200


async def test_markup_in_names_and_texts_is_shown_as_text(client, committed):
    owner = await committed.demander(verified=False)
    await browsing.sign_in(client, owner)
    await browsing.post_form(client, "/account", {"name": MARKUP})
    page = await browsing.get_page(client, "/organisation/edit")
    form = {
        "version": version_in(page),
        "name": f"陆雁{MARKUP}",
        "kind": "enterprise",
        "credit_code": credit_code(),
        "region": MARKUP,
        "about": MARKUP,
        "evidence": MARKUP,
        "submit": "1",
    }
    assert (await browsing.post_form(client, "/organisation/edit", form)).status_code == 303
    await browsing.post_form(client, "/organisation/tokens", token_form(name=MARKUP))
    own = ["/organisation", "/organisation/members", "/organisation/tokens", "/account", "/organisation/edit"]
    public = f"/organisations/{owner.organisation_id}"
    for path in (*own, public):
        text = (await browsing.get_page(client, path)).text
        assert "<img" not in text
        assert "&lt;img src=x" in text
    await browsing.sign_in(client, await committed.staff(Role.ADMIN))
    for path in ("/desk/organisations", f"/desk/organisations/{owner.organisation_id}"):
        text = (await browsing.get_page(client, path)).text
        assert "<img" not in text
        assert "&lt;img src=x" in text


async def test_everybody_sees_the_face_of_an_organisation_and_no_more(client, committed):
    owner = await committed.supplier()
    offered, draft = await committed.listed_product(owner), await committed.draft_product(owner)
    others = await committed.listed_product()
    page = await browsing.get_page(client, f"/organisations/{owner.organisation_id}")
    assert page.status_code == 200
    assert owner.organisation_name in page.text
    assert f'href="/products/{offered.id}"' in page.text
    assert not any(f"/products/{product.id}" in page.text for product in (draft, others))
    code = await committed.db.fetchval("SELECT credit_code FROM organisation WHERE id = $1", owner.organisation_id)
    assert code not in page.text
    assert "licence" not in page.text
    assert (await browsing.get_page(client, "/organisations/999999")).status_code == 404


async def test_an_owner_invites_and_a_new_person_joins(client, committed):
    owner = await committed.demander()
    await browsing.sign_in(client, owner)
    form = {"email": "tan@luyan.example", "role": "member"}
    assert (await browsing.post_form(client, "/organisation/invitations", form)).status_code == 303
    assert "tan@luyan.example" in (await browsing.get_page(client, "/organisation/members")).text
    again = await browsing.post_form(client, "/organisation/invitations", form)
    assert again.status_code == 409
    path = await mailbox.link(committed)
    await browsing.sign_out(client)
    assert owner.organisation_name in (await browsing.get_page(client, path)).text
    weak = await browsing.post_form(client, path, {"name": "谭子墨", "password": "short"})
    assert weak.status_code == 422
    assert "谭子墨" in weak.text
    joined = await browsing.post_form(client, path, {"name": "谭子墨", "password": "river boat twelve"})
    assert joined.headers["location"] == "/organisation"
    members = await browsing.get_page(client, "/organisation/members")
    assert "谭子墨" in members.text
    assert "/organisation/invitations" not in members.text, "a member invites nobody"
    for used in (
        await browsing.get_page(client, path),
        await browsing.post_form(client, path, {"name": "x", "password": "river boat twelve"}),
    ):
        assert used.status_code == 404
    for forbidden in ("/organisation/invitations", f"/organisation/members/{owner.person_id}/remove"):
        assert (await browsing.post_form(client, forbidden, form)).status_code == 403


async def test_somebody_with_an_account_joins_with_its_password_and_acts_there(client, committed):
    owner, guest = await committed.demander(), await committed.supplier()
    await browsing.sign_in(client, owner)
    email = await committed.db.fetchval("SELECT email FROM person WHERE id = $1", guest.person_id)
    await browsing.post_form(client, "/organisation/invitations", {"email": email, "role": "owner"})
    path = await mailbox.link(committed)
    wrong = await browsing.post_form(client, path, {"password": "not the password"})
    assert wrong.status_code == 422
    assert (await browsing.post_form(client, path, {"password": PASSWORD})).status_code == 303
    assert owner.organisation_name in (await browsing.get_page(client, "/organisation")).text


async def test_roles_are_changed_and_the_last_owner_stays(client, committed):
    owner = await committed.demander()
    member = await committed.colleague(owner)
    await browsing.sign_in(client, owner)
    base = "/organisation/members"
    assert (await browsing.post_form(client, f"{base}/{owner.person_id}/remove")).status_code == 409
    wrong = await browsing.post_form(client, f"{base}/{member.person_id}/role", {"role": "broker"})
    assert wrong.status_code == 422
    changed = await browsing.post_form(client, f"{base}/{member.person_id}/role", {"role": "owner"})
    assert changed.status_code == 303
    assert (await browsing.post_form(client, f"{base}/{owner.person_id}/remove")).status_code == 303
    assert (await browsing.get_page(client, base)).status_code == 303, (
        "removed from the organisation, out of the session"
    )
    stranger = await committed.supplier()
    await browsing.sign_in(client, member)
    assert (await browsing.post_form(client, f"{base}/{stranger.person_id}/remove")).status_code == 404


def token_form(**values):
    until = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    return {"name": "sync", "scopes": ["demand:read"], "expires_at": until} | values


async def test_a_token_is_shown_once_and_works_until_it_is_revoked(client, committed):
    await browsing.sign_in(client, await committed.demander())
    made = await browsing.post_form(client, "/organisation/tokens", token_form(scopes=["demand:read", "product:read"]))
    token = re.search(r"dj_[\w-]{43}", made.text).group()
    assert made.headers["cache-control"] == "no-store"
    page = await browsing.get_page(client, "/organisation/tokens")
    assert token not in page.text
    assert "sync" in page.text
    headers = {"Authorization": f"Bearer {token}"}
    assert (await client.get("/api/v1/demands", headers=headers)).status_code == 200
    revoke = re.search(r'action="(/organisation/tokens/\d+/revoke)"', page.text).group(1)
    assert (await browsing.post_form(client, revoke)).status_code == 303
    assert (await client.get("/api/v1/demands", headers=headers)).status_code == 401
    await browsing.sign_in(client, await committed.supplier())
    assert (await browsing.post_form(client, revoke)).status_code == 404


async def test_a_wrong_token_form_names_the_field(client, committed):
    await browsing.sign_in(client, await committed.demander())
    for field, value in (
        ("name", ""),
        ("scopes", []),
        ("scopes", ["demand:triage"]),
        ("expires_at", ""),
        ("expires_at", "yesterday"),
        ("expires_at", "2001-01-01"),
        ("expires_at", "9999-12-31"),
    ):
        answer = await browsing.post_form(client, "/organisation/tokens", token_form(**{field: value}))
        assert answer.status_code == 422
        assert f'href="#f-{field}"' in answer.text
        assert "dj_" not in answer.text
