"""Files as rows: JSONL, CSV and XLSX, each row with the line a person finds it on.

Encodings are found out, not asked for: UTF-8 (with or without a mark), else GB18030, which most Chinese spreadsheet
programs write. In a workbook a formula counts with the value it had when the file was saved; a cell of a merged range
counts with the value of the range's top left cell, as it reads on screen.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

import msgspec
import openpyxl
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.exceptions import InvalidFileException

from market.domain.errors import Invalid
from market.domain.words import N_

HEADER_WITHIN = 10
"""Rows in which the heading is looked for: real sheets begin with a banner."""
LONGEST_CELL = 64 * 1024 * 1024
"""Characters of one CSV cell that are read at all; fields have their own, smaller limits."""
WIDEST = 1000
"""Columns up to which a merged range is filled in."""
BEGINNING = 200
"""Characters shown of a file without a heading."""
UNREADABLE = "?"
"""The column under which what could not be read is shown."""
MERGED = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*\bref="([A-Z]+\d+:[A-Z]+\d+)"')

IsHeader = Callable[[Sequence[str]], bool]


class Row(msgspec.Struct, frozen=True):
    """One row. ``faults`` are cells that cannot be read; ``wrong`` says why the whole row cannot."""

    line: int
    values: dict[str, Any]
    faults: dict[str, str] = {}
    wrong: str = ""


class Source:
    """A file to be read once, from front to back. ``done`` of ``total`` (bytes or rows) says how far one is."""

    columns: Sequence[str] = ()
    """The names in the heading; none where every row names its own."""

    def __init__(self, path: Path, total: int) -> None:
        self.path = path
        self.total = total
        self.done = 0

    def rows(self) -> Iterator[Row]:
        """The rows, the heading left out."""
        raise NotImplementedError


def open_source(path: Path, is_header: IsHeader, sheet: str | None = None) -> Source:
    """The file by its extension. Raises Invalid when it is not there, of another kind, or has no heading."""
    if not path.is_file():
        raise Invalid({}, N_("%(file)s: there is no such file."), file=path)
    name = path.name.lower().removesuffix(".gz")
    if name.endswith((".jsonl", ".ndjson")):
        return Lines(path)
    if name.endswith((".csv", ".tsv", ".txt")):
        return Table(path, is_header)
    if name.endswith((".xlsx", ".xlsm")):
        return Sheet(path, is_header, sheet)
    raise Invalid({}, N_("%(file)s: give a file of kind .jsonl, .jsonl.gz, .csv or .xlsx."), file=path.name)


def _stream(path: Path) -> tuple[IO[bytes], IO[bytes]]:
    """(what to read, what to ask for the position in the file)."""
    raw = path.open("rb")
    return (gzip.open(raw, "rb"), raw) if path.name.lower().endswith(".gz") else (raw, raw)  # type: ignore[return-value]


class Lines(Source):
    """JSONL: one object a line."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, path.stat().st_size)

    def rows(self) -> Iterator[Row]:
        """Each line; one that is no JSON object is a row that says so."""
        decode = msgspec.json.Decoder().decode
        stream, raw = _stream(self.path)
        with raw, stream:
            for number, line in enumerate(_whole(stream, self.path), 1):
                self.done = raw.tell()
                if not line.strip():
                    continue
                try:
                    found = decode(line.removeprefix(codecs.BOM_UTF8))
                except (msgspec.DecodeError, UnicodeDecodeError):
                    text = line.decode("utf-8", "replace").strip()
                    yield Row(number, {UNREADABLE: text}, wrong=N_("This line is not JSON."))
                    continue
                if isinstance(found, dict):
                    yield Row(number, found)
                else:
                    yield Row(number, {UNREADABLE: str(found)}, wrong=N_("This line is not a JSON object."))


