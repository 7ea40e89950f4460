"""Table 3: requests received and handled, 23 or 25 rows of seven figures."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from service.report.formats import FORMAT_IDS, ReportFormat, load_format
from service.report.model import Table
from service.report.reading.flat_rows import Flat, flat_runs
from service.report.reading.glyphs import squash
from service.report.reading.grid_rows import table3_runs
from service.report.reading.header_columns import heading_centres
from service.report.reading.manuscript import Grid, Line
from service.report.reading.rows import Placed, Run, place_rows, unplaced
from service.report.reading.values import parse_value

_COLUMNS = 7
_CORNER = re.compile(r"勾稽关系|申请人情况|^一、本年(?:度)?新收|法人或其[他它]组织")
_FIRST_ROW = re.compile(r"一、本年(?:度)?新收[^\d。，]{0,14}\d+(?:\s|\d)")
_MAX_LINES = 400
# All figures of the table may follow its labels, one a line.
_MAX_TAIL = 7 * 26
_LAST = re.compile(r"结转下年|下年度继续")


@dataclass(frozen=True, slots=True)
class Table3:
    """Table 3 with the form its rows follow and where its text lies."""

    table: Table
    form: ReportFormat
    spans: Sequence[tuple[int, int]]


def read_table3(grids: Sequence[Grid], lines: Sequence[Line], region_known: bool) -> Table3 | None:
    """Read table 3 from grids or, where these give less, from lines.

    lines : those of section 三 if `region_known`, else of the whole report.
    Returns None if no row of the table was found.
    """
    readings: list[tuple[Placed, ReportFormat, list[tuple[int, int]]]] = []
    region = table3_region(lines, region_known)
    flat = (
        flat_runs(region, _COLUMNS, heading_centres(region, load_format("2021")))
        if region
        else Flat()
    )
    for form in (load_format(format_id) for format_id in FORMAT_IDS):
        runs = table3_runs(grids, form)
        if runs:
            spans = [(g.start, g.end) for g in grids if _holds(g, runs)]
            readings.append((_place(runs, form), form, spans))
        if flat.runs or flat.short:
            spans = [(region[0].start, region[-1].end)]
            placed = _place(_oriented(flat.runs, form), form)
            for short in flat.short:
                if _concerns_form(short, form):
                    reason = f"这一行不是 {_COLUMNS} 个数，分不清哪一列空白"
                    placed.unplaced.append(unplaced(3, 3, short, reason))
            readings.append((placed, form, spans))
    readings = [r for r in readings if r[0].cells or r[0].unplaced]
    if not readings:
        return None
    placed, form, spans = max(readings, key=lambda r: _quality(r[0], r[1]))
    if not placed.cells and len(placed.unplaced) < 2:
        return None
    table = Table(3, placed.cells, placed.labels, tuple(placed.unplaced), form.id)
    return Table3(table, form, spans)


def table3_region(lines: Sequence[Line], region_known: bool) -> Sequence[Line]:
    """Lines from the heading of the table to its last row."""
    first = last = None
    for index, line in enumerate(lines):
        text = squash(line.text)
        opens = _CORNER.search(text) and (region_known or len(text) < 60)
        if first is None and (opens or _FIRST_ROW.search(text)):
            first = last = index
        if first is not None and _LAST.search(text) and len(text) < 60:
            last = index
    if first is None:
        return []
    if last is None or last == first:
        return lines[first:] if region_known else lines[first : first + _MAX_LINES]
    stop = last + 1
    while stop < len(lines) and _only_figures(lines[stop].text) and stop - last <= _MAX_TAIL:
        stop += 1
    return lines[first:stop]


def _only_figures(text: str) -> bool:
    return all(
        parse_value(part).state.value in ("number", "not_applicable") for part in text.split()
    )


def _place(runs: Sequence[Run], form: ReportFormat) -> Placed:
    columns = [column.code for column in form.table3_columns]
    return place_rows(3, 3, runs, form.table3_rows, columns)


def _quality(placed: Placed, form: ReportFormat) -> tuple[int, int, int]:
    """Most cells win; then fewest leftovers; then the shorter form, which claims less."""
    return len(placed.cells) - 7 * len(placed.unplaced), placed.n_numbers, -len(form.table3_rows)


def _holds(grid: Grid, runs: Sequence[Run]) -> bool:
    starts = (cell.start for run in runs for cell in run.cells if cell is not None)
    return any(grid.start <= start < grid.end for start in starts)


def _concerns_form(run: Run, form: ReportFormat) -> bool:
    text = squash(run.own)
    return any(row.cues is not None and row.cues.search(text) for row in form.table3_rows)


def _oriented(runs: list[Run], form: ReportFormat) -> list[Run]:
    """Turn a table that was flattened column by column, if its own sums prove that it was.

    This concerns figures in one unbroken block, with all labels before or after it.
    """
    rows = len(form.table3_rows)
    bare = [run for run in runs if not run.own]
    if len(runs) != rows or len(bare) != rows or any(run.after for run in runs[:-1]):
        return runs
    cells = [cell for run in runs for cell in run.cells]
    turned = [
        Run([cells[column * rows + row] for column in range(_COLUMNS)], "", "", "", runs[0].page)
        for row in range(rows)
    ]
    straight, crossed = _share_of_sums(runs), _share_of_sums(turned)
    if crossed >= 0.8 > straight:
        return turned
    return runs if straight >= 0.5 or crossed < 0.8 else []


def _share_of_sums(runs: Sequence[Run]) -> float:
    good = 0
    for run in runs:
        values = [parse_value(cell.text).number or 0 for cell in run.cells if cell is not None]
        good += len(values) == _COLUMNS and sum(values[:-1]) == values[-1]
    return good / max(len(runs), 1)
