"""Products and demands from files, matches and lines to files: JSONL (also gzipped), CSV or XLSX by extension.

A file has one record per line or row. Columns that are not known are ignored; a column that is needed but
missing and a value that cannot be read are refused with their place (``InputError``).
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec
from openpyxl import Workbook, load_workbook

from matching.types import Demand, Document, Match

Row = Mapping[str, Any]

ALIASES: Final = {
    "text": "description",
    "abstract": "description",
    "coverage": "region",
    "keywords": "tags",
    "data_type": "tags",
}
"""Other names of columns; they are added to what stands under the proper name."""

_LISTS: Final = frozenset(f.name for f in msgspec.structs.fields(Document) if f.type == tuple[str, ...])
_SPLIT: Final = re.compile(r"[;；、|,，\n]")
_PRICE: Final = re.compile(r"\s*[¥￥]?\s*(-?[\d,]+(?:\.\d+)?)\s*(?:元|CNY|RMB)?\s*(?:[/每]\s*(.*))?", re.IGNORECASE)
_NO_PRICE: Final = frozenset(["面议", "协商", "negotiable", "on request", "none", "-"])
_FREE: Final = frozenset(["免费", "free"])


Item = TypeVar("Item", Document, Demand)


class InputError(ValueError):
    """A file that cannot be used; the message says where and why."""


def read_products(path: Path) -> list[Document]:
    """The products in ``path``.

    :raises InputError: no ``id`` column, neither ``title`` nor ``description``, a value that cannot be read,
        an id that occurs twice.
    """
    return _read(path, _document)


def read_demands(path: Path) -> list[Demand]:
    """The demands in ``path`` (``id``, ``title``, ``description`` or ``text``).

    :raises InputError: as ``read_products``.
    """
    return _read(path, _demand)


def rows(path: Path) -> Iterator[tuple[int, Row]]:
    """The records of a file with the number of the line or row each stands at.

    :raises InputError: an extension that is not known, or a file that is not what its extension says.
    """
    suffixes = [s.lower() for s in path.suffixes]
    if suffixes[-1:] == [".xlsx"]:
        yield from _xlsx(path)
    elif suffixes[-1:] == [".csv"]:
        yield from _csv(path)
    elif suffixes[-1:] == [".jsonl"] or suffixes[-2:] == [".jsonl", ".gz"]:
        yield from _jsonl(path)
    else:
        raise InputError(f"{path}: not a .jsonl, .jsonl.gz, .csv or .xlsx file")


def _jsonl(path: Path) -> Iterator[tuple[int, Row]]:
    number = 0
    try:
        with gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    row = json.loads(line)
                    if not isinstance(row, dict):
                        raise InputError(f"{path}, line {number}: not a JSON object")
                    yield number, row
    except (json.JSONDecodeError, UnicodeDecodeError, EOFError, gzip.BadGzipFile) as error:
        raise InputError(f"{path}, line {number or 1}: {error}") from error


def _csv(path: Path) -> Iterator[tuple[int, Row]]:
    packed = path.read_bytes()
    try:
        text = packed.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = packed.decode("gb18030")
        except UnicodeDecodeError as error:
            raise InputError(f"{path}: neither UTF-8 nor GB18030: {error}") from error
    reader = csv.DictReader(io.StringIO(text, newline=""))
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        raise InputError(f"{path}, line {reader.line_num}: {error}") from error


def _xlsx(path: Path) -> Iterator[tuple[int, Row]]:
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except Exception as error:  # openpyxl raises whatever zipfile and its XML parser do
        raise InputError(f"{path}: not an XLSX workbook: {error}") from error
    try:
        table = book.worksheets[0].iter_rows(values_only=True)
        header = [str(name or "").strip() for name in next(table, ())]
        for number, values in enumerate(table, 2):
            if any(value is not None for value in values):
                yield number, dict(zip(header, values, strict=False))
    finally:
        book.close()


def _read(path: Path, make: Callable[[Row], Item]) -> list[Item]:
    found: dict[str, Item] = {}
    for number, raw in rows(path):
        row = {str(name).strip().lower(): value for name, value in raw.items() if value is not None}
        if not found:
            _check_columns(path, {str(name).strip().lower() for name in raw})
        try:
            item = make(row)
        except ValueError as error:
            raise InputError(f"{path}, line {number}: {error}") from error
        if item.id in found:
            raise InputError(f"{path}, line {number}: the id {item.id!r} occurs twice")
        found[item.id] = item
    return list(found.values())


def _check_columns(path: Path, names: set[str]) -> None:
    if "id" not in names:
        raise InputError(f"{path}: no column id (there are: {', '.join(sorted(names))})")
    if not names & {"title", "description", "text"}:
        raise InputError(f"{path}: no column title or description (there are: {', '.join(sorted(names))})")


def _document(row: Row) -> Document:
    values: dict[str, Any] = {}
    for name, value in row.items():
        field = ALIASES.get(name, name)
        if field in _LISTS:
            values[field] = values.get(field, ()) + _words(value)
        elif field in ("time_from", "time_to"):
            values[field] = _date(field, value)
        elif field == "price":
            values |= _price(value)
        elif field in Document.__struct_fields__:
            values[field] = "\n".join(filter(None, (values.get(field, ""), _text(value))))
    return Document(**_with_id(values))


def _demand(row: Row) -> Demand:
    text = "\n".join(filter(None, (_text(row[name]) for name in ("description", "text") if name in row)))
    return Demand(**_with_id({"id": _text(row.get("id", "")), "title": _text(row.get("title", "")), "text": text}))


def _with_id(values: dict[str, Any]) -> dict[str, Any]:
    if not values.get("id"):
        raise InputError("column id: empty")
    return values


def _text(value: object) -> str:
    if isinstance(value, list | tuple):
        return "; ".join(map(_text, value))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _words(value: object) -> tuple[str, ...]:
    parts = map(_text, value) if isinstance(value, list | tuple) else _SPLIT.split(_text(value))
    return tuple(filter(None, (part.strip() for part in parts)))


def _date(name: str, value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    text = _text(value)
    if isinstance(value, date) or not text:
        return value if isinstance(value, date) else None
    try:
        return date.fromisoformat(
            text if len(text) != 4 else f"{text}-01-01" if name == "time_from" else f"{text}-12-31"
        )
    except ValueError as error:
        raise InputError(f"column {name}: {text!r} is not a date (2024-12-31)") from error


def _price(value: object) -> dict[str, Any]:
    text = _text(value)
    if not text or text.lower() in _NO_PRICE:
        return {}
    if text.lower() in _FREE:
        return {"price": Decimal(0)}
    told = _PRICE.fullmatch(text)
    try:
        amount = Decimal(told[1].replace(",", "")) if told else Decimal("nan")
    except InvalidOperation:
        amount = Decimal("nan")
    if not amount.is_finite() or amount < 0:
        raise InputError(f"column price: {text!r} is not a price in yuan")
    unit = (told[2] or "").strip() if told else ""
    return {"price": amount} | ({"price_unit": unit} if unit else {})


def write_matches(path: Path, matches: Iterable[Match]) -> int:
    """Write one record per pair, reasons as a list in JSONL and as text in tables; returns how many."""
    return write(
        path, (msgspec.to_builtins(match) for match in matches), ["demand", "product", "rank", "score", "reasons"]
    )


def write(path: Path, records: Iterable[Row], columns: Sequence[str]) -> int:
    """Write ``records`` as JSONL(.gz), CSV or XLSX; nested values become JSON text in a table. The file is there when
    all of them are written; what was there stays until then.

    :raises InputError: an extension that is not known.
    """
    form = _form(path)
    beside = path.with_name(f".{os.getpid()}-{path.name}")
    try:
        written = form(beside, records, columns)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
    return written


def check_target(path: Path, *sources: Path) -> None:
    """Whether ``path`` can be written when ``sources`` are read, told before the work is done.

    :raises InputError: an extension that is not known, or one of ``sources``.
    """
    _form(path)
    if path.exists() and any(path.samefile(source) for source in sources if source.exists()):
        raise InputError(f"{path}: is read from; write to another file")


def _form(path: Path) -> Callable[[Path, Iterable[Row], Sequence[str]], int]:
    suffixes = [s.lower() for s in path.suffixes]
    if suffixes[-1:] == [".jsonl"] or suffixes[-2:] == [".jsonl", ".gz"]:
        return _write_jsonl
    if suffixes[-1:] == [".csv"]:
        return _write_csv
    if suffixes[-1:] == [".xlsx"]:
        return _write_xlsx
    raise InputError(f"{path}: cannot write; use .jsonl, .jsonl.gz, .csv or .xlsx")


def _write_jsonl(path: Path, records: Iterable[Row], columns: Sequence[str]) -> int:
    written = 0
    with gzip.open(path, "wb") if path.suffix.lower() == ".gz" else path.open("wb") as out:
        for record in records:
            out.write(msgspec.json.encode({name: record[name] for name in columns}) + b"\n")
            written += 1
    return written


def _write_csv(path: Path, records: Iterable[Row], columns: Sequence[str]) -> int:
    written = 0
    # With a byte order mark, or Excel takes Chinese for mojibake.
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        table = csv.writer(out)
        table.writerow(columns)
        for record in records:
            table.writerow([_cell(record[name]) for name in columns])
            written += 1
    return written


def _write_xlsx(path: Path, records: Iterable[Row], columns: Sequence[str]) -> int:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("matches")
    sheet.append(list(columns))
    written = 0
    try:
        for record in records:
            sheet.append([_cell(record[name]) for name in columns])
            written += 1
    finally:
        sheet.close()
    book.save(path)
    return written


_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_UNWRITABLE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def _cell(value: object) -> object:
    if isinstance(value, int | float):
        return value
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    text = _UNWRITABLE.sub(" ", text)[:32_767]
    # A spreadsheet would run a text that begins like a formula.
    return f"'{text}" if text.startswith(_FORMULA) else text
