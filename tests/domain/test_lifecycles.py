"""The transition tables against the hand-written truth: every state x action x party."""

from itertools import product

import pytest

from market.domain.lifecycles import MACHINES
from market.domain.machine import NEW, Party
from tests.domain.truth import CONFIRMED, FINAL, REASONED, TRUTH, moves

CASES = [
    pytest.param(machine, state, id=f"{machine}-{state or 'new'}")
    for machine in TRUTH
    for state in (NEW, *MACHINES[machine].states)
]


def test_the_truth_knows_the_same_machines():
    assert set(MACHINES) == set(TRUTH)


@pytest.mark.parametrize(("name", "state"), CASES)
def test_every_action_and_party_is_allowed_or_not_as_written(name, state):
    machine = MACHINES[name]
    true = moves(name)
    actions = {e.action for e in machine.edges} | {action for _, action, _, _ in true}
    for action, party in product(sorted(actions), Party):
        edge = machine.find(state, action)
        allowed = {(state, action, edge.target, str(party))} if edge and party in edge.by else set()
        assert allowed == {m for m in true if (m[0], m[1], m[3]) == (state, action, party)}, (action, party)


@pytest.mark.parametrize("name", TRUTH)
def test_states_are_those_of_the_truth(name):
    named = {s for move in moves(name) for s in (move[0], move[2])} - {NEW}
    assert set(MACHINES[name].states) == named


@pytest.mark.parametrize("name", TRUTH)
def test_final_states_reasons_and_passwords(name):
    machine = MACHINES[name]
    assert machine.final == FINAL[name]
    assert {e.action for e in machine.edges if e.reason} == REASONED[name]
    assert {e.action for e in machine.edges if e.confirm} == CONFIRMED.get(name, set())


@pytest.mark.parametrize("name", TRUTH)
def test_an_action_is_reasoned_or_confirmed_everywhere_or_nowhere(name):
    for action in {e.action for e in MACHINES[name].edges}:
        same = {(e.reason, e.confirm) for e in MACHINES[name].edges if e.action == action}
        assert len(same) == 1, action


def test_nobody_bids_twice_in_a_row():
    """Dataspace Protocol: there is no OFFERED -> OFFERED or REQUESTED -> REQUESTED."""
    bids = [e for e in MACHINES["negotiation"].edges if e.action in ("offer", "request")]
    assert bids
    assert all(e.source != e.target for e in bids)


@pytest.mark.parametrize("name", TRUTH)
def test_a_clocked_state_can_be_left_and_a_final_one_has_no_clock(name):
    machine = MACHINES[name]
    assert all(days > 0 for days in machine.due.values())
    assert not set(machine.due) & machine.final
    assert all(any(e.source == state for e in machine.edges) for state in machine.due)
