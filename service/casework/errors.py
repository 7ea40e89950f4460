"""What can be wrong with facts that are offered to casework.

CaseworkError                 base: a fact or a file cannot be used
├── CalendarError             a year has no working-day data, or its file is malformed
├── CaseFactError             a date or number contradicts another or today
└── RegisterError             a register lacks a column or cannot be compared
"""

from __future__ import annotations

from models.errors import InputError


class CaseworkError(InputError):
    """A fact or a file cannot be used."""

    code = "casework"


class CalendarError(CaseworkError):
    """A year has no working-day data, or its file is malformed."""

    code = "calendar"


class CaseFactError(CaseworkError):
    """A date or number contradicts another, or lies in the future."""

    code = "case_fact"


class RegisterError(CaseworkError):
    """A register of requests lacks what the comparison needs."""

    code = "register"
