"""How near the last day to reply is, as a colour and a few words."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from service.cases.tables import Case
from service.casework.calendar import default_calendar
from service.casework.counting import working_days_between
from service.casework.errors import CalendarError

SOON_DAYS = 5
"""Working days from which a due date is shown as near."""


@dataclass(frozen=True, slots=True)
class Due:
    """`kind` is error (past), warning (near), holds (far) or blank (closed)."""

    on: dt.date
    kind: str
    words: str


def due_of(case: Case, today: dt.date) -> Due | None:
    """The mark of a case; None where it has no last day."""
    if case.due_on is None:
        return None
    if case.closed_on is not None:
        late = case.closed_on > case.due_on
        return Due(case.due_on, "error" if late else "", "逾期办结" if late else "已办结")
    if case.due_on < today:
        return Due(case.due_on, "error", _over(case.due_on, today))
    if case.due_on == today:
        return Due(case.due_on, "warning", "今天到期")
    n_left, unit = _left(today, case.due_on)
    words = f"还剩 {n_left} {unit}"
    return Due(case.due_on, "warning" if n_left <= SOON_DAYS else "holds", words)


def _over(on: dt.date, today: dt.date) -> str:
    """How far past: in working days, as the law and the clock of the case count."""
    n_over, unit = _left(on, today)
    return f"已超出 {n_over} {unit}" if n_over else "已过期"


def soon_until(today: dt.date) -> dt.date:
    """The last due date that is shown as near."""
    on = today
    while _left(today, on + dt.timedelta(days=1))[0] <= SOON_DAYS:
        on += dt.timedelta(days=1)
    return on


def _left(today: dt.date, on: dt.date) -> tuple[int, str]:
    try:
        return working_days_between(default_calendar(), today, on), "个工作日"
    except CalendarError:  # the year of the due date has no calendar yet: plain days, and said so
        return (on - today).days, "天"
