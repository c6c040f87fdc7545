"""How fast requirement lines are read and a page of products is explained.

    uv run python -m tests.benchmarks.lines_and_reasons

Reads ``../shared/data`` beside the repository; prints
milliseconds of processor time per call, median and 95th percentile, for texts and products seen for the first time.
"""

from __future__ import annotations

import gzip
import json
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from matching.explain import explain
from matching.reading.lines import extract
from matching.types import Document

SHARED = Path(__file__).parents[2] / "../shared/data"
PAGE = 10


def records(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as rows:
        return [json.loads(row) for row in rows]


def timed(calls: list[Callable[[], object]]) -> str:
    spent = []
    for call in calls:
        begin = time.process_time()
        call()
        spent.append(1_000 * (time.process_time() - begin))
    p95 = statistics.quantiles(spent, n=20)[-1]
    return f"median {statistics.median(spent):6.2f} ms   p95 {p95:6.2f} ms   n {len(spent)}"


def main() -> int:
    demands = [record["text"] for record in records(SHARED / "collections/market_demands_dev/queries.jsonl.gz")]
    listings = records(SHARED / "listings/china_data_exchanges.jsonl.gz")
    products = [
        Document(
            id=r["id"],
            title=r["title"] or "",
            description=r["description"] or "",
            detail=r["detail"] or "",
            tags=tuple(r["tags"] or ()),
            publisher=r["publisher"] or "",
            region=r["coverage"] or "",
            update_frequency=r["update_frequency"] or "",
        )
        for r in listings
    ]
    today = date(2025, 1, 1)
    # What loads once (tables of places, the word cutter, the dictionary) is not what is measured.
    explain(extract("泸州市水库水位"), products[-1], today=today)
    explain(extract("air quality in Beijing"), products[-1], today=today)
    about_300 = [((text * 20)[:295] + f"{number}号。") for number, text in enumerate(demands) if len(text) > 40]
    lines = [extract(text) for text in demands if len(text) > 100]
    pages = [products[at : at + PAGE] for at in range(0, 1_000, PAGE)]
    sys.stdout.write(f"lines of a text of 300 characters   {timed([lambda t=t: extract(t) for t in about_300])}\n")
    sys.stdout.write(
        f"reasons for a page of {PAGE} products     "
        + timed(
            [
                lambda n=n, page=page: [explain(lines[n % len(lines)], p, today=today) for p in page]
                for n, page in enumerate(pages)
            ]
        )
        + "\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
