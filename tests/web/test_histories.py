"""Histories tell what happened, in words of their own: a button says what to do, a history what was done."""

import re

import pytest

from market.domain.lifecycles import MACHINES
from market.domain.machine import NEW, Party
from market.web.labels import WORDS
from market.web.labels_events import EVENTS
from tests import browsing

pytestmark = pytest.mark.anyio
NOBODY = {Party.CLOCK, Party.SYSTEM}


def test_every_step_of_every_lifecycle_has_words_for_afterwards():
    for machine in MACHINES.values():
        assert {edge.action for edge in machine.edges} <= set(EVENTS[f"{machine.name}.event"]), machine.name


def test_no_history_tells_anybody_what_to_do():
    for machine in MACHINES.values():
        told = EVENTS[f"{machine.name}.event"]
        buttons = WORDS.get(f"{machine.name}.action", {})
        for edge in machine.edges:
            if edge.source != NEW and edge.by - NOBODY:
                assert told[edge.action] != buttons.get(edge.action), edge


async def test_the_history_of_a_demand_and_of_a_negotiation_is_told_in_the_past(client, committed):
    talk = await committed.negotiation("accepted")
    await browsing.sign_in(client, talk.consumer)
    told = {}
    for language in ("en", "zh"):
        client.cookies.set("language", language)
        for path in (f"/demands/{talk.negotiation.demand_id}", f"/negotiations/{talk.negotiation.id}"):
            html = (await browsing.get_page(client, path)).text
            history = html[html.rindex('<ol class="timeline">') :]
            told[language, path.split("/")[1]] = re.findall(r"<b>([^<]+)</b>", history[: history.index("</ol>")])
    assert told["en", "demands"][-3:] == ["Opened for matching", "Posted", "Draft written"]
    assert told["en", "negotiations"] == ["Accepted the offer", "Sent an offer"]
    assert told["zh", "demands"][-3:] == ["已开放撮合", "已发布", "草稿已建立"]
    assert told["zh", "negotiations"] == ["接受了要约", "发出了要约"]
