"""All checks over one report, or over two years of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from service.report.checking.arithmetic import check_tables
from service.report.checking.claims import check_claims
from service.report.checking.finding import Finding, Severity, Status, worst_first
from service.report.checking.previous import check_against_previous, check_without_previous
from service.report.checking.prose import read_prose
from service.report.checking.prose_tables import check_prose_against_tables
from service.report.checking.rates import check_rates
from service.report.checking.repeats import check_repeats
from service.report.checking.structure import check_structure
from service.report.checking.sums import check_lists
from service.report.checking.table_remarks import (
    check_labels,
    check_normative_mentions,
    check_reading,
    check_values,
)
from service.report.checking.years import check_years
from service.report.model import Report


@dataclass(frozen=True, slots=True)
class CheckResult:
    """Findings of a report, worst first."""

    report: Report
    findings: Sequence[Finding]

    @property
    def n_problems(self) -> int:
        """Failed checks that are errors or warnings."""
        return sum(finding.is_problem for finding in self.findings)

    def count(self, status: Status, severity: Severity | None = None) -> int:
        """Findings with a status, and a severity if given."""
        return sum(
            f.status is status and (severity is None or f.severity is severity)
            for f in self.findings
        )

    def to_json(self) -> dict[str, Any]:
        """The check as plain data; `findings` have the form of the contract."""
        report = self.report
        return {
            "file": report.name,
            "agency": report.agency,
            "year": report.year,
            "format": report.format.id,
            "title": report.title,
            "summary": {
                "errors": self.count(Status.FAILS, Severity.ERROR),
                "warnings": self.count(Status.FAILS, Severity.WARNING),
                "remarks": self.count(Status.FAILS, Severity.INFO),
                "unknown": self.count(Status.UNKNOWN),
                "holds": self.count(Status.HOLDS),
            },
            "findings": [finding.to_json() for finding in self.findings],
        }


def check_report(report: Report, previous: Report | None = None) -> CheckResult:
    """Check a report; with last year's, also what must carry over.

    Order: failures, open questions, what holds; errors before warnings before remarks.
    """
    findings = _unique(_all(report, previous))
    if any(note.code == "ocr" for note in report.notes):
        findings = [_softened(finding) for finding in findings]
    return CheckResult(report, worst_first(findings))


def _softened(finding: Finding) -> Finding:
    """After OCR a failure is a warning: the digit may be misread."""
    if finding.status is not Status.FAILS or finding.severity is not Severity.ERROR:
        return finding
    message = f"{finding.message}（OCR 识别，请对照原件）"
    return replace(finding, severity=Severity.WARNING, message=message)


def _all(report: Report, previous: Report | None) -> Iterator[Finding]:
    prose = read_prose(report)
    yield from check_tables(report)
    yield from check_prose_against_tables(report, prose)
    yield from check_claims(report, prose)
    yield from check_lists(report, prose)
    yield from check_rates(report, prose, previous)
    yield from check_repeats(report, prose)
    yield from check_years(report)
    yield from check_structure(report)
    yield from check_reading(report)
    yield from check_labels(report)
    yield from check_values(report)
    yield from check_normative_mentions(report)
    if previous is None:
        yield from check_without_previous(report)
    else:
        yield from check_against_previous(report, previous)


def _unique(findings: Iterator[Finding]) -> list[Finding]:
    """Drop findings said twice in the same words."""
    seen: Counter[tuple[str, str]] = Counter()
    kept = []
    for finding in findings:
        key = (finding.rule, finding.message)
        seen[key] += 1
        if seen[key] == 1 or finding.where:
            kept.append(finding)
    return kept
