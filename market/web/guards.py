"""One guard for every route: it reads ``permission`` from the handler and denies when there is none."""

from __future__ import annotations

from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from market.domain.accounts import Actor
from market.domain.errors import Forbidden, MissingScope, Unauthenticated
from market.domain.permissions import GRANTS, Permission


async def permission_guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """401 for nobody, 403 for somebody without the permission. OPTIONS says nothing and needs none."""
    if connection.scope.get("method") == "OPTIONS":
        return
    needed = handler.opt.get("permission")
    if not isinstance(needed, Permission):
        raise Forbidden
    if needed is Permission.PUBLIC:
        return
    actor: Actor = connection.user
    if actor.role is None:
        raise Unauthenticated
    if not actor.may(needed):
        raise MissingScope if needed in GRANTS[actor.role] else Forbidden
