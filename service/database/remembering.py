"""Figures that take long to count, kept for a while: at most a twentieth of the time is counting.

One asker counts, the others get the figure before it, or wait if there is none. Nothing is
remembered across processes.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

_T = TypeVar("_T")
_TIMES_AS_LONG = 20
_LEAST_SECONDS, _MOST_SECONDS = 1.0, 60.0
_MOST_ENTRIES = 500


@dataclass(slots=True)
class _Entry:
    value: Any = None
    is_known: bool = False
    until: float = 0.0
    counting: threading.Lock = field(default_factory=threading.Lock)


class Remembered:
    """Figures by what was asked, the least asked for forgotten first."""

    def __init__(self) -> None:
        self._entries: OrderedDict[Hashable, _Entry] = OrderedDict()
        self._guard = threading.Lock()

    def get(self, key: Hashable, count: Callable[[], _T]) -> _T:
        """The figure of `key`, counted now or at most `_MOST_SECONDS` ago."""
        with self._guard:
            entry = self._entries.setdefault(key, _Entry())
            self._entries.move_to_end(key)
            while len(self._entries) > _MOST_ENTRIES:
                self._entries.popitem(last=False)
        if entry.is_known and time.monotonic() < entry.until:
            return cast("_T", entry.value)
        if not entry.counting.acquire(blocking=not entry.is_known):
            return cast("_T", entry.value)
        try:
            if not entry.is_known or time.monotonic() >= entry.until:
                start = time.monotonic()
                entry.value = count()
                end = time.monotonic()
                kept = _TIMES_AS_LONG * (end - start)
                entry.until = end + min(max(kept, _LEAST_SECONDS), _MOST_SECONDS)
                entry.is_known = True
            return cast("_T", entry.value)
        finally:
            entry.counting.release()
