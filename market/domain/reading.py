"""Values as people and files give them, as a Struct's fields; what does not fit becomes one sentence per field."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

import msgspec

from market.domain.words import N_


def converted(kind: type[msgspec.Struct], values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """What could be converted, and one sentence for each field that could not. Blank means not given."""
    errors: dict[str, str] = {}
    raw: dict[str, Any] = {}
    for name, type_, required in _fields(kind):
        value = values.get(name, msgspec.UNSET)
        if value is msgspec.UNSET or value == "" or value == [""]:
            if required:
                errors[name] = N_("Fill this in.")
            continue
        try:
            raw[name] = msgspec.convert(_boolean(type_, value), type_, strict=False)
        except (msgspec.ValidationError, InvalidOperation, ValueError) as error:
            errors[name] = sentence(type_, str(error))
    return raw, errors


@cache
def _fields(kind: type[msgspec.Struct]) -> tuple[tuple[str, Any, bool], ...]:
    return tuple((field.name, field.type, field.required) for field in msgspec.structs.fields(kind))


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
    if "enum" in error.lower():
        return N_("Choose one of the options.")
    text = str(kind)
    if Decimal.__name__ in text:
        return N_("This is not a number.")
    if date.__name__ in text:
        return N_("Give a date as year-month-day.")
    if "int" in text:
        return N_("Give a whole number within the limits.")
    return N_("This value is not right.")
