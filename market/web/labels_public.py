"""The words of the public pages: orders, price bands."""

from __future__ import annotations

from market.domain.words import N_

PUBLIC: dict[str, dict[str, str]] = {
    "sort": {
        "best": N_("Best match"),
        "newest": N_("Newest"),
        "cheapest": N_("Lowest price"),
        "dearest": N_("Highest price"),
        "lowest": N_("Lowest budget"),
        "highest": N_("Highest budget"),
    },
    "tour.role": {
        "enterprise": N_("You need data"),
        "supplier": N_("You have data"),
        "broker": N_("You bring both together"),
    },
    "band": {
        "free": N_("Free of charge"),
        "to_1000": N_("Below 1,000 yuan"),
        "to_10000": N_("1,000 to 10,000 yuan"),
        "to_100000": N_("10,000 to 100,000 yuan"),
        "above": N_("100,000 yuan and more"),
        "open": N_("Negotiable"),
    },
}
