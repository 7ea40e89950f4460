"""The day it is where our users are, whatever the machine's own clock is set to."""

from __future__ import annotations

import datetime as dt

BEIJING = dt.timezone(dt.timedelta(hours=8), "Beijing")
"""One time for all of China, without summer time since 1991."""


def beijing_day() -> dt.date:
    """Today's date. A server that runs in UTC would say yesterday until eight in the morning."""
    return dt.datetime.now(BEIJING).date()
