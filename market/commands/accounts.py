"""user, token: what an operator does for people."""

from __future__ import annotations

import typer


def register(app: typer.Typer) -> None:
    """Add these commands."""
