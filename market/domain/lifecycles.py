"""All transition tables, one edge per line. The table ``lifecycle`` in PostgreSQL holds the same edges.

After a change here, ``market lifecycle --sql`` prints the statements for the next migration.
"""

from __future__ import annotations

from market.domain import accounts, demands, matches, negotiations, pools, products, routings
from market.domain.accounts import OrganisationState as O
from market.domain.agreements import AgreementState as A
from market.domain.demands import DemandState as D
from market.domain.machine import NEW, Machine, Party, edge
from market.domain.matches import MatchState as M
from market.domain.negotiations import NegotiationState as N
from market.domain.pools import PoolState as S
from market.domain.products import ProductState as P
from market.domain.questions import QuestionState as Q
from market.domain.routings import RoutingState as R

MEMBER, DEMANDER, SUPPLIER = Party.MEMBER, Party.DEMANDER, Party.SUPPLIER
CONSUMER, PROVIDER = Party.CONSUMER, Party.PROVIDER
BROKER, REGISTRAR, CLOCK, SYSTEM = Party.BROKER, Party.REGISTRAR, Party.CLOCK, Party.SYSTEM

ORGANISATION = Machine(
    "organisation",
    (
        edge("register", NEW, O.REGISTERED, MEMBER),
        edge("submit", O.REGISTERED, O.IN_REVIEW, MEMBER, guards=(accounts.has_credit_code, accounts.has_evidence)),
        edge("submit", O.REJECTED, O.IN_REVIEW, MEMBER, guards=(accounts.has_credit_code, accounts.has_evidence)),
        edge("verify", O.IN_REVIEW, O.VERIFIED, REGISTRAR, guards=(accounts.has_credit_code,)),
        edge("reject", O.IN_REVIEW, O.REJECTED, REGISTRAR, reason=True),
        edge("suspend", O.VERIFIED, O.SUSPENDED, REGISTRAR, reason=True),
        edge("reinstate", O.SUSPENDED, O.VERIFIED, REGISTRAR),
    ),
    due={O.REGISTERED: 10, O.IN_REVIEW: 3, O.REJECTED: 10},
    onward={O.REGISTERED: "submit", O.IN_REVIEW: "verify", O.REJECTED: "submit"},
)

_LISTABLE = (
    products.supplier_is_verified,
    products.is_described,
    products.has_delivery,
    products.has_source,
    products.may_be_listed,
    products.has_risk_assessment,
)
PRODUCT = Machine(
    "product",
    (
        edge("create", NEW, P.DRAFT, SUPPLIER),
        edge("submit", P.DRAFT, P.COMPLIANCE_REVIEW, SUPPLIER, guards=_LISTABLE[1:]),
        edge("withdraw", P.COMPLIANCE_REVIEW, P.DRAFT, SUPPLIER),
        edge("return", P.COMPLIANCE_REVIEW, P.DRAFT, REGISTRAR, reason=True),
        edge("list", P.COMPLIANCE_REVIEW, P.LISTED, REGISTRAR, guards=_LISTABLE),
        edge("suspend", P.LISTED, P.SUSPENDED, SUPPLIER, REGISTRAR, SYSTEM, reason=True),
        edge(
            "resume",
            P.SUSPENDED,
            P.LISTED,
            SUPPLIER,
            REGISTRAR,
            SYSTEM,
            guards=(*_LISTABLE, products.supplier_may_resume),
        ),
        edge("discard", P.DRAFT, P.DELISTED, SUPPLIER),
        edge("delist", P.LISTED, P.DELISTED, SUPPLIER, REGISTRAR, reason=True),
        edge("delist", P.SUSPENDED, P.DELISTED, SUPPLIER, REGISTRAR, reason=True),
    ),
    final=frozenset({P.DELISTED}),
    due={P.DRAFT: 20, P.COMPLIANCE_REVIEW: 5},
    onward={P.DRAFT: "submit", P.COMPLIANCE_REVIEW: "list"},
)

