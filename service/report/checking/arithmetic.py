"""Sums inside the tables, by the formulas of the form the table follows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from service.report.checking.finding import Finding, Severity, Status
from service.report.checking.rulebook import fails, holds, unknown
from service.report.checking.wording import describe, equation, number
from service.report.formats import ReportFormat, load_format
from service.report.model import Cell, CellState, Place, Report, Table

_COUNTED = (3, 4)
_NOT_SUMMED = ("1", "2", "3.7", "4")
_TABLE_NAMES = {2: "表二", 3: "表三", 4: "表四"}


@dataclass(frozen=True, slots=True)
class _Side:
    """Cells of one side of an equation, with what is missing or blank among them."""

    cells: Sequence[Cell]
    missing: Sequence[str]

    @property
    def values(self) -> list[Decimal]:
        return [cell.value or Decimal() for cell in self.cells]

    @property
    def n_blank(self) -> int:
        return sum(c.state in (CellState.BLANK, CellState.NOT_APPLICABLE) for c in self.cells)


def check_tables(report: Report) -> Iterator[Finding]:
    """All sums and value ranges of tables 2, 3 and 4."""
    third, fourth = report.tables.get(3), report.tables.get(4)
    if third is not None:
        yield from _with_crossing(list(_table3(third)), load_format(third.format_id))
    if fourth is not None:
        form = load_format(fourth.format_id)
        for group in form.table4_groups:
            keys = [(group.code, c.code) for c in form.table4_columns]
            yield from _equation("T4-SUM", fourth, form, keys, by_row=False)
    for number_, table in report.tables.items():
        yield from _ranges(number_, table)


def _table3(table: Table) -> Iterator[Finding]:
    form = load_format(table.format_id)
    columns = [c.code for c in form.table3_columns]
    rows = [r.code for r in form.table3_rows]
    for rule in ("T3-BAL", "T3-SUM"):
        for column in columns:
            yield from _equation(rule, table, form, [(r, column) for r in rows], by_row=True)
    for row in rows:
        yield from _equation("T3-ROW", table, form, [(row, c) for c in columns], by_row=False)


def _with_crossing(findings: list[Finding], form: ReportFormat) -> list[Finding]:
    """Name the cell where one failing row and one failing column cross with the same gap.

    A hint, not a verdict: the sums stay as they are, and so does the cell.
    """
    rows = [f for f in findings if f.rule == "T3-ROW" and f.status is Status.FAILS]
    columns = [f for f in findings if f.rule == "T3-SUM" and f.status is Status.FAILS]
    pairs = [
        (row, column)
        for row in rows
        for column in columns
        if row.difference == column.difference and row.where[0].row not in _NOT_SUMMED
        and column.where[0].column != "total"
    ]  # fmt: skip
    if len(pairs) != 1:
        return findings
    crossing = Place(3, 3, pairs[0][0].where[0].row, pairs[0][1].where[0].column)
    hint = f"；行列差额相同，请先看交叉处：{describe(crossing, form)}"
    return [
        replace(f, message=f.message + hint) if f is pairs[0][0] or f is pairs[0][1] else f
        for f in findings
    ]


def parse_formula(formula: str) -> tuple[list[str], list[str]]:
    """`a + b = c` as codes of the left and of the right side."""
    left, right = formula.split("=")
    return ([t.strip() for t in left.split("+")], [t.strip() for t in right.split("+")])


def _equation(
    rule: str,
    table: Table,
    form: ReportFormat,
    keys: Sequence[tuple[str, str]],
    *,
    by_row: bool,
) -> Iterator[Finding]:
    """Apply a formula along a column (`by_row`: its codes are rows) or along a row."""
    codes = {key[0] if by_row else key[1]: key for key in keys}
    sides = []
    for side in parse_formula(form.formulas[rule]):
        found = [(codes[code], table.cells.get(codes[code])) for code in side]
        missing = [
            describe(Place(table=table.number, row=key[0], column=key[1]), form)
            for key, cell in found
            if cell is None or cell.state is CellState.UNREAD
        ]
        sides.append(_Side([cell for _, cell in found if cell is not None], missing))
    left, right = sides
    cells = [*left.cells, *right.cells]
    if not any(cell.state is not CellState.BLANK for cell in cells):
        return
    where = [cell.place for cell in (*right.cells, *left.cells)]
    name = _name(rule, table, form, keys, by_row=by_row)
    missing = [*left.missing, *right.missing]
    if missing:
        shown = "、".join(missing[:3]) + ("等" if len(missing) > 3 else "")
        yield unknown(rule, f"{name}：没有读到{shown}，无法核算", where)
        return
    yield _compare(rule, name, left, right, where)


def _compare(rule: str, name: str, left: _Side, right: _Side, where: Sequence[Place]) -> Finding:
    total, other = sum(left.values, Decimal()), sum(right.values, Decimal())
    blank = left.n_blank + right.n_blank
    remark = f"（{blank} 个空白格按 0 计）" if blank else ""
    message = f"{name}：{equation(left.values, right.values)}{remark}"
    if total == other:
        return holds(rule, message, where, left=total, right=other)
    # A blank may hide a figure, so a failure that rests on blanks is not certain.
    severity = Severity.WARNING if blank else None
    return fails(rule, message, where, left=total, right=other, severity=severity)


def _name(
    rule: str,
    table: Table,
    form: ReportFormat,
    keys: Sequence[tuple[str, str]],
    *,
    by_row: bool,
) -> str:
    row, column = keys[0]
    if rule == "T3-BAL":
        return f"表三{form.column_label(3, row, column)}列 一+二=三（七）+四"
    if rule == "T3-SUM":
        return f"表三{form.column_label(3, row, column)}列 各项之和=（七）总计"
    if table.number == 4:
        return f"表四{form.row_label(4, row)} 四项之和=总计"
    return f"{describe(Place(table=3, row=row), form)} 各列之和=总计"


def _ranges(table_number: int, table: Table) -> Iterator[Finding]:
    form = load_format(table.format_id)
    rule = f"T{table_number}-NONNEG"
    bad = [cell for cell in table.cells.values() if _is_out_of_range(table_number, cell)]
    for cell in bad:
        assert cell.value is not None
        yield fails(
            rule,
            f"{describe(cell.place, form)}为 {number(cell.value)}，应为非负"
            f"{'整数' if table_number in _COUNTED or cell.place.column != 'amount' else '数'}",
            [cell.place],
            left=cell.value,
        )
    counted = sum(cell.value is not None for cell in table.cells.values())
    if not bad and counted:
        yield holds(rule, f"{_TABLE_NAMES[table_number]}{counted} 个数均为非负数")


def _is_out_of_range(table_number: int, cell: Cell) -> bool:
    if cell.value is None:
        return False
    if table_number == 2 and cell.place.column == "change":
        return False
    if cell.value < 0:
        return True
    if table_number == 2 and cell.place.column == "amount":
        return False
    return cell.value != cell.value.to_integral_value()
