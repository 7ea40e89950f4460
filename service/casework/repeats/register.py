"""The register of requests as columns: who, when, what, and whether it was answered."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from models.clock import beijing_day
from service.casework.errors import RegisterError
from service.intake.days import read_day
from service.intake.reader import open_input
from service.intake.text_column import find_text_column
from service.intake.totals import said, without_totals

_COLUMNS = {
    "case_id": ("编号", "申请编号", "受理编号", "登记编号", "受理号", "case_id", "id"),
    "applicant": ("申请人", "申请人姓名", "申请人名称", "姓名", "姓名或名称", "applicant"),
    "identity": ("证件号码", "证件号", "身份证号", "身份证号码", "统一社会信用代码", "identity"),
    "received_on": (
        "收到日期",
        "收到申请日期",
        "受理日期",
        "登记日期",
        "申请日期",
        "申请时间",
        "received_on",
    ),
    "replied_on": ("答复日期", "办结日期", "答复时间", "办结时间", "replied_on"),
}
_BLANK_NAMES = ("", "无", "不详", "匿名", "未填写", "-", "—", "/", "null", "None")


@dataclass(frozen=True, slots=True)
class Register:
    """Requests, one row each.

    Parameters
    ----------
    frame : DataFrame
        Columns `case_id`, `applicant`, `identity`, `text` (String, blank where unknown) and
        `received_on`, `replied_on` (Date, null where unknown).
    notices : tuple of str
        Chinese: what is missing.
    """

    frame: pl.DataFrame
    notices: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.frame)

    def require_texts(self) -> None:
        """Refuse a register in which nothing can be compared.

        Raises
        ------
        RegisterError
            If no row has a text.
        """
        if (self.frame["text"].str.strip_chars() == "").all():
            raise RegisterError("登记簿各行都没有申请内容，不能比较。请检查正文列。")

    @classmethod
    def from_frame(cls, frame: pl.DataFrame) -> Register:
        """Bring a frame into the register's form; missing columns are unknown throughout.

        Raises
        ------
        RegisterError
            If there is no `text` column, no row, or no applicant in any row.
        """
        result = _in_form(frame)
        n_missing = int((result["applicant"] == "").sum())
        if n_missing == len(result):
            raise RegisterError(
                "登记簿各行都没有申请人，不能判断是否同一申请人。请补上“申请人”一列。"
            )
        n_textless = int((result["text"].str.strip_chars() == "").sum())
        notices = []
        if n_textless:
            notices.append(f"{n_textless} 行没有申请内容：不参加比较，只计件数。")
        if n_missing:
            notices.append(f"{n_missing} 行没有申请人：只能按内容比较，不计入任何人的件数。")
        n_undated = int(result["received_on"].is_null().sum())
        if n_undated:
            notices.append(f"{n_undated} 行没有收到日期：不计入按月的件数。")
        n_future = int((result["received_on"] > beijing_day()).sum())
        if n_future:
            notices.append(f"{n_future} 行收到日期在今天之后，请核对；仍按所写月份计数。")
        return cls(result, tuple(notices))


def read_register(
    path: Path,
    text_column: str | None = None,
    *,
    sheet: str | None = None,
    encoding: str | None = None,
) -> Register:
    """Read a register from a table file; columns are found by their usual Chinese names.

    Raises
    ------
    InputError
        If the file cannot be used, or has no applicants or no text.
    """
    frame, listed, totals = _read_table(path, text_column, sheet, encoding)
    if "applicant" not in frame.columns:
        raise RegisterError(
            f"登记簿没有“申请人”一列，不能判断是否同一申请人；文件中的列有：{listed}。"
        )
    register = Register.from_frame(frame)
    register.require_texts()
    if totals:
        register = replace(register, notices=(said(totals), *register.notices))
    return register


def read_requests(
    path: Path,
    text_column: str | None = None,
    *,
    sheet: str | None = None,
    encoding: str | None = None,
) -> pl.DataFrame:
    """Read new requests from a table file, in the columns of a register; applicants may lack.

    Raises
    ------
    InputError
        If the file cannot be used, has no row or no text.
    """
    frame, _, _ = _read_table(path, text_column, sheet, encoding)
    return _in_form(frame)


def _read_table(
    path: Path, text_column: str | None, sheet: str | None, encoding: str | None
) -> tuple[pl.DataFrame, str, list[int]]:
    """Known columns under our names, the names of all columns, and lines left out as totals."""
    opened = open_input(path, sheet=sheet, encoding=encoding)
    text = find_text_column(opened.source.sample(), text_column)
    chosen = {text: "text"}
    for target, names in _COLUMNS.items():
        found = next((name for name in names if name in opened.source.schema), None)
        if found is not None and found not in chosen:
            chosen[found] = target
    frames: list[pl.DataFrame] = []
    totals: list[int] = []
    for chunk in opened.source.chunks():
        batch, summed = without_totals(chunk.parse(), text)
        totals += summed
        frames.append(batch.frame.select(list(chosen)))
    if not frames:
        raise RegisterError(f"{path.name} 是空的，没有可以比较的申请。")
    return pl.concat(frames).rename(chosen), "、".join(opened.source.schema), totals


def _in_form(frame: pl.DataFrame) -> pl.DataFrame:
    """Columns of a register, unknown ones blank; names that say nothing are blank, too."""
    if "text" not in frame.columns:
        raise RegisterError("登记簿没有申请内容这一列，不能比较。")
    if frame.is_empty():
        raise RegisterError("登记簿是空的，没有可以比较的申请。")
    texts = [
        _text(frame, name).alias(name) for name in ("case_id", "applicant", "identity", "text")
    ]
    dates = [_dates(frame, name).alias(name) for name in ("received_on", "replied_on")]
    return pl.DataFrame([*texts, *dates]).with_columns(
        applicant=pl.when(pl.col("applicant").is_in(_BLANK_NAMES))
        .then(pl.lit(""))
        .otherwise(pl.col("applicant"))
    )


def _text(frame: pl.DataFrame, name: str) -> pl.Series:
    if name not in frame.columns:
        return pl.Series(name, [""] * len(frame), pl.String)
    column = frame[name].cast(pl.String, strict=False).fill_null("")
    return column if name == "text" else column.str.strip_chars()


def _dates(frame: pl.DataFrame, name: str) -> pl.Series:
    if name not in frame.columns:
        return pl.Series(name, [None] * len(frame), pl.Date)
    column = frame[name]
    if column.dtype.is_temporal():
        return column.cast(pl.Date)
    strings = column.cast(pl.String, strict=False)
    read: dict[str, dt.date | None] = {
        value: read_day(value) for value in strings.unique().drop_nulls()
    }
    return strings.replace_strict(read, default=None, return_dtype=pl.Date)
