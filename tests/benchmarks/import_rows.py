"""Rows per second of ``market import``, each row listed: checked, stored, walked through review, journalled.

    uv run python -m tests.benchmarks.import_rows [ROWS]

Uses a database server of its own and the real portal records beside the checkout (tiled for more than 20,850 rows).
"""

from __future__ import annotations

import asyncio
import gzip
import itertools
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from market import embedded
from market.db import connect
from market.migrate import migrate
from market.services import columns, imports, readers
from market.services.imports import Order
from tests.given import Given

RECORDS = Path(__file__).parents[3] / "shared" / "data" / "catalogues" / "china_local_portals.jsonl.gz"


def write(path: Path, rows: int) -> None:
    """The first ``rows`` records, again under other ids when there are not enough."""
    with gzip.open(RECORDS, "rb") as file:
        records = [msgspec.json.decode(line) for line in file]
    with path.open("wb") as file:
        for n, record in enumerate(itertools.islice(itertools.cycle(records), rows)):
            file.write(msgspec.json.encode(record | {"id": n}) + b"\n")


async def measure(url: str, path: Path) -> None:
    """Bring the file in twice: new, and as it was."""
    db = await connect(url)
    supplier = await Given(db).supplier()
    mapping = columns.columns("product", defaults=["delivery=file"], describe=True)
    for what in ("new, listed", "unchanged"):
        order = Order(
            noun="product",
            columns=mapping,
            source="benchmark",
            holder=await imports.holder_of(db, supplier.organisation_name),
            live=True,
        )
        source = readers.open_source(path, columns.is_heading(mapping, columns.NEEDED["product"]))
        began, cpu = time.perf_counter(), time.process_time()
        outcome = await imports.run(db, order, source, now=datetime.now(UTC))
        took, used = time.perf_counter() - began, time.process_time() - cpu
        print(
            f"{what:<12} {outcome.read:>7} rows in {took:6.1f} s: {outcome.read / took:7.0f} rows/s "
            f"({outcome.created} new, {outcome.published} listed, {outcome.rejected} rejected; "
            f"{used:.1f} s of this process's CPU)"
        )
    await db.close()


def main() -> None:
    """Print the figures."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 20_850
    with tempfile.TemporaryDirectory() as folder, embedded.server(Path(folder) / "data", keep=False) as url:
        asyncio.run(migrate(url))
        write(Path(folder) / "rows.jsonl", rows)
        asyncio.run(measure(url, Path(folder) / "rows.jsonl"))


if __name__ == "__main__":
    main()
