"""The register of requests as typed columns, with a list of what a person must settle.

A case that cannot be counted with certainty is set aside, whole: it appears in no row of table 3,
so that the tables reconcile, and it is listed until a person settles it. A case that is countable
but doubtful is counted and listed. Nothing is guessed and nothing is lost.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from service.intake.reader import open_input
from service.report.figures.errors import CaseTableError
from service.report.figures.naming import Naming, fold, load_naming

_DATE = re.compile(r"(\d{4})\D{1,3}(\d{1,2})\D{1,3}(\d{1,2})|^(\d{4})(\d{2})(\d{2})$")
_YES = {"是", "true", "1", "y", "yes", "√"}
_NO = {"否", "false", "0", "n", "no"}
_REVIEW = {"review", "复核"}
_NEEDED = {"applicant": "申请人类型", "outcome": "办理结果", "received_on": "收到日期",
           "closed_on": "办结日期"}  # fmt: skip
_TEXTS = ("id", "topic", "topic_decision", "subtopic", "text", "title", "outcome_decision", "place")


@dataclass(frozen=True, slots=True)
class CaseIssue:
    """Something about a case that a person must settle.

    Parameters
    ----------
    case_id : str
    line : int
        Line or row of the file.
    kind : str
        Stable code, such as `no_outcome`.
    message : str
        Chinese; never holds the citizen's text.
    is_counted : bool
        Whether the case stands in the tables all the same.
    """

    case_id: str
    line: int
    kind: str
    message: str
    is_counted: bool


@dataclass(frozen=True, slots=True)
class CaseTable:
    """Requests of a year.

    Parameters
    ----------
    frame : DataFrame
        One row a counted case: id, line, channel, applicant, row (code of table 3's outcome),
        is_new, received_on, closed_on, topic, subtopic, text, title.
    issues : tuple of CaseIssue
    n_rows : int
        Rows of the file; rows = counted + set aside + outside the year.
    n_outside : int
        Closed before the year or received after it.
    file : str
    has_text : bool
    """

    frame: pl.DataFrame
    issues: tuple[CaseIssue, ...]
    n_rows: int
    n_outside: int
    file: str
    has_text: bool

    @property
    def n_set_aside(self) -> int:
        """Cases that stand in no table."""
        return len({i.line for i in self.issues if not i.is_counted and i.kind != "outside"})


def read_cases(path: Path, year: int) -> CaseTable:
    """Read a register of requests.

    Parameters
    ----------
    path : Path
        csv, tsv, xlsx, xls, jsonl or parquet.
    year : int

    Raises
    ------
    InputError
        If the file cannot be read.
    CaseTableError
        If it lacks a column that table 3 needs.
    """
    opened = open_input(path)
    frames, issues = [], []
    for chunk in opened.source.chunks():
        batch = chunk.parse()
        frames.append(batch.frame.with_columns(pl.Series("__line", batch.lines)))
        issues += [CaseIssue("", r.line, "unread", f"这一行读不出：{r.reason}", False)
                   for r in batch.rejects]  # fmt: skip
    if not frames:
        raise CaseTableError(f"{path.name} 中没有申请记录，请检查文件。")
    table = tabulate(pl.concat(frames, how="vertical_relaxed"), year, path.name)
    return CaseTable(table.frame, (*issues, *table.issues), table.n_rows + len(issues),
                     table.n_outside, table.file, table.has_text)  # fmt: skip


def tabulate(frame: pl.DataFrame, year: int, file: str) -> CaseTable:
    """Type the columns of a register and sort out what cannot be counted.

    Raises
    ------
    CaseTableError
        If a column that table 3 needs is missing.
    """
    naming = load_naming()
    found = _columns(frame, naming)
    missing = [name for code, name in _NEEDED.items() if code not in found]
    if missing:
        listed = "、".join(c for c in frame.columns if c != "__line")
        raise CaseTableError(
            f"{file} 缺少“{'”“'.join(missing)}”列，数不出表三；文件中的列有：{listed}。"
        )
    if "__line" not in frame.columns:
        frame = frame.with_row_index("__line", offset=2)
    typed = _typed(frame, found, naming)
    judged = _judge(typed, year)
    issues = _issues(judged, year)
    counted = judged.filter((pl.col("problem") == "") & ~pl.col("is_outside"))
    n_outside = int(judged["is_outside"].sum())
    return CaseTable(counted, tuple(issues), judged.height, n_outside, file, "text" in found)


def _columns(frame: pl.DataFrame, naming: Naming) -> dict[str, str]:
    found: dict[str, str] = {}
    order = list(naming.columns)
    for name in sorted(
        frame.columns, key=lambda n: order.index(fold(n)) if fold(n) in order else 0
    ):
        code = naming.columns.get(fold(name))
        if code and code not in found:
            found[code] = name
    return found


def _mapped(column: pl.Series, convert: Callable[[str], object], dtype: pl.DataType) -> pl.Series:
    """Convert each distinct cell once."""
    cells = column.cast(pl.String, strict=False).fill_null("").str.strip_chars()
    distinct = cells.unique()
    values = pl.Series([convert(cell) for cell in distinct], dtype=dtype)
    pairs = pl.DataFrame({"cell": distinct, "value": values})
    return pl.DataFrame({"cell": cells}).join(pairs, on="cell", how="left", maintain_order="left")[
        "value"
    ]


def _date(cell: str) -> dt.date | None:
    match = _DATE.search(cell)
    if not match:
        return None
    parts = [int(part) for part in match.groups() if part]
    try:
        return dt.date(*parts)
    except ValueError:
        return None


def _typed(frame: pl.DataFrame, found: Mapping[str, str], naming: Naming) -> pl.DataFrame:
    blank = pl.Series([""] * frame.height, dtype=pl.String)

    def cells(code: str) -> pl.Series:
        if code not in found:
            return blank
        return frame[found[code]].cast(pl.String, strict=False).fill_null("").str.strip_chars()

    def flag(cell: str) -> bool | None:
        word = fold(cell)
        return True if word in _YES else False if word in _NO else None

    columns = {
        "line": frame["__line"].cast(pl.Int64),
        "applicant": _mapped(
            cells("applicant"), lambda c: naming.applicants.get(fold(c), ""), pl.String()
        ),
        "applicant_cell": cells("applicant"),
        "channel": _mapped(
            cells("channel"), lambda c: naming.channels.get(fold(c), ""), pl.String()
        ),
        "outcomes": _mapped(cells("outcome"), lambda c: "|".join(naming.outcome(c)), pl.String()),
        "outcome_cell": cells("outcome"),
        "carried": _mapped(cells("carried_in"), flag, pl.Boolean()),
    }
    for code in ("received_on", "closed_on"):
        columns[code] = _mapped(cells(code), _date, pl.Date())
        columns[f"{code}_cell"] = cells(code)
    columns |= {code: cells(code) for code in _TEXTS}
    typed = pl.DataFrame(columns)
    unnamed = pl.format("第{}行", pl.col("line"))
    return typed.with_columns(
        pl.when(pl.col("id") == "").then(unnamed).otherwise(pl.col("id")).alias("id")
    )


def _judge(typed: pl.DataFrame, year: int) -> pl.DataFrame:
    """Decide for each row what it is: counted, outside the year, or a problem."""
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    received, closed = pl.col("received_on"), pl.col("closed_on")
    is_open = closed.is_null() | (closed > last)
    single = ~pl.col("outcomes").str.contains("|", literal=True)
    is_new = (
        pl.when(pl.col("carried").is_not_null())
        .then(~pl.col("carried"))
        .otherwise(received >= first)
    )
    unread = ((pl.col("received_on_cell") != "") & received.is_null()) | (
        (pl.col("closed_on_cell") != "") & closed.is_null()
    )
    pending = pl.col("outcomes") == "pending"
    problem = (
        pl.when(unread).then(pl.lit("bad_date"))
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
    return typed.with_columns(
        pl.when(is_open).then(pl.lit("pending")).otherwise(pl.col("outcomes")).alias("outcome"),
        is_new.alias("is_new"),
        outside.alias("is_outside"),
        pl.when(outside & (problem != "closed_before_received"))
        .then(pl.lit(""))
        .otherwise(problem)
        .alias("problem"),
    ).with_columns((pl.col("is_outside") & (pl.col("problem") == "")).alias("is_outside"))


_MESSAGES = {
    "bad_date": "日期无法辨认",
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


def _issues(judged: pl.DataFrame, year: int) -> list[CaseIssue]:
    issues = [
        CaseIssue(row["id"], row["line"], row["problem"], _MESSAGES[row["problem"]], False)
        for row in judged.filter(pl.col("problem") != "").iter_rows(named=True)
    ]
    counted = judged.filter((pl.col("problem") == "") & ~pl.col("is_outside"))
    doubts = (
        ("unknown_channel", pl.col("channel") == "", "申请方式没有填写或无法辨认"),
        ("review", pl.col("outcome_decision").str.to_lowercase().is_in(list(_REVIEW))
         & (pl.col("outcome") != "pending"), "办理结果由程序判断，尚未复核"),
        ("duplicate_id", pl.col("id").is_duplicated(), "编号重复"),
    )  # fmt: skip
    for kind, condition, message in doubts:
        rows = counted.filter(condition).select("id", "line").iter_rows()
        issues += [CaseIssue(id, line, kind, message, True) for id, line in rows]
    outside = judged.filter(pl.col("is_outside")).select("id", "line").iter_rows()
    issues += [CaseIssue(i, n, "outside", f"不属于{year}年：上年已办结或次年才收到", False)
               for i, n in outside]  # fmt: skip
    return issues
