"""The ``market`` command as an operator uses it: help, settings, people, tokens, the journal."""

import os
import re
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest
import typer
from anyio import to_thread
from litestar.testing import AsyncTestClient
from typer.testing import CliRunner

from market.app import create_app
from market.cli import app, main
from market.domain.errors import Invalid, MarketError
from market.domain.products import ProductContent
from market.services import journal, products
from market.settings import SettingsError
from tests import browsing
from tests.given import credit_code

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).parents[2]
PASSWORD = "a harbour in the morning"


def clean(settings):
    """The environment with these settings and no others, wide enough that nothing is wrapped."""
    theirs = {k: None for k in os.environ if k.startswith("MARKET_")}
    ours = {"COLUMNS": "200", "NO_COLOR": "1", "LC_ALL": "C.UTF-8"}
    return theirs | ours | {f"MARKET_{k.upper()}": str(v) for k, v in settings.items()}


async def market(*words, stdin=None, **settings):
    """Run ``market`` in a thread of this process: commands have an event loop of their own."""
    return await to_thread.run_sync(lambda: CliRunner().invoke(app, words, input=stdin, env=clean(settings)))


async def told(*words, **settings):
    """The same to the line and the exit status that a person is given."""
    return await to_thread.run_sync(lambda: _to_the_end(words, clean(settings)))


def _to_the_end(words, env):
    here, code = CliRunner(), 0
    with here.isolation(env=env) as (out, err, _), pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["market", *words])
        try:
            main()
        except SystemExit as stopped:
            code = stopped.code or 0
        sys.stdout.flush()
        sys.stderr.flush()
        return subprocess.CompletedProcess(words, code, out.getvalue().decode(), err.getvalue().decode())


def process(*words, **settings):
    """Run ``market`` as people do, where the process itself matters."""
    env = {k: v for k, v in (os.environ | clean(settings)).items() if v is not None}
    command = [sys.executable, "-m", "market", *words]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120)


def commands(group, path=()):
    """Every command as its words, with its help, out of the app itself."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


EVERY = dict(commands(typer.main.get_command(app)))
NEEDED = {
    ("demo",): ("--port", "--data", "--reset", "Ctrl-C"),
    ("serve",): ("--host", "--port", "MARKET_DATABASE_URL", "market migrate"),
    ("worker",): ("deadlines",),
    ("migrate",): ("again",),
    ("match",): ("only changes",),
    ("verify",): ("Exit status 1",),
    ("import", "products"): (".xlsx", "GB18030", "--map", "--rejected", "--by-publisher", "run it again"),
    ("import", "demands"): (".jsonl", "--state", "--batch"),
    ("user", "add"): ("--name", "--new-platform", "--credit-code", "Asked for when not given"),
    ("user", "password"): ("session",),
    ("user", "disable"): ("tokens",),
    ("user", "enable"): (),
    ("token", "create"): ("--scope", "--days", "once"),
    ("ranker", "show"): ("figures",),
    ("ranker", "train"): ("forty demands", "--enable"),
    ("ranker", "compare"): ("without storing",),
    ("ranker", "enable"): ("won its trial", "market ranker show"),
    ("ranker", "stop"): ("without a model",),
    ("ranker", "disable"): ("words alone",),
    ("ranker", "rollback"): ("further back", "exactly"),
    ("lifecycle",): ("organisation", "negotiation", "--sql", "Mermaid"),
    ("openapi",): ("JSON API",),
    ("catalogue",): ("translat",),
    ("version",): (),
}


def test_help_names_every_command_and_where_settings_come_from():
    shown = process("--help")
    assert shown.returncode == 0
    for path in EVERY:
        assert f" {path[0]} " in shown.stdout
    assert "MARKET_DATABASE_URL" in shown.stdout


def test_the_cases_below_are_all_the_commands_there_are():
    assert set(EVERY) == set(NEEDED)


@pytest.mark.parametrize("path", EVERY, ids=" ".join)
def test_every_command_and_each_of_its_options_says_what_it_is_for(path):
    command = EVERY[path]
    assert command.help
    assert [p.name for p in command.params if not getattr(p, "help", None)] == []
    said = " ".join([command.help, command.epilog or "", *(f"{p.opts} {p.help}" for p in command.params)])
    for words in NEEDED.get(path, ()):
        assert words in said


def test_a_wrong_setting_ends_in_one_line_that_names_it(tmp_path):
    ended = process("serve", data_dir=tmp_path, port=70000)
    assert ended.returncode == 2
    assert "MARKET_PORT" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert list(tmp_path.iterdir()) == [], "nothing was started"


async def test_the_lifecycle_as_sql_is_the_table(url):
    read = "SELECT machine, source, action, target FROM lifecycle ORDER BY 1, 2, 3, 4"
    db = await asyncpg.connect(url)
    try:
        before = await db.fetch(read)
        printed = (await market("lifecycle", "--sql")).stdout
        assert printed.count("INSERT INTO lifecycle") == len({row["machine"] for row in before})
        await db.execute("DELETE FROM lifecycle")
        await db.execute(printed)
        assert await db.fetch(read) == before
    finally:
        await db.close()
    assert (await market("lifecycle", "match")).stdout.startswith("stateDiagram-v2")
    assert "not one of" in (await market("lifecycle", "nothing")).stderr


async def test_serve_asks_for_the_schema_first(server_url):
    """The server's own database is empty."""
    ended = await market("serve", database_url=server_url)
    assert isinstance(ended.exception, SettingsError)
    assert "Run: market migrate" in str(ended.exception)


