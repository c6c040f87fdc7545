"""What a command loads before it does anything, and where compiled code goes when nobody may write beside it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import matching

ROOT = Path(__file__).parents[1]

HEAVY = ("numba", "sklearn", "scipy", "litestar", "matching")

HELP = f"""
import sys
from market.cli import app
try:
    app(["--help"])
except SystemExit:
    pass
print("loaded:", [name for name in {HEAVY!r} if name in sys.modules])
"""

COMPILE = """
from market import compiled
from market.settings import from_env
import os
compiled.keep(from_env(os.environ))
import numpy as np
from matching.index import kernels
kernels.sums(np.ones(3), np.array([0, 3]))
print(sum(kernels.sums.stats.cache_hits.values()), os.environ.get("NUMBA_CACHE_DIR"))
"""


def run(script: str, **env: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=os.environ | env, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().splitlines()[-1]


def test_help_loads_neither_the_matcher_nor_the_site() -> None:
    assert run(HELP) == "loaded: []"


def unwritable(folder: Path) -> Path:
    """A copy of the matcher beside which nothing can be kept, whoever is asking."""
    package = Path(matching.__file__).parent
    shutil.copytree(package, folder / "matching", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "matching" / "index" / "__pycache__").touch()
    return folder


def test_compiled_code_is_kept_in_the_data_folder_when_the_package_is_read_only(tmp_path: Path) -> None:
    packages, data = unwritable(tmp_path / "site-packages"), tmp_path / "data"
    env = {"PYTHONPATH": f"{packages}", "PYTHONSAFEPATH": "1", "HOME": "/dev/null", "MARKET_DATA_DIR": str(data)}
    env["PYTHONPATH"] += f"{os.pathsep}{ROOT}"
    assert run(COMPILE, **env) == f"0 {data / 'compiled'}"
    assert run(COMPILE, **env) == f"1 {data / 'compiled'}"


def test_with_no_folder_to_write_in_it_is_compiled_each_time(tmp_path: Path) -> None:
    packages = unwritable(tmp_path / "site-packages")
    env = {"PYTHONPATH": f"{packages}{os.pathsep}{ROOT}", "PYTHONSAFEPATH": "1", "HOME": "/dev/null"}
    assert run(COMPILE, MARKET_DATA_DIR="/dev/null/data", XDG_CACHE_HOME="/dev/null", **env) == "0 None"
