"""Speed and size of the matcher beside bm25s (numba), tantivy and PostgreSQL, in the same run on the same machine.

    python -m tests.benchmarks.matching_speed --products 40000
    python -m tests.benchmarks.matching_speed --products 1000000 --postgres 0

Products are the real records under ``../shared/data``; beyond their number, records made of them: the title of one,
the text and tags of others of the same source. Demands are those of market_demands_dev, short ones and long ones told
apart. All engines get the same terms and answer each demand in turn; the time of a query is without cutting its text,
which is measured by itself. PostgreSQL holds the first ``--postgres`` products only.
"""

from __future__ import annotations

import argparse
import random
import resource
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import anyio.from_thread
import asyncpg
import msgspec
import numpy as np

from matching import Document, Matcher, as_demand, persist
from matching.index.query import read
from matching.index.weighing import weigh
from matching.matcher import query_text
from matching.plain import server, whole_text
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
SHORT, LONG = 20, 100
"""Characters below which a demand is short, and from which it is long."""
ROUNDS = 5
Engine = Callable[[int], object]


def varied(size: int) -> list[Document]:
    """``size`` products: the real ones, then mixtures of them, the same in every run."""
    sources = [read_products(DATA / f"{name}.jsonl.gz") for name in FILES]
    found = [product for source in sources for product in source][:size]
    draw = random.Random(1)
    weights = [len(source) for source in sources]
    while len(found) < size:
        [source] = draw.choices(sources, weights)
        one, two, three = draw.choices(source, k=3)
        mixed = msgspec.structs.replace(two, title=one.title, tags=three.tags, publisher=three.publisher)
        found.append(mixed)
    return [msgspec.structs.replace(product, id=f"{n:07}") for n, product in enumerate(found)]


def interleaved(engines: dict[str, Engine], queries: Sequence[int]) -> dict[str, str]:
    """Median and 99th percentile in milliseconds of each engine, which answer every query in turn: by the clock and,
    because others may be using the machine, of this process alone (which PostgreSQL is not part of)."""
    clocks = time.perf_counter, time.process_time
    spent: dict[str, list[tuple[float, float]]] = {name: [] for name in engines}
    for turn in range(ROUNDS + 1):
        for query in queries:
            for name, answer in engines.items():
                start = [clock() for clock in clocks]
                answer(query)
                wall, cpu = (clock() - begun for clock, begun in zip(clocks, start, strict=True))
                if turn:  # the first one warms up
                    spent[name].append((wall, cpu))
    return {
        name: " ".join(f"{1e3 * figure:9.2f}" for figure in np.percentile(np.array(s), [50, 99], axis=0).T.flat)
        for name, s in spent.items()
    }


def bm25s_engine(corpus: list[list[str]], queries: list[list[str]]) -> Engine:
    import bm25s

    engine = bm25s.BM25(backend="numba")
    engine.index(corpus, show_progress=False)
    known = [[term for term in query if term in engine.vocab_dict] for query in queries]
    return lambda n: engine.retrieve([known[n]], k=10, show_progress=False, n_threads=1)


def tantivy_engine(corpus: list[list[str]], queries: list[list[str]]) -> Engine:
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

    def query(n: int) -> object:
        parts = [tantivy.Query.term_query(schema, "body", term) for term in dict.fromkeys(queries[n])]
        return searcher.search(tantivy.Query.boolean_query([(tantivy.Occur.Should, part) for part in parts]), 10)

    return query


@contextmanager
def postgres_engine(corpus: list[list[str]], queries: list[list[str]]) -> Iterator[Engine]:
    """PostgreSQL's full-text search with a GIN index, ranked by ts_rank."""
    asked = [" | ".join("'" + term.replace("\\", "").replace("'", "''") + "'" for term in q) for q in queries]
    with server() as url, anyio.from_thread.start_blocking_portal() as portal:
        db = portal.call(asyncpg.connect, url)
        portal.call(db.execute, "CREATE TEMPORARY TABLE corpus (id int, words tsvector)")
        rows = [(n, " ".join(terms)[:900_000]) for n, terms in enumerate(corpus)]
        portal.call(db.executemany, "INSERT INTO corpus VALUES ($1, to_tsvector('simple', $2))", rows)
        portal.call(db.execute, "CREATE INDEX ON corpus USING gin (words)")
        statement = (
            "SELECT id FROM corpus WHERE words @@ $1::text::tsquery "
            "ORDER BY ts_rank(words, $1::text::tsquery) DESC LIMIT 10"
        )
        yield lambda n: portal.call(db.fetch, statement, asked[n])
        portal.call(db.close)


