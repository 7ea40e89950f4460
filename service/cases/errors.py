"""What can be wrong with a change to a case, each with the HTTP status it means."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from models.errors import InputError


class CaseError(InputError):
    """A case cannot be registered, changed or found as asked."""

    code = "case"
    status: ClassVar[int] = 422


class CaseNotFound(CaseError):
    """There is no case of this number."""

    code = "case_not_found"
    status: ClassVar[int] = 404

    def __init__(self, number: str) -> None:
        super().__init__(f"没有编号为“{number[:64]}”的件，请核对编号。")


class NumberTaken(CaseError):
    """Another case has this number."""

    code = "number_taken"
    status: ClassVar[int] = 409

    def __init__(self, number: str) -> None:
        super().__init__(f"编号“{number}”已经登记过，请换一个编号，或打开原来那件修改。")


class StaleCase(CaseError):
    """Somebody changed the case after the caller read it; nothing was overwritten.

    Parameters
    ----------
    number : str
    changed_by : str
    changed_at : datetime
    version : int
        The version that is in force now.
    """

    code = "stale_case"
    status: ClassVar[int] = 409

    def __init__(self, number: str, changed_by: str, changed_at: dt.datetime, version: int) -> None:
        self.number, self.changed_by, self.version = number, changed_by, version
        self.changed_at = changed_at
        when = changed_at.astimezone().strftime("%Y-%m-%d %H:%M:%S")
        super().__init__(
            f"{number} 已由 {changed_by} 于 {when} 改动（第 {version} 版），"
            "你的修改没有保存。请重新打开这一件，看过之后再改。"
        )
