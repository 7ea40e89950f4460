"""Tables 2, 3 and 4 as grids of merged cells, after the official forms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from service.report.drafting.draft import Grid, GridCell
from service.report.figures.figure import FigureBook
from service.report.formats import HeadCell, ReportFormat

_MERGED_HEADS = {"1", "2", "4"}


def build_table2(form: ReportFormat, book: FigureBook) -> Grid:
    """Table 2: a block an article, its columns shared out over a grid of twelve."""
    cells: list[GridCell] = []
    row = 0
    for block in form.table2:
        n_columns = len(block.columns) + 1
        width = 12 // n_columns
        cells.append(GridCell(row, 0, 1, 12, block.article, is_head=True))
        labels = ["信息内容", *(column.label for column in block.columns)]
        cells += [GridCell(row + 1, i * width, 1, width, text, is_head=True)
                  for i, text in enumerate(labels)]  # fmt: skip
        row += 2
        for line in block.rows:
            cells.append(GridCell(row, 0, 1, width, line.label, is_head=True))
            for index, column in enumerate(block.columns, 1):
                id = f"t2.{line.code}.{column.code}"
                text = _shown(book, id)
                if text and column.unit == "万元" and "单位" not in column.label:
                    text += "万元"
                cells.append(GridCell(row, index * width, 1, width, text, id))
            row += 1
    return Grid(2, row, 12, tuple(cells), 0, (13.0,) * 12)


def build_table3(form: ReportFormat, book: FigureBook) -> Grid:
    """Table 3: three columns of labels, seven of figures."""
    cells = list(_head(form.table3_head))
    top = len(form.table3_head)
    results = [row for row in form.table3_rows if row.code not in _MERGED_HEADS]
    at = top
    for line in form.table3_rows:
        if line.code in _MERGED_HEADS:
            cells.append(GridCell(at, 0, 1, 3, line.label, is_head=True))
        elif line is results[0]:
            label = form.row_label(3, "3")
            cells.append(GridCell(at, 0, len(results), 1, label, is_head=True))
        if line.code not in _MERGED_HEADS:
            cells += _result_labels(form, line.code, line.group, line.label, at)
        for index, column in enumerate(form.table3_columns):
            id = f"t3.{line.code}.{column.code}"
            cells.append(GridCell(at, 3 + index, 1, 1, _shown(book, id), id))
        at += 1
    widths = (11.0, 16.0, 44.0, *(12.0,) * 6, 13.0)
    return Grid(3, at, 10, tuple(cells), top, widths)


def _result_labels(
    form: ReportFormat, code: str, group: str, label: str, at: int
) -> Iterator[GridCell]:
    if group == "3":
        yield GridCell(at, 1, 1, 2, label, is_head=True)
        return
    leaves = form.leaves(group)
    if code == leaves[0]:
        yield GridCell(at, 1, len(leaves), 1, form.row_label(3, group), is_head=True)
    yield GridCell(at, 2, 1, 1, label, is_head=True)


def build_table4(form: ReportFormat, book: FigureBook) -> Grid:
    """Table 4: one row of fifteen figures."""
    cells = list(_head(form.table4_head))
    top = len(form.table4_head)
    ids = [f"t4.{g.code}.{c.code}" for g in form.table4_groups for c in form.table4_columns]
    cells += [GridCell(top, i, 1, 1, _shown(book, id), id) for i, id in enumerate(ids)]
    return Grid(4, top + 1, 15, tuple(cells), top, (10.4,) * 15)


def _head(lines: Sequence[Sequence[HeadCell]]) -> Iterator[GridCell]:
    """Place the cells of a heading: each takes the first free columns of its line."""
    taken: set[tuple[int, int]] = set()
    for row, line in enumerate(lines):
        column = 0
        for cell in line:
            while (row, column) in taken:
                column += 1
            taken |= {(row + r, column + c) for r in range(cell.rows) for c in range(cell.columns)}
            yield GridCell(row, column, cell.rows, cell.columns, cell.text, is_head=True)
            column += cell.columns


def _shown(book: FigureBook, id: str) -> str:
    """Digits of a figure with its note; blank where it is not known."""
    figure = book.get(id)
    if figure is None:
        return ""
    return figure.digits + (f"（{figure.note}）" if figure.note else "")
