"""Work spread over the processors of one machine."""

from __future__ import annotations

import gc
import signal
import warnings
from collections.abc import Callable, Iterator, Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import TypeVar

S = TypeVar("S")
T = TypeVar("T")


def forked(work: Callable[[S], T], portions: Sequence[S]) -> Iterator[T]:
    """``work`` of each portion, in order, on a copy of this process for each processor: it has what this one has, loads
    nothing and is handed nothing. Whoever calls this has done such work once: what is compiled or read at first use is
    there, and no copy waits for a lock that a thread it does not have holds.

    :raises ChildProcessError: one of them has ended before it had answered.
    """
    import joblib

    context = get_context("fork")
    size = min(joblib.cpu_count(), len(portions))
    pipes, copies = [], []
    try:
        for n in range(size):
            answers, end = context.Pipe(duplex=False)
            copy = context.Process(target=_work, args=(work, portions[n::size], answers, end), daemon=True)
            with warnings.catch_warnings():
                # Python 3.12 and later warn of other threads' locks; the work takes none (see above).
                warnings.simplefilter("ignore", DeprecationWarning)
                copy.start()
            end.close()  # only the copy holds it: when it ends there is nothing more to read
            pipes.append(answers)
            copies.append(copy)
        for n in range(len(portions)):
            yield pipes[n % size].recv()
    except EOFError:
        raise ChildProcessError("a process that did a part of the work has ended") from None
    finally:
        for copy, answers in zip(copies, pipes, strict=True):
            copy.kill()
            copy.join()
            answers.close()


def _work(work: Callable[[S], T], portions: Sequence[S], answers: Connection, end: Connection) -> None:
    answers.close()  # when nobody reads any more, as its reader was killed, this process ends, too
    gc.freeze()  # what was copied is never looked through, and stays shared
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # the handlers of the process it was copied from are not its own
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for portion in portions:
        end.send(work(portion))
