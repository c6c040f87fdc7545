"""The inbox: what waits for somebody, and the one action that moves it on."""

from __future__ import annotations

from datetime import datetime
from functools import cache

import msgspec

from market.domain.lifecycles import MACHINES
from market.domain.machine import Party

HELD = "release"
"""What a negotiation on hold waits for; a flag of the broker's, not an edge of its lifecycle."""


class InboxItem(msgspec.Struct, frozen=True, kw_only=True):
    """One object that waits. ``party`` is what the reader is to it."""

    kind: str
    id: int
    party: Party
    title: str
    product_title: str = ""
    other: str = ""
    """The other side, as far as the reader may know it."""
    state: str
    due_at: datetime
    held: bool = False
    sealed: bool = False
    masked: tuple[str, ...] = ()
    place: int
    """Orders and finds items of one due time: id and kind in one number."""
    subject: int
    """The same for what it is about: to a demander that is the demand, whatever product was found for it."""
    more: int
    """How many others about the same subject wait, too, and later."""

    @property
    def demand_id(self) -> int | None:
        """The demand that this row and others wait at."""
        return self.subject // 8 if self.more else None

    @property
    def action(self) -> str:
        """The action that moves it on."""
        if self.held:
            return HELD
        ahead = MACHINES[self.kind].moves_on(self.state)
        return ahead.action if ahead else ""


SHARED = {"pool": ("forming", "negotiating")}
"""States in which whether one is to move or waits for the others stands in the row."""

Turn = tuple[str, Party, str]
"""(kind, party, state)."""


@cache
def turns(parties: frozenset[Party], *, mine: bool) -> tuple[Turn, ...]:
    """The turns in which these parties are to move; with ``mine`` false, in which they wait for another.

    Both sides of a proposed pairing are to answer it: which of them still has to is for the row to say.
    """
    found: list[Turn] = []
    for name, machine in MACHINES.items():
        for party in sorted(p for p in parties if any(p in edge.by for edge in machine.edges)):
            own = set(machine.waits_for(party))
            others = {s for p in Party if p not in (party, Party.CLOCK) for s in machine.waits_for(p)}
            states = own if mine else others - own | ({"proposed", *SHARED.get(name, ())} & own)
            found += [(name, party, state) for state in sorted(states)]
    return tuple(found)
