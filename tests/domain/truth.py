"""Who may do what in which state, written by hand from the sources, never from the tables under test.

Negotiations: Dataspace Protocol 2025-1, states and who may send what (the state diagram, narrower than the prose).
The others: the market's rules for listings, demands, proposals and agreements. Where those rules only name states,
the choice made here is the market's own and is said in a comment.

One entry is ``(state, party): "action>target …"``; the state "" is before birth.
"""

from __future__ import annotations

Cell = tuple[str, str]

ORGANISATION: dict[Cell, str] = {
    ("", "member"): "register>registered",
    ("registered", "member"): "submit>in_review",
    ("in_review", "registrar"): "verify>verified reject>rejected",
    ("rejected", "member"): "submit>in_review",
    ("verified", "registrar"): "suspend>suspended",
    ("suspended", "registrar"): "reinstate>verified",
}

# DRAFT -> COMPLIANCE_REVIEW -> LISTED <-> SUSPENDED -> DELISTED. Ours: the review can be left backwards by either
# side, a draft can be thrown away, and a listed product can be taken off without suspending it first.
# The system suspends and resumes what goes with its supplier.
PRODUCT: dict[Cell, str] = {
    ("", "supplier"): "create>draft",
    ("draft", "supplier"): "submit>compliance_review discard>delisted",
    ("compliance_review", "supplier"): "withdraw>draft",
    ("compliance_review", "registrar"): "list>listed return>draft",
    ("listed", "supplier"): "suspend>suspended delist>delisted",
    ("listed", "registrar"): "suspend>suspended delist>delisted",
    ("listed", "system"): "suspend>suspended",
    ("suspended", "supplier"): "resume>listed delist>delisted",
    ("suspended", "registrar"): "resume>listed delist>delisted",
    ("suspended", "system"): "resume>listed",
}

# DRAFT -> SUBMITTED -> TRIAGE <-> CLARIFYING -> OPEN -> IN_NEGOTIATION -> FULFILLED | PARTLY_FULFILLED, and
# OPEN -> CLOSED_UNMET | WITHDRAWN | EXPIRED. Ours: a broker may open or ask straight from SUBMITTED; the answer leads
# back to TRIAGE; what is partly fulfilled can be opened again; withdrawing is possible before OPEN too; who still
# waits keeps the demand open for longer; OPEN <-> SUSPENDED with the organisation.
DEMAND: dict[Cell, str] = {
    ("", "demander"): "create>draft",
    ("draft", "demander"): "submit>submitted discard>withdrawn",
    ("submitted", "demander"): "withdraw>withdrawn",
    ("submitted", "broker"): "triage>triage open>open ask>clarifying",
    ("triage", "demander"): "withdraw>withdrawn",
    ("triage", "broker"): "open>open ask>clarifying close_unmet>closed_unmet",
    ("clarifying", "demander"): "answer>triage withdraw>withdrawn",
    ("open", "demander"): "withdraw>withdrawn close_unmet>closed_unmet extend>open",
    ("open", "broker"): "close_unmet>closed_unmet",
    ("open", "clock"): "expire>expired",
    ("open", "system"): "negotiate>in_negotiation suspend>suspended",
    ("suspended", "demander"): "withdraw>withdrawn",
    ("suspended", "system"): "resume>open",
    ("in_negotiation", "demander"): "fulfil>fulfilled fulfil_partly>partly_fulfilled withdraw>withdrawn",
    ("in_negotiation", "system"): "reopen>open",
    ("partly_fulfilled", "demander"): "fulfil>fulfilled reopen>open",
    ("partly_fulfilled", "system"): "negotiate>in_negotiation",
}

# GENERATED -> BROKER_REVIEW -> PROPOSED -> MUTUAL -> CONVERTED; REJECTED | DECLINED | STALE | EXPIRED. Only policy
# (the system) may skip the review; a broker may take back what was proposed; the two sides' answers are fields, so
# interest and snooze stay in PROPOSED.
_SIDE = "interest>proposed snooze>proposed meet>mutual decline>declined"
MATCH: dict[Cell, str] = {
    ("", "system"): "generate>generated",
    ("generated", "system"): "review>broker_review propose>proposed stale>stale",
    ("broker_review", "broker"): "propose>proposed reject>rejected",
    ("broker_review", "system"): "stale>stale",
    ("proposed", "demander"): _SIDE,
    ("proposed", "supplier"): _SIDE,
    ("proposed", "broker"): "reject>rejected",
    ("proposed", "clock"): "expire>expired",
    ("proposed", "system"): "stale>stale",
    ("mutual", "demander"): "convert>converted decline>declined",
    ("mutual", "supplier"): "convert>converted decline>declined",
    ("mutual", "clock"): "expire>expired",
    ("mutual", "system"): "stale>stale",
}

# The protocol's diagram, plus the broker's abort, which the protocol does not see.
NEGOTIATION: dict[Cell, str] = {
    ("", "consumer"): "request>requested",
    ("", "provider"): "offer>offered",
    ("requested", "consumer"): "terminate>terminated",
    ("requested", "provider"): "offer>offered agree>agreed terminate>terminated",
    ("requested", "broker"): "abort>terminated",
    ("offered", "consumer"): "request>requested accept>accepted terminate>terminated",
    ("offered", "provider"): "terminate>terminated",
    ("offered", "broker"): "abort>terminated",
    ("accepted", "provider"): "agree>agreed terminate>terminated",
    ("accepted", "broker"): "abort>terminated",
    ("agreed", "consumer"): "verify>verified terminate>terminated",
    ("agreed", "broker"): "abort>terminated",
    ("verified", "provider"): "finalize>finalized terminate>terminated",
    ("verified", "broker"): "abort>terminated",
}

