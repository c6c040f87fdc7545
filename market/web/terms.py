"""Terms of an offer on pages: the form they are typed into, and what differs between two of them in words."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, NamedTuple

import msgspec
from litestar.datastructures import FormMultiDict
from msgspec import Meta

from market import i18n
from market.domain.errors import Invalid
from market.domain.negotiations import INCOMPLETE_CLAUSE, OfferIn, TermChange, Terms
from market.web import forms
from market.web.jinja import day, word, yuan
from market.web.labels import WORDS


class OfferForm(Terms, frozen=True, kw_only=True):
    """An offer as one flat form."""

    valid_days: Annotated[int, Meta(ge=1, le=365)] = 14
    note: Annotated[str, Meta(max_length=2_000)] = ""


class Difference(NamedTuple):
    """One line of a comparison, in the reader's words; an empty side means added or taken out."""

    name: str
    was: str
    now: str


def typed_offer(form: FormMultiDict) -> forms.Typed:
    """What was typed; the rows of clause_title and clause_text become ``clauses``, empty rows are dropped."""
    typed = forms.typed(form, "clause_title", "clause_text")
    rows = zip(typed.pop("clause_title"), typed.pop("clause_text"), strict=False)
    typed["clauses"] = [{"title": title, "text": text} for title, text in rows if title or text]
    return typed


def read_offer(typed: forms.Typed) -> OfferIn:
    """The offer that was typed. Raises Invalid with one sentence per field."""
    try:
        flat = forms.read(OfferForm, typed)
    except Invalid as error:
        if "clauses" in error.fields:
            raise Invalid(error.fields | {"clauses": INCOMPLETE_CLAUSE}) from None
        raise
    terms = Terms(**{name: getattr(flat, name) for name in Terms.__struct_fields__})
    return OfferIn(terms=terms, valid_days=flat.valid_days, note=flat.note)


def as_typed(terms: Terms) -> forms.Typed:
    """Terms as the form shows them."""
    values: forms.Typed = msgspec.to_builtins(terms)
    return values


def differences(changes: tuple[TermChange, ...]) -> list[Difference]:
    """What changed, amounts, dates and choices in the reader's form."""
    return [
        Difference(change.name, change.was, change.now)
        if change.clause
        else Difference(
            i18n.gettext(WORDS["term"][change.name]),
            _in_words(change.name, change.was),
            _in_words(change.name, change.now),
        )
        for change in changes
    ]


def _in_words(name: str, value: str) -> str:
    if name == "price":
        return yuan(Decimal(value))
    if name in ("period_from", "period_to"):
        return day(date.fromisoformat(value))
    return word(value, name) if name in ("price_unit", "delivery") else value
