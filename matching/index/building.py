"""From products to an index: texts cut into bags of terms, in shards, on several processes when there are many.

A shard numbers its terms and places for itself; ``join`` renumbers them and puts the postings one after the
other. Everything counted stays a whole number until then, so any number of shards makes the same index.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from multiprocessing import current_process
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np

from matching.index import names
from matching.index.lexical import Index
from matching.index.located import Places, place_of
from matching.index.segment import SCALE, Bag, Part, Segment, Vocabulary, build_segment, join_parts
from matching.processes import spread
from matching.regions import Codes
from matching.text import Analyser
from matching.types import Document

HEAD: Final = frozenset(["title", "tags", "themes", "publisher"])
"""The attributes that name a product, matched a second time by themselves."""

MANY: Final = 20_000
"""Products from which on other processes are started: each costs two seconds and 200 MB first."""

SHARD: Final = 5_000
"""Products cut at a time by one of them."""


class Shard(NamedTuple):
    """Some documents in order of id, with the terms and places the segment's numbers stand for."""

    segment: Segment
    terms: list[str]
    places: list[Codes]


def bag(product: Document, weights: Mapping[str, float], analyser: Analyser) -> Bag:
    """The terms of ``product``; ``weights`` says what a word counts for in each attribute."""
    fields, english = [], []
    for field, weight in weights.items():
        value: str | tuple[str, ...] = getattr(product, field)
        text = value if isinstance(value, str) else "\n".join(value)
        if text:
            cut = analyser.cut(text)
            fields.append((int(weight * SCALE), field in HEAD, [*cut.terms, *cut.pairs]))
            if field != "detail":
                english += [terms for _, terms in cut.glosses]
    if name := names.term(product.title):
        fields.append((SCALE, False, [name]))
    return Bag(fields, english, place_of(product))


def cut(products: Iterable[Document], weights: Mapping[str, float], analyser: Analyser) -> Shard:
    """The shard of ``products``."""
    vocabulary, places = Vocabulary(), Places()
    ordered = sorted(products, key=lambda product: product.id)
    bags = ((product.id, bag(product, weights, analyser)) for product in ordered)
    return Shard(build_segment(bags, vocabulary, places), list(vocabulary), places.codes)


def build(products: Sequence[Document], weights: Mapping[str, float], analyser: Analyser) -> Index:
    """The index of ``products`` (no id twice)."""
    if len(products) < MANY or current_process().daemon:
        return join([cut(products, weights, analyser)])
    ordered = sorted(products, key=lambda product: product.id)
    portions = (msgspec.msgpack.encode(ordered[at : at + SHARD]) for at in range(0, len(ordered), SHARD))
    return join(spread(_cut, ((portion, dict(weights)) for portion in portions)))


_analyser: Final = Analyser()


def _cut(portion: bytes, weights: Mapping[str, float]) -> Shard:
    return cut(msgspec.msgpack.decode(portion, type=list[Document]), weights, _analyser)


def join(shards: Iterable[Shard]) -> Index:
    """One index of ``shards``, whose ids rise from each to the next."""
    vocabulary, places = Vocabulary(), Places()
    ids, where = [], []
    parts: dict[str, list[tuple[Part, Any]]] = {name: [] for name in Segment.PARTS}
    for segment, terms, codes in shards:
        numbers = np.fromiter(map(vocabulary.__getitem__, terms), np.int32, len(terms))
        place = np.fromiter(map(places.number, codes), np.int32, len(codes))
        ids += segment.ids
        where.append(place[segment.place])
        for name, joined in parts.items():
            joined.append((getattr(segment, name), numbers))
    # Those of the shards go as soon as they are joined: together they take as much memory as the index.
    body, head, gloss = (join_parts(parts.pop(name), len(vocabulary)) for name in Segment.PARTS)
    whole = Segment(ids, body, head, gloss, np.concatenate(where))
    lengths = (float(whole.body.length.sum(dtype=float)), float(whole.gloss.length.sum(dtype=float)))
    return Index.of(whole, vocabulary, places, lengths)
