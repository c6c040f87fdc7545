"""Organisations, people, and the actor who is calling."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from market.domain.machine import Party
from market.domain.permissions import GRANTS, Permission, Role
from market.domain.words import N_

Email = Annotated[str, Meta(max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]
Name = Annotated[str, Meta(min_length=1, max_length=120)]
Password = Annotated[str, Meta(min_length=10, max_length=200)]

CREDIT_CODE_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def credit_code_error(code: str) -> str | None:
    """Why this is not a unified social credit code (GB 32100-2015), or None when it is one.

    18 characters without I, O, S, V, Z; the last is 31 - (sum of value x 3^i mod 31 over the first 17) mod 31.
    """
    if len(code) != 18:
        return N_("A unified social credit code has 18 characters.")
    if any(c not in CREDIT_CODE_ALPHABET for c in code):
        return N_("A unified social credit code has digits and capital letters without I, O, S, V and Z.")
    total = sum(CREDIT_CODE_ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(code[:17]))
    expected = CREDIT_CODE_ALPHABET[-total % 31]
    if code[17] != expected:
        return N_("The check character of this unified social credit code is wrong. Compare it with the licence.")
    return None


class OrganisationKind(StrEnum):
    """What an organisation is on this market."""

    ENTERPRISE = "enterprise"
    SUPPLIER = "supplier"
    OPERATOR = "operator"
    GOVERNMENT = "government"
    PLATFORM = "platform"


class OrganisationState(StrEnum):
    """See ``lifecycles.ORGANISATION``."""

    REGISTERED = "registered"
    IN_REVIEW = "in_review"
    VERIFIED = "verified"
    REJECTED = "rejected"
    SUSPENDED = "suspended"


class Organisation(msgspec.Struct, frozen=True, kw_only=True):
    """A party on the market."""

    id: int
    name: str
    kind: OrganisationKind
    credit_code: str
    region: str
    about: str
    evidence: str
    state: OrganisationState
    state_reason: str | None
    due_at: datetime | None
    version: int
    created_at: datetime


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who can sign in. ``session_epoch`` goes up to end every session of theirs."""

    id: int
    name: str
    email: str
    password_hash: str
    session_epoch: int
    language: str
    disabled: bool


class Membership(msgspec.Struct, frozen=True, kw_only=True):
    """One organisation somebody belongs to, and their role there."""

    organisation_id: int
    name: str
    kind: OrganisationKind
    role: Role


class ApiToken(msgspec.Struct, frozen=True, kw_only=True):
    """What an API token is and may do, without its secret."""

    id: int
    name: str
    person_id: int
    person_name: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """Who is calling: a person acting for one organisation in one role, or nobody (``ANONYMOUS``)."""

    person_id: int | None = None
    name: str = ""
    organisation_id: int | None = None
    organisation_name: str = ""
    organisation_kind: OrganisationKind | None = None
    organisation_state: OrganisationState | None = None
    role: Role | None = None
    language: str = ""
    token_id: int | None = None
    scopes: frozenset[str] | None = None
    """What the API token carries; None for a person in a browser."""

    @property
    def permissions(self) -> frozenset[Permission]:
        """What this actor may call: the role's grants, cut down to the token's scopes."""
        granted = GRANTS[self.role] if self.role else frozenset({Permission.PUBLIC})
        if self.scopes is None:
            return granted
        return frozenset(p for p in granted if p in self.scopes or p is Permission.PUBLIC)

    @property
    def is_staff(self) -> bool:
        """Works for the platform."""
        return self.organisation_kind is OrganisationKind.PLATFORM

    def may(self, permission: Permission) -> bool:
        """Whether the route permission is held."""
        return permission in self.permissions

    def parties(self, **sides: int | None) -> frozenset[Party]:
        """What this actor is to an object: ``parties(demander=demand.organisation_id)``."""
        found = {Party(side) for side, owner in sides.items() if owner == self.organisation_id is not None}
        if self.is_staff and self.role in (Role.BROKER, Role.ADMIN):
            found.add(Party.BROKER)
        if self.is_staff and self.role in (Role.REGISTRAR, Role.ADMIN):
            found.add(Party.REGISTRAR)
        return frozenset(found)


ANONYMOUS = Actor()


class Automaton(msgspec.Struct, frozen=True):
    """An actor without a person: the clock, or the system carrying a consequence through."""

    party: Party

    person_id: None = None


CLOCK = Automaton(Party.CLOCK)
SYSTEM = Automaton(Party.SYSTEM)


def has_credit_code(organisation: Organisation, _: Mapping[str, Any]) -> str | None:
    """The code is there and its check character right (Data Security Law art. 33: both identities verified)."""
    return credit_code_error(organisation.credit_code)


def has_evidence(organisation: Organisation, _: Mapping[str, Any]) -> str | None:
    """Staff can only verify what they can see."""
    return None if organisation.evidence.strip() else N_("Say which documents prove the organisation's identity.")
