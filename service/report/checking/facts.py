"""Figures of the tables under the names by which prose speaks of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from service.report.formats import load_format
from service.report.model import Cell, CellState, Place, Report, Table

_CORPORATE = ("commercial", "research", "social", "legal", "other")


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure made of table cells: `label` in words, `value`, and the cells it comes from."""

    label: str
    value: Decimal
    cells: Sequence[Place]


class Facts:
    """Access to table figures; None wherever a needed cell is missing or unread."""

    def __init__(self, report: Report) -> None:
        self.report = report

    def table3(self, rows: Sequence[str], columns: Sequence[str], label: str) -> Fact | None:
        """Sum over rows and columns of table 3."""
        return _sum(self.report.tables.get(3), [(r, c) for r in rows for c in columns], label)

    def table4(self, groups: Sequence[str], column: str, label: str) -> Fact | None:
        """Sum over groups of table 4."""
        return _sum(self.report.tables.get(4), [(g, column) for g in groups], label)

    def table2(self, row: str, column: str, label: str) -> Fact | None:
        """One cell of table 2."""
        return _sum(self.report.tables.get(2), [(row, column)], label)

    def row(self, code: str, label: str, columns: Sequence[str] = ("total",)) -> Fact | None:
        """A row of table 3, or the rows of a group, in some columns."""
        table = self.report.tables.get(3)
        if table is None:
            return None
        leaves = load_format(table.format_id).leaves(code)
        return self.table3(leaves, columns, label)

    @property
    def carried_out(self) -> Fact | None:
        """四、结转下年度继续办理, 总计."""
        return self.row("4", "四.结转下年")

    @property
    def corporate_columns(self) -> Sequence[str]:
        """The five columns under 法人或其他组织."""
        return _CORPORATE


def plus(first: Fact | None, second: Fact | None, label: str) -> Fact | None:
    """Sum of two facts, None if either is unknown."""
    if first is None or second is None:
        return None
    return Fact(label, first.value + second.value, (*first.cells, *second.cells))


def minus(first: Fact | None, second: Fact | None, label: str) -> Fact | None:
    """Difference of two facts, None if either is unknown."""
    if first is None or second is None:
        return None
    return Fact(label, first.value - second.value, (*first.cells, *second.cells))


def _sum(table: Table | None, keys: Sequence[tuple[str, str]], label: str) -> Fact | None:
    if table is None or not keys:
        return None
    cells: list[Cell] = []
    for key in keys:
        cell = table.cells.get(key)
        if cell is None or cell.state is CellState.UNREAD:
            return None
        cells.append(cell)
    if all(cell.value is None for cell in cells):
        return None
    total = sum((cell.value or Decimal() for cell in cells), Decimal())
    return Fact(label, total, [cell.place for cell in cells])
