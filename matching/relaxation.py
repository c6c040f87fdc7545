"""Which line of a demand, dropped or widened, brings how many products; counted from verdicts, nothing is guessed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from matching.types import Document, Kind, Level, Line, Verdict
from matching.widening import accepts, wider


@dataclass(frozen=True, slots=True)
class Relaxation:
    """With ``line`` (number ``number`` of the demand) dropped, or put as ``wider``, the ``products`` would fit that do
    not now."""

    number: int
    line: Line
    products: tuple[str, ...]
    wider: Line | None = None


def relaxations(
    lines: Sequence[Line],
    verdicts: Mapping[str, Sequence[Verdict]],
    documents: Mapping[str, Document] | None = None,
    *,
    today: date | None = None,
) -> list[Relaxation]:
    """For each must line the products that only this line keeps away, the line that brings most first, and before
    each the easier forms of it that bring some of them, the nearest form first.

    The topic is not relaxed (without it the demand would be another) and has to be met.

    :param verdicts: for each product the verdict on each of ``lines``.
    :param documents: the products by id; without them lines are only dropped, not widened.
    :param today: the day "the last three years" is counted back from; today by default.
    """
    gained: dict[int, list[str]] = defaultdict(list)
    for product, told in sorted(verdicts.items()):
        unmet = [n for n in _open(lines, told) if told[n] is Verdict.UNMET]
        if len(unmet) == 1 and _on_topic(lines, told):
            gained[unmet[0]].append(product)
    found: list[Relaxation] = []
    for n, products in sorted(gained.items(), key=lambda item: (-len(item[1]), item[0])):
        held = {product: documents[product] for product in products if product in documents} if documents else {}
        found += _widened(n, lines[n], held, today or date.today())
        found.append(Relaxation(n, lines[n], tuple(products)))
    return found


def _open(lines: Sequence[Line], told: Sequence[Verdict]) -> list[int]:
    """The must lines a product does not meet; of several topics one that is met is enough."""
    short = [n for n, line in enumerate(lines) if line.level is Level.MUST and told[n] is not Verdict.MET]
    return [n for n in short if lines[n].kind is not Kind.TOPIC] if _on_topic(lines, told) else short


def _on_topic(lines: Sequence[Line], told: Sequence[Verdict]) -> bool:
    topics = [n for n, line in enumerate(lines) if line.kind is Kind.TOPIC and line.level is Level.MUST]
    return not topics or any(told[n] is Verdict.MET for n in topics)


def _widened(number: int, line: Line, documents: Mapping[str, Document], today: date) -> Iterator[Relaxation]:
    """The steps that bring more than the step before, short of bringing everything that dropping brings."""
    before = 0
    for form in wider(line, today) if documents else ():
        met = [p for p, document in documents.items() if accepts(form, document, today)]
        if len(met) > before:
            before = len(met)
            yield Relaxation(number, line, tuple(met), form)
        if before == len(documents):
            return
