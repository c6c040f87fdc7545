"""The words for what only staff do: the worklist, the learnt ranker."""

from __future__ import annotations

from market.domain.words import N_

STAFF: dict[str, dict[str, str]] = {
    "desk.action": {"assign": N_("Assigned"), "put_off": N_("Put off")},
    "ranker.action": {
        "train": N_("Trained"),
        "enable": N_("Put in force"),
        "disable": N_("Taken out"),
        "rollback": N_("Went back to what ranked before"),
    },
}
