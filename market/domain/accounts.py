"""Organisations, people, and the actor who is calling."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from market.domain.errors import Forbidden, MissingScope
from market.domain.machine import Party
from market.domain.permissions import GRANTS, PARTY_ROLES, PLATFORM_ROLES, Permission, Role
from market.domain.words import N_

_PART = r'[^@\s,;:<>()\[\]"\\]+'
Email = Annotated[str, Meta(max_length=254, pattern=rf"^{_PART}@{_PART}\.{_PART}$")]
Name = Annotated[str, Meta(min_length=1, max_length=120)]

_DIGITS = "0123456789!@#$%&*._- "
_EASY = frozenset(
    {"abcd", "admin", "administrator", "iloveyou", "passw0rd", "password", "qwerty", "qwertyuiop", "woaini"}
)


def password_error(password: str, *personal: str) -> str | None:
    """Why this is no good password, or None. ``personal``: what others know of the person.

    Length first, then what is guessed first (NIST SP 800-63B 3.1.1.2): digits alone or around a common word, one
    character again and again, the person's own name or address.
    """
    if len(password) < 10:
        return N_("A password has at least 10 characters.")
    if len(password) > 200:
        return N_("A password has at most 200 characters.")
    plain = password.casefold()
    core = plain.strip(_DIGITS)
    if len(core) < 4 or core in _EASY or len(set(plain)) < 4 or plain in {p.casefold() for p in personal}:
        return N_("This password is too easy to guess.")
    return None


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


OPEN_KINDS = tuple(k for k in OrganisationKind if k is not OrganisationKind.PLATFORM)
"""What one may sign up as."""


class OrganisationContent(msgspec.Struct, frozen=True, kw_only=True):
    """What an organisation says of itself."""

    name: Name
    kind: OrganisationKind
    credit_code: Annotated[str, Meta(max_length=40)]
    region: Annotated[str, Meta(max_length=120)] = ""
    about: Annotated[str, Meta(max_length=4_000)] = ""
    evidence: Annotated[str, Meta(max_length=4_000)] = ""
    """Which documents prove the identity, and where staff can see them. Open to staff only."""


IDENTITY = ("name", "kind", "credit_code")
"""What was verified: fixed from the moment staff look at it."""


def organisation_errors(content: OrganisationContent) -> dict[str, str]:
    """One sentence per field that is not right."""
    errors: dict[str, str] = {}
    if len(content.name) < 2:
        errors["name"] = N_("This is too short.")
    if wrong := credit_code_error(content.credit_code):
        errors["credit_code"] = wrong
    return errors


class Registration(msgspec.Struct, frozen=True, kw_only=True):
    """What signing up asks for: a person and their organisation. The password comes with the mailed link."""

    person_name: Name
    email: Email
    organisation_name: Name
    kind: OrganisationKind
    credit_code: Annotated[str, Meta(max_length=40)]
    region: Annotated[str, Meta(max_length=120)] = ""


class OrganisationView(msgspec.Struct, frozen=True, kw_only=True):
    """An organisation as the caller may see it: the second half is for its members and staff, else null."""

    id: int
    name: str
    kind: OrganisationKind
    region: str
    about: str
    state: OrganisationState
    """To others an organisation that is not verified is ``registered``, whatever became of its file."""
    listed_products: int
    created_at: datetime
    credit_code: str | None
    evidence: str | None
    state_reason: str | None
    due_at: datetime | None
    version: int | None


class OrganisationCard(msgspec.Struct, frozen=True, kw_only=True):
    """A row of a list."""

    id: int
    name: str
    kind: OrganisationKind
    region: str
    state: OrganisationState
    due_at: datetime | None
    version: int
    updated_at: datetime


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A person in an organisation."""

    person_id: int
    name: str
    email: str
    role: Role
    disabled: bool
    created_at: datetime


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """An address that may join."""

    id: int
    organisation_id: int
    email: str
    role: Role
    invited_by: str
    created_at: datetime
    expires_at: datetime


class OpenInvitation(msgspec.Struct, frozen=True, kw_only=True):
    """What whoever holds the link is shown."""

    id: int
    organisation_id: int
    organisation_name: str
    organisation_kind: OrganisationKind
    email: str
    role: Role
    invited_by: str
    has_account: bool


def roles_of(kind: OrganisationKind) -> tuple[Role, ...]:
    """The roles there are in an organisation of this kind."""
    wanted = PLATFORM_ROLES if kind is OrganisationKind.PLATFORM else PARTY_ROLES
    return tuple(role for role in Role if role in wanted)


def manager_of(kind: OrganisationKind) -> Role:
    """The role of which one person at least must stay."""
    return Role.ADMIN if kind is OrganisationKind.PLATFORM else Role.OWNER


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
    unread: int = 0
    """Notifications not read yet; counted for a person in a browser only."""
    token_id: int | None = None
    scopes: frozenset[str] | None = None
    """What the API token carries; None for a person in a browser."""

    @property
    def permissions(self) -> frozenset[Permission]:
        """What this actor may call: the role's grants, cut down to the token's scopes."""
        return frozenset(p for p in Permission if self.may(p))

    @property
    def is_staff(self) -> bool:
        """Works for the platform."""
        return self.organisation_kind is OrganisationKind.PLATFORM

    def may(self, permission: Permission) -> bool:
        """Whether the route permission is held."""
        if permission is Permission.PUBLIC:
            return True
        granted = self.role is not None and permission in GRANTS[self.role]
        return granted and (self.scopes is None or permission in self.scopes)

    def lacking(self, permission: Permission) -> Forbidden | None:
        """Forbidden when the role does not hold the permission, MissingScope when only the token lacks it."""
        if self.role is None or permission not in GRANTS[self.role]:
            return Forbidden()
        return None if self.may(permission) else MissingScope()

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