DEMAND = Machine(
    "demand",
    (
        edge("create", NEW, D.DRAFT, DEMANDER),
        edge("submit", D.DRAFT, D.SUBMITTED, DEMANDER, guards=(demands.has_a_must_line,)),
        edge("discard", D.DRAFT, D.WITHDRAWN, DEMANDER),
        edge("triage", D.SUBMITTED, D.TRIAGE, BROKER),
        edge("open", D.SUBMITTED, D.OPEN, BROKER, guards=(demands.demander_is_verified, demands.has_a_must_line)),
        edge("open", D.TRIAGE, D.OPEN, BROKER, guards=(demands.demander_is_verified, demands.has_a_must_line)),
        edge("ask", D.SUBMITTED, D.CLARIFYING, BROKER, reason=True),
        edge("ask", D.TRIAGE, D.CLARIFYING, BROKER, reason=True),
        edge("answer", D.CLARIFYING, D.TRIAGE, DEMANDER, reason=True),
        edge("close_unmet", D.TRIAGE, D.CLOSED_UNMET, BROKER, reason=True, guards=(demands.is_told_why,)),
        edge("close_unmet", D.OPEN, D.CLOSED_UNMET, BROKER, DEMANDER, reason=True, guards=(demands.is_told_why,)),
        edge("extend", D.OPEN, D.OPEN, DEMANDER),
        edge("expire", D.OPEN, D.EXPIRED, CLOCK),
        edge("suspend", D.OPEN, D.SUSPENDED, SYSTEM, reason=True),
        edge("resume", D.SUSPENDED, D.OPEN, SYSTEM, guards=(demands.demander_is_verified, demands.has_a_must_line)),
        edge("negotiate", D.OPEN, D.IN_NEGOTIATION, SYSTEM),
        edge("negotiate", D.PARTLY_FULFILLED, D.IN_NEGOTIATION, SYSTEM),
        edge("reopen", D.IN_NEGOTIATION, D.OPEN, SYSTEM),
        edge("reopen", D.PARTLY_FULFILLED, D.OPEN, DEMANDER, guards=(demands.demander_is_verified,)),
        edge("fulfil", D.IN_NEGOTIATION, D.FULFILLED, DEMANDER, guards=(demands.has_agreement,)),
        edge("fulfil", D.PARTLY_FULFILLED, D.FULFILLED, DEMANDER, guards=(demands.has_agreement,)),
        edge("fulfil_partly", D.IN_NEGOTIATION, D.PARTLY_FULFILLED, DEMANDER, guards=(demands.has_agreement,)),
        edge("withdraw", D.SUBMITTED, D.WITHDRAWN, DEMANDER, reason=True),
        edge("withdraw", D.TRIAGE, D.WITHDRAWN, DEMANDER, reason=True),
        edge("withdraw", D.CLARIFYING, D.WITHDRAWN, DEMANDER, reason=True),
        edge("withdraw", D.OPEN, D.WITHDRAWN, DEMANDER, reason=True),
        edge("withdraw", D.SUSPENDED, D.WITHDRAWN, DEMANDER, reason=True),
        edge(
            "withdraw",
            D.IN_NEGOTIATION,
            D.WITHDRAWN,
            DEMANDER,
            reason=True,
            guards=(demands.has_no_live_negotiation,),
        ),
    ),
    final=frozenset({D.FULFILLED, D.CLOSED_UNMET, D.WITHDRAWN, D.EXPIRED}),
    due={D.DRAFT: 20, D.SUBMITTED: 1, D.TRIAGE: 2, D.CLARIFYING: 5, D.OPEN: 60},
    onward={D.DRAFT: "submit", D.SUBMITTED: "open", D.TRIAGE: "open", D.CLARIFYING: "answer", D.OPEN: "expire"},
)

_INTRODUCE = (matches.identities_verified, matches.source_stated, matches.both_open, matches.no_conflict)
_APPROVE = (matches.both_open, matches.no_conflict, matches.broker_is_neutral)
MATCH = Machine(
    "match",
    (
        edge("generate", NEW, M.GENERATED, SYSTEM),
        edge("review", M.GENERATED, M.BROKER_REVIEW, SYSTEM),
        edge("propose", M.GENERATED, M.PROPOSED, SYSTEM, guards=(matches.both_open, matches.no_conflict)),
        edge("propose", M.BROKER_REVIEW, M.PROPOSED, BROKER, guards=_APPROVE),
        edge("reject", M.BROKER_REVIEW, M.REJECTED, BROKER, reason=True, guards=(matches.broker_is_neutral,)),
        edge("reject", M.PROPOSED, M.REJECTED, BROKER, reason=True, guards=(matches.broker_is_neutral,)),
        edge("interest", M.PROPOSED, M.PROPOSED, DEMANDER, SUPPLIER, guards=(matches.both_open,)),
        edge("snooze", M.PROPOSED, M.PROPOSED, DEMANDER, SUPPLIER),
        edge("meet", M.PROPOSED, M.MUTUAL, DEMANDER, SUPPLIER, guards=_INTRODUCE),
        edge("decline", M.PROPOSED, M.DECLINED, DEMANDER, SUPPLIER, reason=True),
        edge("decline", M.MUTUAL, M.DECLINED, DEMANDER, SUPPLIER, reason=True),
        edge("convert", M.MUTUAL, M.CONVERTED, DEMANDER, SUPPLIER, guards=_INTRODUCE),
        edge("stale", M.GENERATED, M.STALE, SYSTEM),
        edge("stale", M.BROKER_REVIEW, M.STALE, SYSTEM),
        edge("stale", M.PROPOSED, M.STALE, SYSTEM),
        edge("stale", M.MUTUAL, M.STALE, SYSTEM),
        edge("expire", M.PROPOSED, M.EXPIRED, CLOCK),
        edge("expire", M.MUTUAL, M.EXPIRED, CLOCK),
    ),
    final=frozenset({M.CONVERTED, M.REJECTED, M.DECLINED, M.STALE, M.EXPIRED}),
    due={M.BROKER_REVIEW: 2, M.PROPOSED: 10, M.MUTUAL: 10},
    onward={M.BROKER_REVIEW: "propose", M.PROPOSED: "interest", M.MUTUAL: "convert"},
)

