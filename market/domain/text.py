"""Text as people send it: what cannot be stored is taken out, what they meant is kept."""

from __future__ import annotations

import unicodedata
from enum import StrEnum
from typing import Any, TypeVar

import msgspec


def clean(text: str) -> str:
    """Without control characters (except line breaks and tabs), lone surrogates and NUL; NFC; ends stripped.

    PostgreSQL stores neither NUL nor lone surrogates; the rest would be invisible to the next reader.
    """
    if text.isprintable():  # most texts: nothing to take out
        return unicodedata.normalize("NFC", text).strip()
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))
    return unicodedata.normalize("NFC", kept).strip()


def one_line(text: str) -> str:
    """``clean`` for names and titles: one line, without invisible format characters that could disguise a name."""
    visible = "".join(c for c in clean(text) if unicodedata.category(c) != "Cf")
    return " ".join(visible.split())


S = TypeVar("S", bound=msgspec.Struct)


def cleaned(content: S) -> S:
    """The same Struct with every text in it cleaned, lists and nested Structs included."""
    return msgspec.structs.replace(
        content, **{name: _clean(getattr(content, name)) for name in content.__struct_fields__}
    )


def _clean(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return value
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, tuple):
        return tuple(item for item in map(_clean, value) if item != "")
    if isinstance(value, msgspec.Struct):
        return cleaned(value)
    return value
