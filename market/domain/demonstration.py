"""Who signs in on the demonstration market, and what each role looks at in its first minute."""

from __future__ import annotations

import msgspec

from market.domain.words import N_

PASSWORD = "duijie-demo"  # noqa: S105 - printed at every start of the demo, and on its front page


class Stop(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the tour and what to do there."""

    path: str
    text: str


class Tour(msgspec.Struct, frozen=True, kw_only=True):
    """One role's first minute."""

    role: str
    email: str
    stops: tuple[Stop, ...]


TOURS = (
    Tour(
        role="enterprise",
        email="enterprise@demo.example",
        stops=(
            Stop(path="/demands/new", text=N_("Write a demand in one paragraph and see what was understood")),
            Stop(path="/matches", text=N_("Look at the products found for your demands, line by line")),
            Stop(path="/negotiations", text=N_("Answer the offer that waits for you")),
        ),
    ),
    Tour(
        role="supplier",
        email="supplier@demo.example",
        stops=(
            Stop(path="/matches", text=N_("Look at your leads and why each of them fits")),
            Stop(path="/my/products", text=N_("See which change to a product opens most demands")),
            Stop(path="/wanted", text=N_("See what is asked for and nobody offers")),
        ),
    ),
    Tour(
        role="broker",
        email="broker@demo.example",
        stops=(
            Stop(path="/inbox", text=N_("Look at what waits, overdue first")),
            Stop(path="/desk", text=N_("Approve a proposal or turn it down with a reason")),
            Stop(path="/desk/demands", text=N_("Take up a demand and open it for matching")),
        ),
    ),
)
"""In the order of the page."""
