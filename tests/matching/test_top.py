"""The best are those the formula says, and leaving postings out changes no answer."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from math import log1p, sqrt

import numpy as np
import pytest
from numpy.typing import NDArray

from matching import Document, Matcher
from matching.index import lexical, names, scoring, segment
from matching.index.lexical import Index
from matching.index.query import read
from matching.index.segment import Part
from matching.index.weighing import Weighted, weigh
from matching.matcher import WEIGHTS
from matching.text import Analyser

PLACES = ["", "合肥市", "泸州市", "上海市"]


def drawn(size: int) -> list[Document]:
    """Documents of words as unevenly frequent as in any language."""
    draw = random.Random(7)
    words = [f"w{n}x" for n in range(300)] + ["空气", "质量", "水库", "企业", "数据", "data", "water"]
    weights = [1 / (n + 1) for n in range(len(words))]
    draw.shuffle(words)

    def text(most: int) -> str:
        return " ".join(draw.choices(words, weights, k=draw.randint(1, most)))

    return [
        Document(id=f"{n:05}", title=text(5), description=text(60), region=draw.choice(PLACES)) for n in range(size)
    ]


@pytest.fixture(scope="module", params=[segment.BLOCK, 2 * scoring.LINE], ids=["one block", "many blocks"])
def index(request: pytest.FixtureRequest) -> Iterator[Index]:
    """4,000 of them, some withdrawn, some added; in blocks of as many rows."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(segment, "BLOCK", request.param)
        patch.setattr(lexical, "_room", cache(lambda: scoring.room(request.param)))
        yield edited(drawn(4_000))


def edited(products: list[Document]) -> Index:
    matcher = Matcher().fit(products[:3_500])
    matcher.remove([f"{n:05}" for n in range(0, 4_000, 17)])
    matcher.add(products[3_500:])
    return matcher._state.index


def postings(part: Part, term: int) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
    """The rows of ``term`` and what it is in each."""
    runs = range(part.run[term], part.run[term + 1])
    found = [part.posting[part.start[r] : part.start[r + 1]] for r in runs]
    rows = [
        int(part.block[r]) * segment.BLOCK + (some >> 16).astype(np.int64) for r, some in zip(runs, found, strict=True)
    ]
    return np.concatenate(rows), np.concatenate(found) & 0xFFFF


def weighed(index: Index, *texts: str) -> Weighted:
    return weigh(read(texts, Analyser()), index)


def scores(index: Index, query: Weighted, number: int) -> NDArray[np.float32]:
    """The score of every row of a segment, every posting added."""
    held = index.segments[number]
    norm, gloss_norm = index._norms
    total = np.zeros(len(held.ids), np.int64)
    [slower], [unit], [places] = query.slower, query.unit, query.places
    ends = np.cumsum(query.sizes[0])[:-1]
    parts = (held.body, slower * norm), (held.head, None), (held.gloss, gloss_norm)
    for (part, lengths), terms, weights in zip(
        parts, np.split(query.terms, ends), np.split(query.weights, ends), strict=True
    ):
        for term, weight in zip(terms, weights, strict=True):
            if term >= len(part.run) - 1 or part.run[term] == part.run[term + 1]:
                continue
            rows, code = postings(part, term)
            if lengths is None:
                share = code.astype(np.float32) * np.float32(1 / segment.WHOLE)
            else:
                count = (code >> 8).astype(np.float32)
                share = count / (count + lengths[code & 0xFF])
            total[rows] += (weight * unit * share).astype(np.int64) + 1
    found = total.astype(np.float32) * index.places.factors(places)[held.place]
    return np.where(index.alive[number], found * (np.float32(1) / unit), np.float32(0))


@pytest.mark.parametrize("k", [1, 10, 200, 5_000])
@pytest.mark.parametrize("size", [1, 3, 12, 80])
def test_the_best_are_those_of_all_postings(index: Index, size: int, k: int) -> None:
    draw = random.Random(size * k)
    words = [*(f"w{n}x" for n in range(300)), "空气质量", "数据", "水库", *PLACES[1:]]
    for _ in range(12):
        query = weighed(index, " ".join(draw.choices(words, k=size)))
        naive = [
            (held.ids[row], float(score))
            for number, held in enumerate(index.segments)
            for row, score in enumerate(scores(index, query, number))
            if score > 0
        ]
        assert index.tops(query, k) == [sorted(naive, key=lambda hit: (-hit[1], hit[0]))[:k]]


class Told:
    """What a document says, counted plainly."""

    def __init__(self, document: Document, analyser: Analyser) -> None:
        self.region = document.region
        self.body, self.head, self.gloss = Counter[str](), Counter[str](), Counter[str]()
        for name in ("title", "description", "region"):
            cut = analyser.cut(getattr(document, name))
            for term in [*cut.terms, *cut.pairs]:
                self.body[term] += WEIGHTS[name]
                self.head[term] += name == "title"
            for _, english in cut.glosses:
                for nth, term in enumerate(english, 1):
                    self.gloss[term] += round(8 / sqrt(nth)) / 8
        self.name = names.term(spelt(document.title, analyser))
        if self.name:
            self.body[self.name] += 1
        self.norm = sqrt(sum(log1p(n) ** 2 for n in self.head.values()))


