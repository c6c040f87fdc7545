"""Why a product fits a demand, line by line: met, not met or unknown, in the words of both sides.

Structured attributes decide first (region, time span, update cycle, granularity, delivery, format, price), then
the product's texts. A quote is always a literal part of the attribute named as its source; where the product
says nothing the verdict is UNKNOWN, which is a question to the supplier (``question``), not a refusal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import msgspec

from matching.coverage import Judgement, Weight
from matching.types import Document, Kind, Level, Line, Reason, Verdict
from matching.verdicts import judge

_LEVELS = {Level.MUST: 4.0, Level.SHOULD: 2.0, Level.NICE: 1.0}
_KINDS = {Kind.TOPIC: 3.0, Kind.REGION: 2.0, Kind.FIELDS: 1.5, Kind.PURPOSE: 0.5}


def explain(
    lines: Sequence[Line], document: Document, *, today: date, weight: Weight | None = None
) -> tuple[Reason, ...]:
    """One reason per line, in the same order.

    ``weight`` gives the importance of a term of ``matching.text`` (an inverse document frequency); without it
    terms weigh by their length. ``today`` is the day 近五年 is counted back from. ``share`` is the part of the
    pair's score a line brings: its weight (level times kind) among all lines when met, 0 otherwise.
    """
    total = sum(_worth(line) for line in lines)
    reasons = []
    for line in lines:
        verdict = judge(line, document, today, weight)
        share = _worth(line) * verdict.degree / total if verdict.verdict is Verdict.MET else 0.0
        reasons.append(_reason(line, verdict, share))
    return tuple(reasons)


ANSWER = "answer"
"""The source of a reason that quotes what the supplier answered."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a supplier answered about one line: MET or UNMET, how much of it is met (0 to 1), and in which words."""

    verdict: Verdict
    degree: float = 1.0
    words: str = ""


def with_answers(reasons: Sequence[Reason], answers: Mapping[tuple[Kind, str], Answer]) -> tuple[Reason, ...]:
    """The reasons with the lines the product does not speak of decided by the ``answers`` to (kind, value).

    What the product itself says goes before what was once answered.
    """
    total = sum(_worth(reason) for reason in reasons)
    return tuple(
        _answered(reason, answer, total)
        if reason.verdict is Verdict.UNKNOWN and (answer := answers.get((reason.kind, reason.value)))
        else reason
        for reason in reasons
    )


def _answered(reason: Reason, answer: Answer, total: float) -> Reason:
    share = _worth(reason) * answer.degree / total if answer.verdict is Verdict.MET else 0.0
    return msgspec.structs.replace(reason, verdict=answer.verdict, quote=answer.words, source=ANSWER, share=share)


def _worth(line: Line | Reason) -> float:
    return _LEVELS[line.level] * _KINDS.get(line.kind, 1.0)


def _reason(line: Line, judgement: Judgement, share: float) -> Reason:
    return Reason(level=line.level, kind=line.kind, value=line.value, verdict=judgement.verdict, phrase=line.phrase,
                  quote=judgement.quote, source=judgement.source, share=share)  # fmt: skip


def fits(reasons: Sequence[Reason]) -> bool:
    """Whether nothing the demand must have is known to be missing.

    Several topics may each be met by a product of its own, so one that is not unmet is enough.
    """
    unmet = [r.verdict is Verdict.UNMET for r in reasons if r.level is Level.MUST and r.kind is not Kind.TOPIC]
    topics = [r.verdict is Verdict.UNMET for r in reasons if r.level is Level.MUST and r.kind is Kind.TOPIC]
    return not any(unmet) and not (topics and all(topics))


_QUESTIONS = {
    Kind.TOPIC: ("该产品是否包含“{}”？", "Does this product contain “{}”?"),
    Kind.FIELDS: ("该产品是否提供以下字段：{}？", "Does this product provide these fields: {}?"),
    Kind.GRANULARITY: ("数据的粒度能否达到“{}”？", "Does the data reach this granularity: {}?"),
    Kind.TIME_SPAN: ("数据的时间范围能否覆盖“{}”？", "Does the data cover this period: {}?"),
    Kind.UPDATE_CYCLE: ("数据能否做到“{}”？", "Can the data be updated this often: {}?"),
    Kind.REGION: ("数据是否覆盖“{}”？", "Does the data cover {}?"),
    Kind.DELIVERY: ("能否以“{}”的方式交付？", "Can it be delivered this way: {}?"),
    Kind.FORMAT: ("能否提供“{}”格式？", "Can it be supplied in this format: {}?"),
    Kind.PURPOSE: ("该产品可否用于“{}”？", "May this product be used for {}?"),
    Kind.BUDGET: ("在“{}”的预算内能否提供？", "Can it be supplied within this budget: {}?"),
}


def question(line: Line, language: str) -> str:
    """What to ask the supplier about an unknown line, in ``language`` ("zh" or "en"), in the demand's words."""
    if language not in ("zh", "en"):
        raise ValueError(f"no questions in {language!r}; use 'zh' or 'en'")
    return _QUESTIONS[line.kind][language == "en"].format(line.phrase.strip() or line.value.strip())
