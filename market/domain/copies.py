"""The same data offered more than once: what a copy is, and who of those who offer it is proposed for a demand.

Decision: of a supplier's copies of one record one is proposed, and of suppliers who offer the same data word for word
at most SUPPLIERS, drawn by lot for every demand. Rationale: ten copies would fill a list of ten. But the lead is the
supplier's, so leaving one out is a decision against somebody for which the matcher has no ground: where the data are
the same, scores differ by the length of names, and ids by who came first. A lot drawn anew for every demand gives each
the same chance and the demander a choice; "N more like it" leads to those who were not drawn. What stands already
stays, so a newcomer takes nobody's lead.
"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Mapping, Sequence

from market.domain.matches import Found
from market.domain.products import Product

SUPPLIERS = 3
"""Of those who offer the same data, how many are proposed for one demand."""


def data(product: Product) -> Hashable:
    """What data a product holds, whoever offers it and on what terms. In SQL: ``same_data``."""
    fields = tuple((field.name, field.type, field.meaning) for field in product.fields)
    span = (product.time_from, product.time_to, product.update_cycle)
    return product.title, product.abstract, fields, product.region, product.granularity, *span


def record(product: Product) -> Hashable:
    """All that a supplier says of a product to a demander: two with the same record are copies of one another."""
    terms = (product.tags, product.theme, product.formats, product.delivery, product.price, product.price_unit)
    return product.organisation_id, data(product), *terms


class Offers:
    """What is proposed for one demand: which records, and by whom the same data."""

    def __init__(self) -> None:
        self._records: set[Hashable] = set()
        self._suppliers: dict[Hashable, set[int]] = {}

    def add(self, product: Product) -> None:
        """It is proposed."""
        self._records.add(record(product))
        self._suppliers.setdefault(data(product), set()).add(product.organisation_id)

    def room_for(self, product: Product) -> bool:
        """Whether it may be proposed beside the others."""
        suppliers = self._suppliers.get(data(product), set())
        few = product.organisation_id in suppliers or len(suppliers) < SUPPLIERS
        return few and record(product) not in self._records


def by_lot(demand_id: int, found: Sequence[Found], products: Mapping[int, Product]) -> list[Found]:
    """What was found, with the places of those who offer the same data shared out by a lot drawn for this demand."""
    offers: dict[Hashable, list[int]] = {}
    for at, place in enumerate(found):
        if place.product_id in products:
            offers.setdefault(data(products[place.product_id]), []).append(at)
    shared = list(found)
    for places in offers.values():
        drawn = sorted((found[at] for at in places), key=lambda place: _lot(demand_id, products[place.product_id]))
        for at, place in zip(places, drawn, strict=True):
            shared[at] = place
    return shared


def _lot(demand_id: int, product: Product) -> tuple[bytes, int]:
    """One for each supplier and demand, always the same, that nobody can choose."""
    drawn = hashlib.blake2b(f"{demand_id} {product.organisation_id}".encode(), digest_size=8).digest()
    return drawn, product.id
