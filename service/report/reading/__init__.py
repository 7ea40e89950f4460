"""Reading an annual report from PDF, DOCX, HTML, text or Markdown."""

from __future__ import annotations

from pathlib import Path

from service.report.model import Report
from service.report.reading.assemble import assemble
from service.report.reading.source import open_manuscript, read_bytes

__all__ = ["read_report", "read_report_bytes"]


def read_report(path: Path) -> Report:
    """Read a report from a file.

    Raises
    ------
    ReportError
        If the file cannot be used; the message is Chinese and says what to do.
    """
    return assemble(open_manuscript(path), path.name)


def read_report_bytes(data: bytes, name: str) -> Report:
    """Read a report from the content of a file, as an upload delivers it.

    Raises
    ------
    ReportError
    """
    return assemble(read_bytes(data, name), name)
