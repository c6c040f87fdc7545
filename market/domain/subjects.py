"""What a journalled event is about: the object's words, its two sides, and who may hear of it."""

from __future__ import annotations

import msgspec

from market.domain.demands import mask
from market.domain.machine import Party

PUBLIC: dict[str, frozenset[str]] = {
    "product": frozenset({"listed"}),
    "demand": frozenset({"open", "in_negotiation", "partly_fulfilled", "fulfilled"}),
}
"""kind -> the states in which anybody may see the object."""

PROPOSED = frozenset({"proposed", "mutual", "converted"})
"""A pairing is the broker's own until it has been proposed; the sides hear of events from or to these states."""


def collection(kind: str) -> str:
    """The plural that stands in addresses of pages and of the API."""
    return f"{kind}es" if kind in ("match", "search") else f"{kind}s"


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """The object of an event. ``owner_id`` is the organisation itself when the object is one."""

    kind: str
    object_id: int
    title: str
    """The organisation's name, the product's or the demand's title."""
    product_title: str = ""
    """The other title of a pairing, a negotiation or an agreement."""
    state: str = ""
    """Of a product or a demand, now."""
    owner_id: int | None = None
    demander_id: int | None = None
    supplier_id: int | None = None
    demander_name: str = ""
    sealed: bool = False
    """Identity and masked words are covered from everybody but the demander and staff."""
    masked: tuple[str, ...] = ()

    @property
    def sides(self) -> dict[Party, int]:
        """Party -> organisation."""
        found = {
            Party.MEMBER: self.owner_id,
            Party.DEMANDER: self.demander_id,
            Party.SUPPLIER: self.supplier_id,
            Party.CONSUMER: self.demander_id,
            Party.PROVIDER: self.supplier_id,
        }
        return {party: owner for party, owner in found.items() if owner is not None}

    @property
    def organisations(self) -> frozenset[int]:
        """The organisations that are party to the object."""
        return frozenset(self.sides.values())

    def title_for(self, organisation_id: int | None, *, staff: bool = False) -> str:
        """Its words as this organisation may read them."""
        title = self.covered(self.title, organisation_id, staff=staff)
        return f"{title} ↔ {self.product_title}" if self.product_title else title

    def covered(self, text: str, organisation_id: int | None, *, staff: bool = False) -> str:
        """Anything said about the object, such as a reason, as this organisation may read it."""
        if self.sealed and not staff and organisation_id != self.demander_id:
            return mask(text, (*self.masked, self.demander_name))
        return text


def is_public(subject: Subject, action: str, source: str, target: str) -> bool:
    """Whether an event concerns something anybody may see, or could see until this very event."""
    states = {source, target} if source or target else {subject.state} if action == "edit" else set()
    return bool(states & PUBLIC.get(subject.kind, frozenset()))


def is_of_the_sides(kind: str, action: str, source: str, target: str) -> bool:
    """Whether the two sides may hear of it at all: what a broker does before proposing is staff's alone."""
    if kind != "match":
        return True
    return bool({source, target} & PROPOSED) or action == "release"
