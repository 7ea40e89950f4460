"""The answer of the clock: deadlines, the days that lead there, and what to look at."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from service.casework.counting import Period
from service.casework.receipt import Receipt


class Status(StrEnum):
    """Where a case stands on the day asked about."""

    OPEN = "open"
    OVERDUE = "overdue"
    AWAITING_CORRECTION = "awaiting_correction"
    REPLIED_IN_TIME = "replied_in_time"
    REPLIED_LATE = "replied_late"


@dataclass(frozen=True, slots=True)
class Milestone:
    """Something with a last day.

    Parameters
    ----------
    code : str
    name : str
        Chinese.
    article : str
        Where the period comes from.
    period : Period
        With every day of its derivation.
    done_on : date, optional
    note : str
        Chinese.
    """

    code: str
    name: str
    article: str
    period: Period
    done_on: dt.date | None = None
    note: str = ""

    @property
    def due_on(self) -> dt.date:
        """Return the last day."""
        return self.period.due_on

    def to_json(self) -> dict[str, object]:
        """Return a plain form for JSON, without the derivation."""
        return {
            "code": self.code,
            "name": self.name,
            "article": self.article,
            "start_on": self.period.start_on.isoformat(),
            "working_days": self.period.n_days,
            "due_on": self.due_on.isoformat(),
            "done_on": self.done_on.isoformat() if self.done_on else None,
            "note": self.note,
        }


@dataclass(frozen=True, slots=True)
class Clock:
    """The answer: deadlines, the reply period day by day, and what a person should look at.

    Parameters
    ----------
    receipt : Receipt
    today : date
    status : Status
    milestones : tuple of Milestone
    reply : Period or None
        The reply period; None while a correction is awaited.
    remaining_days : int or None
        Working days left after `today`; negative when overdue; None without a reply period.
    warnings, notes : tuple of str
        Chinese.
    """

    receipt: Receipt
    today: dt.date
    status: Status
    milestones: tuple[Milestone, ...]
    reply: Period | None
    remaining_days: int | None
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, object]:
        """Return a plain form for JSON."""
        return {
            "received_on": self.receipt.on.isoformat(),
            "receipt_article": self.receipt.article,
            "receipt_reason": self.receipt.reason,
            "today": self.today.isoformat(),
            "status": self.status.value,
            "due_on": self.reply.due_on.isoformat() if self.reply else None,
            "remaining_working_days": self.remaining_days,
            "milestones": [milestone.to_json() for milestone in self.milestones],
            "derivation": [day.to_json() for day in self.reply.days] if self.reply else [],
            "warnings": list(self.warnings),
            "notes": list(self.notes),
        }
