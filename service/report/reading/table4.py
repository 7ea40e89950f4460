"""Table 4: reviews and lawsuits, fifteen figures in one row under three groups of five."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from service.report.formats import ReportFormat
from service.report.model import Table
from service.report.reading.flat_rows import flat_runs
from service.report.reading.glyphs import squash
from service.report.reading.grid_rows import distinct, raw
from service.report.reading.manuscript import Grid, Line
from service.report.reading.rows import Placed, RawCell, Run, make_cell, unplaced
from service.report.reading.values import is_value

_CELLS = 15
_FEWEST_COLUMNS = 5  # where the three groups stand below each other
_HEAD = re.compile(r"结果维持|结果纠正|其[他它]结果|尚未审结|未经复议|复议后")
_KINDS = {
    "upheld": re.compile("维持"),
    "corrected": re.compile("纠正"),
    "other": re.compile("其[他它]"),
    "pending": re.compile("审结"),
    "total": re.compile("[总合]计"),
}


@dataclass(frozen=True, slots=True)
class Table4:
    """Table 4 and where its text lies."""

    table: Table
    spans: Sequence[tuple[int, int]]


def read_table4(grids: Sequence[Grid], lines: Sequence[Line], form: ReportFormat) -> Table4 | None:
    """Read table 4 from grids or, where these give less, from the lines of section 四."""
    readings = [_from_grids(grids, form), _from_lines(lines, form)]
    found = [r for r in readings if r is not None]
    if not found:
        return None
    return max(found, key=lambda r: (len(r.table.cells), -len(r.table.unplaced)))


def _keys(form: ReportFormat) -> list[tuple[str, str]]:
    return [(g.code, c.code) for g in form.table4_groups for c in form.table4_columns]


def _from_grids(grids: Sequence[Grid], form: ReportFormat) -> Table4 | None:
    placed = Placed({}, {}, [])
    spans: list[tuple[int, int]] = []
    headed = False
    for grid in grids:
        ours = _is_headed(grid)
        if not ours and not (headed and not placed.cells):
            continue
        headed = headed or ours
        for index, row in enumerate(grid.rows):
            cells = distinct(row)
            if not any(is_value(cell.text) for cell in cells):
                continue
            if any(_HEAD.search(squash(cell.text)) for cell in cells):
                continue
            _row(grid, index, form, placed)
        if ours or placed.cells:
            spans.append((grid.start, grid.end))
    if headed and not placed.cells and not placed.unplaced:
        _blank_row(grids, form, placed)
    if not headed or not (placed.cells or placed.unplaced):
        return None
    return Table4(Table(4, placed.cells, {}, tuple(placed.unplaced), form.id), spans)


def _is_headed(grid: Grid) -> bool:
    """Whether a grid bears the headings; a box of remarks that names the groups does not."""
    text = squash("".join(c.text for row in grid.rows for c in distinct(row)))
    is_wide = max((len(row) for row in grid.rows), default=0) >= _FEWEST_COLUMNS
    return is_wide and len(_HEAD.findall(text)) >= 2


def _row(grid: Grid, index: int, form: ReportFormat, placed: Placed) -> None:
    row = grid.rows[index]
    keys = [_key(grid, index, x) for x in range(len(row))]
    mapped = {
        key: cell
        for x, cell in enumerate(row)
        if cell is not None and (key := keys[x]) is not None
        and (x == 0 or row[x - 1] is not cell)
    }  # fmt: skip
    expected = _keys(form)
    if set(mapped) >= set(expected) or (len(mapped) in (5, 10) and len(mapped) == len(row)):
        cells = [(key, mapped[key]) for key in expected if key in mapped]
    else:
        figures = [c for c in distinct(row) if is_value(c.text) or not c.text.strip()]
        while len(figures) > _CELLS and not figures[0].text.strip():
            figures.pop(0)
        while len(figures) > _CELLS and not figures[-1].text.strip():
            figures.pop()
        if len(figures) != _CELLS:
            run = Run([raw(c) for c in figures], "", page=grid.page)
            if len(figures) >= 5:
                reason = f"应有 {_CELLS} 个数，读到 {len(figures)} 个"
                placed.unplaced.append(unplaced(4, 4, run, reason))
            return
        cells = list(zip(expected, figures, strict=True))
    run = Run([raw(cell) for _, cell in cells], "", page=grid.page)
    for (group, column), cell in cells:
        if (group, column) not in placed.cells:
            placed.cells[group, column] = make_cell(4, 4, group, column, raw(cell), run)


def _key(grid: Grid, index: int, x: int) -> tuple[str, str] | None:
    """Group and column of a slot from the headings above it."""
    above = [squash(cell.text) for y in range(index) if (cell := grid.rows[y][x]) is not None]
    heading = " ".join(above)
    kinds = [code for code, cue in _KINDS.items() if any(cue.search(text) for text in above[-2:])]
    if "未经复议" in heading:
        group = "direct"
    elif "复议后" in heading:
        group = "after_review"
    elif "行政复议" in heading:
        group = "review"
    else:
        return None
    return (group, kinds[0]) if len(kinds) == 1 else None


def _blank_row(grids: Sequence[Grid], form: ReportFormat, placed: Placed) -> None:
    """A form left empty: the row below the headings, all cells blank."""
    for grid in grids:
        texts = [squash(c.text) for row in grid.rows for c in distinct(row)]
        row = distinct(grid.rows[-1])
        headed = sum(bool(_HEAD.search(t)) for t in texts) >= 2
        if headed and len(row) == _CELLS and not any(c.text.strip() for c in row):
            run = Run([raw(c) for c in row], "", page=grid.page)
            for (group, column), cell in zip(_keys(form), row, strict=True):
                placed.cells[group, column] = make_cell(4, 4, group, column, raw(cell), run)


def _from_lines(lines: Sequence[Line], form: ReportFormat) -> Table4 | None:
    hits = [
        i for i, line in enumerate(lines)
        if _HEAD.search(squash(line.text)) and len(squash(line.text)) < 130
    ]  # fmt: skip
    if not hits:
        return None
    region = lines[hits[0] :]
    flat = flat_runs(region, _CELLS)
    spans = [(region[0].start, region[-1].end)]
    placed = Placed({}, {}, [])
    cells: Sequence[RawCell | None] | None = None
    run: Run | None = None
    if flat.runs:
        run = flat.runs[0]
        cells = run.cells
        last = next((c for c in reversed(run.cells) if c is not None), None)
        spans = [(region[0].start, last.end if last else region[-1].end)]
    else:
        run, cells = _by_fives(region)
    if cells is None or run is None:
        for short in flat.short[:1]:
            reason = f"应有 {_CELLS} 个数，读到 {len(short.cells)} 个"
            placed.unplaced.append(unplaced(4, 4, short, reason))
        if not placed.unplaced:
            return None
    else:
        for (group, column), cell in zip(_keys(form), cells, strict=True):
            if cell is not None:
                placed.cells[group, column] = make_cell(4, 4, group, column, cell, run)
    return Table4(Table(4, placed.cells, {}, tuple(placed.unplaced), form.id), spans)


def _by_fives(region: Sequence[Line]) -> tuple[Run | None, Sequence[RawCell | None] | None]:
    """Three rows of five, each under its own heading."""
    flat = flat_runs(region, 5)
    heads = [squash(run.before + run.own) for run in flat.runs]
    if len(flat.runs) == 3 and "未经复议" in heads[1] and "复议后" in heads[2]:
        cells = [cell for run in flat.runs for cell in run.cells]
        return Run(cells, ""), cells
    return None, None
