"""Work spread over the processors of one machine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

T = TypeVar("T")


def spread(work: Callable[..., T], portions: Iterable[tuple[Any, ...]]) -> Iterator[T]:
    """``work`` of the arguments in each portion, in order, on a process for each processor.

    They end with the last answer: while any wait for more work, the process that started them cannot end.
    """
    import joblib  # a fifth of a second that only large markets need to pay
    from joblib.externals.loky import get_reusable_executor

    try:
        yield from joblib.Parallel(n_jobs=joblib.cpu_count(), return_as="generator")(
            joblib.delayed(work)(*portion) for portion in portions
        )
    finally:
        get_reusable_executor().shutdown(kill_workers=True)
