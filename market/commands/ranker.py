"""ranker: the model learnt from decisions, shown, trained, compared, put in force and taken out."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated

import rich.progress
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.table import Table

from market.commands.session import connected, in_transaction
from market.domain.errors import Unmet
from market.domain.ranker import FAILURES, Failure, Figures, Interval, RankerModel
from market.store.query import Db

if TYPE_CHECKING:
    from market.services.learning import Progress
    from market.services.ranker import Record

console = Console(highlight=False)
Model = Annotated[int, typer.Argument(help="Number of the model, as `market ranker show` lists it.")]


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(
        help="The ranker learnt from this market's accepted and declined matches. It is off until somebody enables a "
        "model, and only a model that beat the words alone on demands it had not seen can be enabled. Nothing is "
        "learnt in passing: a model is made by `train` alone.",
        no_args_is_help=True,
    )
    for command in (show, train, stop, compare, enable, disable, rollback):
        group.command()(command)
    app.add_typer(group, name="ranker")


def show() -> None:
    """Show what ranks now, the models with their figures, and who put which in force when."""
    print_record(in_transaction(_record))


def train(
    at_once: Annotated[bool, typer.Option("--enable", help="Put the model in force if it won its trial.")] = False,
) -> None:
    """Learn a model from today's decisions, try it against the words alone, and store it with its figures.

    It takes forty demands that have both an accepted and a declined match. What ranks does not change unless --enable
    is given and the model won.
    """

    from market.services import ranker

    async def work(db: Db, progress: Progress) -> RankerModel:
        asked = await ranker.ask(db, None)
        done = await ranker.train(db, asked.id, progress)
        if done.model_id is None:
            raise Unmet([FAILURES[done.failure or Failure.BROKEN]])
        async with db.transaction():
            if at_once and done.won:
                return await ranker.enable(db, None, done.model_id)
            return await ranker.model(db, done.model_id)

    with _bar() as progress:
        model = connected(partial(work, progress=progress))
    print_figures(f"Model {model.id}", model.figures)
    if model.in_force:
        console.print(f"Model {model.id} ranks from now on.")
    elif model.accepted:
        console.print(f"It won its trial. To let it rank: market ranker enable {model.id}")
    else:
        console.print("It did not beat the words alone, so it cannot be enabled.")


@contextmanager
def _bar() -> Iterator[Progress]:
    """A progress bar; Ctrl-C stops what it shows after the present step."""
    from market.services.ranker import Stopped

    interrupted = threading.Event()
    before = signal.signal(signal.SIGINT, lambda *_: interrupted.set())
    columns = (TextColumn("Training"), BarColumn(), MofNCompleteColumn())
    with rich.progress.Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=None)

        def progress(done: int, steps: int) -> None:
            bar.update(task, completed=done, total=steps)
            if interrupted.is_set():
                raise Stopped

        try:
            yield progress
        except Stopped:
            raise KeyboardInterrupt from None
        finally:
            signal.signal(signal.SIGINT, before)


def stop() -> None:
    """Stop the training that runs, by whomever it was begun; it ends without a model."""
    from market.services import ranker

    in_transaction(ranker.stop_last)
    console.print("Stopped.")


def compare() -> None:
    """Try what today's decisions would teach against the words alone, without storing anything."""
    from market.services import ranker

    with _bar() as progress:
        figures = in_transaction(partial(ranker.compare, progress=progress))
    print_figures("Today's decisions", figures)


def enable(model: Model) -> None:
    """Let a model rank that won its trial. Every process takes it up at once and all matches are looked at anew."""

    from market.services import ranker

    async def work(db: Db) -> None:
        await ranker.enable(db, None, model)

    in_transaction(work)
    console.print(f"Model {model} ranks from now on. To go back: market ranker rollback")


def disable() -> None:
    """Let the words alone rank. The models are kept."""

    from market.services import ranker

    async def work(db: Db) -> None:
        await ranker.disable(db, None)

    in_transaction(work)
    console.print("The words alone rank from now on.")


def rollback() -> None:
    """Go back to what ranked before the last change; given again, further back. The order is restored exactly."""

    from market.services import ranker

    async def work(db: Db) -> int | None:
        return await ranker.rollback(db, None)

    model = in_transaction(work)
    console.print(f"Model {model} ranks from now on." if model else "The words alone rank from now on.")


async def _record(db: Db) -> Record:
    from market.services import ranker

    return await ranker.record(db, now=datetime.now(UTC))


def print_record(record: Record) -> None:
    """The models as a table."""
    console.print(f"Model {record.model.id} ranks." if record.model else "The words alone rank; no model is in force.")
    table = Table("model", "trained", "by", "demands", "pairs", "words", "learnt", "gain", "calibration", "may rank")
    for model in record.models:
        f = model.figures
        table.add_row(
            f"{model.id}{' *' if model.in_force else ''}",
            f"{model.trained_at:%Y-%m-%d %H:%M}",
            model.person_name or "command",
            *(str(f.demands), str(f.pairs), interval(f.lexical), interval(f.learnt), interval(f.gain)),
            f"{f.calibration:.3f}",
            "yes" if model.accepted else "no",
        )
    if record.models:
        console.print(table)
    for choice in record.choices:
        what = f"model {choice.model_id}" if choice.model_id else "the words alone"
        console.print(f"{choice.at:%Y-%m-%d %H:%M} {choice.action}: {what} ({choice.person_name or 'command'})")


def print_figures(name: str, figures: Figures) -> None:
    """One trial in words."""
    console.print(
        f"{name}: nDCG@10 of the words alone {interval(figures.lexical)}, learnt {interval(figures.learnt)}, "
        f"gain {interval(figures.gain)} on {figures.demands} demands and {figures.pairs} pairs not seen; "
        f"calibration error {figures.calibration:.3f}."
    )


def interval(figure: Interval) -> str:
    """Mean with its 95 % interval."""
    return f"{figure.mean:.3f} [{figure.low:.3f}, {figure.high:.3f}]"
