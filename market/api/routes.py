"""Route decorators of the API: what every route may answer is declared once, here."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, Literal

from litestar import delete, get, patch, post, put
from litestar.openapi import ResponseSpec
from litestar.params import HeaderParameter, QueryParameter
from msgspec import Meta

from market.domain.paging import MOST
from market.web.problems import Problem

PROBLEMS = {
    status: ResponseSpec(Problem, description=text, generate_examples=False, media_type="application/problem+json")
    for status, text in {
        400: "Malformed: not JSON, or of the wrong shape",
        401: "No valid token",
        403: "The role or the token's scopes do not allow it",
        404: "Not there, or not visible to the caller",
        409: "The state or version does not allow it",
        413: "Too large",
        415: "Not JSON",
        422: "Fields or rules are not met",
        429: "Too many tries",
        503: "The database is away for now",
    }.items()
}

Decorator = Callable[..., Callable[[Any], Any]]
_SHARED: dict[str, Any] = {"responses": PROBLEMS, "security": [{"token": []}]}
read: Decorator = partial(get, **_SHARED)
read_by_all: Decorator = partial(get, responses=PROBLEMS)
create: Decorator = partial(post, status_code=201, **_SHARED)
begin: Decorator = partial(post, status_code=202, **_SHARED)
step: Decorator = partial(post, status_code=200, **_SHARED)
replace: Decorator = partial(put, **_SHARED)
change: Decorator = partial(patch, **_SHARED)
remove: Decorator = partial(delete, **_SHARED)

Id = Annotated[int, Meta(ge=1, le=2**53 - 1)]
"""Within what every JSON reader holds exactly (RFC 8259, section 6)."""
Limit = Annotated[int, QueryParameter(ge=1, le=MOST, description="Rows of one page")]
CursorText = Annotated[
    str | None, QueryParameter(name="cursor", max_length=200, description="`next` of the page before")
]
OfTurn = Annotated[
    Literal["yours"] | None, QueryParameter(name="turn", description="`yours`: only what waits for your side")
]
IfMatch = Annotated[
    str, HeaderParameter(name="If-Match", max_length=40, description='The ETag you have seen, e.g. "3"')
]
IdempotencyKey = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key", max_length=200, description="Send the same key again to get the same answer"
    ),
]
