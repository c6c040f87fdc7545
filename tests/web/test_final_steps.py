"""What cannot be taken back is asked for twice, without a script too."""

import re

import pytest

from market.domain.lifecycles import MACHINES
from market.domain.machine import NEW, Party
from market.web.jinja import TEMPLATES
from market.web.labels_final import FINAL
from tests import browsing

pytestmark = pytest.mark.anyio
NOBODY = {Party.CLOCK, Party.SYSTEM}
OWN_FORM = {"match.convert", "routing.have", "routing.lack", "routing.offer", "routing.refuse"}
"""Each has a page or form of its own to fill in, with what it does beside it."""
CONFIRMED = {"negotiation.finalize"}
"""Both sides have entered their passwords for exactly this just before."""
TAKES_AWAY = re.compile(r"/(delete|remove|revoke|leave|sign-out-everywhere)$")


def test_a_step_that_ends_something_asks_for_a_reason_or_a_password_or_says_what_follows():
    for machine in MACHINES.values():
        leads_on = {edge.source for edge in machine.edges if edge.source != edge.target}
        for edge in machine.edges:
            if edge.source != NEW and edge.by - NOBODY and edge.target not in leads_on:
                name = f"{machine.name}.{edge.action}"
                assert edge.reason or edge.confirm or name in FINAL | dict.fromkeys(OWN_FORM | CONFIRMED), name


def test_what_follows_is_said_of_steps_that_there_are():
    steps = {f"{machine.name}.{edge.action}" for machine in MACHINES.values() for edge in machine.edges}
    assert set(FINAL) <= steps


def test_every_form_that_takes_away_is_folded_in():
    found = set()
    for path in TEMPLATES.rglob("*.html"):
        text = path.read_text()
        for form in re.finditer(r'<form method="post" action="([^"]+)"', text):
            if TAKES_AWAY.search(form[1]):
                found.add(form[1])
                before = text[: form.start()]
                assert before.count("<details") > before.count("</details>"), f"{path.name}: {form[1]}"
    assert len(found) >= 7


async def test_a_draft_is_thrown_away_in_two_steps(client, committed):
    owner = await committed.demander()
    demand = await committed.draft_demand(owner)
    await browsing.sign_in(client, owner)
    page = (await browsing.get_page(client, f"/demands/{demand.id}")).text
    folded = re.search(r"<details class=\"step\">(?:(?!</details>).)*?/actions/discard.*?</details>", page, re.S)
    assert folded
    assert '<p class="help">' in folded[0]
