"""Several Python processes let go at the same moment."""

from __future__ import annotations

import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from subprocess import PIPE

GATE = 'import sys; print("ready", flush=True); sys.stdin.readline()\n'


def together(count: int, imports: str, script: str, *arguments: str) -> list[str]:
    """What each printed. ``imports`` run before the gate, ``script`` behind it; all must end well."""
    command = [sys.executable, "-c", f"{imports}\n{GATE}{script}", *arguments]
    with ExitStack() as stack:
        started = [
            stack.enter_context(
                subprocess.Popen(command, cwd=Path(__file__).parents[1], stdin=PIPE, stdout=PIPE, text=True)
            )
            for _ in range(count)
        ]
        for process in started:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in started:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        printed = [process.communicate(timeout=60)[0].strip() for process in started]
        assert [process.returncode for process in started] == [0] * count
    return printed
