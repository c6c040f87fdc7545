"""Two languages: English message ids, a Simplified Chinese catalogue read from its .po file at start.

The reader's language travels in a context variable set once per request (or per mail).
"""

from __future__ import annotations

import gettext as stdlib_gettext
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Literal

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")
LOCALES = {"zh": Locale("zh", script="Hans"), "en": Locale("en")}
CATALOGUE = Path(__file__).parent / "locale" / "zh_Hans" / "LC_MESSAGES" / "market.po"

language: ContextVar[Language] = ContextVar("language", default="zh")


@cache
def translations(lang: Language) -> stdlib_gettext.NullTranslations:
    """The catalogue of one language; English is its own catalogue."""
    if lang == "en" or not CATALOGUE.exists():
        return stdlib_gettext.NullTranslations()
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale="zh_Hans", domain="market")
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return stdlib_gettext.GNUTranslations(compiled)


def gettext(message: str) -> str:
    """The message in the reader's language."""
    return translations(language.get()).gettext(message) if message else ""


def ngettext(one: str, many: str, n: int) -> str:
    """Singular or plural, in the reader's language."""
    return translations(language.get()).ngettext(one, many, n)


def choose(wanted: str, accept: str, fallback: str) -> Language:
    """The reader's language: their own setting, else the Accept-Language header, else the site's."""
    for candidate in (wanted, *(part.partition(";")[0].strip() for part in accept.split(","))):
        head = candidate.lower()[:2]
        if head == "zh":
            return "zh"
        if head == "en":
            return "en"
    return "en" if fallback == "en" else "zh"


@contextmanager
def speaking(wanted: str) -> Iterator[None]:
    """In this language ("" keeps the present one), for what is written to somebody else."""
    before = language.set(choose(wanted, "", language.get()))
    try:
        yield
    finally:
        language.reset(before)