def _whole(stream: Iterable[bytes], path: Path) -> Iterator[bytes]:
    """The lines; a compressed file that ends half-way is an error with a name."""
    try:
        yield from stream
    except (EOFError, gzip.BadGzipFile, OSError) as error:
        raise Invalid(
            {}, N_("%(file)s: the file is damaged or ends half-way (%(error)s)."), file=path.name, error=error
        ) from None


class Table(Source):
    """CSV with a heading."""

    def __init__(self, path: Path, is_header: IsHeader) -> None:
        super().__init__(path, path.stat().st_size)
        self.encoding = encoding_of(path)
        self.separator = self._separator()
        self.heading, self.columns = self._heading(is_header)

    def _separator(self) -> str:
        head = next(self._text(), "")
        return max(",\t;|，", key=head.count)

    def _text(self) -> Iterator[str]:
        decoder = codecs.getincrementaldecoder(self.encoding)()
        stream, raw = _stream(self.path)
        with raw, stream:
            for line in _whole(stream, self.path):
                self.done = raw.tell()
                if text := decoder.decode(line):
                    yield text

    def _cells(self) -> Iterator[tuple[int, list[str]]]:
        csv.field_size_limit(LONGEST_CELL)
        reader = csv.reader(self._text(), delimiter=self.separator)
        begins = 1
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise Invalid(
                    {}, N_("%(file)s, line %(line)s: %(error)s."), file=self.path.name, line=begins, error=error
                ) from None
            yield begins, cells
            begins = reader.line_num + 1

    def _heading(self, is_header: IsHeader) -> tuple[int, list[str]]:
        return find_heading(self.path, self._cells(), is_header)

    def rows(self) -> Iterator[Row]:
        """Each row below the heading; one with more cells than the heading has names is a row that says so."""
        for line, cells in self._cells():
            if line <= self.heading or not any(cell.strip() for cell in cells):
                continue
            values = dict(zip(self.columns, cells, strict=False))
            extra = [cell for cell in cells[len(self.columns) :] if cell.strip()]
            wrong = N_("This row has more cells than the heading has names. Are commas in a cell quoted?")
            if extra:
                values[UNREADABLE] = self.separator.join(extra)
            yield Row(line, values, wrong=wrong if extra else "")


def encoding_of(path: Path) -> str:
    """UTF-8 when the whole file is, else GB18030. Raises Invalid when it is neither."""
    for encoding in ("utf-8-sig", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)()
        stream, raw = _stream(path)
        with raw, stream:
            try:
                for line in _whole(stream, path):
                    decoder.decode(line)
                decoder.decode(b"", final=True)
            except UnicodeDecodeError:
                continue
        return encoding
    raise Invalid({}, N_("%(file)s: the text is neither UTF-8 nor GB18030. Save it as CSV UTF-8."), file=path.name)


def find_heading(path: Path, rows: Iterable[tuple[int, Sequence[Any]]], is_header: IsHeader) -> tuple[int, list[str]]:
    """(line, names) of the heading: the first of the first rows that names what is needed. Raises Invalid."""
    first: list[str] = []
    for count, (line, cells) in enumerate(rows):
        names = unique([text_of(cell).strip() for cell in cells])
        if is_header(names):
            return line, names
        first = first or [name for name in names if name]
        if count + 1 >= HEADER_WITHIN:
            break
    if not first:
        raise Invalid({}, N_("%(file)s: the file is empty."), file=path.name)
    raise Invalid(
        {},
        N_("%(file)s: no heading names the column that is needed. The file begins with: %(begin)s"),
        file=path.name,
        begin=", ".join(first)[:BEGINNING],
    )


def unique(names: list[str]) -> list[str]:
    """The names with a number behind those that come again, so that no column hides another."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found


def text_of(value: Any) -> str:
    """A cell as a person reads it: no ".0" behind whole numbers, no midnight behind dates."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime) and value.time() == datetime.min.time():
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


