"""The Jinja environment: translation, dates and money in the reader's form, words for states."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, format_percent
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from litestar import Request
from litestar.plugins.flash import get_flashes
from litestar.plugins.jinja import JinjaTemplateEngine

from market import __version__, i18n
from market.domain import calendar
from market.domain.accounts import ANONYMOUS, Actor
from market.domain.glossary import GLOSSARY
from market.domain.matches import MatchReason
from market.domain.permissions import Permission
from market.services import texts
from market.web import labels, labels_final
from market.web.sessions import target

TEMPLATES = Path(__file__).parent / "templates"
DOT = "\N{NO-BREAK SPACE}· "
"""What stands between facts on one line: a line may end with it and never begins with it."""


def day(value: date | datetime | None) -> str:
    """A date in the reader's form."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = value.astimezone(calendar.ZONE).date()
    return format_date(value, "medium", i18n.LOCALES[i18n.language.get()])


def moment(value: datetime | None) -> str:
    """Date and time to the minute, Chinese time."""
    if value is None:
        return ""
    return f"{day(value)} {value.astimezone(calendar.ZONE):%H:%M}"


def second(value: datetime) -> str:
    """Date and time to the second, Chinese time: for what is evidence."""
    return f"{day(value)} {value.astimezone(calendar.ZONE):%H:%M:%S}"


def yuan(value: Decimal | None) -> str:
    """An amount of money; None is "to be negotiated"."""
    if value is None:
        return i18n.gettext(labels.NEGOTIABLE)
    return format_currency(value, "CNY", locale=i18n.LOCALES[i18n.language.get()])


def percent(share: float) -> str:
    """A share (0 to 1) in whole per cent."""
    return format_percent(share, locale=i18n.LOCALES[i18n.language.get()])


def number(value: float) -> str:
    """A number with the reader's separators."""
    return format_decimal(value, locale=i18n.LOCALES[i18n.language.get()])


def word(value: object, kind: str) -> str:
    """The words for a state, action or enum value: ``{{ demand.state | word("demand.state") }}``."""
    return i18n.gettext(labels.WORDS[kind].get(str(value), str(value))) if value not in (None, "") else ""


def region(value: str) -> str:
    """The places a text of a region names, in the reader's language as far as they are known."""
    return texts.region_in(i18n.language.get(), value)


def said(reason: MatchReason) -> str:
    """The product's words behind a verdict as people read them."""
    return shown(reason.quote, reason.source)


def shown(quote: str, source: str) -> str:
    """Words of one of a product's attributes as people read them: codes in words, dates and amounts in their form."""
    with suppress(ValueError, InvalidOperation):  # words of a text that are no date or amount are read as they stand
        match source:
            case "update_frequency":
                return word(quote, "update_cycle")
            case "themes":
                return word(quote, "theme")
            case "delivery":
                return word(quote, "delivery")
            case "price":
                return yuan(Decimal(quote))
            case "time_from" | "time_to":
                return day(date.fromisoformat(quote))
    return quote


def due(value: datetime | None) -> str:
    """How long there is: "3 working days left", "overdue by 2 working days"."""
    if value is None:
        return ""
    left = calendar.working_days_left(datetime.now(UTC), value)
    if left > 0:
        return i18n.ngettext("%(n)d working day left", "%(n)d working days left", left) % {"n": left}
    if left == 0:
        return i18n.gettext("due today")
    return i18n.ngettext("overdue by %(n)d working day", "overdue by %(n)d working days", -left) % {"n": -left}


SPEAKING: tuple[Callable[..., str], ...] = (
    *(day, moment, second, yuan, percent, number, word, region, said, shown, due),
)
"""Filters whose answer depends on the reader's language."""


def for_each_reader(speaks: Callable[..., str]) -> Callable[..., str]:
    """The filter, asked anew by every page. What needs no context Jinja works out when it compiles a template, so
    that ``"list" | word(…)`` would stay in the first reader's language."""

    @pass_context
    def speak(_: Mapping[str, Any], *values: Any) -> str:
        return speaks(*values)

    return speak


@pass_context
def may(context: Mapping[str, Any], permission: str) -> bool:
    """Whether the reader holds a permission: ``{% if may("demand:write") %}``."""
    return reader(context).may(Permission(permission))


def reader(context: Mapping[str, Any]) -> Actor:
    """Who reads the page; nobody on an address without a route, where authentication has not run."""
    request: Request[Any, Any, Any] = context["request"]
    found: Actor = request.scope.get("user") or ANONYMOUS
    return found


@pass_context
def here(context: Mapping[str, Any]) -> str:
    """The address of the page itself, query included."""
    return target(context["request"].scope)


@pass_context
def flashes(context: Mapping[str, Any]) -> list[dict[str, str]]:
    """What was done just now, said once."""
    request: Request[Any, Any, Any] = context["request"]
    return list(get_flashes(context)) if isinstance(request.scope.get("session"), dict) else []


def engine() -> JinjaTemplateEngine:
    """The template engine: autoescaped, undefined names are errors."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_callables(i18n.gettext, i18n.ngettext, newstyle=True)  # type: ignore[attr-defined]
    environment.filters.update({speaks.__name__: for_each_reader(speaks) for speaks in SPEAKING})
    environment.globals.update(
        now_timestamp=lambda: datetime.now(UTC).timestamp(),
        may=may,
        flashes=flashes,
        here=here,
        reader=pass_context(reader),
        language=i18n.language.get,
        version=__version__,
        words=labels.WORDS,
        finality=labels_final.FINAL,
        glossary=GLOSSARY,
        dot=DOT,
    )
    return JinjaTemplateEngine(engine_instance=environment)