def formula(text: str, told: Sequence[Told]) -> list[float]:
    """The score of each document as ``matching.index.weighing`` says it, in floating point from the texts alone."""
    query, glosses, size = read([text], Analyser()), Analyser().glosses(text), len(told)

    def rarity(term: str, where: str) -> float:
        found = sum(getattr(one, where)[term] > 0 for one in told)
        return log1p((size - found + 0.5) / (found + 0.5)) ** 1.1

    asked = {query.terms[t]: log1p(n / 2) for t, n in zip(query.words.numbers, query.words.counts, strict=True)}
    asked |= {query.terms[t]: 0.3 * log1p(n / 2) for t, n in zip(query.pairs.numbers, query.pairs.counts, strict=True)}
    weights = {term: often * rarity(term, "body") for term, often in asked.items()}
    total = sum(weights.values())
    long = min(1.0, total**2 / sum(w**2 for w in weights.values()) / 40)
    english = Counter[str]()
    for (word, terms), n in Counter(glosses).items():
        for nth, term in enumerate(terms, 1):
            worth = log1p(n / 2) * (0.6 if len(word) == 1 else 1)
            english[term] += worth * rarity(term, "body") / sqrt(nth * len(terms))
    known = {one.name for one in told if one.name}
    [within] = names.Names(known).within(query.letters)
    named = {name: 6 * rarity(name, "body") for name in within if name in known}
    foreign = {term: often * rarity(term, "gloss") for term, often in asked.items() if term.isascii()}
    return [
        (
            bm25(one.body, Counter(weights) + english + Counter(named), mean_of("body", told), 1.2 * (1 + 2 / 3 * long))
            + 1.2 * long * sum(w * log1p(one.head[term]) / one.norm for term, w in weights.items())
            + bm25(one.gloss, foreign, mean_of("gloss", told), 1.2)
        )
        / total
        * (0.65 if query.places[0] and one.region and one.region not in text else 1)
        for one in told
    ]


def spelt(text: str, analyser: Analyser) -> str:
    """The letters of ``text``."""
    return "".join(map(chr, analyser.cut_all([text]).letters.at(0)))


def mean_of(where: str, told: Sequence[Told]) -> float:
    return sum(sum(getattr(one, where).values()) for one in told) / len(told)


def bm25(counts: Mapping[str, float], weights: Mapping[str, float], mean: float, k1: float) -> float:
    norm = k1 * (0.25 + 0.75 * rounded(sum(counts.values())) / mean)
    return sum(w * counts[term] / (counts[term] + norm) for term, w in weights.items())


def rounded(length: float) -> float:
    """The nearest of the lengths told apart: every eighth up to four words, then in 223 steps to 100,000."""
    apart = [*range(32), *(round(32 * 25_000 ** (n / 223)) for n in range(224))]
    return min(apart, key=lambda one: abs(one - 8 * length)) / 8


@pytest.mark.parametrize("size", [1, 4, 30, 120])
def test_scores_are_those_of_the_formula(size: int) -> None:
    products = drawn(150)
    told = [Told(product, Analyser()) for product in products]
    matcher, draw = Matcher().fit(products), random.Random(size)
    words = [*(f"w{n}x" for n in range(60)), "空气质量", "数据", "水库", "data", *PLACES[1:]]
    for _ in range(4):
        text = " ".join(draw.choices(words, k=size))
        expected = {product.id: s for product, s in zip(products, formula(text, told), strict=True) if s > 0}
        assert dict(matcher.search(text, len(products))) == pytest.approx(expected, abs=1e-5)


def test_many_queries_at_once_are_answered_as_one_by_one(index: Index) -> None:
    texts = ["w1x w2x 合肥市", "", "数据", "w3x 数据 泸州市", "nothing known", "w1x w2x 合肥市"]
    queries = weighed(index, *texts)
    assert index.tops(queries, 20) == [hits for text in texts for hits in index.tops(weighed(index, text), 20)]
    assert index.tops(queries, 0) == [[] for _ in texts]
    assert index.tops(weighed(index), 20) == []


def test_where_words_tell_nothing_there_is_room_for_a_name() -> None:
    products = [Document(id=f"{n}", title=f"数据 公交 城市 {n}") for n in range(1_000)]
    matcher = Matcher().fit([*products, Document(id="named", title="城市 公交 数据")])
    [(first, score), (_, other), *_] = matcher.search("城市 公交 数据", 10)
    assert first == "named"
    assert score > 15 > other > 0


def test_the_scratch_is_left_clean(index: Index) -> None:
    query = weighed(index, "w1x w2x w3x")
    first = index.tops(query, 10)
    for k in (0, 1, 10, 1_000):
        index.tops(weighed(index, "w0x w5x 数据 合肥市"), k)
    assert index.tops(query, 10) == first
