"""What would help: which change to a product, which product to build, who to ask.

All of it is counted from verdicts, nothing is guessed: a change counts for a demand only when the product, so
changed, is judged to meet it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Final

import msgspec
import rjieba

from matching import regions
from matching.index.located import named, place_of
from matching.reading import periods, prices
from matching.text import Analyser, normalise
from matching.types import Document, Kind, Level, Line, Verdict
from matching.verdicts import judge

ATTRIBUTES: Final[Mapping[Kind, str]] = {
    Kind.FIELDS: "fields",
    Kind.GRANULARITY: "granularity",
    Kind.TIME_SPAN: "time_from",
    Kind.UPDATE_CYCLE: "update_frequency",
    Kind.REGION: "region",
    Kind.DELIVERY: "delivery",
    Kind.FORMAT: "formats",
    Kind.BUDGET: "price",
}
"""Where a product answers a kind of line. What it is about and what it may be used for is not changed by a word."""

CANDIDATES: Final = 100
"""Products to build that are held against the demands."""

PROVINCE: Final = 4
"""Characters of a place's code that tell its province (CN34)."""

_GENERIC: Final = frozenset(
    ["数据", "信息", "统计", "情况", "记录", "资料", "明细", "data", "dataset", "inform", "statist", "record"]
)


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """If the product offered ``value`` in ``attribute``, the ``demands`` would have all they must have, and have not
    now; ``verdict`` tells whether it says otherwise to one of them (UNMET) or only does not say (UNKNOWN)."""

    kind: Kind
    attribute: str
    value: str
    verdict: Verdict
    demands: tuple[str, ...]


