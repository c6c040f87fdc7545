"""The ``market`` command: assembly only; the errands are in ``market/commands``."""

from __future__ import annotations

import sys

import typer
from rich.console import Console

from market import __version__
from market.commands import accounts, catalogue, data, imports, ranker, run, show
from market.domain.errors import MarketError, Unmet
from market.settings import SettingsError

app = typer.Typer(
    name="market",
    help="Duijie: a supply-demand marketplace for public data. Settings come from MARKET_* variables; "
    "without MARKET_DATABASE_URL a private PostgreSQL in the data folder is used.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for part in (run, data, imports, accounts, ranker, show, catalogue):
    part.register(app)


@app.command()
def version() -> None:
    """Print the version."""
    print(__version__)


def main() -> None:
    """Run a command; what a person can mend ends in one line, not in a stack trace."""
    try:
        app()
    except (SettingsError, MarketError) as error:
        for line in error.sentences if isinstance(error, Unmet) else (error,):
            Console(stderr=True).print(f"[red]{line}[/red]", highlight=False)
        sys.exit(2)