class Sheet(Source):
    """One sheet of an XLSX workbook with a heading."""

    def __init__(self, path: Path, is_header: IsHeader, sheet: str | None) -> None:
        try:
            self._values = openpyxl.load_workbook(path, read_only=True, data_only=True)
            self._formulas = openpyxl.load_workbook(path, read_only=True, data_only=False)
        except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
            raise Invalid(
                {}, N_("%(file)s: this is not a workbook that can be read (%(error)s)."), file=path.name, error=error
            ) from None
        if sheet is not None and sheet not in self._values.sheetnames:
            raise Invalid(
                {},
                N_("%(file)s: no sheet %(sheet)s; there are %(sheets)s."),
                file=path.name,
                sheet=sheet,
                sheets=", ".join(self._values.sheetnames),
            )
        self.name = sheet or self._values.sheetnames[0]
        super().__init__(path, max(self._values[self.name].max_row or 0, 1))
        self.merged = self._merged()
        self.heading, self.columns = find_heading(
            path, ((line, values) for line, values, _ in self._cells()), is_header
        )
        below = [bottom for top, bottom, _, _ in self.merged if top <= self.heading <= bottom]
        self.heading = max([self.heading, *below])  # a heading of several rows

    def _merged(self) -> list[tuple[int, int, int, int]]:
        """(top, bottom, left, right) of the merged ranges, counted from 1, in order of their top.

        openpyxl does not tell them in its streaming mode, so they are read out of the sheet's XML, where the text of
        cells cannot look like a tag.
        """
        found = []
        with zipfile.ZipFile(self.path) as archive:
            member = self._values[self.name]._worksheet_path.lstrip("/")
            tail = b""
            with archive.open(member) as stream:
                while block := stream.read(1 << 20):
                    text = tail + block
                    ranges = [range_boundaries(match.group(1).decode()) for match in MERGED.finditer(text)]
                    found += [(top, bottom, left, right) for left, top, right, bottom in ranges]
                    tail = text[text.rfind(b"<") :]
        return sorted(set(found))

    def _cells(self) -> Iterator[tuple[int, list[Any], dict[int, str]]]:
        """(line, values, column -> fault) with merged cells filled in."""
        values, formulas = self._values[self.name], self._formulas[self.name]
        for sheet in (values, formulas):
            sheet.reset_dimensions()  # the stated size of a sheet is often wrong
        waiting = list(reversed(self.merged))
        spread: list[tuple[int, range, Any, str]] = []  # (last row, places, value, fault) of the ranges one is in
        for line, (cells, raw) in enumerate(zip(values.iter_rows(), formulas.iter_rows(), strict=False), 1):
            self.done = line
            row = [cell.value for cell in cells]
            faults = {n: fault for n, (c, f) in enumerate(zip(cells, raw, strict=False)) if (fault := _fault(c, f))}
            spread = [held for held in spread if held[0] >= line]
            while waiting and waiting[-1][0] <= line:
                _, bottom, left, right = waiting.pop()
                value = row[left - 1] if left <= len(row) else None
                spread.append((bottom, range(left - 1, min(right, WIDEST)), value, faults.get(left - 1, "")))
            for _, places, value, fault in spread:
                row += [None] * (places.stop - len(row))
                for place in places:
                    row[place] = value
                    faults |= {place: fault} if fault else {}
            yield line, row, faults

    def rows(self) -> Iterator[Row]:
        """Each row below the heading."""
        for line, cells, faults in self._cells():
            if line <= self.heading or (not any(text_of(cell).strip() for cell in cells) and not faults):
                continue
            values = {name: cell for name, cell in zip(self.columns, cells, strict=False) if name}
            named = {self.columns[n]: fault for n, fault in faults.items() if n < len(self.columns)}
            yield Row(line, values, faults=named)
        self._values.close()
        self._formulas.close()


def _fault(cell: Any, formula: Any) -> str:
    if cell.data_type == "e":
        return N_("This cell holds an error of the spreadsheet. Put the value in.")
    if formula.data_type == "f" and cell.value is None:
        return N_("This cell holds a formula without a stored value. Save the workbook in a spreadsheet program first.")
    return ""
