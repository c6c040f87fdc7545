"""HTML forms to Structs: blanks dropped, checkboxes mapped, every error beside its field, nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

import msgspec
from litestar.datastructures import FormMultiDict
from litestar.response import Template

from market.domain.errors import Invalid, Unmet, WrongPassword
from market.domain.text import clean
from market.domain.words import N_
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
    errors: dict[str, str] = {}
    raw: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        value = values.get(field.name, msgspec.UNSET)
        if value is msgspec.UNSET or value == "" or value == [""]:
            if field.required:
                errors[field.name] = N_("Fill this in.")
            continue
        try:
            raw[field.name] = msgspec.convert(_boolean(field.type, value), field.type, strict=False)
        except (msgspec.ValidationError, InvalidOperation, ValueError) as error:
            errors[field.name] = sentence(field.type, str(error))
    if errors:
        raise Invalid(errors)
    return kind(**raw)


def _boolean(kind: Any, value: Any) -> Any:
    return value in ("on", "true", "1", "yes") if kind is bool else value


def sentence(kind: Any, error: str) -> str:
    """What the converter said, in words a person can act on."""
    if "length >=" in error:
        return N_("This is too short.")
    if "length <=" in error:
        return N_("This is too long.")
    if "matching regex" in error:
        return N_("This does not have the right form.")
    text = str(kind)
    if Decimal.__name__ in text:
        return N_("This is not a number.")
    if date.__name__ in text:
        return N_("Give a date as year-month-day.")
    if "enum" in error.lower():
        return N_("Choose one of the options.")
    if "int" in text:
        return N_("Give a whole number within the limits.")
    return N_("This value is not right.")


@contextmanager
def retry(page: Callable[[dict[str, str], tuple[str, ...]], Template]) -> Iterator[None]:
    """Show the form again (422, what was typed kept) when the block raises Invalid or WrongPassword, and roll back.

    ``page(errors, unmet)`` builds the page: errors by field, and the sentences of unmet rules.
    """
    try:
        yield
    except Invalid as error:
        unmet = error.sentences if isinstance(error, Unmet) else ()
        again = page(error.fields, unmet)
        again.status_code = error.status
        raise Rejected(again) from error
    except WrongPassword as error:
        again = page({"password": error.detail}, ())
        again.status_code = Invalid.status
        raise Rejected(again) from error


def with_errors(again: Template, errors: dict[str, str], unmet: tuple[str, ...]) -> Template:
    """The page, now showing these errors."""
    again.context |= {"errors": errors, "unmet": unmet}
    return again


def version(form: FormMultiDict) -> int:
    """The version the form was made from (hidden field). Raises Invalid when it is missing or not a number."""
    text = str(form.get("version", ""))
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise Invalid({"version": N_("Load the page again before you send it.")})
    return int(text)
