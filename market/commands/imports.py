"""import: products and demands out of files."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import asyncpg
import msgspec
import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from market import db as database_
from market import i18n
from market.commands.run import database
from market.domain.errors import Invalid, Unavailable
from market.migrate import pending
from market.services import columns, readers
from market.settings import SettingsError, from_env
from market.store.imports import BATCH

if TYPE_CHECKING:
    from market.services.imports import Outcome, Refused

console = Console(stderr=True, highlight=False)

LOST = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""What PostgreSQL's going away may look like."""

SHOWN = 20
"""Rejected rows printed; all of them are in the file."""


class ProductTarget(StrEnum):
    """How far products go."""

    DRAFT = "draft"
    LISTED = "listed"


class DemandTarget(StrEnum):
    """How far demands go."""

    DRAFT = "draft"
    OPEN = "open"


File = Annotated[Path, typer.Argument(help="A file of kind .jsonl, .csv (UTF-8 or GB18030), .xlsx; also .gz.")]
Organisation = Annotated[
    str, typer.Option(help="Credit code or name of the organisation that answers for all rows.", metavar="CODE|NAME")
]
ByPublisher = Annotated[
    bool,
    typer.Option(
        help="One organisation for each publisher named in the file. Those not known are registered without a credit "
        "code: they cannot be verified, and nothing of theirs is listed, before the code is filled in."
    ),
]
SourceName = Annotated[
    str,
    typer.Option("--source", help="Name of the source; with the row's id it tells rows apart. Default: the file's."),
]
Map = Annotated[
    list[str] | None,
    typer.Option("--map", metavar="COLUMN=FIELD", help="What a column is; FIELD empty: leave it out. May be repeated."),
]
Default = Annotated[
    list[str] | None,
    typer.Option(metavar="FIELD=VALUE", help="What rows mean that do not say it, e.g. delivery=file. May be repeated."),
]
SheetName = Annotated[str | None, typer.Option("--sheet", help="Sheet of a workbook. Default: the first.")]
Rejected = Annotated[Path | None, typer.Option(help="Where rejected rows go. Default: FILE.rejected.csv")]
Batch = Annotated[int, typer.Option(min=1, max=10_000, help="Rows stored in one transaction.")]


class Errand(msgspec.Struct, frozen=True, kw_only=True):
    """One command as it was given."""

    noun: str
    file: Path
    organisation: str
    by_publisher: bool
    source: str
    live: bool
    columns: columns.Columns
    sheet: str | None
    rejected: Path | None
    batch: int


EPILOG = (
    "A second run changes only what differs: a row is known by organisation, source and id (without an id column: by "
    "title and publisher). Killed half-way, run it again. Rows that are not taken go, with the reason, to a CSV file "
    "to mend and bring in again. In workbooks a formula counts with its stored value, and every cell of a merged range "
    "with the value of its top left cell."
)


def register(app: typer.Typer) -> None:
    """Add these commands."""
    commands = typer.Typer(help="Bring in products or demands from a file.", no_args_is_help=True)
    commands.command("products", epilog=EPILOG)(import_products)
    commands.command("demands", epilog=EPILOG)(import_demands)
    app.add_typer(commands, name="import")


def import_products(
    file: File,
    organisation: Organisation = "",
    by_publisher: ByPublisher = False,
    source: SourceName = "",
    state: Annotated[
        ProductTarget,
        typer.Option(help="listed: on your authority, rows that meet the rules of listing go through review at once."),
    ] = ProductTarget.DRAFT,
    map_: Map = None,
    default: Default = None,
    describe: Annotated[
        bool, typer.Option("--describe", help="Compose an abstract from the other columns where there is none.")
    ] = False,
    sheet: SheetName = None,
    rejected: Rejected = None,
    batch: Batch = BATCH,
) -> None:
    """Bring in products. Each row is checked like what a supplier types."""
    from market.services import rejects

    _run(
        Errand(
            noun="product",
            file=file,
            organisation=organisation,
            by_publisher=by_publisher,
            source=source or rejects.source_name(file),
            live=state is ProductTarget.LISTED,
            columns=columns.columns("product", map_ or (), default or (), describe),
            sheet=sheet,
            rejected=rejected,
            batch=batch,
        )
    )


