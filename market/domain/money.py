"""Money in yuan: exact decimals with two places, never floats."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from msgspec import Meta

from market.domain.words import N_

Money = Annotated[Decimal, Meta(description="Yuan with at most two decimal places, as a string, e.g. '1200.50'")]
MOST = Decimal("1000000000000")


def money_error(amount: Decimal) -> str | None:
    """Why this is not an amount of money, or None. Call before anything else uses it: NaN compares with nothing."""
    if not amount.is_finite():
        return N_("This is not a number.")
    if amount < 0:
        return N_("An amount cannot be negative.")
    if amount >= MOST:
        return N_("This amount is too large.")
    exponent = amount.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -2:
        return N_("Give at most two decimal places.")
    return None