_FORWARD = (negotiations.not_held, negotiations.parties_verified)
_BINDING = (*_FORWARD, negotiations.offer_stands)
NEGOTIATION = Machine(
    "negotiation",
    (
        edge("request", NEW, N.REQUESTED, CONSUMER),
        edge("offer", NEW, N.OFFERED, PROVIDER),
        edge("offer", N.REQUESTED, N.OFFERED, PROVIDER, guards=_FORWARD),
        edge("request", N.OFFERED, N.REQUESTED, CONSUMER, guards=_FORWARD),
        edge("accept", N.OFFERED, N.ACCEPTED, CONSUMER, guards=_BINDING),
        edge("agree", N.REQUESTED, N.AGREED, PROVIDER, guards=_BINDING, confirm=True),
        edge("agree", N.ACCEPTED, N.AGREED, PROVIDER, guards=_FORWARD, confirm=True),
        edge("verify", N.AGREED, N.VERIFIED, CONSUMER, guards=_FORWARD, confirm=True),
        edge("finalize", N.VERIFIED, N.FINALIZED, PROVIDER, guards=_FORWARD),
        edge("terminate", N.REQUESTED, N.TERMINATED, CONSUMER, PROVIDER, reason=True),
        edge("terminate", N.OFFERED, N.TERMINATED, CONSUMER, PROVIDER, reason=True),
        edge("terminate", N.ACCEPTED, N.TERMINATED, PROVIDER, reason=True),
        edge("terminate", N.AGREED, N.TERMINATED, CONSUMER, reason=True),
        edge("terminate", N.VERIFIED, N.TERMINATED, PROVIDER, reason=True),
        # Outside the protocol's view: staff may end what has gone wrong.
        edge("abort", N.REQUESTED, N.TERMINATED, BROKER, reason=True),
        edge("abort", N.OFFERED, N.TERMINATED, BROKER, reason=True),
        edge("abort", N.ACCEPTED, N.TERMINATED, BROKER, reason=True),
        edge("abort", N.AGREED, N.TERMINATED, BROKER, reason=True),
        edge("abort", N.VERIFIED, N.TERMINATED, BROKER, reason=True),
    ),
    final=frozenset({N.FINALIZED, N.TERMINATED}),
    due={N.REQUESTED: 5, N.OFFERED: 5, N.ACCEPTED: 3, N.AGREED: 3, N.VERIFIED: 3},
    onward={
        N.REQUESTED: "offer",
        N.OFFERED: "accept",
        N.ACCEPTED: "agree",
        N.AGREED: "verify",
        N.VERIFIED: "finalize",
    },
)

AGREEMENT = Machine(
    "agreement",
    (
        edge("draft", NEW, A.DRAFTED, PROVIDER),
        edge("sign", A.DRAFTED, A.SIGNED, CONSUMER),
        edge("take_effect", A.SIGNED, A.EFFECTIVE, PROVIDER),
        edge("void", A.DRAFTED, A.VOID, CONSUMER, PROVIDER, BROKER, reason=True),
        edge("void", A.SIGNED, A.VOID, CONSUMER, PROVIDER, BROKER, reason=True),
        edge("terminate", A.EFFECTIVE, A.TERMINATED, CONSUMER, PROVIDER, reason=True, confirm=True),
        edge("expire", A.EFFECTIVE, A.EXPIRED, CLOCK),
    ),
    final=frozenset({A.EXPIRED, A.TERMINATED, A.VOID}),
)

