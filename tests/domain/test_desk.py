"""How urgent something is."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from market.domain.desk import DOUBLING, EVEN_CHANCE, MOST_MOVED, STANDS_FOR, TYPICAL_VALUE, DeskAction, urgency
from market.domain.lifecycles import MACHINES

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TOMORROW = NOW + timedelta(days=1)
values = st.none() | st.decimals(min_value=0, max_value=10**12, places=2)
chances = st.none() | st.floats(min_value=0, max_value=1)
times = st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2026, 12, 31), timezones=st.just(UTC))


def test_what_is_not_known_moves_nothing():
    assert urgency(TOMORROW, None, None, now=NOW) == TOMORROW
    assert urgency(TOMORROW, TYPICAL_VALUE, EVEN_CHANCE, now=NOW) == TOMORROW


def test_twice_the_worth_or_the_chance_counts_as_half_a_day_earlier():
    assert urgency(TOMORROW, 2 * TYPICAL_VALUE, None, now=NOW) == TOMORROW - DOUBLING
    assert urgency(TOMORROW, None, EVEN_CHANCE * 2, now=NOW) == TOMORROW - DOUBLING
    assert urgency(TOMORROW, 2 * TYPICAL_VALUE, EVEN_CHANCE / 2, now=NOW) == TOMORROW
    assert timedelta(hours=12) == DOUBLING


@given(values, chances, values, chances, times, times)
def test_overdue_stands_first_whatever_it_is_worth(value, chance, other, likely, late, ahead):
    if late <= NOW < ahead:
        assert urgency(late, value, chance, now=NOW) < urgency(ahead, other, likely, now=NOW)


@given(values, chances, times)
def test_it_is_moved_no_further_than_three_days(value, chance, due):
    if due > NOW:
        assert abs(urgency(due, value, chance, now=NOW) - due) <= MOST_MOVED


@given(st.decimals(min_value=1, max_value=10**9, places=2), st.decimals(min_value=1, max_value=10**9, places=2), times)
def test_more_is_never_less_urgent(a, b, due):
    low, high = sorted((a, b))
    assert urgency(due, high, None, now=NOW) <= urgency(due, low, None, now=NOW)


def test_worth_nothing_is_an_amount_too():
    assert urgency(TOMORROW, Decimal(0), 0.0, now=NOW) == TOMORROW + MOST_MOVED


def test_every_step_of_the_desk_is_one_of_the_lifecycle():
    for (kind, action), step in STANDS_FOR.items():
        edges = [edge for edge in MACHINES[kind].edges if edge.action == step]
        if step != "release":  # a flag of the broker's
            assert edges, (kind, step)
            assert all(edge.reason for edge in edges) == (action is DeskAction.DECLINE), (kind, step)
