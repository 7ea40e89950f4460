"""What can be wrong with a file that is offered as an annual report.

ReportError                  base: the file cannot be used
├── UnreadableFileError      missing, empty, damaged, of a kind we do not read
├── ProtectedFileError       needs a password
├── ScannedFileError         pictures of pages without a text layer
├── OversizedFileError       too many pages, too many bytes, or a zip bomb
├── ForeignReportError       a readable text, but not a disclosure report
└── SeveralReportsError      more than one report in the file

ReportFormatError            one of our own form or rule files is malformed
ReportOutputError            a result cannot be written

Messages are Chinese, one line, and say what to do.
"""

from __future__ import annotations

from models.errors import InputError, YangguangError


class ReportError(InputError):
    """The file cannot be read as an annual report."""

    code = "report"


class UnreadableFileError(ReportError):
    """Missing, empty, damaged, or of a kind that is not read."""

    code = "report_unreadable"


class ProtectedFileError(ReportError):
    """The file asks for a password."""

    code = "report_protected"


class ScannedFileError(ReportError):
    """Pages are pictures; there is no text to read."""

    code = "report_scanned"


class OversizedFileError(ReportError):
    """Too large to be an annual report, or built to exhaust memory."""

    code = "report_oversized"


class ForeignReportError(ReportError):
    """A readable text that is not a government-information disclosure report."""

    code = "report_foreign"


class SeveralReportsError(ReportError):
    """More than one annual report in one file."""

    code = "report_several"


class ReportFormatError(YangguangError):
    """A form or rule file of the program itself is malformed."""

    code = "report_format"


class ReportOutputError(YangguangError):
    """A result cannot be written where it was asked for."""

    code = "report_output"
