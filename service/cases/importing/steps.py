"""Dated steps of an application from the columns of a register: 补正, 延期, 征求意见, 收费, 答复.

The clock reads them (`service.cases.timeline`). A date that cannot be, or that nothing hangs on, is
left blank and noted; what it says stands beside it in the remarks.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from models.clock import beijing_day
from service.cases.registering import NewCase
from service.cases.timeline import EVENT_NAMES, facts_of
from service.casework.errors import CaseFactError
from service.casework.facts import MAX_EXTENSION_DAYS, check_facts
from service.intake.days import read_day

DAYS = "extension_days"
STEP_FIELDS = {**EVENT_NAMES, DAYS: "延期的工作日数"}
"""Fields of a mapping that hold a step, with their Chinese names."""
NEEDS = {
    "correction_due": "correction_notified",
    "correction_received": "correction_notified",
    DAYS: "extension",
    "third_party_served": "third_party_sent",
    "third_party_answered": "third_party_sent",
    "agency_served": "agency_sent",
    "agency_answered": "agency_sent",
}
"""Steps that mean nothing without another one."""
_NOTHING = {"/", "-", "—", "——", "无", "否", "未"}
"""What registers write where a step did not happen."""
_N_DAYS = re.compile(r"(\d{1,2})(?:\.0+)?\s*(?:个?工作日|天|日)?")


@dataclass(frozen=True, slots=True)
class Step:
    """A dated step of a row; `n_days` of an extension alone."""

    kind: str
    on: dt.date
    n_days: int | None = None


def read_steps(
    cells: Mapping[str, str], new: NewCase, leave: Callable[[str, str], None]
) -> tuple[Step, ...]:
    """Steps of a row, in the order of `EVENT_NAMES`.

    Parameters
    ----------
    cells : mapping field → text
        Of the mapped columns.
    new : NewCase
        The case of the row; a reply on the day that it was closed is no step of its own.
    leave : callable(field, words)
        Told of each cell that was left blank, and why.
    """
    given = {name: cell for name in STEP_FIELDS
             if (cell := cells.get(name, "").strip()) and cell not in _NOTHING}  # fmt: skip
    steps: list[Step] = []
    for kind in EVENT_NAMES:
        if kind not in given:
            continue
        on, title = read_day(given[kind]), EVENT_NAMES[kind]
        needed = NEEDS.get(kind)
        if on is None:
            leave(kind, f"“{title}”的日期无法辨认，已留空")
        elif new.kind != "disclosure" and kind != "replied":
            leave(kind, f"诉求没有“{title}”这一事项，已留空")
        elif needed is not None and all(step.kind != needed for step in steps):
            leave(kind, f"没有“{EVENT_NAMES[needed]}”的日期，“{title}”没有采用")
        elif kind != "replied" or on != new.closed_on:
            step = Step(kind, on, _days(given, leave) if kind == "extension" else None)
            fault = _fault(new, [*steps, step])
            if fault:
                leave(kind, f"{fault.rstrip('。')}；“{title}”已留空")
            else:
                steps.append(step)
    if DAYS in given and all(step.kind != "extension" for step in steps):
        leave(DAYS, "没有“告知延期”的日期，延期的工作日数没有采用")
    return tuple(steps)


def _days(given: Mapping[str, str], leave: Callable[[str, str], None]) -> int | None:
    """Working days of the extension; None, where none are given, is all that the law allows."""
    if DAYS not in given:
        return None
    match = _N_DAYS.fullmatch(given[DAYS])
    if match is None or not 1 <= int(match[1]) <= MAX_EXTENSION_DAYS:
        leave(DAYS, f"延期的工作日数应为 1 至 {MAX_EXTENSION_DAYS}，已按 {MAX_EXTENSION_DAYS} 推算")
        return None
    return int(match[1])


def _fault(new: NewCase, steps: list[Step]) -> str:
    """What contradicts among the steps, naming both dates; blank if nothing does."""
    try:
        check_facts(facts_of(new, sorted(steps, key=lambda step: step.on)), beijing_day())
    except CaseFactError as error:
        return error.message
    return ""
