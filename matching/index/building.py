"""From products to an index: texts cut into terms and counted, in shards, on several processes when there are many.

A shard numbers its terms and places for itself; joined they are renumbered and the postings put one after the other.
Everything counted stays a whole number until then, so any number of shards makes the same index.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from multiprocessing import current_process
from operator import attrgetter
from typing import Final

import numpy as np
from numpy.typing import NDArray

from matching.index import names
from matching.index.counting import counted
from matching.index.lexical import Index
from matching.index.located import Places, places_of
from matching.index.segment import SCALE, Segment, Shard, Vocabulary, join_shards
from matching.lists import Lists
from matching.processes import forked
from matching.text import Analyser, Cuts
from matching.types import Document

HEAD: Final = frozenset(["title", "tags", "themes", "publisher"])
"""The attributes that name a product, matched a second time by themselves."""

MANY: Final = 20_000
"""Products from which on they are cut by several processes."""

SHARD: Final = 20_000
"""Products cut at a time by one of them."""

_NTH: Final = np.array([round(SCALE / n**0.5) for n in range(1, 33)], np.uint8)
"""What the first, second, … English term of a Chinese word counts for."""


def cut(products: Iterable[Document], weights: Mapping[str, float], analyser: Analyser) -> Shard:
    """The shard of ``products``; ``weights`` says what a word counts for in each attribute. What is said twice is cut
    once."""
    ordered = sorted(products, key=lambda product: product.id)
    texts = defaultdict[str, int](count().__next__)
    said = np.array([[texts[_text(value)] for value in map(attrgetter(field), ordered)] for field in weights], np.int32)
    titled = [texts[product.title] for product in ordered]
    places = Places()
    place = np.array(list(map(places.number, places_of(ordered))), np.int32)
    cuts = analyser.cut_all(list(texts))
    titles, named = _named(cuts.letters, titled)
    terms = [*cuts.terms, *titles]
    name = Lists(np.arange(len(cuts.terms), len(terms), dtype=np.int32), np.append(0, np.arange(len(titles) + 1)))
    lists = cuts.words.then(cuts.pairs, name)
    # Of each attribute its words and its pairs of words.
    both = np.repeat(said, 2, axis=0)
    both[1::2] += len(texts)
    whole = np.vstack((both, named + 2 * len(texts)))
    eighths = np.append(np.repeat([int(SCALE * weight) for weight in weights.values()], 2), SCALE)
    head = both[np.repeat([field in HEAD for field in weights], 2)]
    english, worth = _english(cuts)
    told = said[[field != "detail" for field in weights]]
    segment = Segment(
        [product.id for product in ordered],
        counted(lists, whole, eighths, len(terms)),
        counted(lists, head, np.full(len(head), SCALE), len(terms), cosine=True),
        counted(english, told, worth, len(terms)),
        place,
    )
    return Shard(segment, terms, places.codes)


def _text(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else "\n".join(value)


def _named(letters: Lists, titled: Sequence[int]) -> tuple[list[str], NDArray[np.int32]]:
    """The terms of the titles long enough to be names, and for each product the number of its title's, from 1 on, or 0;
    ``titled`` are the numbers of the titles among the texts of these ``letters``."""
    whole, ptr = str(letters.numbers.data, "utf-32-le"), letters.ptr.tolist()
    numbers = defaultdict[str | None, int](count(1).__next__, {None: 0})
    of = {text: numbers[names.term(whole[ptr[text] : ptr[text + 1]])] for text in titled}
    return list(filter(None, numbers)), np.array([of[text] for text in titled], np.int32)


def _english(cuts: Cuts) -> tuple[Lists, Lists]:
    """The English terms of each text's Chinese words, and what each of them counts for."""
    at = np.arange(len(cuts.english.numbers)) - np.repeat(cuts.english.ptr[:-1], np.diff(cuts.english.ptr))
    return cuts.chinese.through(cuts.english), cuts.chinese.through(cuts.english._replace(numbers=_NTH[at]))


def build(products: Sequence[Document], weights: Mapping[str, float], analyser: Analyser) -> Index:
    """The index of ``products`` (no id twice)."""
    ordered = sorted(products, key=lambda product: product.id)
    portions = [ordered[at : at + SHARD] for at in range(0, len(ordered), SHARD)]

    def shard(portion: Sequence[Document]) -> Shard:
        return cut(portion, weights, analyser)

    if len(products) < MANY or current_process().daemon:
        return join(map(shard, portions))
    shard(ordered[:1])  # loads what the copies would each load for themselves
    return join(forked(shard, portions))


def join(shards: Iterable[Shard]) -> Index:
    """One index of ``shards``, whose ids rise from each to the next."""
    vocabulary, places = Vocabulary(), Places()
    whole = join_shards(shards, vocabulary, places)
    lengths = (float(whole.body.length.sum(dtype=float)), float(whole.gloss.length.sum(dtype=float)))
    return Index.of(whole, vocabulary, places, lengths)
