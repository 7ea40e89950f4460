"""Dates and milestones as people write them."""

from __future__ import annotations

import datetime as dt

from service.casework.calendar import weekday_name
from service.casework.milestone import Milestone, Status

STATUS_NAMES = {
    Status.OPEN: "办理中，在期限内",
    Status.OVERDUE: "已超过答复期限，尚未答复",
    Status.AWAITING_CORRECTION: "等待申请人补正",
    Status.REPLIED_IN_TIME: "已在期限内答复",
    Status.REPLIED_LATE: "已答复，超过期限",
}


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
