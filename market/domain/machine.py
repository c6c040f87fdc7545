"""State machines as data: an :class:`Edge` is one line of law, a :class:`Machine` a table of them.

Everything derives from the tables in ``lifecycles.py``: what the database accepts, the buttons on a page, the
``actions`` of the API, the inbox, the diagrams. Decision: tables rather than methods, because a table shows a
missing or surplus edge at a glance and can be compared with the database and with a hand-written truth.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Party(StrEnum):
    """Who somebody is to one object. Not a global role: the same person is demander here, supplier there."""

    DEMANDER = "demander"
    SUPPLIER = "supplier"
    CONSUMER = "consumer"  # the demander's name in a negotiation (Dataspace Protocol)
    PROVIDER = "provider"  # the supplier's
    MEMBER = "member"  # of the organisation the object is about
    BROKER = "broker"
    REGISTRAR = "registrar"
    CLOCK = "clock"  # deadlines
    SYSTEM = "system"  # consequences of another object's change


NEW = ""
"""The source of the edges that create an object."""

Guard = Callable[[Any, Mapping[str, Any]], str | None]
"""``(entity, facts) -> None`` or the sentence shown to the user. Guards do no I/O; the service loads facts."""


@dataclass(frozen=True, slots=True)
class Edge:
    """One allowed move."""

    action: str
    source: str
    target: str
    by: frozenset[Party]
    guards: tuple[Guard, ...] = ()
    reason: bool = False
    """A reason must be given."""
    confirm: bool = False
    """The person enters the password again."""


def edge(
    action: str,
    source: str,
    target: str,
    *by: Party,
    guards: tuple[Guard, ...] = (),
    reason: bool = False,
    confirm: bool = False,
) -> Edge:
    """One line of a table."""
    return Edge(action, str(source), str(target), frozenset(by), guards, reason, confirm)


@dataclass(frozen=True, slots=True)
class Machine:
    """A named table of edges, checked when it is made.

    ``due`` maps a state to the working days its actor has in it (None: no clock); ``onward`` to the action that moves
    it on, where other moves only leave (withdraw, terminate, …).
    """

    name: str
    edges: tuple[Edge, ...]
    final: frozenset[str] = frozenset()
    due: Mapping[str, int] = field(default_factory=dict)
    onward: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check(self)

    @property
    def states(self) -> tuple[str, ...]:
        """All states, in the order the table names them."""
        names = [name for e in self.edges for name in (e.source, e.target) if name != NEW]
        return tuple(dict.fromkeys(names))

    def find(self, source: str, action: str) -> Edge | None:
        """The edge ``action`` out of ``source``, if there is one."""
        return next((e for e in self.edges if e.source == source and e.action == action), None)

    def offers(self, source: str, parties: frozenset[Party]) -> tuple[Edge, ...]:
        """The moves open to these parties in this state."""
        return tuple(e for e in self.edges if e.source == source and e.by & parties)

    def moves_on(self, source: str) -> Edge | None:
        """The edge that moves this state on, where the table names one."""
        return self.find(source, self.onward[source]) if source in self.onward else None

    def waits_for(self, party: Party) -> tuple[str, ...]:
        """The states with a clock that this party is to move on; where none is named ``onward``, any move counts."""
        found = []
        for state in self.states:
            ahead = self.moves_on(state)
            if state in self.due and (party in ahead.by if ahead else self.offers(state, frozenset({party}))):
                found.append(state)
        return tuple(found)


def check(machine: Machine) -> None:
    """Raise ValueError for a table that contradicts itself."""
    seen: set[tuple[str, str]] = set()
    for e in machine.edges:
        if (e.source, e.action) in seen:
            raise ValueError(f"{machine.name}: two edges {e.action} out of {e.source}")
        seen.add((e.source, e.action))
        if e.source in machine.final:
            raise ValueError(f"{machine.name}: final state {e.source} has an edge out")
        if not e.by:
            raise ValueError(f"{machine.name}: nobody may {e.action} out of {e.source}")
    states = set(machine.states)
    if lost := states - _closure(machine, {NEW}, forward=True):
        raise ValueError(f"{machine.name}: unreachable {sorted(lost)}")
    if machine.final and (stuck := states - _closure(machine, set(machine.final), forward=False)):
        raise ValueError(f"{machine.name}: no way to a final state from {sorted(stuck)}")
    if unknown := (set(machine.due) | machine.final) - states:
        raise ValueError(f"{machine.name}: unknown states {sorted(unknown)}")
    for state, action in machine.onward.items():
        if machine.find(state, action) is None:
            raise ValueError(f"{machine.name}: no edge {action} moves {state} on")


def _closure(machine: Machine, start: set[str], *, forward: bool) -> set[str]:
    reached = set(start)
    while True:
        if forward:
            more = {e.target for e in machine.edges if e.source in reached}
        else:
            more = {e.source for e in machine.edges if e.target in reached}
        if more <= reached:
            return reached
        reached |= more
