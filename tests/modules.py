"""Importing all of a package, for tests about what its modules register."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType


def import_all(package: ModuleType) -> list[str]:
    """Import every module of the package; their short names in order."""
    names = sorted(m.name for m in pkgutil.iter_modules(package.__path__))
    for name in names:
        importlib.import_module(f"{package.__name__}.{name}")
    return names
