"""A table that contradicts itself is refused when it is made."""

import pytest

from market.domain.machine import NEW, Machine, Party, edge

A = Party.DEMANDER
B = Party.SUPPLIER
BORN = edge("make", NEW, "made", A)


@pytest.mark.parametrize(
    ("edges", "final", "due", "complaint"),
    [
        ((BORN, edge("go", "made", "x", A), edge("go", "made", "y", B)), set(), {}, "two edges go out of made"),
        ((BORN, edge("go", "made", "done", A), edge("back", "done", "made", A)), {"done"}, {}, "done has an edge out"),
        ((BORN, edge("go", "made", "done")), {"done"}, {}, "nobody may go out of made"),
        ((BORN, edge("go", "far", "made", A)), set(), {}, r"unreachable \['far'\]"),
        ((edge("go", "made", "done", A),), {"done"}, {}, r"unreachable \['done', 'made'\]"),
        ((BORN, edge("go", "made", "done", A), edge("jam", "made", "stuck", A)), {"done"}, {}, "no way.*stuck"),
        (
            (BORN, edge("go", "made", "done", A), edge("in", "made", "p", A), edge("on", "p", "p", A)),
            {"done"},
            {},
            r"no way to a final state from \['p'\]",
        ),
        ((BORN,), {"gone"}, {}, "no way to a final state|unknown states"),
        ((BORN, edge("go", "made", "done", A)), {"done", "gone"}, {}, r"unknown states \['gone'\]"),
        ((BORN,), set(), {"maed": 3}, r"unknown states \['maed'\]"),
    ],
)
def test_bad_tables_are_refused(edges, final, due, complaint):
    with pytest.raises(ValueError, match=f"demo: .*{complaint}"):
        Machine("demo", edges, frozenset(final), due)


DEMO = Machine(
    "demo",
    (
        BORN,
        edge("send", "made", "sent", A, B),
        edge("keep", "sent", "sent", B),
        edge("end", "sent", "done", B),
    ),
    frozenset({"done"}),
    {"sent": 5},
)


def test_states_come_in_the_order_of_the_table():
    assert DEMO.states == ("made", "sent", "done")


def test_find():
    assert DEMO.find("made", "send") is DEMO.edges[1]
    assert DEMO.find("made", "end") is None
    assert DEMO.find("nowhere", "send") is None


def test_offers_are_the_moves_of_these_parties():
    assert [e.action for e in DEMO.offers("sent", frozenset({B}))] == ["keep", "end"]
    assert DEMO.offers("sent", frozenset({A})) == ()
    assert DEMO.offers("made", frozenset()) == ()
    assert [e.action for e in DEMO.offers("made", frozenset({A, B}))] == ["send"]


def test_a_party_is_waited_for_where_a_clock_runs_and_it_can_move():
    assert DEMO.waits_for(B) == ("sent",)
    assert DEMO.waits_for(A) == ()
