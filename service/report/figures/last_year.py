"""Figures of last year's report, as `report check` reads it."""

from __future__ import annotations

from pathlib import Path

from service.report.errors import ReportError
from service.report.figures.figure import Figure, TableCell
from service.report.formats import load_format
from service.report.model import Report
from service.report.reading import read_report


def read_last_year(path: Path, year: int) -> tuple[list[Figure], str]:
    """Figures `last.t3.*`, `last.t4.*` of the report of `year` - 1, and what went wrong.

    An unreadable report or one of another year is no reason to stop: the draft goes without the
    comparison and says so.
    """
    try:
        report = read_report(path)
    except ReportError as error:
        return [], f"上年报告读不出（{error}），没有与上年比较"
    if report.year is not None and report.year != year - 1:
        return [], f"上年报告写的是{report.year}年，不是{year - 1}年，没有与上年比较"
    figures = _cells(report, path.name, year - 1)
    if not figures:
        return [], "上年报告中没有读到表三，没有与上年比较"
    return figures, ""


def _cells(report: Report, file: str, year: int) -> list[Figure]:
    figures = []
    for number in (3, 4):
        table = report.tables.get(number)
        if table is None:
            continue
        form = load_format(table.format_id)
        for (row, column), cell in table.cells.items():
            if cell.value is None:
                continue
            label = f"{form.row_label(number, row)}·{form.column_label(number, row, column)}"
            place = f"表{'二三四'[number - 2]} {label}"
            figures.append(
                Figure(f"last.t{number}.{row}.{column}", cell.value, "件", f"{year}年",
                       TableCell(file, place), f"{year}年{label}")
            )  # fmt: skip
    return figures
