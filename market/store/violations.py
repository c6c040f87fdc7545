"""Constraint names and the errors they mean. A test checks that every name exists in the schema."""

from __future__ import annotations

import asyncpg

from market.domain.errors import AlreadyExists, Conflict, IllegalTransition, Invalid, MarketError, Stale
from market.domain.words import N_

VIOLATIONS: dict[str, type[MarketError] | tuple[type[MarketError], str] | tuple[str, str]] = {
    "agreement_lifecycle": IllegalTransition,
    "agreement_one_of_negotiation": (AlreadyExists, N_("This negotiation has its agreement already.")),
    "demand_lifecycle": IllegalTransition,
    "demand_source_key": (AlreadyExists, N_("A demand with this source id is there already.")),
    "invitation_email_lower": ("email", N_("This is not an e-mail address.")),
    "invitation_one_open": (AlreadyExists, N_("An invitation to this address is open already.")),
    "journal_chain": Stale,
    "match_lifecycle": IllegalTransition,
    "match_one_live": (AlreadyExists, N_("This demand and this product are already proposed to each other.")),
    "membership_pkey": (AlreadyExists, N_("This person is a member already.")),
    "negotiation_lifecycle": IllegalTransition,
    "negotiation_one_live": (AlreadyExists, N_("There is already a negotiation for this demand and product.")),
    "negotiation_one_of_match": (AlreadyExists, N_("There is already a negotiation for this match.")),
    "offer_numbered": Stale,
    "pool_lifecycle": IllegalTransition,
    "pool_member_pkey": (AlreadyExists, N_("This demand is in this pool already.")),
    "pool_member_one_live": (AlreadyExists, N_("This demand is in another pool already.")),
    "organisation_credit_code_key": ("credit_code", N_("An organisation with this credit code is registered already.")),
    "organisation_lifecycle": IllegalTransition,
    "person_email_key": ("email", N_("An account with this e-mail address is there already.")),
    "person_email_lower": ("email", N_("This is not an e-mail address.")),
    "product_lifecycle": IllegalTransition,
    "product_listed_class": (Conflict, N_("Core data and data that is not open cannot be listed.")),
    "product_source_key": (AlreadyExists, N_("A product with this source id is there already.")),
    "question_lifecycle": IllegalTransition,
    "question_one_standing": (AlreadyExists, N_("This has been asked already.")),
    "routing_lifecycle": IllegalTransition,
    "routing_one_standing": (AlreadyExists, N_("This organisation has been asked and has not answered yet.")),
    "signature_pkey": (AlreadyExists, N_("This side has confirmed already.")),
}
"""constraint -> an error class, (class, sentence), or (field, sentence) for a form."""


def translate(error: asyncpg.IntegrityConstraintViolationError) -> MarketError:
    """The domain error for a violated constraint; an unmapped name is a fault of ours and is raised as it is."""
    meaning = VIOLATIONS.get(error.constraint_name or "")
    if meaning is None:
        raise error
    if isinstance(meaning, tuple):
        head, sentence = meaning
        return Invalid({head: sentence}) if isinstance(head, str) else head(sentence)
    return meaning()
