"""Who may call what: one permission per kind of act, ``<noun>:<act>``, and the roles that hold it.

Every route names one permission; a route without one is refused. A permission opens the door only: which rows are
visible is a predicate in SQL (404), and whose move it is stands in the lifecycle tables (403).
"""

from __future__ import annotations

from enum import StrEnum

from market.domain.machine import Party


class Permission(StrEnum):
    """Named ``<noun>:<act>``; ``public`` needs nobody to be signed in."""

    PUBLIC = "public"
    ACCOUNT_OWN = "account:own"
    AGREEMENT_CONFIRM = "agreement:confirm"
    AGREEMENT_READ = "agreement:read"
    DEMAND_READ = "demand:read"
    DEMAND_TRIAGE = "demand:triage"
    DEMAND_WRITE = "demand:write"
    DESK_READ = "desk:read"
    DESK_WORK = "desk:work"
    INBOX_READ = "inbox:read"
    JOBS_MANAGE = "jobs:manage"
    JOURNAL_READ = "journal:read"
    MATCH_ANSWER = "match:answer"
    MATCH_READ = "match:read"
    MATCH_REVIEW = "match:review"
    NEGOTIATION_HOLD = "negotiation:hold"
    NEGOTIATION_READ = "negotiation:read"
    NEGOTIATION_WRITE = "negotiation:write"
    ORGANISATION_MANAGE = "organisation:manage"
    ORGANISATION_READ = "organisation:read"
    ORGANISATION_VERIFY = "organisation:verify"
    PRODUCT_READ = "product:read"
    PRODUCT_REVIEW = "product:review"
    PRODUCT_WRITE = "product:write"
    RANKER_MANAGE = "ranker:manage"
    RANKER_READ = "ranker:read"
    TOKEN_MANAGE = "token:manage"  # noqa: S105
    WEBHOOK_MANAGE = "webhook:manage"


class Role(StrEnum):
    """A person's role in an organisation. The last five exist in the platform organisation only."""

    OWNER = "owner"
    MEMBER = "member"
    BROKER = "broker"
    REGISTRAR = "registrar"
    MEDIATOR = "mediator"
    AUDITOR = "auditor"
    ADMIN = "admin"


PARTY_ROLES = frozenset({Role.OWNER, Role.MEMBER})
PLATFORM_ROLES = frozenset(Role) - PARTY_ROLES

_P = Permission
_EVERYONE = frozenset({_P.PUBLIC})
_SIGNED_IN = _EVERYONE | {_P.ACCOUNT_OWN, _P.INBOX_READ, _P.TOKEN_MANAGE, _P.ORGANISATION_READ}
_READS = frozenset({_P.AGREEMENT_READ, _P.DEMAND_READ, _P.MATCH_READ, _P.NEGOTIATION_READ, _P.PRODUCT_READ})
_MEMBER = _SIGNED_IN | _READS | {_P.DEMAND_WRITE, _P.MATCH_ANSWER, _P.NEGOTIATION_WRITE, _P.PRODUCT_WRITE}
_STAFF = _SIGNED_IN | _READS | {_P.DESK_READ, _P.JOURNAL_READ, _P.RANKER_READ}
_DECIDES = _STAFF | {_P.DESK_WORK}

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.OWNER: _MEMBER | {_P.AGREEMENT_CONFIRM, _P.ORGANISATION_MANAGE, _P.WEBHOOK_MANAGE},
    Role.MEMBER: _MEMBER,
    Role.BROKER: _DECIDES | {_P.DEMAND_TRIAGE, _P.MATCH_REVIEW, _P.NEGOTIATION_HOLD},
    Role.REGISTRAR: _DECIDES | {_P.PRODUCT_REVIEW, _P.ORGANISATION_VERIFY},
    Role.MEDIATOR: _DECIDES | {_P.NEGOTIATION_HOLD},
    Role.AUDITOR: _STAFF,
    Role.ADMIN: _DECIDES
    | {
        _P.DEMAND_TRIAGE,
        _P.JOBS_MANAGE,
        _P.MATCH_REVIEW,
        _P.NEGOTIATION_HOLD,
        _P.ORGANISATION_MANAGE,
        _P.ORGANISATION_VERIFY,
        _P.PRODUCT_REVIEW,
        _P.RANKER_MANAGE,
        _P.WEBHOOK_MANAGE,
    },
}
"""role -> permissions."""

SCOPES = frozenset(Permission) - {_P.PUBLIC, _P.AGREEMENT_CONFIRM, _P.TOKEN_MANAGE}
"""What an API token may carry. Confirming an agreement and making tokens take a person with a password."""

STEPS: dict[tuple[str, Party], Permission] = {
    ("organisation", Party.MEMBER): _P.ORGANISATION_MANAGE,
    ("organisation", Party.REGISTRAR): _P.ORGANISATION_VERIFY,
    ("product", Party.SUPPLIER): _P.PRODUCT_WRITE,
    ("product", Party.REGISTRAR): _P.PRODUCT_REVIEW,
    ("demand", Party.DEMANDER): _P.DEMAND_WRITE,
    ("demand", Party.BROKER): _P.DEMAND_TRIAGE,
    ("match", Party.DEMANDER): _P.MATCH_ANSWER,
    ("match", Party.SUPPLIER): _P.MATCH_ANSWER,
    ("match", Party.BROKER): _P.MATCH_REVIEW,
    ("question", Party.DEMANDER): _P.MATCH_ANSWER,
    ("question", Party.SUPPLIER): _P.MATCH_ANSWER,
    ("routing", Party.SUPPLIER): _P.MATCH_ANSWER,
    ("routing", Party.BROKER): _P.DEMAND_TRIAGE,
    ("negotiation", Party.CONSUMER): _P.NEGOTIATION_WRITE,
    ("negotiation", Party.PROVIDER): _P.NEGOTIATION_WRITE,
    ("negotiation", Party.BROKER): _P.NEGOTIATION_HOLD,
    ("pool", Party.DEMANDER): _P.DEMAND_WRITE,
    ("pool", Party.BROKER): _P.DEMAND_TRIAGE,
    ("agreement", Party.CONSUMER): _P.NEGOTIATION_WRITE,
    ("agreement", Party.PROVIDER): _P.NEGOTIATION_WRITE,
    ("agreement", Party.BROKER): _P.NEGOTIATION_HOLD,
}
"""(machine, party) -> what a person or token must hold to take that party's steps, besides being that party."""


def for_step(machine: str, action: str, party: Party) -> Permission | None:
    """The permission a step takes; None for the clock and the system."""
    if (machine, action) == ("match", "convert"):  # a consequence of the first offer
        return Permission.NEGOTIATION_WRITE
    return STEPS.get((machine, party))
