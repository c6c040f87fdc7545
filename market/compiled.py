"""Where the matcher's compiled loops are kept: beside its code, or in the data folder where nobody may write there."""

from __future__ import annotations

import os
import tempfile
from importlib.util import find_spec
from pathlib import Path

from market.settings import Settings

FOLDER = "NUMBA_CACHE_DIR"
"""The variable numba reads when it is imported; it compiles for ten seconds what it finds nowhere."""


def keep(settings: Settings) -> None:
    """Choose the folder, for this process and its children; call it before anything imports the matcher."""
    beside = find_spec("matching")
    if FOLDER in os.environ or beside is None or beside.origin is None:
        return
    loops = Path(beside.origin).parent / "index"
    if not _writable(loops / "__pycache__") and _writable(own := settings.data_dir / "compiled"):
        os.environ[FOLDER] = str(own)


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False
