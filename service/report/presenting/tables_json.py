"""Tables 2-4 as plain data for other programs, in the column order of the official form."""

from __future__ import annotations

from typing import Any

from service.report.checking.finding import plain
from service.report.formats import load_format
from service.report.model import Report


def tables_json(report: Report) -> dict[str, Any]:
    """Figures as read: numbers, or null where a cell is blank, marked, unread or absent.

    Table 2 is `{row label: {column label: number}}`; table 3 `{row code: seven numbers}` with the
    columns 自然人, 商业企业, 科研机构, 社会公益组织, 法律服务机构, 其他, 总计; table 4
    `{review, direct, after_review: 维持, 纠正, 其他, 尚未审结, 总计}`.
    """
    return {
        "format": report.format.id,
        "year": report.year,
        "agency": report.agency,
        "table2": _table2(report),
        "table3": _table3(report),
        "table4": _table4(report),
    }


def _table2(report: Report) -> dict[str, dict[str, int | float | None]]:
    table = report.tables.get(2)
    form = load_format(table.format_id) if table else report.format
    return {
        row.label: {
            column.label: plain(table.value(row.code, column.code) if table else None)
            for column in block.columns
        }
        for block in form.table2
        for row in block.rows
    }


def _table3(report: Report) -> dict[str, list[int | float | None]]:
    table = report.tables.get(3)
    form = load_format(table.format_id) if table else report.format
    return {
        row.code: [
            plain(table.value(row.code, column.code) if table else None)
            for column in form.table3_columns
        ]
        for row in form.table3_rows
    }


def _table4(report: Report) -> dict[str, list[int | float | None]]:
    table = report.tables.get(4)
    return {
        group.code: [
            plain(table.value(group.code, column.code) if table else None)
            for column in report.format.table4_columns
        ]
        for group in report.format.table4_groups
    }
