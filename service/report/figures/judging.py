"""What each row of a register is: counted, outside the year, struck, or a problem to settle."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import polars as pl

from service.intake.days import read_day
from service.report.figures.naming import Naming, fold

_YES = {"是", "true", "1", "y", "yes", "√"}
_NO = {"否", "false", "0", "n", "no"}
_REVIEW = ["review", "复核"]

PROBLEMS = {
    "bad_dates": "收到日期、办结日期都无法辨认",
    "bad_received": "收到日期无法辨认",
    "bad_closed": "办结日期无法辨认",
    "no_received": "没有收到日期",
    "closed_before_received": "办结日期早于收到日期",
    "unknown_outcome": "办理结果不是表三的行名",
    "two_outcomes": "填了两种办理结果",
    "no_outcome": "已办结而没有办理结果",
    "pending_but_closed": "办理结果写结转，却有办结日期",
    "no_closed": "有办理结果而没有办结日期",
    "no_applicant": "没有申请人类型",
    "unknown_applicant": "申请人类型不是表三的列名",
    "carry_contradicts": "上年结转一栏与收到日期矛盾",
}
DOUBTS = {
    "unknown_channel": "申请方式没有填写或无法辨认",
    "review": "办理结果由程序判断，尚未复核",
    "duplicate_id": "编号重复",
}
KEPT = (
    "id",
    "line",
    "applicant",
    "channel",
    "outcome",
    "is_new",
    "received_on",
    "closed_on",
    "topic",
    "subtopic",
    "needs_review",
)


def judge(cells: pl.DataFrame, year: int, naming: Naming) -> pl.DataFrame:
    """Type the cells of some rows and decide for each what it is.

    Returns the columns of `KEPT` with `problem` (code, or empty) and `is_outside`.
    """
    typed = _typed(cells, naming)
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    received, closed = pl.col("received_on"), pl.col("closed_on")
    is_open = closed.is_null() | (closed > last)
    single = ~pl.col("outcomes").str.contains("|", literal=True)
    is_new = (
        pl.when(pl.col("carried").is_not_null())
        .then(~pl.col("carried"))
        .otherwise(received >= first)
    )
    bad_received = (pl.col("received_on_cell") != "") & received.is_null()
    bad_closed = (pl.col("closed_on_cell") != "") & closed.is_null()
    pending = pl.col("outcomes") == "pending"
    problem = (
        pl.when(bad_received & bad_closed).then(pl.lit("bad_dates"))
        .when(bad_received).then(pl.lit("bad_received"))
        .when(bad_closed).then(pl.lit("bad_closed"))
        .when(received.is_null()).then(pl.lit("no_received"))
        .when(closed < received).then(pl.lit("closed_before_received"))
        .when((pl.col("outcomes") == "") & (pl.col("outcome_cell") != "") & ~is_open).then(pl.lit("unknown_outcome"))  # noqa: E501
        .when(~single).then(pl.lit("two_outcomes"))
        .when(~is_open & (pl.col("outcomes") == "")).then(pl.lit("no_outcome"))
        .when(~is_open & pending).then(pl.lit("pending_but_closed"))
        .when(closed.is_null() & (pl.col("outcomes") != "") & ~pending).then(pl.lit("no_closed"))
        .when(pl.col("applicant_cell") == "").then(pl.lit("no_applicant"))
        .when(pl.col("applicant") == "").then(pl.lit("unknown_applicant"))
        .when((pl.col("carried") == False) & (received < first)).then(pl.lit("carry_contradicts"))  # noqa: E712
        .when((pl.col("carried") == True) & (received >= first)).then(pl.lit("carry_contradicts"))  # noqa: E712
        .otherwise(pl.lit(""))
    )  # fmt: skip
    outside = ((received > last) | (closed < first)).fill_null(False)
    judged = typed.with_columns(
        pl.when(is_open).then(pl.lit("pending")).otherwise(pl.col("outcomes")).alias("outcome"),
        is_new.alias("is_new"),
        outside.alias("is_outside"),
        pl.when(outside & (problem != "closed_before_received"))
        .then(pl.lit(""))
        .otherwise(problem)
        .alias("problem"),
    )
    return judged.select(
        *(name for name in KEPT if name != "needs_review"),
        (
            pl.col("outcome_decision").str.to_lowercase().is_in(_REVIEW)
            & (pl.col("outcome") != "pending")
        ).alias("needs_review"),
        "problem",
        (pl.col("is_outside") & (pl.col("problem") == "")).alias("is_outside"),
    )


def _typed(cells: pl.DataFrame, naming: Naming) -> pl.DataFrame:
    def flag(cell: str) -> bool | None:
        word = fold(cell)
        return True if word in _YES else False if word in _NO else None

    unnamed = pl.format("第{}行", pl.col("line"))
    return cells.with_columns(
        _mapped(
            cells["applicant"], lambda c: naming.applicants.get(fold(c), ""), pl.String()
        ).alias("applicant"),
        cells["applicant"].alias("applicant_cell"),
        _mapped(cells["channel"], lambda c: naming.channels.get(fold(c), ""), pl.String()).alias(
            "channel"
        ),
        _mapped(cells["outcome"], lambda c: "|".join(naming.outcome(c)), pl.String()).alias(
            "outcomes"
        ),
        cells["outcome"].alias("outcome_cell"),
        _mapped(cells["carried_in"], flag, pl.Boolean()).alias("carried"),
        *(_mapped(cells[code], read_day, pl.Date()).alias(code) for code in _DATES),
        *(cells[code].alias(f"{code}_cell") for code in _DATES),
        pl.when(pl.col("id") == "").then(unnamed).otherwise(pl.col("id")).alias("id"),
    )


_DATES = ("received_on", "closed_on")


def _mapped(cells: pl.Series, convert: Callable[[str], object], dtype: pl.DataType) -> pl.Series:
    """Convert each distinct cell once."""
    distinct = cells.unique()
    values = pl.Series([convert(cell) for cell in distinct], dtype=dtype)
    pairs = pl.DataFrame({"cell": distinct, "value": values})
    joined = pl.DataFrame({"cell": cells}).join(pairs, on="cell", how="left", maintain_order="left")
    return joined["value"]
