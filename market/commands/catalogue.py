"""catalogue: bring the Chinese catalogue up to date with the messages in the code."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po
from rich.console import Console

from market import i18n
from market.domain.errors import MarketError

PACKAGE = Path(__file__).resolve().parents[1]
METHODS = [("**/templates/**.html", "jinja2"), ("**.py", "python")]
OPTIONS = {"**/templates/**.html": {"trimmed": "true", "newstyle_gettext": "true"}}
KEYWORDS: dict[str, Any] = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}

console = Console(stderr=True, highlight=False)


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(catalogue)


def messages() -> Iterator[tuple[str, int, Any]]:
    """Every message of the code as (file, line, id or (singular, plural)); errors speak through their docstrings."""
    for file, line, message, _, _ in extract_from_dir(PACKAGE, METHODS, OPTIONS, KEYWORDS, comment_tags=()):
        yield file, line, message
    for kind in errors(MarketError):
        for sentence in ((kind.__doc__ or "").splitlines()[0], kind.title):
            yield "domain/errors.py", 1, sentence


def errors(kind: type[MarketError]) -> Iterator[type[MarketError]]:
    """An error class and all below it."""
    yield kind
    for below in kind.__subclasses__():
        yield from errors(below)


def template() -> Catalog:
    """All messages, without translations, in the order of their text: a change touches few lines of the file."""
    found = Catalog(project="Duijie", domain="market", charset="utf-8")
    for file, _, message in messages():
        if message:
            found.add(message, locations=[(file, 0)])
    return found


def updated() -> Catalog:
    """The Chinese catalogue with every message of the code; what is gone from the code is dropped."""
    with i18n.CATALOGUE.open("rb") as file:
        held = read_po(file, locale="zh_Hans", domain="market")
    held.update(template(), no_fuzzy_matching=True)
    held.obsolete.clear()
    return held


def untranslated(held: Catalog) -> list[str]:
    """Message ids without a Chinese text."""
    return [
        str(m.id if isinstance(m.id, str) else m.id[0])
        for m in held
        if m.id and not (all(m.string) if isinstance(m.string, tuple | list) else m.string)
    ]


def catalogue() -> None:
    """For translators: bring locale/zh_Hans/LC_MESSAGES/market.po up to date and list what has no translation yet."""
    held = updated()
    with i18n.CATALOGUE.open("wb") as file:
        write_po(file, held, omit_header=False, sort_output=True, no_location=True, width=120)
    missing = untranslated(held)
    console.print("\n".join(missing))
    console.print(f"{len(list(held)) - 1} messages, {len(missing)} without a translation.")
