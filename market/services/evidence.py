"""Evidence of an agreement, checked on the spot for whoever may read it.

Everything is computed again from what is stored: nothing here trusts a column that says how it turned out before.
"""

from __future__ import annotations

import msgspec

from market.domain.accounts import Actor
from market.domain.agreements import Agreement
from market.domain.negotiations import canonical, terms_hash
from market.services import agreements, journal
from market.store import journal as events
from market.store.query import Db


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What the check found. The agreement holds when every finding is true and no chain is broken."""

    text: bool
    """The SHA-256 of the text is the one in the agreement, and the text is the canonical form of its terms."""
    signed: bool
    """Every signature is on exactly this hash."""
    offered: bool
    """The negotiation's chain holds the hash of the offer that the agreement repeats."""
    events: int
    """How many events of the agreement and its negotiation were walked."""
    broken: tuple[int, ...]
    """Numbers of the events where one of the two chains does not hold."""

    @property
    def holds(self) -> bool:
        """Whether nothing was found wrong."""
        return self.text and self.signed and self.offered and not self.broken


async def of_agreement(db: Db, actor: Actor, agreement_id: int) -> Evidence:
    """Check text, signatures and chains. Raises NotFound for anybody but its sides and staff."""
    agreement = await agreements.get(db, actor, agreement_id)
    negotiated = await events.OF_OBJECT.all(db, "negotiation", agreement.negotiation_id)
    own = await events.OF_OBJECT.all(db, "agreement", agreement_id)
    signatures = await agreements.signatures(db, agreement)
    broken = [
        number
        for kind, number_of in (("negotiation", agreement.negotiation_id), ("agreement", agreement_id))
        for number in await journal.broken(db, kind, number_of)
    ]
    digest = terms_hash(agreement.terms)
    return Evidence(
        text=digest == agreement.terms_hash and _is_canonical(agreement),
        signed=bool(signatures) and all(s.terms_hash == digest for s in signatures),
        offered=any(e.action == "terms" and e.data.get("sha256") == digest.hex() for e in negotiated),
        events=len(negotiated) + len(own),
        broken=tuple(broken),
    )


def _is_canonical(agreement: Agreement) -> bool:
    try:
        return canonical(agreement.read()) == agreement.terms
    except msgspec.MsgspecError:
        return False
