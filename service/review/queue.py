"""Which cases a person looks at next: those where a look helps most.

Four things speak for a case, each named to the person: it is due soon, the model is unsure, its
class has few reviewed examples, its reply letter could not be read with certainty. The candidates
come from four short indexed lists, so that the queue of a million cases costs what that of a
thousand does.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import labels
from service.cases.counting import counted
from service.cases.repository import cases_of
from service.cases.tables import Case
from service.casework.calendar import WorkingCalendar, default_calendar

POOL = 60
"""Cases taken from each list beyond those asked for, before they are weighed together."""
RARE_TOPICS = 3
SOON_DAYS = 7
"""Working days before the due date from which time begins to press."""
WEIGHTS = {"due": 2.0, "doubt": 1.0, "rare": 0.5, "letter": 0.5}
"""A missed statutory date (第三十三条) outweighs any doubt; the other three are of one size."""


_WEIGHED = (
    Case.id, Case.kind, Case.received_on, Case.due_on, Case.closed_on, Case.topic, Case.outcome,
    Case.doubt,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Waiting:
    """A case that waits for a person.

    Parameters
    ----------
    case : Case
    priority : float
        Higher is sooner; 0..4.
    reasons : tuple of str
        Why it stands here, in Chinese, the weightiest first.
    """

    case: Case
    priority: float
    reasons: tuple[str, ...]


def next_cases(
    session: Session,
    today: dt.date,
    n: int = 20,
    *,
    skip: Collection[int] = (),
    calendar: WorkingCalendar | None = None,
) -> list[Waiting]:
    """The first `n` cases of the queue.

    Parameters
    ----------
    session : Session
    today : date
    n : int
    skip : collection of int
        Ids left out: what the person has put off.
    """
    reviewed = reviewed_by_topic(session)
    size = POOL + n + len(skip)
    pool = {row.id: row for row in _pool(session, reviewed, size) if row.id not in skip}
    days = calendar or default_calendar()
    pressing: dict[dt.date, tuple[float, str]] = {}
    weighed = [(row, _reasons(row, today, reviewed, days, pressing)) for row in pool.values()]
    weighed.sort(key=lambda w: (-_priority(w[1]), w[0].received_on, w[0].id))
    first = weighed[:n]
    cases = {case.id: case for case in cases_of(session, [row.id for row, _ in first])}
    return [
        Waiting(cases[row.id], _priority(spoken), tuple(text for _, text in spoken))
        for row, spoken in first
        if row.id in cases
    ]


def n_waiting(session: Session) -> int:
    """Cases that a person must look at."""
    found = select(func.count()).select_from(Case).where(Case.state == "review")
    return counted(session, "n_waiting", lambda: session.scalar(found) or 0)


def reviewed_by_topic(session: Session) -> dict[str, int]:
    """Reviewed cases of every topic of the label set; 0 where there is none."""
    query = select(Case.topic, func.count()).where(Case.state == "reviewed").group_by(Case.topic)

    def count() -> dict[str, int]:
        return dict(session.execute(query).all())

    found = counted(session, "reviewed_by_topic", count)
    return {label.code: found.get(label.code, 0) for label in labels.topics().roots}


def _pool(session: Session, reviewed: dict[str, int], size: int) -> Iterable[Any]:
    """Rows of `_WEIGHED`; the texts of hundreds of cases would be read for twenty."""
    waiting = select(*_WEIGHED).where(Case.state == "review").limit(size)
    for kind in ("message", "disclosure"):
        yield from session.execute(waiting.where(Case.kind == kind).order_by(Case.doubt.desc()))
    is_open = waiting.where(Case.closed_on.is_(None), Case.due_on.is_not(None))
    yield from session.execute(is_open.order_by(Case.due_on))
    for topic in sorted(reviewed, key=lambda code: reviewed[code])[:RARE_TOPICS]:
        of_topic = waiting.where(Case.topic == topic).order_by(Case.doubt.desc())
        yield from session.execute(of_topic.limit(size // RARE_TOPICS))


def _priority(spoken: list[tuple[float, str]]) -> float:
    return sum(weight for weight, _ in spoken)


def _reasons(
    case: Any,
    today: dt.date,
    reviewed: dict[str, int],
    calendar: WorkingCalendar,
    pressing: dict[dt.date, tuple[float, str]],
) -> list[tuple[float, str]]:
    """What speaks for a row of `_WEIGHED`, the weightiest first; `pressing` is filled by day."""
    spoken: list[tuple[float, str]] = []
    if case.due_on is not None and case.closed_on is None:
        if case.due_on not in pressing:
            pressing[case.due_on] = _pressing(case.due_on, today, calendar)
        spoken.append(pressing[case.due_on])
    if case.doubt > 0:
        share = f"程序没有把握（最低一项 {round(100 * (1 - case.doubt))}%）"
        spoken.append((WEIGHTS["doubt"] * case.doubt, share))
    n_known = reviewed.get(case.topic, 0)
    if case.topic and n_known < 50:
        name = labels.topics()[case.topic].name
        spoken.append((WEIGHTS["rare"] / (1 + n_known / 10), f"“{name}”复核过的只有 {n_known} 件"))
    if case.kind == "disclosure" and case.outcome and case.closed_on is not None:
        spoken.append((WEIGHTS["letter"], "办理结果由程序从答复书读出，尚未有人看过"))
    return sorted((s for s in spoken if s[0] > 0), reverse=True)


def _pressing(due_on: dt.date, today: dt.date, calendar: WorkingCalendar) -> tuple[float, str]:
    """How near the due date presses, 0 from `SOON_DAYS` working days on, and its words."""
    if due_on < today:
        return WEIGHTS["due"], f"已过期（{due_on}）"
    n_left, on = 0, today
    while on < due_on and n_left <= SOON_DAYS:
        on += dt.timedelta(days=1)
        n_left += calendar.is_working(on)
    if n_left > SOON_DAYS:
        return 0.0, ""
    words = "今天到期" if n_left == 0 else f"还剩 {n_left} 个工作日"
    return WEIGHTS["due"] * (1 - n_left / (SOON_DAYS + 1)), words
