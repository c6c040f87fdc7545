"""Products as a spreadsheet that people edit and send back: the columns, the words in the cells, the help beside them.

Whatever is written here is read back as the same content by the readers of foreign files (``columns``, ``values``);
where words would not be, the cell holds the value's own name or JSON, and where nothing is, that it stays as it is.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

import msgspec
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from market import i18n
from market.domain.products import Product, ProductContent
from market.domain.words import N_
from market.services.columns import PRODUCT_COLUMNS, PRODUCT_VALUES, Columns
from market.services.values import Odd, plain, text

Words = Mapping[str, Mapping[str, str]]
"""kind of value -> value -> what people call it (English message ids)."""

LONGEST_CELL = 32_767
"""Characters of one cell of a workbook."""
KEPT = N_("(as it is)")
"""Stands in a cell for what does not fit into one, and means: leave it as it is."""
EXAMPLE = N_("example")
"""In place of a number: this row only shows how it is done."""
EXTRA_ROWS = 1_000
"""Rows below the last one that still offer the choices."""


class Column(msgspec.Struct, frozen=True):
    """A column: its field, heading, width in characters, help, an example; ``kind`` of its words."""

    field: str
    heading: str
    width: int
    help: str
    example: str = ""
    kind: str = ""


COLUMNS = (
    Column("product_id", N_("Duijie number"), 12, N_("Says which product of yours the row is. Empty: a new product.")),
    Column(
        "version", N_("Version seen"), 10, N_("Leave it as it is: it tells whether somebody changed the product since.")
    ),
    Column("source_id", N_("Your own number"), 14, N_("Optional, for new products: the number in your own catalogue.")),
    Column("title", N_("Title"), 36, N_("Needed: 2 to 200 characters."), N_("Daily road freight by county, Jiangsu")),
    Column(
        "abstract",
        N_("What are these data?"),
        60,
        N_("What is recorded, about whom or what, where and since when; what it has been used for."),
        N_("Lorries and tonnes counted every day in each county since 2023, from toll gates; used to plan warehouses."),
    ),
    Column("region", N_("Region"), 14, N_("Which place the data cover."), N_("Jiangsu")),
    Column("time_from", N_("Data from"), 12, N_("The first day, as year-month-day."), "2023-01-01"),
    Column("time_to", N_("Data until"), 12, N_("The last day. Empty: they go on.")),
    Column(
        "granularity",
        N_("Granularity"),
        16,
        N_("For instance: one vehicle, one hour; county; street."),
        N_("county, day"),
    ),
    Column("update_cycle", N_("Update cycle"), 14, N_("How often the data are renewed."), "daily", "update_cycle"),
    Column(
        "fields",
        N_("Fields"),
        40,
        N_("One line a column of the data: name | type | meaning."),
        N_("county | string | code of the county\ntonnes | number | tonnes on that day"),
    ),
    Column("formats", N_("Formats"), 14, N_("Separated by commas."), "CSV、JSON"),
    Column(
        "delivery",
        N_("Delivery"),
        18,
        N_("How the data reach the user; several are separated by commas."),
        "api,file",
        "delivery",
    ),
    Column("theme", N_("Field"), 14, N_("The field the data belong to."), N_("transport")),
    Column(
        "tags",
        N_("Tags"),
        24,
        N_("The words people would search with, separated by commas."),
        N_("freight, lorries, roads"),
    ),
    Column("price", N_("Price in yuan"), 12, N_("A number. Empty: to be negotiated. 0: free of charge."), "1200"),
    Column("price_unit", N_("What the price buys"), 14, N_("Needed beside a price above 0."), "month", "price_unit"),
    Column(
        "data_class",
        N_("Data grade"),
        14,
        N_("Data Security Law, article 21. Core data cannot be listed; important data needs a risk assessment."),
        "general",
        "data_class",
    ),
    Column(
        "opening",
        N_("Opening class"),
        16,
        N_("On what conditions the data are open. Empty: on conditions."),
        "conditional",
        "opening",
    ),
    Column(
        "source_statement",
        N_("Where the data come from"),
        32,
        N_("The lawful source, needed for listing (Data Security Law, article 33)."),
        N_("Toll gate records of the provincial network, summed up by county"),
    ),
    Column("risk_assessment", N_("Risk assessment"), 24, N_("Seen by the platform only.")),
    Column(
        "licence",
        N_("Licence"),
        24,
        N_("What a user may do with the data."),
        N_("Analysis within one's own organisation; not to be passed on"),
    ),
    Column(
        "sample",
        N_("Sample"),
        32,
        N_("The heading and a few rows as a table, cells separated by commas or tabs. No personal data."),
        N_("county,day,tonnes\n320111,2026-01-05,8412"),
    ),
    Column("contact_role", N_("Who answers questions"), 20, N_("An office, not a person's name."), N_("Data office")),
)
SINGLE = frozenset({"update_cycle", "price_unit", "data_class", "opening"})
"""Columns of which a cell holds one of a few words."""


@cache
def mapping() -> Columns:
    """How the columns are read: by these headings in either language, and by those of foreign files."""
    names = dict(PRODUCT_COLUMNS)
    for column in COLUMNS:
        for language in i18n.LANGUAGES:
            names[plain(i18n.translations(language).gettext(column.heading))] = column.field
    return Columns(names=names, literal=True)


def keeps(value: object) -> bool:
    """Whether a cell says that the field stays as it is."""
    return text(value) in {i18n.translations(language).gettext(KEPT) for language in i18n.LANGUAGES}


def is_example(value: object) -> bool:
    """Whether a row's number says that it only shows how it is done."""
    return text(value) in {i18n.translations(language).gettext(EXAMPLE) for language in i18n.LANGUAGES}


