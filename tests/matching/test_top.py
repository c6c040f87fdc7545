"""Leaving postings out changes no answer."""

from __future__ import annotations

import random

import numpy as np
import pytest
from numpy.typing import NDArray

from matching import Document, Matcher, kernels
from matching.lexical import Index
from matching.query import Weighted, read, weigh
from matching.text import Analyser

PLACES = ["", "合肥市", "泸州市", "上海市"]


@pytest.fixture(scope="module")
def index() -> Index:
    """4,000 documents of words as unevenly frequent as in any language, some withdrawn, some added."""
    draw = random.Random(7)
    words = [f"w{n}x" for n in range(300)] + ["空气", "质量", "水库", "企业", "数据"]
    weights = [1 / (n + 1) for n in range(len(words))]
    draw.shuffle(words)

    def text(most: int) -> str:
        return " ".join(draw.choices(words, weights, k=draw.randint(1, most)))

    products = [
        Document(id=f"{n:05}", title=text(5), description=text(60), region=draw.choice(PLACES)) for n in range(4_000)
    ]
    matcher = Matcher().fit(products[:3_500])
    matcher.remove([f"{n:05}" for n in range(0, 4_000, 17)])
    matcher.add(products[3_500:])
    return matcher._state.index


def scores(index: Index, query: Weighted, number: int) -> NDArray[np.float32]:
    """The score of every row of a segment, every posting added."""
    segment = index.segments[number]
    norm, gloss_norm = index._norms[number]
    total = np.zeros(len(segment.ids), np.int64)
    for part, length, (terms, weights) in (
        (segment.body, norm, query.body),
        (segment.gloss, gloss_norm, query.gloss),
        (segment.head, None, query.head),
    ):
        for term, weight in zip(*part.known((terms, weights)), strict=True):
            at = slice(part.ptr[term], part.ptr[term + 1])
            count, doc = part.count[at].astype(np.float32), part.doc[at]
            if length is None:
                share = np.log1p(count.astype(float) / 8).astype(np.float32) * part.inverse[doc]
            else:
                share = count / (count + length[doc])
            total[doc] += (weight * np.float32(kernels.UNIT) * share).astype(np.int64) + 1
    found = total.astype(np.float32) * index.places.factors(query.places)[segment.place]
    return np.where(index.alive[number], found * np.float32(1 / kernels.UNIT), np.float32(0))


@pytest.mark.parametrize("k", [1, 10, 200, 5_000])
@pytest.mark.parametrize("size", [1, 3, 12, 80])
def test_the_best_are_those_of_all_postings(index: Index, size: int, k: int) -> None:
    draw = random.Random(size * k)
    words = [*(f"w{n}x" for n in range(300)), "空气质量", "数据", "水库", *PLACES[1:]]
    for _ in range(12):
        query = weigh(read(" ".join(draw.choices(words, k=size)), Analyser()), index)
        naive = [
            (segment.ids[row], float(score))
            for number, segment in enumerate(index.segments)
            for row, score in enumerate(scores(index, query, number))
            if score > 0
        ]
        assert index.top(query, k) == sorted(naive, key=lambda hit: (-hit[1], hit[0]))[:k]


def test_the_scratch_is_left_clean(index: Index) -> None:
    query = weigh(read("w1x w2x w3x", Analyser()), index)
    first = index.top(query, 10)
    for k in (0, 1, 10, 1_000):
        index.top(weigh(read("w0x w5x 数据 合肥市", Analyser()), index), k)
    assert index.top(query, 10) == first
