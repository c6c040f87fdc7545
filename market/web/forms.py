"""HTML forms to Structs: blanks dropped, checkboxes mapped, every error beside its field, nothing typed is lost."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any, TypeVar

import msgspec
from litestar.datastructures import FormMultiDict
from litestar.response import Redirect, Template

from market.domain.errors import Conflict, Invalid, TooMany, Unmet, WrongPassword
from market.domain.reading import converted
from market.domain.text import clean
from market.domain.words import N_
from market.web.page import Web, go
from market.web.problems import Rejected

T = TypeVar("T", bound=msgspec.Struct)
Typed = dict[str, Any]
"""What a person typed: field -> text, or a list of texts for fields that repeat."""


def typed(form: FormMultiDict, *many: str) -> Typed:
    """The form as typed; names in ``many`` always become lists. The CSRF token is dropped, text is cleaned."""
    values: Typed = {}
    for name in dict.fromkeys(form.keys()):
        if name == "_csrf_token":
            continue
        found = [clean(v) for v in form.getall(name) if isinstance(v, str)]
        values[name] = found if name in many else (found[-1] if found else "")
    for name in many:
        values.setdefault(name, [])
    return values


def read(kind: type[T], values: Mapping[str, Any]) -> T:
    """Convert what was typed. Raises Invalid with one sentence per field."""
    raw, errors = converted(kind, values)
    if errors:
        raise Invalid(errors)
    return kind(**raw)


@contextmanager
def retry(page: Callable[[dict[str, str], tuple[str, ...]], Template], *, unfinished: bool = False) -> Iterator[None]:
    """Show the form again, what was typed kept, when the block raises Invalid, WrongPassword (422) or TooMany (429).

    The transaction rolls back. ``page(errors, unmet)`` builds the page: errors by field, sentences of unmet rules.
    While somebody still writes (``unfinished``) what is invalid is no failure: the answer is 200.
    """
    try:
        yield
    except Invalid as error:
        unmet = error.sentences if isinstance(error, Unmet) else ()
        again = page(error.fields, unmet)
        again.status_code = 200 if unfinished else error.status
        raise Rejected(again) from error
    except WrongPassword as error:
        again = page({"password": error.detail}, ())
        again.status_code = Invalid.status
        raise Rejected(again) from error
    except TooMany as error:
        again = page({}, (error.detail,))
        again.status_code = error.status
        again.headers["Retry-After"] = str(error.retry_after)
        raise Rejected(again) from error


def retry_on(again: Template) -> AbstractContextManager[None]:
    """``retry`` with a page that is made already, before anything is changed."""
    return retry(lambda errors, unmet: with_errors(again, errors, unmet))


async def step(
    request: Web,
    shown: Callable[[Typed], Awaitable[Template]],
    work: Callable[[Typed], Awaitable[object]],
    to: str,
    done: str,
) -> Redirect:
    """Do what a form asks and go ``to``, saying it is ``done``; or show the page again, as ``retry`` does.

    ``shown`` makes the page with what was typed in it, ``work`` does it.
    """
    values = typed(await request.form())
    with retry_on(await shown(values)):
        await work(values)
    return go(request, to, done)


def with_errors(again: Template, errors: dict[str, str], unmet: tuple[str, ...]) -> Template:
    """The page, now showing these errors."""
    again.context |= {"errors": errors, "unmet": unmet}
    return again


def too_late(error: Conflict, page_now: Template) -> Rejected:
    """The page as things stand now (409), what was typed kept, with the sentence that says what came in between."""
    page_now.status_code = error.status
    page_now.context["unmet"] = (error.detail,)
    return Rejected(page_now)


def version(form: Mapping[str, Any]) -> int:
    """The version the form was made from (hidden field). Raises Invalid when it is missing or not a number."""
    text = str(form.get("version", ""))
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise Invalid({"version": N_("Load the page again before you send it.")})
    return int(text)
