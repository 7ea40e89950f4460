"""Writers of one process take turns at a SQLite file, in the order in which they came.

SQLite lets one write at a time and has the others ask again after naps that grow, so that under
load some are passed over until they give up. Writers of other processes still meet that way.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import TimeoutError as WaitedTooLong

_HELD = "write_turn"


class Turns:
    """A lock that is given on in the order of asking; whoever has it may hand it back anywhere."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._is_taken = False

    def take(self, seconds: float) -> bool:
        """Wait for our turn; False if it did not come in time."""
        with self._guard:
            if not self._is_taken:
                self._is_taken = True
                return True
            mine = threading.Event()
            self._waiting.append(mine)
        if mine.wait(seconds):
            return True
        with self._guard:
            if mine.is_set():  # it came at the last moment
                return True
            self._waiting.remove(mine)
        return False

    def hand_back(self) -> None:
        """Let the next one in."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._is_taken = False


def take_turns(engine: Engine, seconds: float) -> None:
    """Have the writing transactions of an engine begin one after another.

    Call it before anything else listens for "begin": the turn comes before the transaction. It
    lasts until the connection is back in the pool, when the transaction has ended.
    """
    turns = Turns()

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        if connection.get_execution_options().get("read_only", False):
            return
        record = connection.connection.record_info
        if _HELD in record:
            return
        if not turns.take(seconds):
            raise WaitedTooLong("the file's other writers did not end in time")
        record[_HELD] = True

    @event.listens_for(engine, "checkin")
    def checkin(_: Any, record: Any) -> None:
        if record.record_info.pop(_HELD, False):
            turns.hand_back()