def import_demands(
    file: File,
    organisation: Organisation = "",
    by_publisher: ByPublisher = False,
    source: SourceName = "",
    state: Annotated[
        DemandTarget,
        typer.Option(help="open: on your authority, rows that meet the rules are open for matching at once."),
    ] = DemandTarget.DRAFT,
    map_: Map = None,
    default: Default = None,
    sheet: SheetName = None,
    rejected: Rejected = None,
    batch: Batch = BATCH,
) -> None:
    """Bring in demands. Requirement lines are read out of each text."""
    from market.services import rejects

    _run(
        Errand(
            noun="demand",
            file=file,
            organisation=organisation,
            by_publisher=by_publisher,
            source=source or rejects.source_name(file),
            live=state is DemandTarget.OPEN,
            columns=columns.columns("demand", map_ or (), default or ()),
            sheet=sheet,
            rejected=rejected,
            batch=batch,
        )
    )


def _run(errand: Errand) -> None:
    i18n.language.set("zh" if os.environ.get("LC_ALL", os.environ.get("LANG", "")).startswith("zh") else "en")
    if bool(errand.organisation) == errand.by_publisher:
        raise Invalid({}, "Say whose rows these are: --organisation CODE or --by-publisher.")
    is_heading = columns.is_heading(errand.columns, columns.NEEDED[errand.noun])
    source = readers.open_source(errand.file, is_heading, errand.sheet)
    with database(from_env(os.environ)) as settings:
        try:
            outcome = asyncio.run(_import(settings.database_url, errand, source))
        except KeyboardInterrupt:
            console.print("Stopped. What was stored stays; run the same command again to go on.")
            raise typer.Exit(130) from None
    _report(outcome, errand)
    if outcome.rejected:
        raise typer.Exit(1)


async def _import(url: str, errand: Errand, source: readers.Source) -> Outcome:
    from market.services import imports

    if missing := await pending(url):
        raise SettingsError(f"The database lacks {', '.join(missing)}. Run: market migrate")
    db = await database_.connect(url)
    try:
        holder = await imports.holder_of(db, errand.organisation) if errand.organisation else None
        order = imports.Order(
            noun=errand.noun, columns=errand.columns, source=errand.source, holder=holder, live=errand.live
        )
        with _progress() as progress:
            task = progress.add_task(errand.file.name, total=source.total)
            return await imports.run(
                db,
                order,
                source,
                now=datetime.now(UTC),
                batch=errand.batch,
                progress=lambda done: progress.update(task, completed=done),
            )
    except LOST as error:
        if db.is_closed() or isinstance(error, asyncpg.exceptions.OperatorInterventionError):
            raise Unavailable(f"The database is gone ({error}). Run the same command again to go on.") from None
        raise
    finally:
        db.terminate()


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
    )


def _report(outcome: Outcome, errand: Errand) -> None:
    """What became of the rows, on standard error; the rejected ones also in their file."""
    from market.services import rejects

    public = {"product": "listed", "demand": "opened"}[errand.noun]
    parts = [f"{outcome.read} rows", f"{outcome.created} new", f"{outcome.changed} changed"]
    parts += [f"{outcome.unchanged} as they were"]
    parts += [f"{outcome.published} {public}"] if errand.live else []
    console.print(", ".join([*parts, f"{outcome.rejected} rejected"]) + ".")
    if not outcome.refused:
        return
    waiting = [item for item in outcome.refused if item.stored]
    if waiting:
        console.print(f"{len(waiting)} are stored and wait because a rule is not met:")
        for text, count in Counter(t for item in waiting for _, t in item.reasons).most_common():
            console.print(f"  {count:>6}  {i18n.gettext(text)}", markup=False, soft_wrap=True)
    lost = sorted((item for item in outcome.refused if not item.stored), key=lambda item: item.row.line)
    if lost:
        console.print(_table(lost[:SHOWN]))
        if len(lost) > SHOWN:
            console.print(f"… and {len(lost) - SHOWN} more.")
    path = errand.rejected or rejects.path_beside(errand.file)
    try:
        rejects.write(path, outcome.refused)
    except OSError as error:
        console.print(f"[red]Their file cannot be written ({error}).[/red] Name another one with --rejected.")
        raise typer.Exit(1) from None
    console.print(f"All of these rows, with the reasons: {path}", markup=False, soft_wrap=True)


def _table(refused: Iterable[Refused]) -> Table:
    table = Table("line", "column", "reason", box=None)
    for item in refused:
        for column, text in item.reasons:
            table.add_row(str(item.row.line), escape(column), escape(i18n.gettext(text)))
    return table
