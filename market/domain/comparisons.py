"""The matches of a demand side by side: one row a line of the demand, one column a product."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from market.domain.demands import LineKind, LineLevel, RequirementLine
from market.domain.machine import Edge
from market.domain.matches import MatchCard, MatchReason
from market.domain.products import Delivery, PriceUnit
from market.domain.questions import Question


class Offered(msgspec.Struct, frozen=True, kw_only=True):
    """What a product costs and on what terms, and what is known of its supplier."""

    product_id: int
    price: Decimal | None
    price_unit: PriceUnit | None
    licence: str
    delivery: tuple[Delivery, ...]
    verified: bool
    agreements: int
    """Of the supplier, in force."""
    answered: int
    answer_days: float | None
    """Median from a question to its answer."""


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """What one product says to one line, and what was asked about it. ``reason`` None: nothing is known yet."""

    reason: MatchReason | None
    question: Question | None = None


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One product. ``offered`` None: it is not listed any more."""

    match: MatchCard
    offered: Offered | None
    actions: frozenset[str]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One line, with a cell for each column. ``differs``: the products do not all say the same to it."""

    level: LineLevel
    kind: LineKind
    value: str
    cells: tuple[Cell, ...]
    differs: bool


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """The grid. ``left_out``: columns that were not chosen."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    left_out: int = 0


Asked = dict[tuple[int, str, str], Question]
"""(product, kind, value) -> the question that stands or was answered."""


def columns_of(
    cards: Sequence[MatchCard], offered: Sequence[Offered], actions: Sequence[Sequence[Edge]]
) -> tuple[Column, ...]:
    """A column for every card, in their order."""
    known = {one.product_id: one for one in offered}
    return tuple(
        Column(match=card, offered=known.get(card.product_id), actions=frozenset(edge.action for edge in edges))
        for card, edges in zip(cards, actions, strict=True)
    )


def rows_of(lines: Sequence[RequirementLine], columns: Sequence[Column], asked: Asked) -> tuple[Row, ...]:
    """The demand's lines in their order. What a match says of a line the demand has given up is left out."""
    said = [{(r.kind, r.value): r for r in column.match.reasons} for column in columns]
    rows = {(line.kind, line.value): line for line in reversed(lines)}
    found = []
    for key, line in reversed(rows.items()):
        cells = tuple(
            Cell(reason=reasons.get(key), question=asked.get((column.match.product_id, *key)))
            for column, reasons in zip(columns, said, strict=True)
        )
        verdicts = {cell.reason.verdict if cell.reason else None for cell in cells}
        found.append(Row(level=line.level, kind=line.kind, value=line.value, cells=cells, differs=len(verdicts) > 1))
    return tuple(found)
