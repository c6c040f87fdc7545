"""The words for what several do together: pools of demands, bundles of products."""

from __future__ import annotations

from market.domain.words import N_

TOGETHER: dict[str, dict[str, str]] = {
    "pool.state": {
        "suggested": N_("Found, waiting for the broker"),
        "forming": N_("Forming: members may join and leave"),
        "quorum": N_("Enough have joined"),
        "negotiating": N_("One member negotiates for all"),
        "agreed": N_("Every member has an agreement"),
        "dissolved": N_("Dissolved"),
    },
    "pool.member": {
        "invited": N_("Invited"),
        "joined": N_("Joined"),
        "left": N_("Left"),
        "gone": N_("No longer taking part"),
    },
    "pool.action": {
        "suggest": N_("Found by the matcher"),
        "confirm": N_("Confirm the pool"),
        "join": N_("Join"),
        "leave": N_("Leave"),
        "reach": N_("Enough have joined"),
        "reopen": N_("Open again"),
        "lead": N_("Negotiate for all"),
        "settle": N_("Take the supplier's last offer for all"),
        "agree": N_("Every member has an agreement"),
        "dissolve": N_("Dissolve"),
        "expire": N_("Expire"),
    },
    "bundle.aim": {"smallest": N_("Fewest products"), "cheapest": N_("Lowest price")},
    "bundle.check": {
        "join_key": N_("A field to join by"),
        "period": N_("Periods overlap"),
        "region": N_("Regions overlap"),
        "licence": N_("Licences combine"),
    },
}
