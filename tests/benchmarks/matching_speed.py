"""Speed and size of the matcher beside bm25s (numba) and tantivy, in the same run on the same machine.

    python tests/benchmarks/matching_speed.py --sizes 40000 150000 1000000

Products are the real records under ``../shared/data``, the index repeated to reach a size; demands are those of
market_demands_dev. All engines get the same terms; the time of one query is without cutting its text, which
is measured by itself.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from numba import njit

from matching import Matcher
from matching.lexical import Index, Part, Segment
from matching.matcher import query_text
from matching.query import read, weigh
from matching.readers import read_demands, read_products
from matching.text import Analyser

DATA = Path(__file__).parents[2] / "../shared/data"
FILES = (
    "listings/china_data_exchanges",
    "catalogues/china_local_portals",
    "catalogues/us_socrata_portals",
    "catalogues/taiwan_data_gov_tw_2018",
    "catalogues/nasa_data_json",
    "catalogues/worldbank_indicators",
)


@njit(cache=True)
def _tiled(ptr: Any, doc: Any, count: Any, size: int, times: int) -> Any:
    new_ptr = ptr * times
    new_doc = np.empty(len(doc) * times, np.int32)
    new_count = np.empty(len(doc) * times, np.uint8)
    for t in range(len(ptr) - 1):
        at = new_ptr[t]
        for j in range(times):
            for p in range(ptr[t], ptr[t + 1]):
                new_doc[at] = doc[p] + j * size
                new_count[at] = count[p]
                at += 1
    return new_ptr, new_doc, new_count


def repeated(index: Index, times: int) -> Index:
    """The index of the same documents ``times`` over."""
    [segment] = index.segments
    size = len(segment.ids)

    def part(one: Part) -> Part:
        return Part(
            *_tiled(one.ptr, one.doc, one.count, size, times), np.tile(one.length, times), np.tile(one.inverse, times)
        )

    ids = [f"{j:03}-{doc_id}" for j in range(times) for doc_id in segment.ids]
    body, head, gloss = part(segment.body), part(segment.head), part(segment.gloss)
    lengths = (index.lengths[0] * times, index.lengths[1] * times)
    whole = Segment(ids, body, head, gloss, np.tile(segment.place, times))
    return Index.of(whole, index.vocabulary, index.places, lengths)


def timed(run: Callable[[Any], object], queries: Sequence[Any], rounds: int = 5) -> str:
    """Median and 99th percentile of the time of one query in milliseconds, after a warm-up."""
    for query in queries:
        run(query)
    spent = []
    for _ in range(rounds):
        for query in queries:
            start = time.perf_counter()
            run(query)
            spent.append(time.perf_counter() - start)
    p50, p99 = np.percentile(np.array(spent) * 1000, [50, 99])
    return f"{p50:8.2f} {p99:8.2f}"


def bm25s_engine(corpus: list[list[str]]) -> Callable[[list[str]], object]:
    import bm25s

    engine = bm25s.BM25(backend="numba")
    engine.index(corpus, show_progress=False)
    known = engine.vocab_dict
    return lambda q: engine.retrieve([[t for t in q if t in known]], k=10, show_progress=False, n_threads=1)


def tantivy_engine(corpus: list[list[str]]) -> Callable[[list[str]], object]:
    import tantivy

    schema = tantivy.SchemaBuilder().add_text_field("body", stored=False, tokenizer_name="whitespace").build()
    index = tantivy.Index(schema)
    writer = index.writer(200_000_000, 1)
    for terms in corpus:
        writer.add_document(tantivy.Document(body=" ".join(terms)))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def query(terms: list[str]) -> object:
        parts = [tantivy.Query.term_query(schema, "body", t) for t in dict.fromkeys(terms)]
        asked = tantivy.Query.boolean_query([(tantivy.Occur.Should, part) for part in parts])
        return searcher.search(asked, 10)

    return query


def main() -> None:
    """Print one line per size and engine."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sizes", type=int, nargs="+", default=[40_000])
    options.add_argument("--base", type=int, default=40_000, help="real records cut; larger sizes repeat them")
    options.add_argument("--alone", action="store_true", help="without the other engines")
    chosen = options.parse_args()
    products = [p for name in FILES for p in read_products(DATA / f"{name}.jsonl.gz")][: chosen.base]
    demands = read_demands(DATA / "collections/market_demands_dev/queries.jsonl.gz")
    matcher = Matcher().fit(products[:100])
    start = time.perf_counter()
    matcher = Matcher().fit(products)
    spent = time.perf_counter() - start
    mean = sum(len(p.title) + len(p.description) + len(p.detail) for p in products) / len(products)
    print(f"fit, word cutting included: {len(products) / spent:,.0f} products/s, {mean:.0f} characters each")
    analyser = Analyser()
    print("reading a demand, ms       ", timed(lambda d: read(query_text(d), Analyser()), demands, 1))
    asked = [read(query_text(demand), analyser) for demand in demands]
    terms = [list(analyser.terms(query_text(demand))) for demand in demands]
    corpus = [list(analyser.terms("\n".join((p.title, p.description, *p.tags, p.publisher)))) for p in products]
    base = matcher.compacted().index
    print("    size engine            p50 ms   p99 ms        MB")
    for size in chosen.sizes:
        times = max(1, round(size / len(products)))
        index = repeated(base, times)
        segment = index.segments[0]
        names = ("ptr", "doc", "count", "length", "inverse")
        arrays = [getattr(part, name) for part in (segment.body, segment.head, segment.gloss) for name in names]
        megabytes = sum(array.nbytes for array in arrays) / 1e6
        ours = timed(lambda q, i=index: i.top(weigh(q, i), 10), asked)
        print(f"{len(segment.ids):8} Duijie          {ours} {megabytes:9.0f}", flush=True)
        short = [q for q, d in zip(asked, demands, strict=True) if len(query_text(d)) < 20]
        print(f"{'':8} Duijie, short   {timed(lambda q, i=index: i.top(weigh(q, i), 10), short)}", flush=True)
        if not chosen.alone:
            for name, engine in (("bm25s numba", bm25s_engine), ("tantivy", tantivy_engine)):
                print(f"{'':8} {name:<15} {timed(engine(corpus * times), terms)}", flush=True)
        del index, arrays, segment
    print(f"process: {psutil.Process().memory_info().rss / 1e6:,.0f} MB at the end")


if __name__ == "__main__":
    main()
