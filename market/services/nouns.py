"""What differs between products and demands when they are brought in from a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from market.domain.accounts import OrganisationKind
from market.domain.demands import DemandContent
from market.domain.lifecycles import DEMAND, PRODUCT
from market.domain.machine import Guard, Machine, Party
from market.domain.products import ProductContent
from market.services import demands, matchmaking, products
from market.store import imports as store
from market.store.query import Command, Query


class Noun(msgspec.Struct, frozen=True, kw_only=True):
    """What differs between products and demands."""

    machine: Machine
    content: type[Any]
    compared: tuple[str, ...]
    """Fields that decide whether the file says something else than the row."""
    check: Callable[[Any], Any]
    complete: Callable[[Any], Any]
    """What is read out of a content that is new."""
    editable: frozenset[str]
    walk: tuple[tuple[str, str, Party], ...]
    """(state, action, party) from the draft to the market."""
    kind: OrganisationKind
    """Of an organisation made for a publisher."""
    lock: Query[int]
    """The rows that a file's source and ids mean, locked."""
    existing: Query[Any]
    add: Command
    edit: Command
    keep: Command
    published: str
    """The field that says whether it was ever public."""
    rules: Callable[[], tuple[Guard, ...]]
    """What must go on holding while it is public."""
    public: str
    """The state in which it is public."""


def _with_lines(content: DemandContent) -> DemandContent:
    return msgspec.structs.replace(content, lines=matchmaking.read_lines(content.title, content.text))


def _without_lines(content: DemandContent) -> DemandContent:
    """Checked; the lines are read only when the row turns out to be new."""
    return demands.checked(msgspec.structs.replace(content, lines=()))


NOUNS = {
    "product": Noun(
        machine=PRODUCT,
        content=ProductContent,
        compared=ProductContent.__struct_fields__,
        check=products.checked,
        complete=lambda content: content,
        editable=products.EDITABLE,
        walk=(("draft", "submit", Party.SUPPLIER), ("compliance_review", "list", Party.REGISTRAR)),
        kind=OrganisationKind.SUPPLIER,
        lock=store.LOCK_PRODUCTS,
        existing=store.PRODUCTS,
        add=store.ADD_PRODUCTS,
        edit=store.EDIT_PRODUCTS,
        keep=store.KEEP_PRODUCTS,
        published="listed_at",
        rules=products.listing_guards,
        public="listed",
    ),
    "demand": Noun(
        machine=DEMAND,
        content=DemandContent,
        compared=("title", "text", "theme", "region", "purpose", "budget", "needed_by"),
        check=_without_lines,
        complete=_with_lines,
        editable=demands.EDITABLE,
        walk=(("draft", "submit", Party.DEMANDER), ("submitted", "open", Party.BROKER)),
        kind=OrganisationKind.ENTERPRISE,
        lock=store.LOCK_DEMANDS,
        existing=store.DEMANDS,
        add=store.ADD_DEMANDS,
        edit=store.EDIT_DEMANDS,
        keep=store.KEEP_DEMANDS,
        published="opened_at",
        rules=tuple,
        public="open",
    ),
}
