"""Every failure as one Problem: application/problem+json (RFC 9457) on the API, a page for people."""

from __future__ import annotations

import logging
import re
from typing import Any
from urllib.parse import urlencode

import asyncpg
import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, InternalServerException, ValidationException
from litestar.response import Redirect, Template

from market import i18n
from market.domain.errors import Invalid, MarketError, NotFound, TooMany, Unavailable, Unmet
from market.domain.words import N_
from market.web.sessions import speak, target

log = logging.getLogger("market")

LARGEST_ID = 2**63 - 1

TITLES = {
    400: N_("This request cannot be understood"),
    401: N_("Sign in to go on"),
    403: N_("This form cannot be taken"),
    404: N_("Not found"),
    405: N_("This method is not possible here"),
    413: N_("Too large"),
    415: N_("This media type is not accepted here"),
    422: N_("Some fields need correcting"),
    429: N_("Too many tries"),
    500: N_("Something went wrong"),
    503: N_("Not available at the moment"),
}
DETAILS = {
    400: N_("Check what was sent; it is incomplete or not well-formed."),
    403: N_("The form was open for too long or came from elsewhere. Load the page again and send it once more."),
    404: N_("There is nothing here, or it is not open to you."),
    405: N_("Use another method for this address."),
    413: N_("This is larger than can be taken in one piece."),
    415: N_("Send the media type that the documentation names."),
    500: N_("The fault is ours and has been written to the log. Nothing you typed was stored half-way; try again."),
}


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """RFC 9457. ``errors`` has one sentence per field, ``unmet`` the rules of a step that are not met."""

    type: str
    title: str
    status: int
    detail: str = ""
    instance: str = ""
    errors: dict[str, str] = {}
    unmet: tuple[str, ...] = ()
    retry_after: int | None = None


class Rejected(Exception):
    """A form to be shown again with its errors; raised, not returned, so that the transaction rolls back."""

    def __init__(self, response: Response[Any] | Template) -> None:
        self.response = response


def problem_of(error: Exception, path: str) -> Problem:
    """The Problem for any exception, in the reader's language."""
    if isinstance(error, MarketError):
        detail = i18n.gettext(error.detail)
        return Problem(
            type=f"urn:duijie:problem:{error.slug}",
            title=i18n.gettext(error.title),
            status=error.status,
            detail=detail % error.params if error.params else detail,
            instance=path,
            errors={k: i18n.gettext(v) for k, v in error.fields.items()} if isinstance(error, Invalid) else {},
            unmet=tuple(map(i18n.gettext, error.sentences)) if isinstance(error, Unmet) else (),
            retry_after=error.retry_after if isinstance(error, TooMany) else None,
        )
    if isinstance(error, ValidationException):
        errors = {
            str(e.get("key") or e.get("source") or ""): str(e["message"])
            for e in error.extra or []
            if isinstance(e, dict)
        }
        if missing := re.match(r"Missing required \w+ parameter '([^']+)'", error.detail):
            errors[missing[1]] = i18n.gettext(N_("Fill this in."))
        return Problem(
            type="urn:duijie:problem:malformed",
            title=i18n.gettext(TITLES[400]),
            status=400,
            detail=i18n.gettext(DETAILS[400]),
            instance=path,
            errors=errors,
        )
    status = error.status_code if isinstance(error, HTTPException) else 500
    return Problem(
        type=f"urn:duijie:problem:http-{status}",
        title=i18n.gettext(TITLES.get(status, TITLES[500 if status >= 500 else 400])),
        status=status,
        detail=i18n.gettext(DETAILS.get(status, "")),
        instance=path,
    )


def wants_json(request: Request[Any, Any, Any]) -> bool:
    """The API, and whoever does not ask for HTML."""
    return request.scope["path"].startswith("/api/") or "text/html" not in request.headers.get("accept", "")


def respond(request: Request[Any, Any, Any], error: Exception) -> Response[Any] | Template:
    """The one exception handler."""
    if isinstance(error, Rejected):
        return error.response
    if isinstance(error, InternalServerException) and "disconnected" in error.detail:
        error = HTTPException(status_code=400)  # the body was cut off: nobody's fault here, nobody there to read this
    if "user" not in request.scope:  # no route was found, so nobody asked who is there
        speak(request)
    problem = problem_of(error, str(request.scope["path"]))
    if problem.status >= 500 and not isinstance(error, MarketError):
        log.error("%s %s failed", request.method, request.scope["path"], exc_info=error)
    headers = {"Retry-After": str(problem.retry_after)} if problem.retry_after else {}
    if isinstance(error, HTTPException) and error.headers:
        headers |= {k: v for k, v in dict(error.headers).items() if k.lower() in ("allow",)}
    if wants_json(request):
        if problem.status == 401:
            headers["WWW-Authenticate"] = "Bearer"
        return Response(problem, status_code=problem.status, media_type="application/problem+json", headers=headers)
    if problem.status == 401 and request.method == "GET":
        return Redirect(f"/sign-in?{urlencode({'next': target(request.scope)}, safe='/')}", status_code=303)
    return Template("problem.html", context={"problem": problem}, status_code=problem.status, headers=headers)


def database_gone(request: Request[Any, Any, Any], error: Exception) -> Response[Any] | Template:
    """PostgreSQL is away for now: 503, never a stack trace."""
    log.warning("database unavailable: %s: %s", type(error).__name__, error)
    return respond(request, Unavailable())


def malformed(request: Request[Any, Any, Any], error: Exception) -> Response[Any] | Template:
    """Bytes that are not text, or nested deeper than can be read."""
    log.warning("%s %s: %s", request.method, request.scope["path"], type(error).__name__)
    return respond(request, HTTPException(status_code=400))


def unusable(request: Request[Any, Any, Any], _: Exception) -> Response[Any] | Template:
    """A value that no column can hold (NUL, lone surrogates, numbers out of range); as an id it names nothing."""
    if any(isinstance(value, int) and value > LARGEST_ID for value in request.path_params.values()):
        return respond(request, NotFound())
    return respond(request, Invalid({}, N_("A value holds characters or numbers that cannot be stored.")))


HANDLERS: dict[Any, Any] = {
    asyncpg.DataError: unusable,
    UnicodeEncodeError: unusable,
    UnicodeDecodeError: malformed,
    RecursionError: malformed,
    MarketError: respond,
    HTTPException: respond,
    Rejected: respond,
    Exception: respond,
    asyncpg.InterfaceError: database_gone,
    asyncpg.InternalClientError: database_gone,  # cut off by the server while it lay in the pool
    asyncpg.PostgresConnectionError: database_gone,
    asyncpg.exceptions.OperatorInterventionError: database_gone,
    asyncpg.exceptions.InsufficientResourcesError: database_gone,
    asyncpg.exceptions.LockNotAvailableError: database_gone,
    asyncpg.exceptions.TransactionRollbackError: database_gone,  # two waited for each other; tried again it works
    ConnectionError: database_gone,
    TimeoutError: database_gone,
}
