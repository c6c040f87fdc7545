"""Logging: one line per record on standard error; never a password, token or body."""

from __future__ import annotations

import logging
import sys


def configure(level: int = logging.INFO) -> None:
    """Set up the root logger once per process."""
    logging.basicConfig(
        level=logging.WARNING, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s", force=True
    )
    logging.getLogger("market").setLevel(level)
