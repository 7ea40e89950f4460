"""A report as read: text, sections, and tables of cells that say where they come from.

Nothing here is repaired. A cell is a number, blank, marked as not applicable, or unread; only a
number has a value, and a sum that meets a blank must say that it took it for zero.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from service.report.formats import ReportFormat


class CellState(StrEnum):
    """What the source shows in a cell."""

    NUMBER = "number"
    BLANK = "blank"
    NOT_APPLICABLE = "not_applicable"
    UNREAD = "unread"


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a report.

    Parameters
    ----------
    section : int or None
        Number of the section, 0 for what precedes section 一.
    table : int or None
        2, 3 or 4; with `row` and `column` codes of the form for one cell.
    page : int or None
        1-based page, for PDF only.
    start, end : int or None
        Span in `Report.text`.
    text : str
        The source text of the span, or a short name of the cell.
    """

    section: int | None = None
    table: int | None = None
    row: str | None = None
    column: str | None = None
    page: int | None = None
    start: int | None = None
    end: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure cell of table 2, 3 or 4.

    Parameters
    ----------
    state : CellState
    value : Decimal or None
        Set for `NUMBER` only.
    raw : str
        The source text, untouched.
    note : str
        What stands beside the number, such as `(撤销复议申请)`.
    place : Place
    """

    state: CellState
    value: Decimal | None
    raw: str
    note: str
    place: Place


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the report; number 0 is the preamble. Span is in `Report.text`."""

    number: int
    heading: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class UnplacedRow:
    """A row of figures that could not be placed in a table with certainty."""

    table: int
    text: str
    reason: str
    place: Place


@dataclass(frozen=True, slots=True)
class Table:
    """Table 2, 3 or 4 as read.

    Parameters
    ----------
    number : int
    cells : mapping (row code, column code) → Cell
        Cells that were found. A cell that is absent was not found in the source.
    labels : mapping row code → str
        Row labels as printed, where they were legible as one piece.
    unplaced : sequence of UnplacedRow
    format_id : str
        The form whose rows and columns the cells follow.
    """

    number: int
    cells: Mapping[tuple[str, str], Cell]
    labels: Mapping[str, str] = field(default_factory=dict)
    unplaced: Sequence[UnplacedRow] = ()
    format_id: str = "2021"

    def value(self, row: str, column: str) -> Decimal | None:
        """Figure of a cell, or None where there is no number."""
        cell = self.cells.get((row, column))
        return cell.value if cell else None


@dataclass(frozen=True, slots=True)
class ReadingNote:
    """Something about the file a reader should know; never a fault of the report's figures."""

    code: str
    message: str
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """One paragraph of prose, folded for matching.

    Parameters
    ----------
    section : int
    text : str
        One-to-one folded characters with white space removed.
    offsets : sequence of int, length len(text)
        For each character its index in `Report.text`; ascending.
    heading : str
        The nearest sub-heading above, folded.
    page : int or None
    """

    section: int
    text: str
    offsets: Sequence[int]
    heading: str
    page: int | None


@dataclass(frozen=True, slots=True)
class Report:
    """An annual report as read from one file.

    Parameters
    ----------
    name : str
        File name.
    kind : str
        `pdf`, `docx`, `html` or `text`.
    text : str
        Everything that was read, in reading order; all offsets point into it.
    year : int or None
    year_source : str
        What the year was taken from: `title`, `period`, `name`, `majority` or empty.
    agency : str or None
    title : str or None
    format : ReportFormat
        The official form the tables were read by.
    format_printed : str or None
        Id of the form whose own labels were seen; None if there was no evidence.
    sections : sequence of Section
    passages : sequence of Passage
        Prose only: lines that belong to tables are left out.
    tables : mapping int → Table
        Tables that were found at all.
    table_spans : mapping int → (start, end)
        Where the text of each table lies.
    notes : sequence of ReadingNote
    published : str
        Date of publication, ISO, or empty where the file does not say.
    """

    name: str
    kind: str
    text: str
    year: int | None
    year_source: str
    agency: str | None
    title: str | None
    format: ReportFormat
    format_printed: str | None
    sections: Sequence[Section]
    passages: Sequence[Passage]
    tables: Mapping[int, Table]
    table_spans: Mapping[int, Sequence[tuple[int, int]]]
    notes: Sequence[ReadingNote]
    published: str = ""

    def section_at(self, offset: int) -> int:
        """Number of the section that holds a character."""
        number = 0
        for section in self.sections:
            if section.start <= offset:
                number = section.number
        return number
