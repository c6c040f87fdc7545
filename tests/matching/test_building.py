"""An index is the same however many shards and processes it was built in."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from multiprocessing import active_children

import numpy as np
import pytest
import rjieba

from matching import Document, Matcher
from matching.index import building, segment
from matching.index.lexical import Index
from matching.index.segment import Segment
from matching.matcher import WEIGHTS
from matching.text import HAN, STOP, Analyser, normalise

CHINESE = ["空气质量", "水库水位", "企业登记", "合肥", "泸州", "小时", "数据", "公交"]
WORDS = [*CHINESE, "bus", "arrivals", "water", "level", "reservoir"]
PRODUCTS = [
    Document(id=f"p{n:03}", title=WORDS[n % 11] + WORDS[n % 7], description=" ".join(WORDS[n % 5 : n % 13]))
    for n in range(120)
]
QUERIES = ["合肥空气质量", "water level of reservoirs", "泸州水库 企业", "bus"]


def postings(index: Index) -> dict[tuple[str, str], list[tuple[str, int]]]:
    """By part and term the documents and what the term is in each."""
    [held] = index.segments
    found: dict[tuple[str, str], list[tuple[str, int]]] = {}
    for name in Segment.PARTS:
        part = getattr(held, name)
        for term, n in index.vocabulary.items():
            found[name, term] = [
                (held.ids[int(part.block[run]) * segment.BLOCK + int(posting >> 16)], int(posting & 0xFFFF))
                for run in range(part.run[n], part.run[n + 1])
                for posting in part.posting[part.start[run] : part.start[run + 1]]
            ]
    return {key: some for key, some in found.items() if some}


@pytest.mark.parametrize("rows", [segment.BLOCK, 16])
@pytest.mark.parametrize("size", [1, 7, 120])
def test_shards_join_to_the_index_built_at_once(size: int, rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segment, "BLOCK", rows)
    ordered: Sequence[Document] = sorted(PRODUCTS, key=lambda product: product.id)
    shards = [building.cut(ordered[at : at + size], WEIGHTS, Analyser()) for at in range(0, len(ordered), size)]
    joined, whole = building.join(shards), building.join([building.cut(PRODUCTS, WEIGHTS, Analyser())])
    assert postings(joined) == postings(whole)
    assert joined.lengths == whole.lengths
    for one, other in zip(joined.segments, whole.segments, strict=True):
        assert one.ids == other.ids
        assert np.array_equal(one.body.length, other.body.length)
        assert np.array_equal(np.sort(one.body.block), np.sort(other.body.block))
        assert [joined.places.codes[n] for n in one.place] == [whole.places.codes[n] for n in other.place]


def plainly(text: str, stem: Callable[[str], str]) -> tuple[list[str], list[str]]:
    """The words and the pairs of a text, cut by regular expressions."""
    folded, words = normalise(text), list[str]()
    for run, word in re.findall(rf"([{HAN}]+)|([^\W_{HAN}]+)", folded):
        if len(run) > 2:
            words += [*rjieba.cut_for_search(run, False), *map("".join, pairwise(run))]
        elif run or word not in STOP:
            words.append(run or stem(word))
    phrases = re.findall(rf"[^\W_{HAN}]+(?:[ '’-]+[^\W_{HAN}]+)+", folded)
    stems = ([stem(word) for word in re.findall(r"[^\W_]+", phrase) if word not in STOP] for phrase in phrases)
    return words, [" ".join(two) for phrase in stems for two in pairwise(phrase)]


def test_texts_cut_together_are_cut_as_each_alone_by_regular_expressions() -> None:
    words = ["水质", "企业登记", "数", "々", "・", "가", "É", "①", "Σσ", "的", "臺灣", "Of", "rivers", "a1", "\ud800"]
    draw = random.Random(7)
    texts = ["".join(draw.choices([*words, *" '’-_,\n"], k=draw.randrange(30))) for _ in range(400)]
    analyser = Analyser()
    together = analyser.cut_all(texts)
    cuts = [together.cut(n) for n in range(len(texts))]
    assert [(cut.terms, cut.pairs) for cut in cuts] == [plainly(text, analyser.stem) for text in texts]
    assert cuts == [analyser.cut(text) for text in texts]


@pytest.mark.parametrize("rows", [segment.BLOCK, 16])
def test_merging_makes_the_index_built_at_once(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segment, "BLOCK", rows)
    held = Matcher().fit(PRODUCTS[::2])
    held.remove([product.id for product in PRODUCTS[::6]])
    held.add(PRODUCTS[1::2])
    held.add(PRODUCTS[:24:6])
    anew = Matcher().fit([p for n, p in enumerate(PRODUCTS) if n % 6 or n < 24])
    assert postings(held.compacted().index) == postings(anew.compacted().index)


def test_many_products_are_cut_by_several_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    alone, children = Matcher().fit(PRODUCTS), active_children()
    monkeypatch.setattr(building, "MANY", 100)
    monkeypatch.setattr(building, "SHARD", 50)
    together = Matcher().fit(PRODUCTS[::-1])
    assert [together.search(text, 20) for text in QUERIES] == [alone.search(text, 20) for text in QUERIES]
    assert postings(together.compacted().index) == postings(alone.compacted().index)
    assert active_children() == children
