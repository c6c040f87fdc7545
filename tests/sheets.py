"""Workbooks for tests."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import openpyxl


def workbook(
    path: Path, rows: Iterable[Iterable[Any]], *, merge: Iterable[str] = (), stored: Mapping[str, str] | None = None
) -> Path:
    """A workbook of one sheet. ``stored``: the values that a spreadsheet program stored for formulas, by cell."""
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(list(row))
    for cells in merge:
        sheet.merge_cells(cells)
    book.save(path)
    if stored:
        _store(path, stored)
    return path


def _store(path: Path, stored: Mapping[str, str]) -> None:
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = "xl/worksheets/sheet1.xml"
    text = parts[name].decode()
    for cell, value in stored.items():
        text, count = re.subn(rf'(<c r="{cell}"[^>]*><f>[^<]*</f>)<v ?/?>(</v>)?', rf"\1<v>{value}</v>", text)
        assert count == 1, f"no formula in {cell}"
    parts[name] = text.encode()
    with zipfile.ZipFile(path, "w") as archive:
        for part, data in parts.items():
            archive.writestr(part, data)
