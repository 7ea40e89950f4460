"""Clocks: the database's own, which workers on several machines share, and one that cannot jump."""

from __future__ import annotations

import datetime as dt
import time

from sqlalchemy import text
from sqlalchemy.orm import Session


def database_now(session: Session) -> dt.datetime:
    """The present moment as the database sees it, to the millisecond, in UTC."""
    if session.get_bind().dialect.name == "sqlite":
        found = session.execute(text("SELECT strftime('%Y-%m-%dT%H:%M:%f', 'now')")).scalar_one()
        return dt.datetime.fromisoformat(found).replace(tzinfo=dt.UTC)
    moment: dt.datetime = session.execute(text("SELECT clock_timestamp()")).scalar_one()
    return moment.astimezone(dt.UTC)


class Steadiness:
    """Whether the time of day has moved as time does since this object was made.

    What is removed by age must not go because somebody set the clock ahead by a year.
    """

    _TOLERATED_SECONDS = 3600.0

    def __init__(self) -> None:
        self._start = time.time() - _uptime()

    @property
    def holds(self) -> bool:
        """False after a jump of more than an hour."""
        return abs(time.time() - _uptime() - self._start) < self._TOLERATED_SECONDS


def _uptime() -> float:
    """Seconds that only grow, those asleep included where the system counts them."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()
