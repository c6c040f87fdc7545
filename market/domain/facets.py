"""What a search asks for besides its words, and how what was found divides: facets, price bands, orders."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from market.domain.words import N_

Words = Annotated[str, Meta(max_length=2_000)]
Value = Annotated[str, Meta(max_length=200)]


class Sort(StrEnum):
    """In which order; ``best`` needs words to be best for."""

    BEST = "best"
    NEWEST = "newest"
    CHEAPEST = "cheapest"
    DEAREST = "dearest"


class Band(StrEnum):
    """Price of a product or budget of a demand, in yuan; a bound belongs to the band above it."""

    FREE = "free"
    TO_1000 = "to_1000"
    TO_10000 = "to_10000"
    TO_100000 = "to_100000"
    ABOVE = "above"
    OPEN = "open"
    """Not said: to be negotiated."""


class Asked(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A search: words and filters; "" is any.

    ``region`` is the code of a place (``matching.regions``: CN32, SG) and everything in it, or part of its name.
    """

    q: Words = ""
    theme: Value = ""
    region: Value = ""
    data_class: Value = ""
    opening: Value = ""
    delivery: Value = ""
    update_cycle: Value = ""
    price: Value = ""

    @property
    def filters(self) -> dict[str, str]:
        """The filters that are set, by name."""
        return {name: value for name, value in self.told.items() if name != "q"}

    @property
    def told(self) -> dict[str, str]:
        """What is set, words and filters, as it stands in an address."""
        return {name: value for name, value in msgspec.structs.asdict(self).items() if value}

    def without(self, name: str) -> Asked:
        """The same search with one thing less."""
        return msgspec.structs.replace(self, **{name: ""})


FACETS: dict[str, tuple[str, ...]] = {
    "product": ("theme", "region", "data_class", "opening", "delivery", "update_cycle", "price"),
    "demand": ("theme", "region", "price"),
}
"""kind -> the filters it has, in the order they are shown."""

NAMES = {
    "q": N_("Words"),
    "theme": N_("Field"),
    "region": N_("Region"),
    "data_class": N_("Data grade"),
    "opening": N_("Opening class"),
    "delivery": N_("Delivery"),
    "update_cycle": N_("Update cycle"),
    "price": N_("Price"),
}
"""What a filter is called; the price of a demand is its budget."""


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """One value of a facet and how many results it leaves, all other filters kept. ``label``: a place's name."""

    value: str
    count: int
    label: str = ""


class Facet(msgspec.Struct, frozen=True, kw_only=True):
    """The values one filter could take. ``chosen`` "": none is taken."""

    name: str
    choices: tuple[Choice, ...]
    chosen: str = ""
    chosen_label: str = ""
    within: tuple[Choice, ...] = ()
    """Of a region: the larger places it lies in, the largest first, with what they would leave."""


class Piece(msgspec.Struct, frozen=True, array_like=True):
    """A stretch of a text; ``marked`` when it is what was searched for."""

    text: str
    marked: bool = False
