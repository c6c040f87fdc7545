"""What is said before a step that cannot be taken back; such a step is asked for twice."""

from __future__ import annotations

from market.domain.words import N_

FINAL: dict[str, str] = {
    "product.discard": N_("The draft is gone for good. Nobody but your organisation has seen it."),
    "product.delist": N_("It cannot be listed again; offer it anew if you must. Agreements in force go on."),
    "demand.discard": N_("The draft is gone for good. Nobody but your organisation has seen it."),
    "demand.withdraw": N_("It cannot be opened again, and its matches go out of date."),
    "demand.fulfil": N_("The demand is closed for good; nothing more is proposed for it."),
    "demand.close_unmet": N_("The demand is closed for good; nothing more is proposed for it."),
    "negotiation.accept": N_(
        "You take the offer as it stands and cannot take that back. The supplier confirms it next; you verify it last."
    ),
    "negotiation.terminate": N_("It cannot be taken up again. Nothing that was offered binds anybody."),
    "negotiation.abort": N_("It cannot be taken up again. Nothing that was offered binds anybody."),
    "agreement.void": N_("The agreement is void for good; to agree after all, negotiate anew."),
    "agreement.terminate": N_("The agreement ends for both sides at once and for good."),
    "question.withdraw": N_("The supplier is not asked any more."),
    "pool.dissolve": N_("The pool ends for all its members."),
    "pool.lead": N_("You negotiate for all who have joined."),
    "routing.withdraw": N_("Whoever was asked need not answer any more."),
}
"""kind.action -> what follows from it."""