class Outlook(msgspec.Struct, frozen=True, kw_only=True):
    """What a product is worth among demands.

    ``near``: those that ask for what it is about; ``open``: those of them that have all they must have; ``asked``:
    for each kind of line how many of the near ones ask for it while the product does not say.
    """

    near: tuple[str, ...]
    open: tuple[str, ...]
    changes: tuple[Change, ...]
    asked: dict[Kind, int]


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A product nobody offers: what it would be about, where ("" for anywhere), and the ``demands`` it would serve."""

    topic: str
    place: str
    demands: tuple[str, ...]


def what_if(document: Document, demands: Mapping[str, Sequence[Line]], *, today: date, k: int = 10) -> Outlook:
    """Which single change to ``document`` opens which demands, the one that opens most first, at most ``k``.

    :param demands: the lines of each open demand.
    """
    near = [demand for demand, lines in demands.items() if _near(document, lines, today)]
    told = {demand: [judge(line, document, today).verdict for line in demands[demand]] for demand in near}
    asked = Counter(kind for demand in near for kind in _unsaid(demands[demand], told[demand]))
    short = {demand: _short(demands[demand], told[demand]) for demand in near}
    blocked: dict[Kind, dict[str, list[tuple[Line, Verdict]]]] = defaultdict(dict)
    for demand, lines in short.items():
        kinds = {line.kind for line, _ in lines}
        if len(kinds) == 1 and (kind := kinds.pop()) in ATTRIBUTES:
            blocked[kind][demand] = lines
    changes = [change for kind, waiting in blocked.items() for change in _changes(document, kind, waiting, today)]
    ranked = sorted(changes, key=lambda c: (-len(c.demands), c.verdict is Verdict.UNMET, c.kind, c.value))
    opened = tuple(demand for demand, lines in short.items() if not lines)
    return Outlook(near=tuple(near), open=opened, changes=tuple(ranked[:k]), asked=dict(asked))


def _near(document: Document, lines: Sequence[Line], today: date) -> bool:
    """Whether a product is about what is asked for; where no topic is named, whether it meets anything."""
    telling = [line for line in lines if line.kind is Kind.TOPIC] or lines
    return any(judge(line, document, today).verdict is Verdict.MET for line in telling)


def _short(lines: Sequence[Line], told: Sequence[Verdict]) -> list[tuple[Line, Verdict]]:
    """The must lines that are not met. Of several topics one is enough; a purpose is settled when terms are."""
    musts = [(line, verdict) for line, verdict in zip(lines, told, strict=True) if line.level is Level.MUST]
    topics = [(line, verdict) for line, verdict in musts if line.kind is Kind.TOPIC]
    if any(verdict is Verdict.MET for _, verdict in topics):
        topics = []
    rest = [(line, v) for line, v in musts if v is not Verdict.MET and line.kind not in (Kind.TOPIC, Kind.PURPOSE)]
    return [*topics, *rest]


def _unsaid(lines: Sequence[Line], told: Sequence[Verdict]) -> set[Kind]:
    return {line.kind for line, verdict in zip(lines, told, strict=True) if verdict is Verdict.UNKNOWN}


def _changes(
    document: Document, kind: Kind, waiting: Mapping[str, Sequence[tuple[Line, Verdict]]], today: date
) -> list[Change]:
    """What opens demands that wait for nothing but this kind; of changes that open the same the one asked for most."""
    lines = {line.value or line.phrase: line for told in waiting.values() for line, _ in told}
    often = Counter(line.value or line.phrase for told in waiting.values() for line, _ in told)
    found: dict[tuple[str, ...], Change] = {}
    for value, _ in sorted(often.items(), key=lambda item: (-item[1], item[0])):
        changed = offering(document, lines[value], today)
        if changed is None:
            continue
        opened = {
            demand: told
            for demand, told in waiting.items()
            if all(judge(line, changed, today).verdict is Verdict.MET for line, _ in told)
        }
        otherwise = any(verdict is Verdict.UNMET for told in opened.values() for _, verdict in told)
        verdict = Verdict.UNMET if otherwise else Verdict.UNKNOWN
        change = Change(
            kind=kind, attribute=ATTRIBUTES[kind], value=value, verdict=verdict, demands=tuple(sorted(opened))
        )
        if opened:
            found.setdefault(change.demands, change)
    return list(found.values())


def offering(document: Document, line: Line, today: date) -> Document | None:
    """``document`` changed in one attribute so that it meets ``line``; None when no such change is known."""
    for value in dict.fromkeys(filter(None, (line.value.strip(), line.phrase.strip()))):
        for changed in _offers(document, line.kind, value, today):
            if judge(line, changed, today).verdict is Verdict.MET:
                return changed
    return None


def _offers(document: Document, kind: Kind, value: str, today: date) -> Iterable[Document]:
    """The ways to offer ``value`` beside what is offered already, or in its place."""
    replace = msgspec.structs.replace
    match kind:
        case Kind.FIELDS:
            yield replace(document, fields=(*document.fields, value))
        case Kind.DELIVERY:
            yield replace(document, delivery=(*document.delivery, value))
        case Kind.FORMAT:
            yield replace(document, formats=(*document.formats, value))
        case Kind.UPDATE_CYCLE:
            yield replace(document, update_frequency=value)
        case Kind.GRANULARITY:
            yield replace(document, granularity=_beside(document.granularity, value))
            yield replace(document, granularity=value)
        case Kind.REGION if _same_province(document, value):
            wider = replace(document, region=_beside(document.region, value))
            yield wider
            yield replace(wider, title=_beside(document.title, value))  # a place in the title is believed first
        case Kind.TIME_SPAN:
            yield from (_reaching(document, span, today) for span in periods.spans(value, today))
        case Kind.BUDGET:
            yield from (_priced(document, money) for money in prices.budgets(value) if money.limit is not None)


def _same_province(document: Document, value: str) -> bool:
    """Whether a product could grow to a place: one in another province would be another product."""
    ground, asked = place_of(document), frozenset().union(*named(value))
    provinces, theirs = (frozenset(code[:PROVINCE] for code in codes) for codes in (ground, asked))
    return not ground or not asked or regions.overlaps(provinces, theirs)


def _beside(old: str, new: str) -> str:
    return f"{old}、{new}" if old else new


def _reaching(document: Document, span: periods.Span, today: date) -> Document:
    start = span.time_from or date(today.year - 1, 1, 1)
    begin = min(start, document.time_from) if document.time_from else start
    end = document.time_to and max(document.time_to, min(span.time_to or today, today))
    return msgspec.structs.replace(document, time_from=begin, time_to=end)


def _priced(document: Document, money: prices.Money) -> Document:
    unit = {0.0: "次", 30.0: "月", 1.0: "日"}.get(-1.0 if money.days is None else money.days, "年")
    return msgspec.structs.replace(document, price=money.limit, price_unit="" if money.days is None else unit)


def most_wanted(missing: Mapping[str, Sequence[Line]], *, today: date, k: int = 10) -> list[Wanted]:
    """Which product, if it were built, would serve most demands, most wanted first.

    A product is a topic and a place some demand names. It serves the demands one of whose must topics and all of
    whose must places it is judged to meet; what else they ask for is for its builder to provide. Of two products
    on the list neither serves only what the other serves as well.

    :param missing: for each demand without a product its lines.
    """
    asking = _Asking(missing)
    found = []
    for words, place in asking.likely():
        product = Document(id="", title=asking.spelling(words, place), region=place)
        demands = tuple(sorted(d for d in asking.near(words) if asking.served(d, product, words, today)))
        if demands:
            found.append(Wanted(topic=product.title, place=place, demands=demands))
    return _apart(sorted(found, key=lambda w: (-len(w.demands), w.topic, w.place)), k)


class _Asking:
    """Who must have which topic where, by the words of the topics."""

    def __init__(self, missing: Mapping[str, Sequence[Line]]) -> None:
        self.topics: dict[str, list[tuple[frozenset[str], Line]]] = {}
        self.places: dict[str, list[Line]] = {}
        self._spelt: dict[tuple[frozenset[str], str], Counter[str]] = defaultdict(Counter)
        self._speaking: dict[str, set[str]] = defaultdict(set)
        for demand, lines in sorted(missing.items()):
            musts = [line for line in lines if line.level is Level.MUST]
            self.topics[demand] = [(subject(line.value), line) for line in musts if line.kind is Kind.TOPIC]
            self.places[demand] = [line for line in musts if line.kind is Kind.REGION]
            for words, line in self.topics[demand]:
                for word in words:
                    self._speaking[word].add(demand)
                for place in [_place(where.value) for where in self.places[demand]] or [""]:
                    self._spelt[words, place][line.value] += 1

    def likely(self) -> list[tuple[frozenset[str], str]]:
        """The topics and places to look at: the most often named, then those of the most common words."""
        order = {
            (words, place): (-spelt.total(), -max((len(self._speaking[w]) for w in words), default=0), sorted(words))
            for (words, place), spelt in self._spelt.items()
        }
        return sorted(order, key=lambda key: (order[key], key[1]))[:CANDIDATES]

    def spelling(self, words: frozenset[str], place: str) -> str:
        """How a topic is mostly written, the shortest of equals."""
        return min(self._spelt[words, place].items(), key=lambda item: (-item[1], len(item[0]), item[0]))[0]

    def near(self, words: frozenset[str]) -> set[str]:
        """The demands that say one of the words."""
        return set().union(*(self._speaking[word] for word in words))

    def served(self, demand: str, product: Document, words: frozenset[str], today: date) -> bool:
        """Whether ``product``, whose topic has these words, is judged to be about what the demand asks for, there."""
        told = (line for said, line in self.topics[demand] if 3 * len(said & words) >= 2 * len(said))
        return any(judge(line, product, today).verdict is Verdict.MET for line in told) and all(
            judge(line, product, today).verdict is Verdict.MET for line in self.places[demand]
        )


def _apart(ranked: Sequence[Wanted], k: int) -> list[Wanted]:
    kept: list[Wanted] = []
    for wanted in ranked:
        if not any(set(wanted.demands) <= set(other.demands) for other in kept):
            kept.append(wanted)
        if len(kept) == k:
            break
    return kept


def _place(value: str) -> str:
    """The place by its full name where it has one, so that 合肥 and 合肥市 are one."""
    places = regions.find(value)
    return "、".join(regions.label(place.options[0]) or place.phrase for place in places) or value.strip()


@lru_cache(maxsize=16_384)
def subject(topic: str) -> frozenset[str]:
    """The words that tell what a topic is about: without places, without what any data could be called."""
    for place in regions.find(topic):
        topic = topic.replace(place.phrase, " ")
    stem = Analyser().stem
    words = (stem(word) if word.isascii() else word for word in rjieba.cut(normalise(topic), False))
    return frozenset(word for word in words if len(word) > 1 and word.isalpha()) - _GENERIC
