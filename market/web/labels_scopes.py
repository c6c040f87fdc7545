"""What each scope of a token lets a program do, in words."""

from __future__ import annotations

from market.domain.words import N_

SCOPES: dict[str, str] = {
    "account:own": N_("See and change your account"),
    "agreement:read": N_("See agreements"),
    "demand:read": N_("See demands"),
    "demand:triage": N_("Triage demands"),
    "demand:write": N_("Write demands"),
    "desk:read": N_("See the worklist and the market's health"),
    "desk:work": N_("Decide, assign and put off on the worklist"),
    "inbox:read": N_("See the inbox"),
    "jobs:manage": N_("Try failed background jobs again"),
    "journal:read": N_("See the journal"),
    "match:answer": N_("Answer matches"),
    "match:read": N_("See matches"),
    "match:review": N_("Review matches"),
    "negotiation:hold": N_("Hold and end negotiations as staff"),
    "negotiation:read": N_("See negotiations"),
    "negotiation:write": N_("Negotiate"),
    "organisation:manage": N_("Manage the organisation and its members"),
    "organisation:read": N_("See organisations"),
    "organisation:verify": N_("Verify organisations"),
    "product:read": N_("See products"),
    "product:review": N_("Review products"),
    "product:write": N_("Write products"),
    "ranker:manage": N_("Train, enable and take out the learnt ranker"),
    "ranker:read": N_("See what the matcher learnt"),
    "webhook:manage": N_("Manage webhooks"),
}
