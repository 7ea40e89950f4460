"""The table of rules (`data/rules/checks.toml`): id, name, severity, source, scope, formula."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from models.resources import data_path
from service.report.checking.finding import Finding, Severity, Status
from service.report.errors import ReportFormatError
from service.report.model import Place


@dataclass(frozen=True, slots=True)
class Rule:
    """A check: what it compares and why. `source` is form, arithmetic, law or advice."""

    id: str
    name: str
    severity: Severity
    source: str
    scope: str
    formula: str


@cache
def load_rules() -> Mapping[str, Rule]:
    """All rules by id, in file order.

    Raises
    ------
    ReportFormatError
        If the file is missing, malformed or repeats an id.
    """
    path = data_path("rules", "checks.toml")
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        rules = [
            Rule(r["id"], r["name"], Severity(r["severity"]), r["source"], r["scope"], r["formula"])
            for r in data["rules"]
        ]
    except (OSError, KeyError, TypeError, ValueError, tomllib.TOMLDecodeError) as error:
        raise ReportFormatError(f"规则文件 {path.name} 有误：{error}") from error
    if len({rule.id for rule in rules}) != len(rules):
        raise ReportFormatError(f"规则文件 {path.name} 有重复的编号。")
    return {rule.id: rule for rule in rules}


def result(
    rule: str,
    status: Status,
    message: str,
    where: Sequence[Place] = (),
    *,
    left: Decimal | None = None,
    right: Decimal | None = None,
    severity: Severity | None = None,
) -> Finding:
    """A finding of a rule; `severity` only to lower the rule's own."""
    own = load_rules()[rule].severity
    return Finding(rule, severity or own, status, message, left, right, tuple(where))


def holds(
    rule: str,
    message: str,
    where: Sequence[Place] = (),
    *,
    left: Decimal | None = None,
    right: Decimal | None = None,
) -> Finding:
    """A finding that a rule holds."""
    return result(rule, Status.HOLDS, message, where, left=left, right=right)


def fails(
    rule: str,
    message: str,
    where: Sequence[Place] = (),
    *,
    left: Decimal | None = None,
    right: Decimal | None = None,
    severity: Severity | None = None,
) -> Finding:
    """A finding that a rule is broken."""
    return result(rule, Status.FAILS, message, where, left=left, right=right, severity=severity)


def unknown(
    rule: str,
    message: str,
    where: Sequence[Place] = (),
    *,
    left: Decimal | None = None,
    right: Decimal | None = None,
    severity: Severity = Severity.INFO,
) -> Finding:
    """A finding that a rule cannot be decided."""
    return result(rule, Status.UNKNOWN, message, where, left=left, right=right, severity=severity)
