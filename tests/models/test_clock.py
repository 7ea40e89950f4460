import datetime as dt
import time

import pytest

from models import clock


@pytest.mark.parametrize("zone", ["UTC", "America/Los_Angeles", "Pacific/Kiritimati"])
@pytest.mark.parametrize(
    ("moment", "day"),
    [("2026-11-25T15:59:59", "2026-11-25"), ("2026-11-25T16:00:00", "2026-11-26")],
)
def test_the_day_is_the_one_in_beijing(zone, moment, day, monkeypatch):
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    now = dt.datetime.fromisoformat(moment + "+00:00")

    class Stopped(dt.datetime):
        @classmethod
        def now(cls, tz=None):
            return now.astimezone(tz)

    monkeypatch.setattr(clock.dt, "datetime", Stopped)
    try:
        assert clock.beijing_day().isoformat() == day
    finally:
        monkeypatch.undo()
        time.tzset()