# DRAFTED (AGREED) -> SIGNED (VERIFIED) -> EFFECTIVE (FINALIZED) -> EXPIRED | TERMINATED. It follows its negotiation:
# the provider's agreement drafts and signs for its side, the consumer's verification signs, finalizing takes effect.
# Ours: VOID when the negotiation ends before that.
AGREEMENT: dict[Cell, str] = {
    ("", "provider"): "draft>drafted",
    ("drafted", "consumer"): "sign>signed void>void",
    ("drafted", "provider"): "void>void",
    ("drafted", "broker"): "void>void",
    ("signed", "consumer"): "void>void",
    ("signed", "provider"): "take_effect>effective void>void",
    ("signed", "broker"): "void>void",
    ("effective", "consumer"): "terminate>terminated",
    ("effective", "provider"): "terminate>terminated",
    ("effective", "clock"): "expire>expired",
}

# OPEN -> ANSWERED | WITHDRAWN | EXPIRED. Ours: an answer can be taken back; a question that has become moot (its demand
# or product gone, its line dropped) is withdrawn by the system.
QUESTION: dict[Cell, str] = {
    ("", "demander"): "ask>open",
    ("open", "supplier"): "answer>answered",
    ("open", "demander"): "withdraw>withdrawn",
    ("open", "system"): "withdraw>withdrawn",
    ("open", "clock"): "expire>expired",
    ("answered", "supplier"): "retract>open",
}

# FORMING -> QUORUM (k committed) -> NEGOTIATING (lead negotiator) -> AGREED (n individual agreements) | DISSOLVED; a
# member may leave until QUORUM; falling below k reopens it. Ours: SUGGESTED until the broker confirms and sets k; more
# may join after the quorum; the lead takes an offer for all (settle); a pool nobody completes expires.
POOL: dict[Cell, str] = {
    ("", "system"): "suggest>suggested",
    ("suggested", "broker"): "confirm>forming dissolve>dissolved",
    ("suggested", "system"): "dissolve>dissolved",
    ("forming", "demander"): "join>forming leave>forming",
    ("forming", "broker"): "dissolve>dissolved",
    ("forming", "clock"): "expire>dissolved",
    ("forming", "system"): "reach>quorum",
    ("quorum", "demander"): "join>quorum lead>negotiating",
    ("quorum", "broker"): "dissolve>dissolved",
    ("quorum", "system"): "reopen>forming",
    ("negotiating", "demander"): "settle>negotiating",
    ("negotiating", "broker"): "dissolve>dissolved",
    ("negotiating", "system"): "agree>agreed reopen>forming",
}

# A demand put to a likely holder. OPEN -> HELD (a product is owed) -> OFFERED; or it does not hold or may not share it.
ROUTING: dict[Cell, str] = {
    ("", "broker"): "route>open",
    ("open", "supplier"): "have>held offer>offered lack>not_held refuse>not_shareable",
    ("open", "broker"): "withdraw>withdrawn",
    ("open", "system"): "withdraw>withdrawn",
    ("open", "clock"): "expire>expired",
    ("held", "supplier"): "offer>offered lack>not_held refuse>not_shareable",
    ("held", "broker"): "withdraw>withdrawn",
    ("held", "system"): "withdraw>withdrawn",
    ("held", "clock"): "expire>expired",
}

TRUTH: dict[str, dict[Cell, str]] = {
    "organisation": ORGANISATION,
    "product": PRODUCT,
    "demand": DEMAND,
    "match": MATCH,
    "negotiation": NEGOTIATION,
    "agreement": AGREEMENT,
    "question": QUESTION,
    "pool": POOL,
    "routing": ROUTING,
}

FINAL: dict[str, set[str]] = {
    "organisation": set(),
    "product": {"delisted"},
    "demand": {"fulfilled", "closed_unmet", "withdrawn", "expired"},
    "match": {"converted", "rejected", "declined", "stale", "expired"},
    "negotiation": {"finalized", "terminated"},
    "agreement": {"expired", "terminated", "void"},
    "question": {"withdrawn", "expired"},
    "pool": {"agreed", "dissolved"},
    "routing": {"offered", "not_held", "not_shareable", "withdrawn", "expired"},
}

# A step against the other side's will, or one that ends something, says why.
REASONED: dict[str, set[str]] = {
    "organisation": {"reject", "suspend"},
    "product": {"return", "suspend", "delist"},
    "demand": {"ask", "answer", "close_unmet", "withdraw", "suspend"},
    "match": {"reject", "decline"},
    "negotiation": {"terminate", "abort"},
    "agreement": {"void", "terminate"},
    "question": set(),
    "pool": {"dissolve"},
    "routing": set(),
}

# What binds an organisation is confirmed with the password.
CONFIRMED: dict[str, set[str]] = {
    "negotiation": {"agree", "verify"},
    "agreement": {"terminate"},
}


def moves(machine: str) -> set[tuple[str, str, str, str]]:
    """Every allowed (state, action, target, party) of one machine."""
    return {
        (state, *move.split(">"), party)  # type: ignore[misc]
        for (state, party), cell in TRUTH[machine].items()
        for move in cell.split()
    }
