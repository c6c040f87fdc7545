"""lifecycle, openapi: what the code knows, printed."""

from __future__ import annotations

from typing import Annotated

import msgspec
import typer

from market.domain import lifecycles
from market.domain.machine import NEW, Machine


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(lifecycle)
    app.command()(openapi)


def lifecycle(
    machine: Annotated[str, typer.Argument(help="One of: " + ", ".join(lifecycles.MACHINES))] = "",
    sql: Annotated[bool, typer.Option("--sql", help="The rows of table lifecycle, for the next migration.")] = False,
) -> None:
    """Print the state machines as Mermaid diagrams, or as SQL."""
    if machine and machine not in lifecycles.MACHINES:
        raise typer.BadParameter(f"{machine} is not one of {', '.join(lifecycles.MACHINES)}")
    chosen = [lifecycles.MACHINES[machine]] if machine else list(lifecycles.MACHINES.values())
    print("\n\n".join(statement(m) if sql else diagram(m) for m in chosen))


def diagram(machine: Machine) -> str:
    """A Mermaid state diagram."""
    lines = ["stateDiagram-v2", f"    %% {machine.name}"]
    for edge in machine.edges:
        who = "/".join(sorted(edge.by))
        lines.append(f"    {edge.source or '[*]'} --> {edge.target}: {edge.action} ({who})")
    lines += [f"    {state} --> [*]" for state in sorted(machine.final)]
    return "\n".join(lines)


def statement(machine: Machine) -> str:
    """The machine's rows as an INSERT, after the DELETE of what is there."""
    rows = ",\n".join(
        f"    ('{machine.name}', '{'' if e.source == NEW else e.source}', '{e.action}', '{e.target}')"
        for e in sorted(machine.edges, key=lambda e: (e.source, e.action))
    )
    return (
        f"DELETE FROM lifecycle WHERE machine = '{machine.name}';\n"  # noqa: S608 - printed, never run
        f"INSERT INTO lifecycle (machine, source, action, target) VALUES\n{rows};"
    )


def openapi() -> None:
    """Print the OpenAPI document of the JSON API."""
    from market.app import create_app
    from market.settings import Settings

    document = create_app(Settings(secret_key="-" * 32)).openapi_schema.to_schema()
    print(msgspec.json.format(msgspec.json.encode(document), indent=2).decode())
