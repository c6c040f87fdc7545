"""What representations share: actions open to the caller, the step request, ETag and If-Match."""

from __future__ import annotations

from typing import Annotated, TypeVar

import msgspec
from litestar import Response
from msgspec import Meta

from market.domain.errors import Invalid
from market.domain.machine import Edge
from market.domain.words import N_


class Action(msgspec.Struct, frozen=True, kw_only=True):
    """A step the caller may take now: POST {name} to the object's ``/actions``."""

    name: str
    target: str
    needs_reason: bool
    needs_password: bool


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """Take a step. ``version`` is the one the caller has seen."""

    action: Annotated[str, Meta(max_length=60)]
    version: Annotated[int, Meta(ge=1, le=2**31 - 1)]
    reason: Annotated[str, Meta(max_length=2_000)] = ""


def actions_of(edges: list[Edge]) -> tuple[Action, ...]:
    """Edges as the API shows them."""
    return tuple(Action(name=e.action, target=e.target, needs_reason=e.reason, needs_password=e.confirm) for e in edges)


def etag(version: int) -> str:
    """The version as an entity tag."""
    return f'"{version}"'


def version_of(if_match: str) -> int:
    """The version an If-Match header names. Raises Invalid for anything else."""
    text = if_match.strip().removeprefix("W/").strip('"')
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise Invalid({"If-Match": N_('Send the ETag of the version you have seen, e.g. If-Match: "3".')})
    return int(text)


T = TypeVar("T")


def tagged(body: T, version: int, status: int = 200, location: str = "") -> Response[T]:
    """A representation with its ETag (and where it lives, when it is new)."""
    headers = {"ETag": etag(version)} | ({"Location": location} if location else {})
    return Response(body, status_code=status, headers=headers)
