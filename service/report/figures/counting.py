"""Figures counted from cases: table 3, channels, months, topics. Pure aggregation."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import polars as pl

from models.labels import outcomes, topics
from service.report.figures.cases import CaseTable
from service.report.figures.figure import Cases, Figure
from service.report.figures.naming import load_naming
from service.report.formats import ReportFormat


def count_cases(table: CaseTable, form: ReportFormat, year: int) -> list[Figure]:
    """Count a year of cases.

    Returns figures `t3.{row}.{column}` for every cell of table 3, groups `t3.3.3.total` and so on,
    `requests.channel.*`, `requests.month.1…12`, `requests.topic.*`, `requests.subtopic.*`.
    Each holds the ids of its cases in file order; cells without a case are 0.
    """
    figures = _table3(table.frame, form, year)
    new = table.frame.filter(pl.col("is_new"))
    names = {**load_naming().channel_names, "": "未注明方式"}
    channels = _groups(new, "channel")
    for code, name in names.items():
        id = f"requests.channel.{code or 'unknown'}"
        figures.append(_figure(id, channels.get(code, ()), year, f"{name}申请"))
    months = new.with_columns(pl.col("received_on").dt.month().cast(pl.String).alias("month"))
    by_month = _groups(months, "month")
    figures += [
        _figure(f"requests.month.{m}", by_month.get(str(m), ()), year, f"{m}月收到申请")
        for m in range(1, 13)
    ]
    return figures + _topics(table.frame, year)


def _figure(id: str, ids: Sequence[str], year: int, name: str) -> Figure:
    return Figure(id, Decimal(len(ids)), "件", f"{year}年", Cases(ids), name)


def _groups(frame: pl.DataFrame, column: str) -> dict[str, list[str]]:
    grouped = frame.group_by(column, maintain_order=True).agg(pl.col("id"))
    return {key: ids for key, ids in grouped.iter_rows()}  # noqa: C416


def _table3(frame: pl.DataFrame, form: ReportFormat, year: int) -> list[Figure]:
    rows = {code: row for row, codes in outcomes().rows(form.id).items() for code in codes}
    rows["pending"] = "4"
    placed = frame.with_columns(pl.col("outcome").replace_strict(rows).alias("row"))
    entry = placed.with_columns(
        pl.when(pl.col("is_new")).then(pl.lit("1")).otherwise(pl.lit("2")).alias("row")
    )
    cells: dict[tuple[str, str], list[str]] = {}
    for part in (entry, placed):
        for row, column, ids in (
            part.group_by("row", "applicant", maintain_order=True).agg(pl.col("id")).iter_rows()
        ):
            cells[(row, column)] = ids
        for row, ids in part.group_by("row", maintain_order=True).agg(pl.col("id")).iter_rows():
            cells[(row, "total")] = ids
    done = placed.filter(pl.col("row") != "4")
    cells |= {("3.7", column): ids for column, ids in _groups(done, "applicant").items()}
    cells[("3.7", "total")] = done["id"].to_list()
    figures = []
    for line in form.table3_rows:
        for column in form.table3_columns:
            name = f"{line.label}·{column.label}"
            ids = cells.get((line.code, column.code), ())
            figures.append(_figure(f"t3.{line.code}.{column.code}", ids, year, name))
    for group in form.table3_groups[1:]:
        leaves = form.leaves(group.code)
        ids = placed.filter(pl.col("row").is_in(leaves))["id"].to_list()
        figures.append(_figure(f"t3.{group.code}.total", ids, year, f"{group.label}·总计"))
    return figures


def _topics(frame: pl.DataFrame, year: int) -> list[Figure]:
    known = topics()
    figures = []
    by_name = {label.name: label.code for label in known}
    for column in ("topic", "subtopic"):
        found: dict[str, list[str]] = {}
        for cell, ids in _groups(frame, column).items():
            code = cell if cell in known else by_name.get(cell, "")
            if code:
                found.setdefault(code, []).extend(ids)
        for code, ids in sorted(found.items(), key=lambda item: -len(item[1])):
            figures.append(_figure(f"requests.{column}.{code}", ids, year, known[code].name))
    return figures