def megabytes() -> float:
    """The most memory this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def clocked(name: str, work: Callable[[], Any]) -> Any:
    """What ``work`` makes; prints its seconds by the clock and of this process."""
    start, begun = time.perf_counter(), time.process_time()
    found = work()
    print(f"{name:<44}{time.perf_counter() - start:9.2f} s {time.process_time() - begun:9.2f} s cpu", flush=True)
    return found


def main() -> None:
    """Print what is measured, one line each."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--products", type=int, default=40_000)
    options.add_argument("--postgres", type=int, default=10_000, help="products PostgreSQL holds; 0: without it")
    options.add_argument("--pairs", type=int, default=5_000, help="products asked as demands in the run of all pairs")
    options.add_argument("--alone", action="store_true", help="without the other engines")
    chosen = options.parse_args()
    products = varied(chosen.products)
    demands = read_demands(DATA / "collections/market_demands_dev/queries.jsonl.gz")
    Matcher().fit(products[:100]).match(demands, 10)
    start = time.perf_counter()
    matcher = Matcher().fit(products)
    print(f"{len(products):,} products, {sum(len(whole_text(p)) for p in products[:10_000]) / 1e4:.0f} characters each")
    print(f"build, word cutting included: {len(products) / (time.perf_counter() - start):,.0f} products/s")
    print(f"most memory so far: {megabytes():,.0f} MB", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        clocked("storing it", lambda: persist.save(matcher, Path(folder), "1"))
        clocked("opening what is stored", lambda: persist.load(Path(folder), "1"))
    many = [as_demand(p) for p in products[:: max(1, len(products) // chosen.pairs)]]
    clocked(f"top 10 of {len(many):,} demands as long as products", lambda: list(matcher.here(many, 10)))
    clocked("the same on all processors", lambda: matcher.match(many, 10))
    pages = [matcher.match([demand], 10, reasons=True, today=date(2025, 1, 1)) for demand in demands]  # warms up
    start = time.perf_counter()
    for demand in demands:
        matcher.match([demand], 10, reasons=True, today=date(2025, 1, 1))
    print(f"a page of 10 with its reasons: {1e3 * (time.perf_counter() - start) / len(pages):.1f} ms")
    compared(matcher, products, [query_text(demand) for demand in demands], chosen)
    print(f"most memory with the other engines: {megabytes():,.0f} MB")


def compared(matcher: Matcher, products: list[Document], texts: list[str], chosen: argparse.Namespace) -> None:
    """One query at a time, beside the other engines."""
    index, analyser = matcher.compacted().index, Analyser()
    asked = [read([text], analyser) for text in texts]
    engines: dict[str, Engine] = {
        "cutting the text": lambda n: read([texts[n]], Analyser()),
        "Duijie": lambda n: index.tops(weigh(asked[n], index), 10),
    }
    with ExitStack() as stack:
        if not chosen.alone:
            words: dict[str, str] = {}
            corpus = [[words.setdefault(t, t) for t in analyser.terms(whole_text(p))] for p in products]
            queries = [list(analyser.terms(text)) for text in texts]
            engines["bm25s numba"] = bm25s_engine(corpus, queries)
            engines["tantivy"] = tantivy_engine(corpus, queries)
            if chosen.postgres:
                postgres = stack.enter_context(postgres_engine(corpus[: chosen.postgres], queries))
                engines[f"ts_rank, {chosen.postgres:,} only"] = postgres
        for name, fits in (("short", lambda t: len(t) < SHORT), ("long", lambda t: len(t) >= LONG)):
            numbers = [n for n, text in enumerate(texts) if fits(text)]
            terms = np.mean([len(asked[n].words.numbers) for n in numbers])
            print(
                f"{len(numbers)} {name} demands of {terms:.0f} terms".ljust(37)
                + "   p50 ms    p99 ms   p50 cpu   p99 cpu"
            )
            for engine, figures in interleaved(engines, numbers).items():
                print(f"    {engine:<32} {figures}", flush=True)


if __name__ == "__main__":
    main()
