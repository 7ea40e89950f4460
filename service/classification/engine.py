"""The local engine: the same work on every chunk, on all cores, results in order, memory bounded.

Threads are enough: numpy and polars do the work outside the interpreter's lock.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def n_cores() -> int:
    """Count the cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def map_in_order(
    work: Callable[[T], R], items: Iterable[T], n_workers: int, stop: Event | None = None
) -> Iterator[R]:
    """Yield `work(item)` for each item, in order, with `n_workers` at work and one waiting.

    The first error ends the run: it is raised in the place of its result, and what has not begun
    is dropped. `stop` is set when no more results are wanted; long work may look at it.
    """
    pending: deque[Future[R]] = deque()
    pool = ThreadPoolExecutor(n_workers, thread_name_prefix="label")
    try:
        for item in items:
            pending.append(pool.submit(work, item))
            if len(pending) > n_workers:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    finally:
        if stop is not None:
            stop.set()
        pool.shutdown(wait=True, cancel_futures=True)
