"""The desk's page on the matcher, and the same over the API and by command."""

import re

import pytest

from market.domain.matches import DeclineCode, Response, ResponseAction
from market.domain.permissions import Role
from market.services import matches, ranker
from market.store import ranker as rows
from tests import browsing
from tests.commands.test_cli import process, told
from tests.receiver import until
from tests.services.test_ranker import learnt, stored
from tests.test_worker import working

pytestmark = pytest.mark.anyio


async def test_the_desk_shows_what_ranks_and_an_administrator_changes_it(client, committed):
    admin, auditor = await committed.staff(Role.ADMIN), await committed.staff(Role.AUDITOR)
    match, demander, _ = await committed.proposed_match()
    no = Response(action=ResponseAction.DECLINE, version=match.version, code=DeclineCode.TOO_COARSE)
    await matches.answer(committed.db, demander, match.id, no, now=committed.now)
    model = await stored(committed.db, learnt(1))
    lost = await rows.INSERT.one(
        committed.db, b"", (await committed.db.fetchval("SELECT figures FROM ranker_model")), False, False, None
    )
    await browsing.sign_in(client, auditor)
    await browsing.post_form(client, "/language", {"language": "en"})
    page = (await browsing.get_page(client, "/desk/matching")).text
    assert "The words alone rank" in page
    assert page.count("Too coarse") == 2, "this week's pairing and the count of the code"
    assert f'href="/matches/{match.id}"' in page
    assert ">0%<" in page, "of one decision none was for it"
    assert "<button" not in page.split("<main")[1], "an auditor looks on"

    await browsing.sign_out(client)
    await browsing.sign_in(client, admin)
    assert (await browsing.post_form(client, "/desk/matching/train")).status_code == 303
    page = (await browsing.get_page(client, "/desk/matching")).text
    assert "A model will be trained as soon as the worker is free." in page
    assert "Train a model" not in page
    refused = await browsing.post_form(client, "/desk/matching/train")
    assert refused.status_code == 422
    assert "A model is being trained already. One at a time." in refused.text
    stop = re.search(r'action="(/desk/matching/trainings/\d+/stop)"', page)[1]
    assert (await browsing.post_form(client, stop)).status_code == 303
    page = (await browsing.get_page(client, "/desk/matching")).text
    assert "The last training brought no model.</b> It was stopped." in page
    refused = await browsing.post_form(client, f"/desk/matching/models/{lost}/enable")
    assert refused.status_code == 422
    assert "did not beat the words alone" in refused.text
    assert (await browsing.post_form(client, f"/desk/matching/models/{model}/enable")).status_code == 303
    page = (await browsing.get_page(client, "/desk/matching")).text
    assert f"Model {model} ranks, learnt from the decisions of this market." in page
    assert (await browsing.post_form(client, "/desk/matching/rollback")).status_code == 303
    assert "The words alone rank" in (await browsing.get_page(client, "/desk/matching")).text

    headers = await browsing.bearer(committed, admin)
    enabled = await client.post(f"/api/v1/ranker/models/{model}/enable", headers=headers)
    assert (enabled.status_code, enabled.json()["in_force"]) == (200, True)
    assert (await client.post("/api/v1/ranker/disable", headers=headers)).json()["model"] is None
    found = (await client.get("/api/v1/ranker", headers=headers)).json()
    assert [choice["action"] for choice in found["choices"]] == ["disable", "enable", "rollback", "enable"]
    assert found["weeks"][0]["declined"] == 1
    journal = await browsing.get_page(client, f"/desk/journal/ranker/{model}")
    assert "A model was put in force" in journal.text


async def test_the_worker_trains_and_says_what_came_of_it(client, settings, committed):
    admin = await committed.staff(Role.ADMIN)
    headers = await browsing.bearer(committed, admin)
    asked = await client.post("/api/v1/ranker/trainings", headers=headers)
    assert (asked.status_code, asked.json()["ended_at"]) == (202, None)
    assert (await client.post("/api/v1/ranker/trainings", headers=headers)).status_code == 422

    async def ended():
        found = (await client.get(asked.headers["location"], headers=headers)).json()
        return found if found["ended_at"] else None

    async with working(settings):
        training = await until(ended)
    assert (training["failure"], training["model_id"], training["done"]) == ("too_few", None, 1)
    await browsing.sign_in(client, admin)
    await browsing.post_form(client, "/language", {"language": "en"})
    assert "Too few decisions" in (await browsing.get_page(client, "/desk/matching")).text
    asked = (await client.post("/api/v1/ranker/trainings", headers=headers)).json()
    await rows.BEGIN.one(committed.db, asked["id"])
    await rows.TOLD.one(committed.db, asked["id"], 2)
    page = (await browsing.get_page(client, "/desk/matching")).text
    assert "A model is being trained: step 2 of 6" in page
    assert '<progress id="done" max="6" value="2">' in page
    model = await stored(committed.db, learnt(1))
    await rows.END.one(committed.db, asked["id"], model, None)
    page = (await browsing.get_page(client, "/desk/matching")).text
    assert f"Model {model} is trained and won its trial." in page


async def test_the_same_by_command(url, committed):
    model = await stored(committed.db, learnt(1))
    done = await told("ranker", "enable", str(model), database_url=url)
    assert done.returncode == 0, done.stderr
    assert f"Model {model} ranks" in done.stdout
    shown = await told("ranker", "show", database_url=url)
    assert f"Model {model} ranks." in shown.stdout
    assert "0.100 [0.050" in " ".join(shown.stdout.split())
    assert "The words alone rank" in (await told("ranker", "rollback", database_url=url)).stdout
    refused = process("ranker", "train", database_url=url)
    assert refused.returncode == 2
    assert "Too few decisions" in refused.stderr
    await ranker.ask(committed.db, None)
    refused = process("ranker", "train", database_url=url)
    assert refused.returncode == 2
    assert "One at a time" in refused.stderr
    assert "Stopped." in (await told("ranker", "stop", database_url=url)).stdout
    assert (await told("ranker", "stop", database_url=url)).returncode == 2
