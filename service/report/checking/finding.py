"""What a check says: holds, fails or unknown, with both sides of the sum and the place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from service.report.model import Place


class Severity(StrEnum):
    """How much a failure weighs; an error is certain."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Status(StrEnum):
    """Outcome of a check. `unknown`: something needed is missing or ambiguous."""

    HOLDS = "holds"
    FAILS = "fails"
    UNKNOWN = "unknown"


_SEVERITY_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}
_STATUS_ORDER = {Status.FAILS: 0, Status.UNKNOWN: 1, Status.HOLDS: 2}


@dataclass(frozen=True, slots=True)
class Finding:
    """One result of one rule at one place.

    Parameters
    ----------
    rule : str
        Id in `data/rules/checks.toml`.
    severity : Severity
    status : Status
    message : str
        Chinese; shows the sum.
    left, right, difference : Decimal or None
        Both sides and left − right, where the rule compares numbers.
    where : sequence of Place
        Cells and sentences concerned, the most telling first.
    """

    rule: str
    severity: Severity
    status: Status
    message: str
    left: Decimal | None = None
    right: Decimal | None = None
    where: Sequence[Place] = ()

    @property
    def difference(self) -> Decimal | None:
        """Left minus right, where both are known."""
        return None if self.left is None or self.right is None else self.left - self.right

    @property
    def is_problem(self) -> bool:
        """Whether a person must act: a failure that is more than a remark."""
        return self.status is Status.FAILS and self.severity is not Severity.INFO

    def to_json(self) -> dict[str, Any]:
        """The contract's form: plain numbers, places as objects without empty fields."""
        return {
            "rule": self.rule,
            "severity": self.severity.value,
            "status": self.status.value,
            "message": self.message,
            "left": plain(self.left),
            "right": plain(self.right),
            "difference": plain(self.difference),
            "where": [_place(place) for place in self.where],
        }


def plain(value: Decimal | None) -> int | float | None:
    """A Decimal as JSON number; None stays None."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def _place(place: Place) -> dict[str, Any]:
    return {key: value for key, value in asdict(place).items() if value not in (None, "")}


def worst_first(findings: Sequence[Finding]) -> list[Finding]:
    """Failures before open questions before what holds; within these, errors first."""
    return sorted(
        findings,
        key=lambda f: (_STATUS_ORDER[f.status], _SEVERITY_ORDER[f.severity]),
    )