QUESTION = Machine(
    "question",
    (
        edge("ask", NEW, Q.OPEN, DEMANDER),
        edge("answer", Q.OPEN, Q.ANSWERED, SUPPLIER),
        edge("retract", Q.ANSWERED, Q.OPEN, SUPPLIER),
        edge("withdraw", Q.OPEN, Q.WITHDRAWN, DEMANDER, SYSTEM),
        edge("expire", Q.OPEN, Q.EXPIRED, CLOCK),
    ),
    final=frozenset({Q.WITHDRAWN, Q.EXPIRED}),
    due={Q.OPEN: 5},
    onward={Q.OPEN: "answer"},
)

_JOIN = (pools.is_invited, pools.member_is_open, pools.member_is_verified)
POOL = Machine(
    "pool",
    (
        edge("suggest", NEW, S.SUGGESTED, SYSTEM),
        edge("confirm", S.SUGGESTED, S.FORMING, BROKER, guards=(pools.has_quorum_set,)),
        edge("join", S.FORMING, S.FORMING, DEMANDER, guards=_JOIN),
        edge("join", S.QUORUM, S.QUORUM, DEMANDER, guards=_JOIN),
        edge("leave", S.FORMING, S.FORMING, DEMANDER, guards=(pools.may_leave,)),
        edge("reach", S.FORMING, S.QUORUM, SYSTEM, guards=(pools.has_reached_quorum,)),
        edge("reopen", S.QUORUM, S.FORMING, SYSTEM, guards=(pools.has_lost_quorum,)),
        edge("reopen", S.NEGOTIATING, S.FORMING, SYSTEM, guards=(pools.has_lost_quorum,)),
        edge("lead", S.QUORUM, S.NEGOTIATING, DEMANDER, guards=(pools.is_joined,)),
        edge("settle", S.NEGOTIATING, S.NEGOTIATING, DEMANDER, guards=(pools.is_lead, pools.has_offer)),
        edge("agree", S.NEGOTIATING, S.AGREED, SYSTEM, guards=(pools.all_agreed,)),
        edge("dissolve", S.SUGGESTED, S.DISSOLVED, BROKER, SYSTEM, reason=True),
        edge("dissolve", S.FORMING, S.DISSOLVED, BROKER, reason=True),
        edge("dissolve", S.QUORUM, S.DISSOLVED, BROKER, reason=True),
        edge("dissolve", S.NEGOTIATING, S.DISSOLVED, BROKER, reason=True),
        edge("expire", S.FORMING, S.DISSOLVED, CLOCK),
    ),
    final=frozenset({S.AGREED, S.DISSOLVED}),
    due={S.SUGGESTED: 3, S.FORMING: 20, S.QUORUM: 5, S.NEGOTIATING: 20},
    onward={S.SUGGESTED: "confirm", S.FORMING: "join", S.QUORUM: "lead", S.NEGOTIATING: "settle"},
)

ROUTING = Machine(
    "routing",
    (
        edge("route", NEW, R.OPEN, BROKER),
        edge("have", R.OPEN, R.HELD, SUPPLIER),
        edge("offer", R.OPEN, R.OFFERED, SUPPLIER, guards=(routings.demand_is_open,)),
        edge("offer", R.HELD, R.OFFERED, SUPPLIER, guards=(routings.demand_is_open,)),
        edge("lack", R.OPEN, R.NOT_HELD, SUPPLIER),
        edge("lack", R.HELD, R.NOT_HELD, SUPPLIER),
        edge("refuse", R.OPEN, R.NOT_SHAREABLE, SUPPLIER),
        edge("refuse", R.HELD, R.NOT_SHAREABLE, SUPPLIER),
        edge("withdraw", R.OPEN, R.WITHDRAWN, BROKER, SYSTEM),
        edge("withdraw", R.HELD, R.WITHDRAWN, BROKER, SYSTEM),
        edge("expire", R.OPEN, R.EXPIRED, CLOCK),
        edge("expire", R.HELD, R.EXPIRED, CLOCK),
    ),
    final=frozenset({R.OFFERED, R.NOT_HELD, R.NOT_SHAREABLE, R.WITHDRAWN, R.EXPIRED}),
    due={R.OPEN: 10, R.HELD: 20},
    onward={R.OPEN: "have", R.HELD: "offer"},
)

_ALL = (ORGANISATION, PRODUCT, DEMAND, MATCH, NEGOTIATION, AGREEMENT, QUESTION, POOL, ROUTING)
MACHINES = {m.name: m for m in _ALL}


def rows() -> frozenset[tuple[str, str, str, str]]:
    """Every edge as (machine, source, action, target): what the database's table must hold."""
    return frozenset((m.name, e.source, e.action, e.target) for m in MACHINES.values() for e in m.edges)
