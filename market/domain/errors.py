"""What can go wrong, as one tree. The first docstring line is the default message.

MarketError
├── Invalid (422)          what was typed cannot be used; carries one message per field
│   └── Unmet (422)        the rules of a transition are not met; carries every failed sentence
├── Unauthenticated (401)  nobody is signed in
│   └── WrongPassword      the password entered again was wrong
├── Forbidden (403)        the actor may see it but not do it
│   ├── NotYours           the actor is not the party whose move it is
│   └── MissingScope       the token lacks the scope
├── NotFound (404)         it does not exist, or the actor may not know that it does
├── Conflict (409)         it clashes with what is there
│   ├── Stale              somebody else changed it first
│   ├── IllegalTransition  the object is not in a state that allows this
│   ├── AlreadyExists      the same thing is there already
│   └── KeyReused          an idempotency key came back with another request
├── TooMany (429)          carries retry_after in seconds
└── Unavailable (503)      a part the request needs is down for now
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar


class MarketError(Exception):
    """Something went wrong."""

    status: ClassVar[int] = 500
    slug: ClassVar[str] = "error"
    title: ClassVar[str] = "Something went wrong"

    def __init__(self, detail: str = "", **params: object) -> None:
        self.detail = detail or (type(self).__doc__ or "").splitlines()[0]
        self.params = params
        """Values for the %(name)s places of ``detail``, so that a page can translate it."""
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """The sentence in English with its values filled in."""
        return self.detail % self.params if self.params else self.detail


class Invalid(MarketError):
    """Some fields need correcting."""

    status = 422
    slug = "invalid"
    title = "Some fields need correcting"

    def __init__(self, fields: Mapping[str, str], detail: str = "", **params: object) -> None:
        super().__init__(detail, **params)
        self.fields = dict(fields)


class Unmet(Invalid):
    """This cannot be done yet."""

    slug = "unmet"
    title = "This cannot be done yet"

    def __init__(self, sentences: Sequence[str]) -> None:
        super().__init__({})
        self.sentences = tuple(sentences)


class Unauthenticated(MarketError):
    """Sign in to go on."""

    status = 401
    slug = "unauthenticated"
    title = "Sign in to go on"


class WrongPassword(Unauthenticated):
    """The e-mail address or the password is not right."""

    slug = "wrong-password"
    title = "The e-mail address or the password is not right"

    def __init__(self, detail: str = "", *, attempts: Sequence[str] = ()) -> None:
        super().__init__(detail)
        self.attempts = tuple(attempts)
        """Under what keys the try is counted once the transaction has been rolled back."""


class Forbidden(MarketError):
    """Your role does not allow this."""

    status = 403
    slug = "forbidden"
    title = "Your role does not allow this"


class NotYours(Forbidden):
    """It is not your move."""

    slug = "not-yours"
    title = "It is not your move"


class MissingScope(Forbidden):
    """The token does not carry the scope this needs."""

    slug = "missing-scope"
    title = "The token does not carry the scope this needs"


class NotFound(MarketError):
    """There is nothing here, or it is not open to you."""

    status = 404
    slug = "not-found"
    title = "Not found"


class Conflict(MarketError):
    """This clashes with what is already there."""

    status = 409
    slug = "conflict"
    title = "This clashes with what is already there"


class Stale(Conflict):
    """Somebody changed this while you were working on it. Look at the new state and try again."""

    slug = "stale"
    title = "Somebody changed this first"


class IllegalTransition(Conflict):
    """This step is not possible in the present state."""

    slug = "illegal-transition"
    title = "This step is not possible now"


class AlreadyExists(Conflict):
    """The same thing is there already."""

    slug = "already-exists"
    title = "The same thing is there already"


class KeyReused(Conflict):
    """This Idempotency-Key was used for a different request."""

    slug = "key-reused"
    title = "This Idempotency-Key was used for a different request"


class TooMany(MarketError):
    """Too many tries. Wait a little and try again."""

    status = 429
    slug = "too-many"
    title = "Too many tries"

    def __init__(self, detail: str = "", *, retry_after: int) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class Unavailable(MarketError):
    """A part of the system is not available at the moment. Nothing was lost; try again shortly."""

    status = 503
    slug = "unavailable"
    title = "Not available at the moment"
