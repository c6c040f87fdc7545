"""Shares of a pool's price, and what a member may know of the others."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.domain.demands import DemandState
from market.domain.pools import Member, MemberState, Pool, PoolState, seats, shares

NOW = datetime(2026, 3, 2, tzinfo=UTC)


@given(st.integers(0, 10**12), st.lists(st.integers(1, 1000), min_size=1, max_size=30))
def test_shares_sum_exactly_to_the_price_and_each_is_within_a_cent(cents, weights):
    price = Decimal(cents).scaleb(-2)
    found = shares(price, weights)
    assert sum(found) == price
    for part, weight in zip(found, weights, strict=True):
        exact = price * weight / sum(weights)
        assert abs(part - exact) < Decimal("0.01") + exact * Decimal("1e-20")
        assert part.as_tuple().exponent == -2


def test_who_asks_for_twice_as_much_pays_twice_as_much():
    assert shares(Decimal("100.00"), (1, 1, 1)) == (Decimal("33.34"), Decimal("33.33"), Decimal("33.33"))
    assert shares(Decimal("90.00"), (2, 1)) == (Decimal("60.00"), Decimal("30.00"))
    assert shares(Decimal("0.01"), (1, 1000)) == (Decimal("0.00"), Decimal("0.01"))


def pool(state):
    return Pool(
        id=1,
        quorum=2,
        lead_demand_id=None,
        product_id=None,
        product_title=None,
        offer_id=None,
        price=Decimal("10.00"),
        state=state,
        state_reason=None,
        due_at=None,
        version=1,
        created_at=NOW,
        updated_at=NOW,
    )


def member(number, state=MemberState.JOINED, *, sealed=False):
    return Member(
        demand_id=number,
        organisation_id=number * 10,
        organisation_name=f"Organisation {number}",
        organisation_verified=True,
        title=f"demand {number}",
        demand_state=DemandState.OPEN,
        sealed=sealed,
        state=state,
        weight=number,
        agreement_id=None,
    )


MEMBERS = [member(1), member(2), member(3, sealed=True), member(4, MemberState.INVITED)]


@pytest.mark.parametrize("state", PoolState)
def test_nobody_is_named_before_the_quorum_and_a_sealed_member_never(state):
    found = seats(pool(state), MEMBERS, 10, staff=False)
    known = state in (PoolState.QUORUM, PoolState.NEGOTIATING, PoolState.AGREED)
    assert [bool(seat.title or seat.organisation_name or seat.demand_id) for seat in found] == [
        True,
        known,
        False,
        False,
    ]
    assert [seat.own for seat in found] == [True, False, False, False]
    assert all(seat.title for seat in seats(pool(state), MEMBERS, None, staff=True))


def test_only_who_has_joined_pays():
    found = seats(pool(PoolState.NEGOTIATING), MEMBERS, None, staff=True)
    assert [seat.share for seat in found] == [Decimal("1.67"), Decimal("3.33"), Decimal("5.00"), None]
