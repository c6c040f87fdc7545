"""demo, serve, worker: the running parts."""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

import httpx
import msgspec
import typer
from rich.console import Console
from rich.panel import Panel

from market import compiled, embedded, log
from market.migrate import migrate, pending
from market.settings import DEFAULT_DATA_DIR, Settings, SettingsError, from_env

console = Console(stderr=True, highlight=False)

DEFAULT_PORT = 8000
STOP_SECONDS = 15
"""What a process of ours may take to stop before it is killed."""


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(demo)
    app.command()(serve)
    app.command()(worker)
    app.command("migrate")(migrate_command)


@contextmanager
def database(settings: Settings) -> Iterator[Settings]:
    """The settings with a database behind them: the configured server, or the private one, started and migrated."""
    compiled.keep(settings)
    if settings.database_url:
        yield settings
        return
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with embedded.server(settings.data_dir) as url:
        asyncio.run(migrate(url))
        yield msgspec.structs.replace(settings, database_url=url)


def environment(settings: Settings) -> dict[str, str]:
    """The settings as the environment of a child process."""
    values = {f"MARKET_{name.upper()}": getattr(settings, name) for name in settings.__struct_fields__}
    return os.environ | {k: str(v) for k, v in values.items() if v not in ("", None)}


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Hold the folder's lock; raises SettingsError when another demo runs on it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SettingsError(
                f"A demo is already running on {folder}. Use it, or start another one beside it with --data DIR."
            ) from None
        yield


def free_port(wanted: int | None, host: str) -> int:
    """The wanted port, or without a wish the first free one from 8000 on. Raises SettingsError when it is taken."""
    for port in [wanted] if wanted else range(DEFAULT_PORT, DEFAULT_PORT + 100):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    raise SettingsError(f"Port {wanted or DEFAULT_PORT} is taken. Choose another with --port.")


def demo(
    port: Annotated[int | None, typer.Option(help="Port of the site; without it the first free one from 8000.")] = None,
    data: Annotated[Path | None, typer.Option(help="Folder that keeps the demo's data between starts.")] = None,
    reset: Annotated[bool, typer.Option("--reset", help="Throw the demo's data away and begin anew.")] = False,
) -> None:
    """Start everything with demo data: database, worker and site. Ctrl-C stops it; a second start finds its data."""
    log.configure()
    signal.signal(signal.SIGTERM, unwind)
    own = sha256(sys.prefix.encode()).hexdigest()[:8]  # two checkouts on one machine keep apart
    folder = (data or DEFAULT_DATA_DIR / f"demo-{own}").expanduser().resolve()
    with one_at_a_time(folder):
        if reset:
            shutil.rmtree(folder / "postgresql", ignore_errors=True)
        base = Settings(data_dir=folder, port=free_port(port, "127.0.0.1"), private_webhooks=True, demo=True)
        console.print("Starting the database …")
        with database(base) as settings:
            from market.demo import loader

            if asyncio.run(loader.load_once(settings.database_url, console)):
                console.print("Demo data loaded.")
            with worker_process(settings):
                run_site(settings, ready=lambda: console.print(welcome(settings)))
    console.print("Stopped. The data are kept; start again with: market demo")


def unwind(*_: object) -> None:
    """SIGTERM stops what was started, as Ctrl-C does; once the site runs, its server listens for both itself."""
    raise KeyboardInterrupt


def welcome(settings: Settings) -> Panel:
    """Where to go and how to sign in."""
    from market.demo.loader import SIGN_INS
    from market.domain.demonstration import PASSWORD

    rows = "\n".join(f"  {what:<28}{email}" for what, email in SIGN_INS)
    return Panel(
        f"[bold]{settings.address}[/bold]\n\nSign in with password [bold]{PASSWORD}[/bold] as\n{rows}\n\nCtrl-C stops.",
        title="Duijie 对接",
        expand=False,
    )


@contextmanager
def worker_process(settings: Settings) -> Iterator[None]:
    """The background worker beside the site."""
    process = subprocess.Popen(
        [sys.executable, "-m", "market", "worker"], env=environment(settings), start_new_session=True
    )
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def run_site(settings: Settings, ready: Any = None) -> None:
    """Serve until SIGINT or SIGTERM."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    os.environ.update(environment(settings))
    if ready:
        threading.Thread(target=when_ready, args=(settings.port, ready), daemon=True).start()
    Granian(
        "market.asgi:create",
        factory=True,
        interface=Interfaces.ASGI,
        address=settings.host,
        port=settings.port,
        workers=settings.web_workers,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,  # one that is told twice at the wrong moment would wait for ever
        log_level=LogLevels.warning,
    ).serve()


def when_ready(port: int, ready: Any) -> None:
    """Call ``ready`` once the site answers."""
    for _ in range(600):
        try:
            if httpx.get(f"http://127.0.0.1:{port}/health", timeout=2).status_code == 200:
                ready()
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on (MARKET_HOST).")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on (MARKET_PORT).")] = None,
) -> None:
    """Serve the site and the API. Run ``market worker`` beside it.

    With MARKET_DATABASE_URL the schema must be there (``market migrate``); the private server is migrated by itself.
    """
    log.configure()
    settings = from_env(os.environ)
    if host:
        settings = msgspec.structs.replace(settings, host=host)
    if port:
        settings = msgspec.structs.replace(settings, port=port)
    with database(settings) as ready_settings:
        if missing := asyncio.run(pending(ready_settings.database_url)):
            raise SettingsError(f"The database lacks {', '.join(missing)}. Run: market migrate")
        run_site(ready_settings, ready=lambda: console.print(f"Serving {ready_settings.address}"))


def worker() -> None:
    """Do the background work: matching, notifications, webhooks, mails, deadlines. Any number may run."""
    from market.worker import run

    log.configure()
    with database(from_env(os.environ)) as settings:
        asyncio.run(run(settings))


def migrate_command() -> None:
    """Bring the database to this version's schema. Safe to run again, and from several machines at once."""
    with database(from_env(os.environ)) as settings:
        missing = asyncio.run(pending(settings.database_url))
        asyncio.run(migrate(settings.database_url))
    console.print(f"Applied {', '.join(missing)}." if missing else "The schema is up to date.")
