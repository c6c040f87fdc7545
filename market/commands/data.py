"""match, verify: jobs over the whole data."""

from __future__ import annotations

import asyncio
import os
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from market.commands.run import database
from market.db import connect
from market.services import journal
from market.services.journal import Verification
from market.settings import Settings, from_env

console = Console(stderr=True, highlight=False)


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("match")(match)
    app.command()(verify)


def match(
    cluster: Annotated[str | None, typer.Option(help="address of a Dask scheduler to compute on")] = None,
) -> None:
    """Match all open demands with all listed products, as the worker does every night; only changes are written."""
    from market.services import nightly

    with (
        database(from_env(os.environ)) as settings,
        Progress(TextColumn("Matching"), BarColumn(), MofNCompleteColumn(), console=console) as bar,
    ):
        task = bar.add_task("", total=None)
        done = asyncio.run(nightly.run(settings, lambda at, of: bar.update(task, completed=at, total=of), cluster))
    console.print(
        f"{done.demands} open demands, {done.products} listed products: "
        f"{done.generated} new matches, {done.stale} out of date, {done.kept} unchanged."
    )


def verify() -> None:
    """Check the journal: every hash chain, and every signed checkpoint. Exit status 1 when something does not hold."""
    with database(from_env(os.environ)) as settings:
        found = asyncio.run(_verify(settings))
    for broken in found.broken:
        console.print(f"[red]{broken.kind} {broken.object_id}: event {broken.seq}, row {broken.id}, does not hold")
    for fault in found.faults:
        console.print(f"[red]{fault}[/red]")
    for key in found.foreign_keys:
        console.print(f"Signed with another key than this installation's: {key}")
    console.print(f"{found.events} events, {found.checkpoints} checkpoints: {'sound' if found.holds else 'NOT sound'}.")
    if not found.holds:
        raise typer.Exit(1)


async def _verify(settings: Settings) -> Verification:
    db = await connect(settings.database_url)
    try:
        return await journal.verify(db, journal.signing_key(settings))
    finally:
        await db.close()
