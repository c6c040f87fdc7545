"""The table of notices against the lifecycles it speaks of; subjects and their masks; the turns of the inbox."""

import pytest

from market.domain.inbox import turns
from market.domain.lifecycles import MACHINES
from market.domain.machine import Party
from market.domain.notices import NOTICES, OVERDUE, STAFF_ROLES, sentence, told
from market.domain.subjects import Subject, is_of_the_sides, is_public

POOLED = ("invite", "quorum", "reopen", "terms", "agree", "dissolve")
BESIDE_THE_LIFECYCLE = {("negotiation", "hold"), ("negotiation", "release"), ("negotiation", "message")} | {
    ("demand", "letter"),
    *(("demand", f"pool_{event}") for event in POOLED),
}
"""Flags, messages, and what a pool's members are told through their own demands."""

CONCERNED = {"routing": {Party.DEMANDER}}
"""Who has no move and is told nevertheless: the demander hears what a likely holder of the data answers."""


@pytest.mark.parametrize("key", NOTICES)
def test_each_notice_is_of_an_event_there_is(key):
    kind, action = key
    actions = {edge.action for edge in MACHINES[kind].edges}
    assert action in actions or key in BESIDE_THE_LIFECYCLE


@pytest.mark.parametrize("key", NOTICES)
def test_each_notice_tells_parties_of_that_object(key):
    kind, _ = key
    parties = (
        CONCERNED.get(kind, set()) | {party for edge in MACHINES[kind].edges for party in edge.by} | set(STAFF_ROLES)
    )
    assert set(NOTICES[key][0]) <= parties - {Party.CLOCK, Party.SYSTEM}


def test_whoever_gets_the_move_from_another_is_told():
    """The reverse: an edge that hands the turn to another party has a notice for that party."""
    silent = set()
    for name, machine in MACHINES.items():
        for edge in machine.edges:
            for party in set(Party) - {Party.CLOCK}:
                gets = edge.target in machine.waits_for(party) and edge.source not in machine.waits_for(party)
                if gets and party not in edge.by and party not in NOTICES.get((name, edge.action), ((), ""))[0]:
                    silent.add((name, edge.action, str(party)))
    # A match: hundreds at a time, the worklist shows them. A pool: its members hear of it through their demands.
    assert silent == {("match", "review", "broker"), ("pool", "confirm", "demander")}


def test_the_side_that_acted_is_not_told():
    assert told("match", "decline", "supplier", {}) == (Party.DEMANDER,)
    assert told("match", "stale", "system", {}) == (Party.DEMANDER, Party.SUPPLIER)
    assert told("product", "suspend", "supplier", {}) == ()
    assert told("demand", "edit", "demander", {}) == ()


def test_an_overdue_event_tells_whoever_is_waited_for():
    assert told("negotiation", OVERDUE, "clock", {"state": "offered"}) == (Party.CONSUMER,)
    assert told("demand", OVERDUE, "clock", {"state": "submitted"}) == (Party.BROKER,)
    assert sentence("demand", OVERDUE)


def test_turns():
    mine = turns(frozenset({Party.CONSUMER}), mine=True)
    assert mine == (("negotiation", Party.CONSUMER, "agreed"), ("negotiation", Party.CONSUMER, "offered"))
    theirs = {state for _, _, state in turns(frozenset({Party.CONSUMER}), mine=False)}
    assert theirs == {"requested", "accepted", "verified"}
    assert ("match", Party.SUPPLIER, "proposed") in turns(frozenset({Party.SUPPLIER}), mine=False)
    registrar = turns(frozenset({Party.REGISTRAR}), mine=True)
    assert [state for _, _, state in registrar] == ["in_review", "compliance_review"]


SEALED = Subject(
    kind="match",
    object_id=1,
    title="鹏程物流要江苏货运量",
    product_title="货运量日汇总",
    demander_id=7,
    supplier_id=8,
    demander_name="鹏程物流",
    sealed=True,
    masked=("江苏",),
)


def test_a_sealed_title_is_whole_only_for_the_demander_and_staff():
    assert SEALED.title_for(8) == "▇▇▇要▇▇▇货运量 ↔ 货运量日汇总"
    assert SEALED.title_for(None) == SEALED.title_for(8)
    assert SEALED.title_for(7) == SEALED.title_for(None, staff=True) == "鹏程物流要江苏货运量 ↔ 货运量日汇总"


@pytest.mark.parametrize(
    ("state", "action", "source", "target", "public"),
    [
        ("listed", "list", "compliance_review", "listed", True),
        ("delisted", "delist", "listed", "delisted", True),
        ("draft", "submit", "draft", "compliance_review", False),
        ("listed", "submit", "draft", "compliance_review", False),
        ("listed", "edit", "", "", True),
        ("suspended", "edit", "", "", False),
        ("listed", "overdue", "", "", False),
    ],
)
def test_what_anybody_may_hear_of_a_product(state, action, source, target, public):
    subject = Subject(kind="product", object_id=1, title="x", state=state, supplier_id=1)
    assert is_public(subject, action, source, target) is public


@pytest.mark.parametrize(
    ("action", "source", "target", "seen"),
    [
        ("generate", "", "generated", False),
        ("reject", "broker_review", "rejected", False),
        ("stale", "broker_review", "stale", False),
        ("propose", "broker_review", "proposed", True),
        ("reject", "proposed", "rejected", True),
        ("expire", "mutual", "expired", True),
        ("release", "", "", True),
        ("overdue", "", "", False),
    ],
)
def test_sides_hear_nothing_of_a_pairing_before_it_is_proposed(action, source, target, seen):
    assert is_of_the_sides("match", action, source, target) is seen
