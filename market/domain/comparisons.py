"""The matches of a demand side by side: one row a line of the demand, one column a product."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from market.domain.bundles import Bundle, whole
from market.domain.demands import LineKind, LineLevel, RequirementLine
from market.domain.machine import Edge
from market.domain.matches import MatchCard, MatchReason, Verdict
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
    alike: int
    """Other listed products that hold the same data."""


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """What one product says to one line, and what was asked about it. ``reason`` None: nothing is known yet."""

    reason: MatchReason | None
    question: Question | None = None


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One product. ``offered`` None: it is not listed any more."""

    match: MatchCard
    offered: Offered | None
    actions: frozenset[str]


class Joint(msgspec.Struct, frozen=True, kw_only=True):
    """What a bundle says to one line: ``by`` holds the members that meet it, by their place from 1, and their words."""

    verdict: Verdict
    by: tuple[tuple[int, MatchReason], ...] = ()


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One line, with a cell for each column and one for each bundle. ``differs``: they do not all say the same."""

    level: LineLevel
    kind: LineKind
    value: str
    cells: tuple[Cell, ...]
    joints: tuple[Joint, ...] = ()
    differs: bool


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """The grid. ``left_out``: columns that were not chosen. ``bundles`` None: nobody has looked for any."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    left_out: int = 0
    bundles: tuple[Bundle, ...] | None = None

    @property
    def whole(self) -> bool:
        """Whether a product by itself meets every must line, so that no bundle is needed."""
        return any(whole(column.match.reasons) for column in self.columns)


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


def rows_of(
    lines: Sequence[RequirementLine], columns: Sequence[Column], asked: Asked, bundles: Sequence[Bundle] = ()
) -> tuple[Row, ...]:
    """The demand's lines in their order. What a match says of a line the demand has given up is left out."""
    said = [{(r.kind, r.value): r for r in column.match.reasons} for column in columns]
    rows = {(line.kind, line.value): line for line in reversed(lines)}
    found = []
    for key, line in reversed(rows.items()):
        cells = tuple(
            Cell(reason=reasons.get(key), question=asked.get((column.match.product_id, *key)))
            for column, reasons in zip(columns, said, strict=True)
        )
        joints = tuple(_joint(bundle, line) for bundle in bundles)
        verdicts = {cell.reason.verdict if cell.reason else None for cell in cells} | {one.verdict for one in joints}
        found.append(
            Row(
                level=line.level,
                kind=line.kind,
                value=line.value,
                cells=cells,
                joints=joints,
                differs=len(verdicts) > 1,
            )
        )
    return tuple(found)


def _joint(bundle: Bundle, line: RequirementLine) -> Joint:
    """A budget is held against the sum; any other line is met where one of the members meets it."""
    if line.kind is LineKind.BUDGET:
        return Joint(verdict=bundle.within_budget)
    said = next(one for one in bundle.lines if (one.level, one.kind, one.value) == (line.level, line.kind, line.value))
    by = tuple(
        (place, reason)
        for place, member in enumerate(bundle.members, 1)
        for reason in member.reasons
        if member.product_id in said.by and (reason.kind, reason.value) == (line.kind, line.value)
    )
    return Joint(verdict=said.verdict, by=by)
