"""Counting working days, each day written down with the reason it counts or not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from service.casework.calendar import ONE_DAY, Day, WorkingCalendar, weekday_name


@dataclass(frozen=True, slots=True)
class CountedDay:
    """One day of a derivation.

    Parameters
    ----------
    day : Day
    number : int or None
        1 for the first working day that counts; None if the day does not count.
    reason : str
        Chinese: why it counts or not.
    """

    day: Day
    number: int | None
    reason: str

    def to_json(self) -> dict[str, object]:
        """Return a plain form for JSON."""
        return {
            "date": self.day.on.isoformat(),
            "weekday": weekday_name(self.day.on),
            "kind": self.day.kind.value,
            "number": self.number,
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class Period:
    """A period of working days with its derivation; the last day counted is the last allowed."""

    start_on: dt.date
    n_days: int
    due_on: dt.date
    days: tuple[CountedDay, ...]


def count(
    calendar: WorkingCalendar,
    start_on: dt.date,
    n_days: int,
    *,
    count_start_day: bool = False,
    stopped: AbstractSet[dt.date] = frozenset(),
) -> Period:
    """Count working days from a date on.

    Parameters
    ----------
    calendar : WorkingCalendar
    start_on : date
        Day of the event that starts the period.
    n_days : int
        Working days, at least 1.
    count_start_day : bool, default=False
        Whether the start day, if a working day, is day 1. The regulation does not say; the
        general rule of 民法典第二百零一条 is that it is not.
    stopped : set of date
        Days of consultation, which do not count (第三十三条第三款).

    Raises
    ------
    CalendarError
        If the period reaches into a year without data.
    """
    days: list[CountedDay] = []
    number, on = 0, start_on
    while True:
        day = calendar.day(on)
        counts = day.kind.is_working and on not in stopped
        reason = day.reason
        if on == start_on and not count_start_day:
            counts, reason = False, f"起算事件发生日，不计入（{day.reason}）"
        elif on in stopped and day.kind.is_working:
            reason = "征求意见期间，不计入"
        number += counts
        days.append(CountedDay(day, number if counts else None, reason))
        if number >= n_days:
            return Period(start_on, n_days, on, tuple(days))
        on += ONE_DAY


def working_days_between(calendar: WorkingCalendar, after: dt.date, until: dt.date) -> int:
    """Number of working days later than `after`, until `until` inclusive; negative if before."""
    if until < after:
        return -working_days_between(calendar, until, after)
    n_days, on = 0, after
    while on < until:
        on += ONE_DAY
        n_days += calendar.is_working(on)
    return n_days
