"""``market import`` as an operator runs it."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import asyncpg
import pytest

from market.store import journal
from tests.commands.test_cli import told
from tests.sheets import workbook

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[2]
ROWS = 2000
BATCH = 50


@pytest.fixture
async def market(url):
    """Starts ``market import …`` on a database of one's own."""

    async def start(*arguments: object) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "market", "import", *map(str, arguments)),
            cwd=ROOT,
            env={**os.environ, "MARKET_DATABASE_URL": url, "LC_ALL": "C.UTF-8", "COLUMNS": "200"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )

    return start


@pytest.fixture
def run(url):
    """``market import …`` in this process, to its end: the exit status and all it said."""

    async def to_the_end(*arguments: object) -> tuple[int, str]:
        done = await told("import", *map(str, arguments), database_url=url)
        return done.returncode, done.stdout + done.stderr

    return to_the_end


async def finish(process: asyncio.subprocess.Process) -> tuple[int | None, str]:
    output, _ = await process.communicate()
    return process.returncode, output.decode()


def rows(path: Path, count: int = ROWS) -> Path:
    with path.open("w") as file:
        for n in range(count):
            row = {"id": n, "title": f"公路货运量{n}", "description": "江苏省各县公路货运量的每日汇总", "kind": "API"}
            file.write(json.dumps(row | {"publisher": "交通局"}, ensure_ascii=False) + "\n")
    return path


async def test_killed_half_way_it_is_completed_by_the_next_run(market, url, committed, tmp_path):
    supplier = await committed.supplier()
    command = ("products", rows(tmp_path / "a.jsonl"), "--organisation", supplier.organisation_name)
    stored = asyncio.Event()
    listener = await asyncpg.connect(url)
    await listener.add_listener("market_events", lambda *_: stored.set())
    stored.clear()
    process = await market(*command, "--state", "listed", "--batch", BATCH)
    await stored.wait()
    process.send_signal(signal.SIGKILL)
    assert (await finish(process))[0] == -signal.SIGKILL
    await listener.close()

    db = committed.db
    there = await db.fetchval("SELECT count(*) FROM product WHERE state = 'listed'")
    assert 0 < there < ROWS
    assert there % BATCH == 0
    assert await db.fetchval("SELECT count(*) FROM product") == there

    code, said = await finish(await market(*command, "--state", "listed"))
    assert code == 0, said
    assert f"{ROWS} rows, {ROWS - there} new" in said
    assert await db.fetchval("SELECT count(*) FROM product WHERE state = 'listed'") == ROWS
    assert await db.fetchval("SELECT count(*) FROM journal WHERE kind = 'product'") == 3 * ROWS
    assert await journal.BROKEN.all(db) == []
    assert await db.fetchval("SELECT count(*) FROM pgqueuer WHERE entrypoint = 'nightly'") == 1


async def test_when_postgresql_goes_away_it_says_how_to_go_on(market, url, committed, tmp_path):
    supplier = await committed.supplier()
    stored = asyncio.Event()
    await committed.db.add_listener("market_events", lambda *_: stored.set())
    process = await market(
        "products", rows(tmp_path / "a.jsonl"), "--organisation", supplier.organisation_name, "--batch", BATCH
    )
    await stored.wait()
    await committed.db.execute(
        """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()"""
    )
    code, said = await finish(process)
    assert code == 2, said
    assert "Run the same command again" in said
    assert "Traceback" not in said, said
    assert 0 < await committed.db.fetchval("SELECT count(*) FROM product") < ROWS


async def test_what_is_rejected_is_shown_and_written_beside_the_file(run, committed, tmp_path):
    supplier = await committed.supplier()
    sheet = [
        ["名称", "说明", "价格[元]"],
        ["公路货运量", "每日汇总的公路货运量", 5],
        ["水位", "每日的水位", "=1+1"],
        ["雨量", "", -1],
    ]
    path = workbook(tmp_path / "a.xlsx", sheet)
    code, said = await run("products", path, "--organisation", supplier.organisation_name)
    assert code == 1
    assert "3 rows, 1 new, 0 changed, 0 as they were, 2 rejected." in said
    assert "价格[元]" in said
    assert "formula" in said
    written = (tmp_path / "a.xlsx.rejected.csv").read_text("utf-8-sig").splitlines()
    assert written[0] == "line,名称,说明,价格[元],reason"
    assert [line.partition(",")[0] for line in written[1:]] == ["3", "4"]

    mended = tmp_path / "a.xlsx.rejected.csv"
    mended.write_text("line,名称,说明,价格[元],reason\n3,水位,每日的水位,2,x\n4,雨量,,面议,x\n")
    code, said = await run("products", mended, "--organisation", supplier.organisation_name)
    assert code == 0, said
    assert await committed.db.fetchval("SELECT count(DISTINCT source) FROM product") == 1
    assert await committed.db.fetchval("SELECT count(*) FROM product") == 3


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (("products", "{file}"), "--organisation CODE or --by-publisher"),
        (("products", "{file}", "--organisation", "nobody"), "There is no organisation"),
        (("products", "{file}", "--by-publisher", "--map", "a=b"), "is not a field"),
        (("demands", "{file}x", "--by-publisher"), "no such file"),
    ],
)
async def test_what_is_asked_for_wrongly_ends_in_one_line(run, tmp_path, arguments, part):
    file = rows(tmp_path / "a.jsonl", 1)
    code, said = await run(*(a.format(file=file) for a in arguments))
    assert code == 2
    assert part in said
    assert "Traceback" not in said


async def test_help_is_there(run):
    code, said = await run("products", "--help")
    assert code == 0
    for word in ("--by-publisher", "--map", "--default", "--describe", "--state", "merged"):
        assert word in said
