"""Running a generation in a thread of its own, so that nobody waits longer than the limits."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from models.summarizers.generation.errors import GenerationError
from models.summarizers.generation.request import Cancellation, Limits

Emit = Callable[[str], None]
Stopped = Callable[[], bool]
Produce = Callable[[Emit, Stopped], None]

_POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class _End:
    error: BaseException | None = None


def relay(
    produce: Produce,
    limits: Limits,
    cancellation: Cancellation | None = None,
    lock: threading.Lock | None = None,
) -> Iterator[str]:
    """Yield what `produce` emits until it ends, time is up, or somebody cancels.

    Parameters
    ----------
    produce : callable
        Runs in its own thread; emits pieces, and ends soon after it is told to stop.
    limits : Limits
        Waiting for `lock` counts.
    cancellation : Cancellation, optional
    lock : Lock, optional
        Held while `produce` runs, even after the caller has gone: a model works on one text.

    Raises
    ------
    GenerationError
        When a limit ends it, or `produce` fails.
    """
    deadline = time.monotonic() + limits.seconds
    _acquire(lock, deadline, limits, cancellation)
    stop = threading.Event()
    pieces: queue.SimpleQueue[str | _End] = queue.SimpleQueue()

    def run() -> None:
        try:
            produce(pieces.put, stop.is_set)
            pieces.put(_End())
        except BaseException as error:  # handed to the caller's thread
            pieces.put(_End(error))
        finally:
            if lock is not None:
                lock.release()

    threading.Thread(target=run, name="generation", daemon=True).start()
    try:
        while True:
            try:
                piece = pieces.get(timeout=_POLL_SECONDS)
            except queue.Empty:
                piece = ""
            _check(deadline, limits, cancellation)
            if isinstance(piece, _End):
                if piece.error is not None:
                    raise piece.error
                return
            if piece:
                yield piece
    finally:
        stop.set()


def _acquire(
    lock: threading.Lock | None,
    deadline: float,
    limits: Limits,
    cancellation: Cancellation | None,
) -> None:
    while lock is not None and not lock.acquire(timeout=_POLL_SECONDS):
        _check(deadline, limits, cancellation)


def _check(deadline: float, limits: Limits, cancellation: Cancellation | None) -> None:
    if cancellation is not None and cancellation.is_cancelled:
        raise GenerationError("已取消", "cancelled")
    if time.monotonic() > deadline:
        raise GenerationError(f"超过{limits.seconds:g}秒没有写完", "time")
