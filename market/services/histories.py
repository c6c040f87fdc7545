"""What happened to an object, for those it is about: the same events that its page shows."""

from __future__ import annotations

from market.domain.accounts import Actor
from market.domain.errors import NotFound
from market.domain.permissions import Permission
from market.services import agreements, authority, demands, matches, negotiations, organisations, products
from market.store import journal
from market.store.journal import Event
from market.store.query import Db

NEEDED = {
    "organisation": Permission.ORGANISATION_READ,
    "product": Permission.PRODUCT_READ,
    "demand": Permission.DEMAND_READ,
    "match": Permission.MATCH_READ,
    "negotiation": Permission.NEGOTIATION_READ,
    "agreement": Permission.AGREEMENT_READ,
}
"""Kind of object -> what reading it takes."""


async def of(db: Db, actor: Actor, kind: str, object_id: int) -> list[Event]:
    """The events of one object, oldest first.

    Raises NotFound for an object the actor may not see, or sees from outside only; Forbidden without the permission
    to read objects of this kind.
    """
    if kind not in NEEDED:
        raise NotFound
    authority.require(actor, NEEDED[kind])
    if kind == "organisation":
        return await organisations.history(db, actor, object_id)
    if kind == "match":
        return await matches.history(db, actor, await matches.get(db, actor, object_id))
    if kind == "product":
        inside = products.is_insider(actor, await products.get(db, actor, object_id))
    elif kind == "demand":
        inside = demands.is_insider(actor, await demands.get(db, actor, object_id))
    else:
        await (negotiations if kind == "negotiation" else agreements).get(db, actor, object_id)
        inside = True
    if not inside:
        raise NotFound
    return await journal.OF_OBJECT.all(db, kind, object_id)
