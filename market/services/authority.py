"""Whether role, scopes and password let a person take a step; the state and the side are the machine's matter."""

from __future__ import annotations

from market.domain.accounts import Actor
from market.domain.errors import Forbidden
from market.domain.machine import Edge, Party
from market.domain.permissions import GRANTS, Permission
from market.services import accounts
from market.store.query import Db


def lacking(actor: Actor, permission: Permission) -> Forbidden | None:
    """Forbidden when the role does not hold the permission, MissingScope when only the token lacks it."""
    return actor.lacking(permission)


def lacking_for(actor: Actor, edge: Edge) -> Forbidden | None:
    """What keeps the actor from a step of a negotiation or an agreement.

    No token carries ``agreement:confirm``: through the API the role's own grant and the password stand for it.
    """
    needed = Permission.NEGOTIATION_HOLD if Party.BROKER in edge.by else Permission.NEGOTIATION_WRITE
    if wrong := lacking(actor, needed):
        return wrong
    if edge.confirm and (actor.role is None or Permission.AGREEMENT_CONFIRM not in GRANTS[actor.role]):
        return Forbidden()
    return None


def require(actor: Actor, permission: Permission) -> None:
    """Raise what is lacking."""
    if wrong := lacking(actor, permission):
        raise wrong


def authorise(actor: Actor, edge: Edge | None, sides: frozenset[Party]) -> None:
    """Raise what is lacking for a step that is this side's to take; whose step it is and the rules come after."""
    if edge and edge.by & sides and (wrong := lacking_for(actor, edge)):
        raise wrong


async def confirm(db: Db, actor: Actor, edge: Edge, password: str | None) -> None:
    """At a step that confirms, raise WrongPassword unless it is the person's own; other steps need none."""
    if edge.confirm:
        await accounts.verify_password(db, actor.person_id, password or "")
