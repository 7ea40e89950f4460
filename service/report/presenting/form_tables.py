"""Tables 2-4 drawn in the official form with the figures as read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from service.report.formats import HeadCell, ReportFormat, Row, load_format
from service.report.model import CellState, Table

_Marks = Mapping[str, tuple[str, int]]


def cell_anchor(table: int, row: str | None, column: str | None) -> str:
    """Id of a cell, a row or a table in the page."""
    parts = [f"t{table}", (row or "").replace(".", "-"), column or ""]
    return "_".join(part for part in parts if part)


def render_table(table: Table, marks: _Marks) -> str:
    """The table in its form's layout; `marks` give class and finding of cells by anchor."""
    form = load_format(table.format_id)
    draw = {2: _table2, 3: _table3, 4: _table4}[table.number]
    return (
        f'<div class="table" id="t{table.number}"><table class="t{table.number}">'
        f"{draw(table, form, marks)}</table></div>"
    )


def _figure(table: Table, row: str, column: str, marks: _Marks, span: int = 1) -> str:
    anchor = cell_anchor(table.number, row, column)
    cell = table.cells.get((row, column))
    if cell is None:
        text, state = "", "absent"
    else:
        text = cell.raw.strip()
        state = "" if cell.state is CellState.NUMBER else cell.state.value
    kind, index = marks.get(anchor, ("", -1))
    content = f'<a href="#f{index}">{escape(text) or "&nbsp;"}</a>' if kind else escape(text)
    classes = " ".join(part for part in (state, kind) if part)
    wide = f' colspan="{span}"' if span > 1 else ""
    classed = f' class="{classes}"' if classes else ""
    return f'<td id="{anchor}"{wide}{classed}>{content}</td>'


def _label(table: Table, row: str, text: str, marks: _Marks, spans: str = "") -> str:
    anchor = cell_anchor(table.number, row, None)
    kind, index = marks.get(anchor, ("", -1))
    printed = table.labels.get(row)
    title = f' title="原文：{escape(" ".join(printed.split()))}"' if printed else ""
    content = f'<a href="#f{index}">{escape(text)}</a>' if kind else escape(text)
    return f'<th scope="row" id="{anchor}"{spans}{title} class="{kind}">{content}</th>'


def _head(head: Sequence[Sequence[HeadCell]]) -> str:
    lines = [
        "".join(
            f'<th rowspan="{cell.rows}" colspan="{cell.columns}">{escape(cell.text)}</th>'
            for cell in line
        )
        for line in head
    ]
    return "<thead>" + "".join(f"<tr>{line}</tr>" for line in lines) + "</thead>"


def _table2(table: Table, form: ReportFormat, marks: _Marks) -> str:
    lines = []
    for block in form.table2:
        width = len(block.columns)
        span = {1: 3, 2: 2, 3: 1}[width]
        lines.append(f'<tr><th colspan="4" class="article">{escape(block.article)}</th></tr>')
        heads = "".join(
            f'<th colspan="{span if i == width - 1 else 1}">{escape(c.label)}</th>'
            for i, c in enumerate(block.columns)
        )
        lines.append(f"<tr><th>信息内容</th>{heads}</tr>")
        for row in block.rows:
            figures = "".join(
                _figure(table, row.code, c.code, marks, span if i == width - 1 else 1)
                for i, c in enumerate(block.columns)
            )
            lines.append(f"<tr>{_label(table, row.code, row.label, marks)}{figures}</tr>")
    return "<tbody>" + "".join(lines) + "</tbody>"


def _table3(table: Table, form: ReportFormat, marks: _Marks) -> str:
    groups = {group.code: group for group in form.table3_groups}
    shown: set[str] = set()
    lines = []
    for row in form.table3_rows:
        cells = _group_labels(row, form, groups, shown)
        depth = 0 if not row.group else row.group.count(".") + 1
        span = {0: ' colspan="3"', 1: ' colspan="2"', 2: ""}[depth]
        cells += _label(table, row.code, row.label, marks, span)
        cells += "".join(_figure(table, row.code, c.code, marks) for c in form.table3_columns)
        lines.append(f"<tr>{cells}</tr>")
    return _head(form.table3_head) + "<tbody>" + "".join(lines) + "</tbody>"


def _group_labels(row: Row, form: ReportFormat, groups: Mapping[str, Row], shown: set[str]) -> str:
    """Labels of the groups that begin with this row, outermost first."""
    cells = ""
    chain: list[str] = []
    code = row.group
    while code:
        chain.insert(0, code)
        code = groups[code].group
    for code in chain:
        if code not in shown:
            shown.add(code)
            rows = sum(r.group == code or r.group.startswith(f"{code}.") for r in form.table3_rows)
            cells += f'<th rowspan="{rows}" class="group">{escape(groups[code].label)}</th>'
    return cells


def _table4(table: Table, form: ReportFormat, marks: _Marks) -> str:
    figures = "".join(
        _figure(table, group.code, column.code, marks)
        for group in form.table4_groups
        for column in form.table4_columns
    )
    return _head(form.table4_head) + f"<tbody><tr>{figures}</tr></tbody>"
