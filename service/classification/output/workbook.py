"""XLSX written row by row in constant memory: one sheet, header frozen and filtered, types kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import polars as pl
import xlsxwriter

from service.classification.output.shown import as_shown
from service.classification.output.spooled import SpooledOutput
from service.classification.output.target import Unfit
from service.intake.batch import KINDS
from service.intake.cells import of_kind
from service.intake.number_formats import is_date_format

MAX_ROWS = 1_048_575
MAX_CHARACTERS = 32_767
_WIDE, _NARROW = 50, 14
_DATE, _DATETIME = "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"
_TIME, _DURATION = "hh:mm:ss", "[h]:mm:ss"
_EXACT_NUMBER = 1e15
_FIRST_DATE = dt.date(1900, 3, 1)
"""Excel takes 1900 for a leap year; before this day its dates are wrong."""


def xlsx_output(
    folder: Path,
    names: Sequence[str],
    text_column: str,
    formats: Mapping[str, int | str] = MappingProxyType({}),
) -> SpooledOutput:
    """Make a workbook; the text column is wide, and columns of `formats` look as they did."""

    def join(parts: Sequence[Path], path: Path) -> None:
        options = {
            "constant_memory": True,
            "tmpdir": str(folder),
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "default_date_format": _DATETIME,
        }
        with xlsxwriter.Workbook(str(path), options) as book:
            sheet = book.add_worksheet("标注结果")
            _head(book, sheet, names, text_column)
            last_row = _body(book, sheet, parts, [formats.get(name) for name in names])
            sheet.autofilter(0, 0, last_row, len(names) - 1)

    return SpooledOutput(folder, join, unfit, MAX_ROWS)


def unfit(frame: pl.DataFrame) -> Unfit:
    """Rows with a cell longer than Excel allows, counted as Excel counts, in UTF-16 units."""
    texts = [pl.col(name) for name, dtype in frame.schema.items() if dtype == pl.String]
    units = [
        text.str.len_chars() + text.str.count_matches("[\U00010000-\U0010ffff]") for text in texts
    ]
    long = [(unit > MAX_CHARACTERS).fill_null(False) for unit in units]
    rows = frame.select(pl.any_horizontal(long)).to_series()
    reason = f"有单元格超过 Excel 的 {MAX_CHARACTERS:,} 字上限，写不进 xlsx（可改用 csv 作结果）"
    return rows, reason


def _head(book: Any, sheet: Any, names: Sequence[str], text_column: str) -> None:
    bold = book.add_format({"bold": True, "bg_color": "#EDEDED"})
    for index, name in enumerate(names):
        sheet.set_column(index, index, _WIDE if name == text_column else _NARROW)
        sheet.write_string(0, index, _line_ends(name), bold)
    sheet.freeze_panes(1, 0)


def _body(book: Any, sheet: Any, parts: Sequence[Path], formats: Sequence[int | str | None]) -> int:
    """Write all rows and return the number of the last."""
    numbers, days = _looks(book, formats)
    date, datetime, time, duration = (
        book.add_format({"num_format": form}) for form in (_DATE, _DATETIME, _TIME, _DURATION)
    )
    writers: dict[type, Callable[[int, int, Any], object]] = {
        str: lambda row, column, cell: sheet.write_string(row, column, _line_ends(cell)),
        int: lambda row, column, cell: sheet.write_number(row, column, cell, numbers.get(column)),
        float: lambda row, column, cell: sheet.write_number(row, column, cell, numbers.get(column)),
        bool: sheet.write_boolean,
        dt.date: lambda row, column, cell: sheet.write_datetime(
            row, column, cell, days.get(column, date)
        ),
        dt.datetime: lambda row, column, cell: sheet.write_datetime(
            row, column, cell, days.get(column, datetime)
        ),
        dt.time: lambda row, column, cell: sheet.write_datetime(row, column, cell, time),
        dt.timedelta: lambda row, column, cell: sheet.write_datetime(row, column, cell, duration),
    }
    number = 0
    for part in parts:
        frame = pl.read_parquet(part, glob=False)
        rows = _exact(frame.drop(KINDS, strict=False)).iter_rows()
        for row, kinds in zip(rows, _kinds(frame), strict=True):
            number += 1
            for column, cell in enumerate(_typed(row, kinds) if kinds else row):
                if cell is not None and cell != "":
                    writers[type(cell)](number, column, cell)
    return number


def _looks(book: Any, formats: Sequence[int | str | None]) -> tuple[dict[int, Any], dict[int, Any]]:
    """Formats of the columns for their numbers, and for their days."""
    made = {
        column: book.add_format({"num_format": form})
        for column, form in enumerate(formats)
        if form is not None
    }
    days = {
        c: made[c] for c, form in enumerate(formats) if form is not None and is_date_format(form)
    }
    return {c: form for c, form in made.items() if c not in days}, days


def _kinds(frame: pl.DataFrame) -> list[str]:
    """Kinds of each row's cells, where they were kept."""
    return frame[KINDS].to_list() if KINDS in frame.columns else [""] * frame.height


def _typed(row: tuple[Any, ...], kinds: str) -> list[Any]:
    """Cells of text that were none before as what they were, where Excel can hold that."""
    cells = list(row)
    for column, kind in enumerate(kinds):
        text = cells[column]
        if kind != "s" and isinstance(text, str) and text:
            cell = of_kind(text, kind)
            cells[column] = cell if _holds(cell) else text
    return cells


def _holds(cell: object) -> bool:
    if isinstance(cell, (int, float)):
        return abs(cell) < _EXACT_NUMBER
    if isinstance(cell, dt.date):
        return dt.date(cell.year, cell.month, cell.day) >= _FIRST_DATE
    return not (isinstance(cell, dt.timedelta) and cell < dt.timedelta())


def _line_ends(text: str) -> str:
    """Text with the one line end that Excel shows; a carriage return would show as _x000D_."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _exact(frame: pl.DataFrame) -> pl.DataFrame:
    """Columns as Excel can hold them; what it would round or cannot date becomes text."""
    lost = [name for name in frame.columns if not _fits(frame[name])]
    return frame.with_columns(as_shown(frame.select(lost)).get_columns()) if lost else frame


def _fits(column: pl.Series) -> bool:
    dtype = column.dtype
    if dtype in (pl.String, pl.Boolean):
        return True
    if dtype.is_integer() or dtype.is_float():
        largest = column.cast(pl.Float64).abs().max()
        return largest is None or bool(largest < _EXACT_NUMBER)  # type: ignore[operator]
    if isinstance(dtype, (pl.Date, pl.Datetime)):
        first = column.min()
        return first is None or str(first) >= str(_FIRST_DATE)
    return False
