"""The words people read for questions to suppliers, gaps, and why a product is not proposed."""

from __future__ import annotations

from market.domain.words import N_

UNMET = {
    "no_such_data": N_("Nobody offers such data"),
    "not_shareable": N_("The data exist and may not be shared"),
    "price": N_("The price"),
    "delivery_mode": N_("The way of delivery"),
    "supplier_silent": N_("The supplier did not answer"),
    "out_of_scope": N_("Outside what this market may arrange"),
}
"""Why a demand is not met: in a letter, or as the reason of the demander who closes it."""

ASKED: dict[str, dict[str, str]] = {
    "standing.why": {
        "forbidden": N_("A rule forbids this pairing; it is never proposed, however well it fits."),
        "closed": N_("Not compared: the product is not listed or the demand is not open."),
        "proposed": N_("There is a match of the two."),
        "ended": N_("There was a match of the two; the same is not proposed again until one side changes."),
        "not_found": N_("Not found: the texts share too little with each other, or others share much more."),
        "lacking": N_("Found, but too little of what is asked for is known to be met."),
        "crowded": N_("It fits, but others fit better; it moves up when those fall away."),
        "fits": N_("It fits. A broker decides on the proposal, or the next comparison brings it up."),
    },
    "match.verdict": {"met": N_("Met"), "unmet": N_("Not met"), "unknown": N_("Unknown")},
    "gap.code": UNMET,
    "demand.close_unmet": UNMET,
    "gap.next": {
        "no_such_data": N_("Ask those who publish the nearest data whether they hold it, or relax a line below."),
        "not_shareable": N_("Ask for results instead of the data: a model result, a check, work in a secure sandbox."),
        "price": N_("Name another budget, ask for a smaller part, or join with others who need the same."),
        "delivery_mode": N_("Say which other ways of delivery would do."),
        "supplier_silent": N_("The broker asks again; meanwhile look at the nearest products below."),
        "out_of_scope": N_("Write the demand anew for a purpose that this market may serve."),
    },
    "question.state": {
        "open": N_("Waiting for the supplier's answer"),
        "answered": N_("Answered"),
        "withdrawn": N_("Withdrawn"),
        "expired": N_("Went unanswered"),
    },
    "routing.state": {
        "open": N_("Waiting for the organisation's answer"),
        "held": N_("Holds the data; a product is to come"),
        "offered": N_("A product was offered"),
        "not_held": N_("Does not hold the data"),
        "not_shareable": N_("May not share the data"),
        "withdrawn": N_("Withdrawn"),
        "expired": N_("Went unanswered"),
    },
    "routing.action": {
        "route": N_("Asked an organisation"),
        "have": N_("We have it"),
        "offer": N_("Offer the product"),
        "lack": N_("We do not have it"),
        "refuse": N_("We may not share it"),
        "withdraw": N_("Withdraw"),
        "expire": N_("Expire"),
    },
    "question.verdict": {"yes": N_("Yes"), "partly": N_("In part"), "no": N_("No")},
}
