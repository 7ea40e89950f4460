"""Rows of table 3 from ruled grids, over page breaks."""

from __future__ import annotations

import re
from collections.abc import Sequence

from service.report.formats import ReportFormat
from service.report.reading.glyphs import squash
from service.report.reading.manuscript import Grid, GridCell
from service.report.reading.rows import RawCell, Run, split_row
from service.report.reading.values import is_value

_NUMBERED = re.compile(r"^(?:\d{1,2}[.、．,]|[(（]?[一二三四五六七]\s*[)）、.])")
_HEADING = re.compile(r"^(?:自然人|申请人情况|法人或其[他它]组织|商业企业|科研机构)$")
_NOT_OURS = re.compile(r"结果维持|结果纠正|第二十条|制发件数")


def raw(cell: GridCell) -> RawCell:
    """A grid cell as source text with its span."""
    return RawCell(cell.text, cell.start, cell.start + len(cell.text))


def distinct(row: Sequence[GridCell | None]) -> list[GridCell]:
    """Cells of a row in order, each once however many columns it spans."""
    seen: list[GridCell] = []
    for cell in row:
        if cell is not None and not any(cell is other for other in seen):
            seen.append(cell)
    return seen


def table3_runs(grids: Sequence[Grid], form: ReportFormat) -> list[Run]:
    """Runs of all grids that hold rows of table 3, in order."""
    runs: list[Run] = []
    mapping: list[int] | None = None
    width = 0
    for grid in grids:
        bounds = _bounds(grid, form)
        if bounds is None:
            continue
        first, last = bounds
        own_mapping = _columns(grid, first, form)
        if own_mapping is not None:
            mapping, width = own_mapping, len(grid.rows[0])
        elif mapping is not None and len(grid.rows[0]) != width:
            mapping = None
        found = [
            run
            for index in range(first, last + 1)
            if (run := _run(grid, index, mapping)) is not None
        ]
        if runs and found:
            _join_broken_row(runs, found)
        runs += found
    return runs


def _bounds(grid: Grid, form: ReportFormat) -> tuple[int, int] | None:
    """First and last row of a grid that belong to table 3."""
    hits = []
    for index, row in enumerate(grid.rows):
        if any(_HEADING.search(squash(cell.text)) for cell in distinct(row)):
            continue
        text = "\n".join(squash(cell.text) for cell in distinct(row) if not is_value(cell.text))
        if any(
            r.cues and r.cues.search(line) for r in form.table3_rows for line in text.split("\n")
        ):
            hits.append(index)
    all_text = squash("".join(c.text for row in grid.rows for c in distinct(row)))
    if not hits or (len(hits) < 3 and _NOT_OURS.search(all_text)):
        return None
    last = hits[-1]
    return hits[0], last


def _columns(grid: Grid, first: int, form: ReportFormat) -> list[int] | None:
    """Slot of each figure column, from the heading above the first row; None if not certain.

    The heading decides even where its columns stand in another order than the form's.
    """
    labels = _label_width(grid, first)
    slots: list[int] = []
    for column in form.table3_columns:
        free = (x for x in range(labels, len(grid.rows[0])) if x not in slots)
        found = next((x for x in free if _heads(grid, first, x, column.cues)), None)
        if found is None:
            return None
        slots.append(found)
    return slots


def _heads(grid: Grid, first: int, x: int, cues: re.Pattern[str]) -> bool:
    """Whether the lowest heading over a slot names a column."""
    for y in range(first - 1, -1, -1):
        cell = grid.rows[y][x]
        if cell is not None and cell.text.strip():
            return bool(cues.search(squash(cell.text)))
    return False


def _label_width(grid: Grid, first: int) -> int:
    """How many slots the label of the first row covers."""
    row = grid.rows[first]
    width = 0
    while width < len(row) and (
        (cell := row[width]) is None
        or (not is_value(cell.text) and (cell is row[0] or cell.text.strip()))
    ):
        width += 1
    return width


def _run(grid: Grid, index: int, mapping: Sequence[int] | None) -> Run | None:
    row = grid.rows[index]
    if mapping is not None:
        cells = [row[slot] for slot in mapping]
        ids = [id(cell) for cell in cells if cell is not None]
        labels = [c for c in distinct(row[: min(mapping)]) if c.text.strip()]
        own = labels[-1].text if labels else ""
        regular = len(set(ids)) == len(mapping) and not set(ids) & {id(c) for c in labels}
        words = any(
            c and c.text.strip() and not is_value(c.text) and len(c.text) > 8 for c in cells
        )
        if regular and not words:
            group = "".join(c.text for c in labels[:-1])
            return Run([raw(c) if c else None for c in cells], own, group, "", grid.page)
    own, group, figures = split_row([raw(cell) for cell in distinct(row)], 7)
    if figures is None or (not own and all(not f.text.strip() for f in figures)):
        return None
    return Run(figures, own, group, "", grid.page)


def _join_broken_row(runs: list[Run], found: list[Run]) -> None:
    """Rejoin a row that a page break cut in two: one half has the figures, one has none."""
    upper, lower = runs[-1], found[0]
    if _NUMBERED.match(squash(lower.own)):
        return
    blank_above = all(cell is None or not cell.text.strip() for cell in upper.cells)
    blank_below = all(cell is None or not cell.text.strip() for cell in lower.cells)
    if blank_above == blank_below:
        return
    full = lower if blank_above else upper
    runs.pop()
    found[0] = Run(full.cells, upper.own + lower.own, upper.before, "", full.page)
