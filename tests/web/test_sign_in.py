"""Signing in over HTTP."""

import pytest

from tests import browsing

pytestmark = pytest.mark.anyio


async def test_a_person_signs_in_and_a_program_with_a_token(client, committed):
    actor = await committed.demander()
    answer = await browsing.sign_in(client, actor)
    assert answer.headers["location"] == "/inbox"
    assert actor.organisation_name in (await browsing.get_page(client, "/my/demands")).text
    listed = await client.get("/api/v1/demands", headers=await browsing.bearer(committed, actor))
    assert listed.status_code == 200
