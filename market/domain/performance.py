"""How a product does on the market: who looked, what was proposed, what the other side said, what came of it."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from market.domain.matches import DeclineCode
from market.domain.products import ProductState

SPAN = timedelta(days=90)
"""How far back is counted."""

REMEDIES = {
    DeclineCode.MISSING_FIELDS: "fields",
    DeclineCode.TOO_COARSE: "granularity",
    DeclineCode.NOT_FRESH_ENOUGH: "update_cycle",
    DeclineCode.WRONG_REGION: "region",
    DeclineCode.TOO_EXPENSIVE: "price",
    DeclineCode.BUDGET_TOO_LOW: "price",
    DeclineCode.DELIVERY_MODE: "delivery",
    DeclineCode.WRONG_TOPIC: "abstract",
    DeclineCode.PURPOSE: "licence",
}
"""Why a demander declined -> what the supplier can look at, a field of the product. For the rest there is nothing."""


class Declined(msgspec.Struct, frozen=True, kw_only=True):
    """How many demanders declined for one reason."""

    code: DeclineCode
    count: int

    @property
    def remedy(self) -> str:
        """The field of the product to look at; "" when none would help."""
        return REMEDIES.get(self.code, "")


class Performance(msgspec.Struct, frozen=True, kw_only=True):
    """Ninety days of one product. ``seen``: times its page was opened by others; ``matched``: proposed to both sides,
    of which demanders were ``interested`` or ``declined``."""

    product_id: int
    title: str
    state: ProductState
    created_at: datetime
    seen: int
    matched: int
    interested: int
    declined: int
    reasons: tuple[Declined, ...]
    asked: int
    negotiated: int
    agreed: int
