"""``python -m matching``: match two files, read requirement lines, evaluate on test collections."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from time import perf_counter
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from matching.cluster import ClusterError, connected
from matching.matcher import Matcher
from matching.readers import InputError, check_target, read_demands, read_products, write, write_matches
from matching.types import Line, Match

COMMANDS: Final = ("match", "lines", "evaluate", "evaluate-lines", "train-lines", "--help")

console = Console(stderr=True)
app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.command()
def match(
    products: Annotated[Path, typer.Argument(help="JSONL(.gz), CSV or XLSX: id, title, description, …")],
    demands: Annotated[Path, typer.Argument(help="the same: id, title, description")],
    out: Annotated[Path, typer.Option(help="where to write: .jsonl, .jsonl.gz, .csv or .xlsx")],
    top: Annotated[int, typer.Option(min=1, help="products per demand")] = 10,
    cluster: Annotated[str | None, typer.Option(help="address of a Dask scheduler to compute on")] = None,
) -> None:
    """Rank PRODUCTS for each of DEMANDS, with a reason for every requirement line."""
    check_target(out, products, demands)
    with nullcontext(Matcher()) if cluster is None else connected(cluster) as matcher:
        _match(matcher, products, demands, out, top)


def _match(matcher: Matcher, products: Path, demands: Path, out: Path, top: int) -> None:
    started = perf_counter()
    offered, asked = read_products(products), read_demands(demands)
    with console.status(f"Indexing {len(offered):,} products"):
        matcher.fit(offered)
    empty = 0

    def found() -> Iterator[Match]:
        nonlocal empty
        answers = matcher.each(asked, top, reasons=True)
        for matches in track(answers, "Matching", total=len(asked), console=console):
            empty += not matches
            yield from matches

    pairs = write_matches(out, found())
    console.print(
        f"{pairs:,} pairs of {len(asked):,} demands and {len(offered):,} products in "
        f"{perf_counter() - started:.1f} s, {empty:,} demands without a product: {out}"
    )


@app.command()
def lines(
    demands: Annotated[Path, typer.Argument(help="JSONL(.gz), CSV or XLSX: id, title, description")],
    out: Annotated[Path, typer.Option(help="where to write: .jsonl, .jsonl.gz, .csv or .xlsx")],
) -> None:
    """Write the requirement lines read out of each of DEMANDS."""
    from matching.reading.lines import extract_titled

    check_target(out, demands)
    asked = read_demands(demands)
    records = (
        {"id": demand.id, "lines": [_line(line) for line in extract_titled(demand.title, demand.text)]}
        for demand in track(asked, "Reading", console=console)
    )
    write(out, records, ["id", "lines"])
    console.print(f"{len(asked):,} demands: {out}")


def _line(line: Line) -> dict[str, str]:
    return {"level": line.level, "kind": line.kind, "value": line.value, "phrase": line.phrase}


@app.command()
def evaluate(
    collections: Annotated[list[Path], typer.Argument(help="folders with queries.jsonl.gz and qrels.tsv")],
    postgres: Annotated[str | None, typer.Option(help="server to measure ts_rank on; else one is started")] = None,
    products: Annotated[list[Path] | None, typer.Option(help="corpus of collections without one")] = None,
) -> None:
    """Measure the ranking on test COLLECTIONS, beside plain methods (mean and 95 % interval)."""
    from matching import evaluate as evaluation
    from matching.plain import server

    table = Table("Collection", "Method", *evaluation.MEASURES, title="Ranking")
    with server(postgres) as url:
        for folder in track(collections, "Evaluating", console=console):
            collection = evaluation.load(folder, products or ())
            label = f"{collection.name}\n{len(collection.products):,} × {len(collection.demands):,}"
            for name, figures in evaluation.evaluate(collection, evaluation.methods(url)):
                table.add_row(label, name, *(f"{f.mean:.4f}  {f.low:.3f}–{f.high:.3f}" for f in figures.values()))
                label = ""
            table.add_section()
    Console(width=None if sys.stdout.isatty() else 120).print(table)


@app.command("evaluate-lines")
def evaluate_lines(
    files: Annotated[list[Path], typer.Argument(help="labelled texts, JSONL(.gz): id or text, and lines")],
    texts: Annotated[list[Path] | None, typer.Option(help="demands whose labels refer to them by id only")] = None,
) -> None:
    """Measure how well requirement lines are read: per kind, all FILES together."""
    from matching import evaluate_lines as evaluation
    from matching.reading.lines import extract

    known = {key: text for path in texts or () for key, text in evaluation.texts_of(path).items()}
    pairs = [pair for path in files for pair in evaluation.load(path, known)]
    read = [extract(text) for text, _ in track(pairs, "Reading", console=console)]
    figures = evaluation.evaluate_lines([gold for _, gold in pairs], read)
    table = Table("Kind", "Labelled", "Read", "Precision", "Recall", "Same level", title=f"{len(pairs):,} texts")
    for kind, row in figures.items():
        level = f"{row.levels / row.found:.2f}" if row.found else ""
        table.add_row(kind, str(row.labelled), str(row.predicted), f"{row.precision:.2f}", f"{row.recall:.2f}", level)
    Console().print(table)


@app.command("train-lines")
def train_lines(
    files: Annotated[list[Path], typer.Argument(help="labelled texts, JSONL(.gz): id or text, and lines")],
    texts: Annotated[list[Path] | None, typer.Option(help="demands whose labels refer to them by id only")] = None,
    out: Annotated[Path | None, typer.Option(help="where to write the model instead of where it is used")] = None,
) -> None:
    """Learn from labelled texts what each word of a demand says; the same FILES give the same model."""
    from matching import evaluate_lines as evaluation
    from matching.reading import tagging
    from matching.reading.lines import candidates

    known = {key: text for path in texts or () for key, text in evaluation.texts_of(path).items()}
    pairs = [evaluation.cuts(*pair) for path in files for pair in evaluation.load(path, known)]
    target = out or tagging.MODEL
    count = tagging.train(track(pairs, "Reading", console=console), candidates, target)
    console.print(f"{count:,} texts: {target}, {target.stat().st_size / 1e6:.1f} MB")


def main() -> None:
    """Run a command; what is wrong with a file is told in one line."""
    arguments = sys.argv[1:]
    if arguments and arguments[0] not in COMMANDS:
        arguments = ["match", *arguments]
    try:
        app(arguments, prog_name="python -m matching")
    except (InputError, ClusterError, OSError) as error:
        told = str(error)
        if isinstance(error, OSError) and error.filename is not None:
            told = f"{error.filename}: {error.strerror}"
        console.print(told, style="red", markup=False, highlight=False, soft_wrap=True)
        raise SystemExit(2) from error


if __name__ == "__main__":
    main()
