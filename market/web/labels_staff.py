"""The words for what only staff do: the worklist, the learnt ranker."""

from __future__ import annotations

from market.domain.ranker import FAILURES
from market.domain.words import N_

STAFF: dict[str, dict[str, str]] = {
    "job": {
        "event": N_("What follows from an event"),
        "mail": N_("Sending mail"),
        "webhook": N_("Calling webhooks"),
        "spreadsheet": N_("Taking over spreadsheets"),
        "searches": N_("Saved searches"),
        "deadlines": N_("Deadlines"),
        "checkpoint": N_("Signing the journal"),
        "nightly": N_("Nightly matching"),
        "train": N_("Training the learnt ranker"),
        "forget": N_("Tidying up"),
    },
    "training.failure": {str(failure): text for failure, text in FAILURES.items()},
}
