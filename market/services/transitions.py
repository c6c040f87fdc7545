"""The only place that changes a state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from market.domain.accounts import Actor, Automaton
from market.domain.calendar import deadline
from market.domain.errors import Forbidden, IllegalTransition, Invalid, NotYours, Stale, Unmet
from market.domain.machine import Edge, Machine, Party
from market.domain.permissions import for_step
from market.domain.words import N_
from market.services import jobs
from market.store.query import Db
from market.store.transitions import STEP, STEP_MANY

LONGEST_REASON = 2_000


class Stateful(Protocol):
    """Anything with a row, a state and an optimistic lock."""

    @property
    def id(self) -> int: ...
    @property
    def state(self) -> Any: ...
    @property
    def version(self) -> int: ...


def allowed(
    machine: Machine,
    entity: Stateful,
    action: str,
    parties: frozenset[Party],
    *,
    facts: Mapping[str, Any] | None = None,
    reason: str | None = None,
) -> Edge:
    """The edge, or the error that says why not: impossible 409, not yours 403, a rule unmet 422 (all of them)."""
    found = machine.find(str(entity.state), action)
    if found is None:
        raise IllegalTransition
    if not found.by & parties:
        raise NotYours
    if found.reason and not (reason or "").strip():
        raise Invalid({"reason": N_("Give a reason; the other side will read it.")})
    if len(reason or "") > LONGEST_REASON:
        raise Invalid({"reason": N_("This is too long.")})
    party = next(p for p in Party if p in found.by & parties)
    known = {"party": party, **(facts or {})}
    if unmet := [sentence for guard in found.guards if (sentence := guard(entity, known))]:
        raise Unmet(unmet)
    return found


async def fire(
    db: Db,
    machine: Machine,
    entity: Stateful,
    action: str,
    actor: Actor | Automaton,
    parties: frozenset[Party],
    *,
    now: datetime,
    facts: Mapping[str, Any] | None = None,
    reason: str | None = None,
) -> Edge:
    """Move ``entity`` along ``action`` and journal it (the database does); the worker hears of it after commit.

    Raises IllegalTransition, NotYours, Forbidden or MissingScope (``permissions.STEPS``), Invalid (no reason given),
    Unmet, or Stale when the row has a newer version.
    """
    if wrong := _lacking(machine, machine.find(str(entity.state), action), parties, actor):
        raise wrong
    found = allowed(machine, entity, action, parties, facts=facts, reason=reason)
    party = next(p for p in Party if p in found.by & parties)
    due = deadline(now, machine.due[found.target]) if found.target in machine.due else None
    changed = await STEP[machine.name].run(
        db, entity.id, entity.version, found.target, action, actor.person_id, party, reason, due
    )
    if changed == 0:
        raise Stale
    await jobs.event(db, machine.name, entity.id)
    return found


async def fire_many(
    db: Db, machine: Machine, entities: Sequence[Stateful], action: str, party: Party, *, now: datetime, reason: str
) -> dict[int, tuple[str, ...]]:
    """Move many, all in one state and locked by the caller, along ``action`` in one statement; no person did it.

    Returns the sentences of those whose rules are not met, which stay where they are. Nothing is enqueued. Raises
    IllegalTransition or NotYours when the edge is not there for this party.
    """
    if not entities:
        return {}
    refused: dict[int, tuple[str, ...]] = {}
    for entity in entities:
        try:
            allowed(machine, entity, action, frozenset({party}), reason=reason)
        except Unmet as unmet:
            refused[entity.id] = unmet.sentences
    moving = [entity.id for entity in entities if entity.id not in refused]
    source = str(entities[0].state)
    target = _target(machine, source, action)
    due = deadline(now, machine.due[target]) if target in machine.due else None
    changed = await STEP_MANY[machine.name].run(db, moving, source, target, action, party, reason, due)
    if changed != len(moving):
        raise Stale
    return refused


def _target(machine: Machine, source: str, action: str) -> str:
    """Where ``action`` leads from ``source``. Raises IllegalTransition when it leads nowhere."""
    found = machine.find(source, action)
    if found is None:
        raise IllegalTransition
    return found.target


def birth(
    machine: Machine, action: str, parties: frozenset[Party], now: datetime
) -> tuple[Edge, Party, datetime | None]:
    """The edge that creates an object, the party taking it, and when its first state is due."""
    found = machine.find("", action)
    if found is None:
        raise IllegalTransition
    if not found.by & parties:
        raise NotYours
    party = next(p for p in Party if p in found.by & parties)
    return found, party, deadline(now, machine.due[found.target]) if found.target in machine.due else None


def offered(machine: Machine, entity: Stateful, parties: frozenset[Party], actor: Actor | None = None) -> list[Edge]:
    """The moves open to these parties now, guards not asked: what buttons and ``actions`` show.

    With ``actor`` those that role or token do not carry are left out.
    """
    edges = machine.offers(str(entity.state), parties)
    return [edge for edge in edges if actor is None or _lacking(machine, edge, parties, actor) is None]


def _lacking(
    machine: Machine, edge: Edge | None, parties: frozenset[Party], actor: Actor | Automaton
) -> Forbidden | None:
    """What keeps a person from a step that is otherwise theirs; the clock and the system need no permission."""
    if edge is None or isinstance(actor, Automaton) or not (mine := edge.by & parties):
        return None
    needed = for_step(machine.name, edge.action, next(p for p in Party if p in mine))
    return actor.lacking(needed) if needed else None
