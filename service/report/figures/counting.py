"""Figures counted from cases: table 3, channels, months, topics. Pure aggregation."""

from __future__ import annotations

from decimal import Decimal

import polars as pl

from models.labels import outcomes, topics
from service.report.figures.cases import CaseTable
from service.report.figures.figure import CaseIds, Cases, Figure
from service.report.figures.naming import load_naming
from service.report.formats import ReportFormat


def count_cases(table: CaseTable, form: ReportFormat, year: int) -> list[Figure]:
    """Count a year of cases.

    Returns figures `t3.{row}.{column}` for every cell of table 3, groups `t3.3.3.total` and so on,
    `requests.channel.*`, `requests.month.1…12`, `requests.topic.*`, `requests.subtopic.*`.
    `requests.lined.carried` and `requests.unlined` say what the topics hold beyond new requests and
    what they lack. Each holds the ids of its cases in file order; cells without a case are 0.
    There are none at all while every case is set aside: then nothing is known, which is not zero.
    """
    if not table.frame.height and table.n_set_aside:
        return []
    frame = table.frame.with_row_index("place")
    counter = _Counter(frame["id"], year)
    figures = _table3(frame, form, counter)
    new = frame.filter(pl.col("is_new"))
    names = {**load_naming().channel_names, "": "未注明方式"}
    channels = _groups(new, "channel")
    for code, name in names.items():
        id = f"requests.channel.{code or 'unknown'}"
        figures.append(counter.figure(id, channels.get(code), f"{name}申请"))
    months = new.with_columns(pl.col("received_on").dt.month().cast(pl.String).alias("month"))
    by_month = _groups(months, "month")
    figures += [
        counter.figure(f"requests.month.{m}", by_month.get(str(m)), f"{m}月收到申请")
        for m in range(1, 13)
    ]
    return figures + _topics(frame, counter)


class _Counter:
    """Makes figures of cases, all of which share one column of ids."""

    def __init__(self, ids: pl.Series, year: int) -> None:
        self._ids, self._year = ids, year
        self._none = pl.Series([], dtype=pl.UInt32)

    def figure(self, id: str, places: pl.Series | None, name: str) -> Figure:
        """Count cases by their places in the register."""
        ids = CaseIds(self._ids, self._none if places is None else places)
        return Figure(id, Decimal(len(ids)), "件", f"{self._year}年", Cases(ids), name)


def _groups(frame: pl.DataFrame, column: str) -> dict[str, pl.Series]:
    grouped = frame.group_by(column, maintain_order=True).agg(pl.col("place"))
    return dict(zip(grouped[column].to_list(), grouped["place"], strict=True))


def _table3(frame: pl.DataFrame, form: ReportFormat, counter: _Counter) -> list[Figure]:
    rows = {code: row for row, codes in outcomes().rows(form.id).items() for code in codes}
    rows["pending"] = "4"
    placed = frame.with_columns(pl.col("outcome").replace_strict(rows).alias("row"))
    entry = placed.with_columns(
        pl.when(pl.col("is_new")).then(pl.lit("1")).otherwise(pl.lit("2")).alias("row")
    )
    cells: dict[tuple[str, str], pl.Series] = {}
    for part in (entry, placed):
        by_cell = part.group_by("row", "applicant", maintain_order=True).agg(pl.col("place"))
        keys = by_cell.select("row", "applicant").iter_rows()
        cells |= dict(zip(keys, by_cell["place"], strict=True))
        cells |= {(row, "total"): places for row, places in _groups(part, "row").items()}
    done = placed.filter(pl.col("row") != "4")
    cells |= {("3.7", column): places for column, places in _groups(done, "applicant").items()}
    cells[("3.7", "total")] = done["place"]
    figures = []
    for line in form.table3_rows:
        for column in form.table3_columns:
            name = f"{line.label}·{column.label}"
            places = cells.get((line.code, column.code))
            figures.append(counter.figure(f"t3.{line.code}.{column.code}", places, name))
    for group in form.table3_groups[1:]:
        leaves = form.leaves(group.code)
        places = placed.filter(pl.col("row").is_in(leaves))["place"]
        figures.append(counter.figure(f"t3.{group.code}.total", places, f"{group.label}·总计"))
    return figures


def _topics(frame: pl.DataFrame, counter: _Counter) -> list[Figure]:
    known = topics()
    figures = []
    by_name = {label.name: label.code for label in known}
    for column in ("topic", "subtopic"):
        found: dict[str, list[pl.Series]] = {}
        for cell, places in _groups(frame, column).items():
            code = cell if cell in known else by_name.get(cell, "")
            if code:
                found.setdefault(code, []).append(places)
        merged = {code: pl.concat(parts).sort() for code, parts in found.items()}
        for code, places in sorted(merged.items(), key=lambda item: -len(item[1])):
            figures.append(counter.figure(f"requests.{column}.{code}", places, known[code].name))
    lined = frame["topic"].is_in([*by_name, *(label.code for label in known)])
    carried = frame.filter(lined & ~frame["is_new"])["place"]
    unlined = frame.filter(~lined)["place"]
    return [
        *figures,
        counter.figure("requests.lined.carried", carried, "按业务划分的上年结转申请"),
        counter.figure("requests.unlined", unlined, "没有业务主题的申请"),
    ]