async def test_from_a_new_installation_to_a_token_that_works(url, settings, committed):
    """The first administrator, a second person, a token; then the journal is checked."""
    here = {"database_url": url, "secret_key": settings.secret_key}
    code = credit_code()
    first = ("user", "add", "admin@exchange.example", "--name", "Jo Admin")
    refused = await market(*first, "--password", PASSWORD, **here)
    assert "--new-platform" in refused.stderr
    new = (*first, "--new-platform", "Our exchange", "--credit-code", code)
    mistyped = code[:-1] + ("A" if code[-1] != "A" else "B")
    wrong = await market(*new[:-1], mistyped, "--password", PASSWORD, **here)
    assert isinstance(wrong.exception, Invalid)
    added = await market(*new, stdin=f"{PASSWORD}\n{PASSWORD}\n", **here)
    assert added.exit_code == 0, added.output
    again = await market(*new, "--password", PASSWORD, **here)
    assert isinstance(again.exception, MarketError), "the address is taken"
    broker = ("user", "add", "broker@exchange.example", "--name", "Bo", "--role", "broker", "--password", PASSWORD)
    assert (await market(*broker, **here)).exit_code == 0

    made = await market("token", "create", "admin@exchange.example", "--name", "reports", "--days", "3", **here)
    assert re.fullmatch(r"dj_[\w-]{43}\n", made.stdout), made.output
    headers = {"Authorization": f"Bearer {made.stdout.strip()}"}
    unknown = await market("token", "create", "broker@exchange.example", "--name", "x", "--scope", "all", **here)
    assert isinstance(unknown.exception, MarketError)
    assert "dj_" not in unknown.stdout
    async with AsyncTestClient(create_app(settings)) as client:
        client.follow_redirects = False
        assert (await client.get("/api/v1/organisations", headers=headers)).status_code == 200
        await browsing.sign_in(client, "broker@exchange.example", PASSWORD)
        assert (await market("user", "disable", "admin@exchange.example", **here)).exit_code == 0
        assert (await client.get("/api/v1/organisations", headers=headers)).status_code == 401


async def test_verify_tells_a_sound_journal_from_one_that_was_changed(url, settings, committed):
    here = {"database_url": url, "secret_key": settings.secret_key}
    supplier = await committed.supplier()
    made = await products.create(committed.db, supplier, ProductContent(title="海港潮位"), now=committed.now)
    await products.act(committed.db, supplier, made.id, "discard", now=committed.now)
    await journal.checkpoint(committed.db, journal.signing_key(settings), now=committed.now)
    sound = await market("verify", **here)
    assert sound.exit_code == 0, sound.output
    assert "sound" in sound.stderr
    await committed.db.execute("SET session_replication_role = replica")
    await committed.db.execute("UPDATE journal SET action = 'list' WHERE kind = 'product' AND action = 'discard'")
    changed = await market("verify", **here)
    assert changed.exit_code == 1
    assert f"product {made.id}" in changed.stderr
