"""Amounts of money: what is refused, and that the rest fits the column to the last digit."""

from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.domain.money import MOST, Money, money_error


@pytest.mark.parametrize("text", ["NaN", "sNaN", "-NaN", "Infinity", "-Infinity"])
def test_what_is_not_a_number(text):
    assert money_error(Decimal(text)) == "This is not a number."


@pytest.mark.parametrize("text", ["-1", "-0.01", "-1E+5", "-1E-9"])
def test_negative_amounts(text):
    assert money_error(Decimal(text)) == "An amount cannot be negative."


@pytest.mark.parametrize("text", ["1000000000000", "1E+12", "9E+999999"])
def test_amounts_the_column_cannot_hold(text):
    assert money_error(Decimal(text)) == "This amount is too large."


@pytest.mark.parametrize("text", ["0.001", "1E-3", "1E-999999", "12.345"])
def test_more_than_two_places(text):
    assert money_error(Decimal(text)) == "Give at most two decimal places."


@pytest.mark.parametrize("text", ["0", "-0", "0.00", "0.01", "1E+5", "1200.5", "999999999999.99"])
def test_amounts(text):
    assert money_error(Decimal(text)) is None


@given(st.decimals(allow_nan=True, allow_infinity=True))
def test_what_passes_fits_numeric_14_2_exactly(amount):
    if money_error(amount) is None:
        assert 0 <= amount < MOST
        assert amount == amount.quantize(Decimal("0.01"))


@given(st.integers(0, 10**14 - 1))
def test_every_amount_of_the_column_passes_and_travels_as_text(cents):
    amount = Decimal(cents).scaleb(-2)
    assert money_error(amount) is None
    sent = msgspec.json.encode(amount)
    assert sent.startswith(b'"')
    assert msgspec.json.decode(sent, type=Money) == amount
