"""Annual disclosure reports: read them, check them, and present what was found."""

from __future__ import annotations

from pathlib import Path

from service.report.checking.check import CheckResult, check_report
from service.report.model import Report
from service.report.reading import read_report, read_report_bytes

__all__ = [
    "CheckResult",
    "Report",
    "check_bytes",
    "check_file",
    "check_report",
    "read_report",
    "read_report_bytes",
]


def check_file(path: Path, previous: Path | None = None) -> CheckResult:
    """Read and check a report; with last year's, also what must carry over.

    Raises
    ------
    ReportError
        If a file cannot be used.
    """
    earlier = read_report(previous) if previous is not None else None
    return check_report(read_report(path), earlier)


def check_bytes(
    current: tuple[bytes, str], previous: tuple[bytes, str] | None = None
) -> CheckResult:
    """Check uploads, each given as content and file name.

    Raises
    ------
    ReportError
        If a file cannot be used.
    """
    earlier = read_report_bytes(*previous) if previous is not None else None
    return check_report(read_report_bytes(*current), earlier)
