"""The rows that were not taken, written as a CSV file to mend and bring in again."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from market import i18n
from market.services.columns import IGNORED
from market.services.imports import Refused
from market.services.readers import text_of

ADDED = re.compile(r"\.rejected(-\d+)?\.csv$")
EXTENSIONS = re.compile(r"(\.(jsonl|ndjson|csv|tsv|txt|xlsx|xlsm|gz))+$", re.IGNORECASE)


def path_beside(path: Path) -> Path:
    """FILE.rejected.csv, or the first free FILE.rejected-2.csv …: what somebody is mending is never overwritten."""
    stem = ADDED.sub("", path.name)
    number = 1
    while True:
        free = path.with_name(f"{stem}.rejected{f'-{number}' if number > 1 else ''}.csv")
        if not free.exists():
            return free
        number += 1


def source_name(path: Path) -> str:
    """The name of the source when none is given: the file's, the same for its file of rejected rows."""
    return EXTENSIONS.sub("", ADDED.sub("", path.name)) or path.name


def sentence(reasons: Sequence[tuple[str, str]]) -> str:
    """Everything that is wrong with a row, in the reader's language."""
    return "; ".join(f"{column}: {i18n.gettext(text)}" if column else i18n.gettext(text) for column, text in reasons)


def text(refused: Sequence[Refused]) -> str:
    """All columns of the rows, between the line and the reason, as CSV."""
    columns = list(dict.fromkeys(c for item in refused for c in item.row.values if c and c not in IGNORED))
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(["line", *columns, "reason"])
    for item in sorted(refused, key=lambda item: item.row.line):
        cells = [_cell(item.row.values.get(column)) for column in columns]
        writer.writerow([item.row.line, *cells, sentence(item.reasons)])
    return file.getvalue()


def write(path: Path, refused: Sequence[Refused]) -> None:
    """``text`` as a file; in place at once or not at all."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.write_text(text(refused), encoding="utf-8-sig", errors="replace", newline="")
    fresh.rename(path)


def _cell(value: Any) -> str:
    if isinstance(value, (list, dict)):
        return msgspec.json.encode(value).decode()
    return text_of(value)
