"""Table 2: proactive disclosure. Rows are known by name; their block says how many figures."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from service.report.formats import FORMAT_IDS, Block, ReportFormat, Row, load_format
from service.report.model import Table
from service.report.reading.glyphs import squash
from service.report.reading.grid_rows import distinct, raw
from service.report.reading.manuscript import Grid, Line
from service.report.reading.rows import Placed, RawCell, Run, make_cell, unplaced
from service.report.reading.tokens import Token, tokenize
from service.report.reading.values import parse_value

_LABELS = re.compile(
    r"规章|(?:行政)?规范性文件|行政许可|(?:其[他它])?对外管理服务事项|行政处罚|行政强制(?:措施)?"
    r"|行政事业性收费|政府集中采购"
)
_LABEL_FIGURE = re.compile(rf"(?:{_LABELS.pattern})\d")


@dataclass(frozen=True, slots=True)
class Table2:
    """Table 2 with the form its labels follow and where its text lies."""

    table: Table
    form: ReportFormat
    spans: Sequence[tuple[int, int]]


def read_table2(
    grids: Sequence[Grid], lines: Sequence[Line], preferred: ReportFormat | None
) -> Table2 | None:
    """Read table 2 by the form whose own words it prints; `preferred` decides if it prints none.

    lines : those of section 二 only.
    """
    ours = [grid for grid in grids if _is_ours(grid)]
    region = _region(lines)
    printed = squash(
        "".join(c.text for g in ours for row in g.rows for c in distinct(row))
        + "".join(line.text for line in region)
    )
    form = _form(printed) or preferred
    forms = [form] if form else [load_format(i) for i in FORMAT_IDS[::-1]]
    best: Table2 | None = None
    for candidate in forms:
        for placed, spans in (
            (_from_grids(ours, candidate), [(g.start, g.end) for g in ours]),
            (_from_lines(region, candidate), [(region[0].start, region[-1].end)] if region else []),
        ):
            table = Table(2, placed.cells, placed.labels, tuple(placed.unplaced), candidate.id)
            if placed.cells and (best is None or len(placed.cells) > len(best.table.cells)):
                best = Table2(table, candidate, spans)
    return best


def _form(printed: str) -> ReportFormat | None:
    votes = {i: len(set(load_format(i).signs.findall(printed))) for i in FORMAT_IDS}
    best = max(votes, key=lambda i: votes[i])
    return load_format(best) if votes[best] > min(votes.values()) else None


def _is_ours(grid: Grid) -> bool:
    labels = {squash(cell.text) for row in grid.rows for cell in distinct(row)}
    return any(_LABELS.fullmatch(label) for label in labels)


def _region(lines: Sequence[Line]) -> Sequence[Line]:
    hits = [
        i for i, line in enumerate(lines)
        if _concerns(squash(line.text))
    ]  # fmt: skip
    if not hits:
        return []
    stop = hits[-1] + 1
    while stop < len(lines) and stop - hits[-1] <= 4 and _is_figures(lines[stop]):
        stop += 1
    return lines[hits[0] : stop]


def _concerns(text: str) -> bool:
    if len(text) >= 60:
        # A whole table on one line: labels with their figures right behind them.
        return len(_LABEL_FIGURE.findall(text)) >= 3
    return bool(_LABELS.match(text)) or "第二十条第" in text


def _is_figures(line: Line) -> bool:
    parts = tokenize(line)
    return all(part.is_figure for part in parts)


def _find(label: str, form: ReportFormat) -> tuple[Block, Row] | None:
    if not _LABELS.fullmatch(label):
        return None
    for block in form.table2:
        for row in block.rows:
            # 规章 alone; its cue must not fit inside a longer label.
            if row.cues and (
                row.cues.fullmatch(label) or (len(row.label) > 2 and row.cues.search(label))
            ):
                return block, row
    return None


def _from_grids(grids: Sequence[Grid], form: ReportFormat) -> Placed:
    placed = Placed({}, {}, [])
    for grid in grids:
        for row in grid.rows:
            cells = distinct(row)
            for index, cell in enumerate(cells):
                found = _find(squash(cell.text), form)
                if found:
                    figures = [raw(c) for c in cells[index + 1 :]]
                    _put(placed, found, cell.text, figures, grid.page)
                    break
    return placed


def _from_lines(lines: Sequence[Line], form: ReportFormat) -> Placed:
    """Labels and the figures that follow them, on the same line or below."""
    placed = Placed({}, {}, [])
    current: tuple[Block, Row] | None = None
    label, figures = "", list[RawCell]()

    def close() -> None:
        if current is not None:
            _put(placed, current, label, figures, None)
        figures.clear()

    for line in lines:
        parts = _tabbed(line) if "\t" in line.text and not line.words else _merged(tokenize(line))
        for part in parts:
            text = squash(part.text)
            found = _find(text, form)
            if found:
                close()
                current, label = found, part.text
            elif parse_value(part.text).state.value in ("number", "not_applicable", "blank"):
                if current is not None:
                    figures.append(part)
            elif text:
                close()
                current = None
    close()
    return placed


def _tabbed(line: Line) -> list[RawCell]:
    cells, position = [], line.start
    for text in line.text.split("\t"):
        cells.append(RawCell(text, position, position + len(text)))
        position += len(text) + 1
    return cells


def _merged(tokens: Sequence[Token]) -> list[RawCell]:
    """Tokens of a line, words rejoined that spaces have split (`行政 许可`)."""
    merged: list[RawCell] = []
    for token in tokens:
        if (
            merged
            and not token.is_figure
            and _LABELS.match(squash(merged[-1].text + token.cell.text))
        ) and (not _LABELS.fullmatch(squash(merged[-1].text)) or token.cell.text in ("措施",)):
            merged[-1] = RawCell(
                merged[-1].text + token.cell.text, merged[-1].start, token.cell.end
            )
            continue
        merged.append(token.cell)
    return merged


def _put(
    placed: Placed,
    found: tuple[Block, Row],
    label: str,
    figures: Sequence[RawCell],
    page: int | None,
) -> None:
    block, row = found
    wanted = len(block.columns)
    cells = list(figures)
    while len(cells) > wanted and _is_empty(cells[-1]):
        cells.pop()
    run = Run(cells, label, page=page)
    if (row.code, block.columns[0].code) in placed.cells:
        return
    if len(cells) != wanted:
        if cells:
            reason = f"应有 {wanted} 个数，读到 {len(cells)} 个"
            placed.unplaced.append(unplaced(2, 2, run, reason))
        return
    placed.labels[row.code] = label
    for column, cell in zip(block.columns, cells, strict=True):
        placed.cells[row.code, column.code] = make_cell(2, 2, row.code, column.code, cell, run)


def _is_empty(cell: RawCell) -> bool:
    return not cell.text.strip() or cell.text.strip() == "/"
