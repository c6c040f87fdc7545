"""One guard for every route: it reads ``permission`` from the handler and denies when there is none.

Two more see to what only some routes take: JSON bodies (the API) and names of files (static files).
"""

from __future__ import annotations

from typing import Any

from litestar.connection import ASGIConnection
from litestar.exceptions import HTTPException, NotFoundException
from litestar.handlers import BaseRouteHandler

from market.domain.accounts import Actor
from market.domain.errors import Forbidden, MissingScope, Unauthenticated
from market.domain.permissions import GRANTS, Permission

LONGEST_NAME = 255
"""Bytes of a file's name."""


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


async def json_guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """415 for a body of a stated type that is not JSON, on routes that take a body."""
    kind = connection.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind and kind != "application/json" and "data" in handler.parsed_fn_signature.parameters:
        raise HTTPException(status_code=415)


async def file_name_guard(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """404 for names no file system knows: they would fail there, not simply be absent."""
    path = str(connection.scope["path"])
    if "\0" in path or len(path.encode("utf-8", "surrogatepass")) > LONGEST_NAME:
        raise NotFoundException
