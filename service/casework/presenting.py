"""Dates and milestones as people write them."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

from service.casework.calendar import weekday_name
from service.casework.milestone import Milestone, Status

STATUS_NAMES = {
    Status.OPEN: "办理中，在期限内",
    Status.OVERDUE: "已超过答复期限，尚未答复",
    Status.AWAITING_CORRECTION: "等待申请人补正",
    Status.REPLIED_IN_TIME: "已在期限内答复",
    Status.REPLIED_LATE: "已答复，超过期限",
}
_DATE = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?|(\d{4})(\d\d)(\d\d)"
)
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_SERIAL_START = dt.date(1899, 12, 30)
"""Day 0 of the 1900 date system from 1 March 1900 on: Excel counts a 29 February 1900."""
_SERIAL_YEARS = range(2000, 2101)
_YEAR_LAST = re.compile(r"(\d{1,2})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{4})")


def read_cell_date(text: str) -> dt.date | None:
    """Read the day in a cell of a register; None if it is none or could be two days.

    Beyond `read_date`: the serial number of a day in 2000..2100 that a spreadsheet leaves where a
    date lost its format (45400), and a day with its year last (25/3/2024) if only one order of day
    and month makes a date; 3/7/2024 could be two days and is none.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if _SERIAL.fullmatch(plain):
        day = _SERIAL_START + dt.timedelta(days=int(plain.partition(".")[0]))
        return day if day.year in _SERIAL_YEARS else None
    match = _YEAR_LAST.fullmatch(plain)
    if match is None:
        return read_date(plain)
    first, second, year = (int(part) for part in match.groups())
    found = set()
    for month, day_of_month in ((first, second), (second, first)):
        try:
            found.add(dt.date(year, month, day_of_month))
        except ValueError:
            continue
    return found.pop() if len(found) == 1 else None


def read_date(text: str) -> dt.date | None:
    """Read 2025-09-25, 2025/9/25, 2025.9.25, 2025年9月25日 or 20250925; None if it is no date."""
    match = _DATE.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if match is None:
        return None
    try:
        return dt.date(*(int(part) for part in match.groups() if part))
    except ValueError:
        return None


def show_day(on: dt.date) -> str:
    """Return a date with its day of the week."""
    return f"{on}（{weekday_name(on)}）"


def show_milestone(milestone: Milestone) -> str:
    """Return one line: what is due when, by which article, and whether it was done."""
    period = milestone.period
    basis = f"自 {period.start_on} 起 {period.n_days} 个工作日，{milestone.article}"
    line = f"{milestone.name}：最迟 {show_day(milestone.due_on)}（{basis}）"
    if milestone.done_on is not None:
        line += f"，实际 {milestone.done_on}"
    return f"{line}；{milestone.note}" if milestone.note else line
