"""Idempotency-Key on creates: the second request with the same key gets the first one's answer.

The claim is a row in the transaction of the create itself, so two requests at once cannot both create: the second
waits for the first to commit or roll back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from litestar import Response

from market.api.schemas import etag
from market.domain.accounts import Actor
from market.domain.errors import KeyReused
from market.store import idempotency
from market.store.query import Db


async def once(
    db: Db,
    actor: Actor,
    key: str | None,
    what: str,
    request: msgspec.Struct,
    produce: Callable[[], Awaitable[Any]],
) -> Response[Any]:
    """201 with what ``produce`` made (a Struct with ``id`` and ``version``), or with what it made the first time.

    ``what`` is the collection's path; it, the organisation acted for and the request are part of the key's
    fingerprint. Raises KeyReused when the key came with another request.
    """
    fingerprint = hashlib.sha256(msgspec.json.encode((what, actor.organisation_id, request))).digest()
    if key and await idempotency.CLAIM.run(db, actor.person_id, key, fingerprint) == 0:
        kept = await idempotency.KEPT.one(db, actor.person_id, key)
        if kept.fingerprint != fingerprint or kept.body is None:
            raise KeyReused
        return _created(what, msgspec.Raw(kept.body), msgspec.json.decode(kept.body))
    body = await produce()
    encoded = msgspec.json.encode(body)
    if key:
        await idempotency.KEEP.run(db, actor.person_id, key, 201, encoded)
    return _created(what, msgspec.Raw(encoded), msgspec.json.decode(encoded))


def _created(what: str, raw: msgspec.Raw, body: dict[str, Any]) -> Response[Any]:
    headers = {"Location": f"{what}/{body['id']}"}
    if "version" in body:
        headers["ETag"] = etag(body["version"])
    return Response(raw, status_code=201, headers=headers, media_type="application/json")