def said(field: str, value: Any, words: Words) -> str:
    """A value as a person reads it."""
    column = next(column for column in COLUMNS if column.field == field)
    if value is None:
        return ""
    if field == "fields":
        return "\n".join(f"{f.name} | {i18n.gettext(words['field.type'][f.type])} | {f.meaning}" for f in value)
    if isinstance(value, (tuple, list)):
        named = [i18n.gettext(words[column.kind][item]) if column.kind else str(item) for item in value]
        return ("、" if i18n.language.get() == "zh" else ", ").join(named)
    if column.kind:
        return i18n.gettext(words[column.kind][value])
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return value.isoformat() if isinstance(value, date) else str(value)


def _written(field: str, value: Any, words: Words) -> str:
    """The first form of the value that fits into a cell and is read back as the same, else that it stays as it is."""
    forms = (said(field, value, words), str(value) if isinstance(value, str) else msgspec.json.encode(value).decode())
    for cell in forms:
        if len(cell) <= LONGEST_CELL and (
            not cell or field not in PRODUCT_VALUES or _read(field, cell) == _plain(value)
        ):
            return cell
    return i18n.gettext(KEPT)


def _read(field: str, cell: str) -> Any:
    try:
        found = PRODUCT_VALUES[field](cell)
    except Odd:
        return None
    return _plain(found[0] if field == "price" else found)


def _plain(value: Any) -> Any:
    """Without the types that the same value may have when it is read and when it is stored."""
    return (
        value
        if isinstance(value, Decimal)
        else msgspec.to_builtins(value if not isinstance(value, tuple) else list(value))
    )


def cells_of(product: Product, source_id: str | None, words: Words) -> dict[str, str]:
    """A product as a row, field -> cell."""
    own = "" if source_id is None or source_id.startswith("sha256:") else source_id
    found = {"product_id": str(product.id), "version": str(product.version), "source_id": own}
    for field in ProductContent.__struct_fields__:
        found[field] = _written(field, getattr(product, field), words)
    return found


def example(words: Words) -> dict[str, str]:
    """A filled-in row."""
    found = {column.field: i18n.gettext(column.example) for column in COLUMNS}
    for column in COLUMNS:
        if column.kind:
            values = column.example.split(",") if column.kind == "delivery" else column.example
            found[column.field] = said(column.field, values, words) if column.example else ""
    return found | {"product_id": i18n.gettext(EXAMPLE)}


def choices(column: Column, words: Words) -> list[str]:
    """The words a cell of the column may hold; none where anything may stand."""
    return [i18n.gettext(word) for word in words[column.kind].values()] if column.kind else []


def csv_of(rows: Iterable[Mapping[str, str]]) -> bytes:
    """As CSV that spreadsheet programs open in the right encoding."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow([i18n.gettext(column.heading) for column in COLUMNS])
    for row in rows:
        writer.writerow([_harmless(row.get(column.field, "")) for column in COLUMNS])
    return file.getvalue().encode("utf-8-sig")


def _harmless(cell: str) -> str:
    """A program that opens the file must not take a text for a formula; the reader strips the tab off again."""
    return f"\t{cell}" if cell[:1] in ("=", "+", "-", "@") else cell


def xlsx_of(rows: Sequence[Mapping[str, str]], words: Words) -> bytes:
    """As a workbook of two sheets: the products, and what each column means."""
    book = Workbook()
    sheet = book.active
    sheet.title = i18n.gettext(N_("Products"))
    _head(sheet, [(i18n.gettext(column.heading), column.width) for column in COLUMNS])
    for line, row in enumerate(rows, 2):
        for place, column in enumerate(COLUMNS, 1):
            if cell := row.get(column.field, ""):
                _put(sheet.cell(line, place), column.field, cell)
    for place, column in enumerate(COLUMNS, 1):
        if column.field in SINGLE:
            _offer(sheet, get_column_letter(place), choices(column, words), len(rows) + EXTRA_ROWS)
    sheet.freeze_panes = "E2"
    _explain(book.create_sheet(i18n.gettext(N_("What the columns mean"))), words)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _head(sheet: Worksheet, columns: Sequence[tuple[str, int]]) -> None:
    for place, (heading, width) in enumerate(columns, 1):
        cell = sheet.cell(1, place, heading)
        cell.font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(place)].width = width


def _put(cell: Cell, field: str, content: str) -> None:
    number = {"product_id": int, "version": int, "price": float}.get(field)
    if number and _exactly(number, content):
        cell.value = number(content)
    else:
        cell.value = content
        cell.data_type = "s"  # a text that begins with = is no formula
    cell.alignment = Alignment(vertical="top", wrap_text="\n" in content)


def _exactly(number: Callable[[str], int | float], content: str) -> bool:
    try:
        return format(Decimal(repr(number(content))).normalize(), "f") == content
    except (ValueError, ArithmeticError):
        return False


def _offer(sheet: Worksheet, letter: str, words: Sequence[str], last: int) -> None:
    offer = DataValidation(type="list", formula1=f'"{",".join(words)}"', allow_blank=True, showErrorMessage=False)
    offer.add(f"{letter}2:{letter}{last}")
    sheet.add_data_validation(offer)


def _explain(sheet: Worksheet, words: Words) -> None:
    headings = (N_("Column"), N_("What to write"), N_("Allowed"), N_("Example"))
    _head(sheet, list(zip(map(i18n.gettext, headings), (22, 60, 40, 40), strict=True)))
    shown = example(words)
    for line, column in enumerate(COLUMNS, 2):
        row = (column.heading, column.help, "、".join(choices(column, words)), "")
        for place, cell in enumerate(map(i18n.gettext, row), 1):
            sheet.cell(line, place, cell).alignment = Alignment(vertical="top", wrap_text=True)
        _put(sheet.cell(line, 4), "", shown[column.field])
