"""The words for where a demand stands and the steps it takes."""

from __future__ import annotations

from market.domain.words import N_

OF_DEMANDS: dict[str, dict[str, str]] = {
    "demand.state": {
        "draft": N_("Draft"),
        "submitted": N_("Submitted, waiting for the broker"),
        "triage": N_("Being looked at by the broker"),
        "clarifying": N_("The broker asks something"),
        "open": N_("Open, being matched"),
        "suspended": N_("Suspended with its organisation"),
        "in_negotiation": N_("In negotiation"),
        "partly_fulfilled": N_("Partly fulfilled"),
        "fulfilled": N_("Fulfilled"),
        "closed_unmet": N_("Closed unmet"),
        "withdrawn": N_("Withdrawn"),
        "expired": N_("Expired"),
    },
    "demand.action": {
        "create": N_("Create"),
        "submit": N_("Post demand"),
        "discard": N_("Discard draft"),
        "triage": N_("Take up"),
        "open": N_("Open for matching"),
        "ask": N_("Ask the demander"),
        "answer": N_("Answer the broker"),
        "close_unmet": N_("Close as unmet"),
        "extend": N_("Keep it open longer"),
        "expire": N_("Expire"),
        "suspend": N_("Suspend"),
        "resume": N_("Resume"),
        "negotiate": N_("Negotiation begins"),
        "reopen": N_("Reopen"),
        "fulfil": N_("Mark as fulfilled"),
        "fulfil_partly": N_("Mark as partly fulfilled"),
        "withdraw": N_("Withdraw"),
    },
}
