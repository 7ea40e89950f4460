"""Rows that sum a list up, such as 合计; they are no letters and no cases."""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

from service.intake.batch import KINDS, RAW, Batch

IS_TOTAL = "这是汇总行（合计、总计等），不是来信"
_WORD = r"(?:本[页月季年]|全[年部]|累计)?(?:合计|总计|小计|共计|总数|累计)"
_NUMBER = r"[约共]?[\d,.]+\s*[件条封次宗行份个%]?"
_TOTAL = re.compile(rf"{_WORD}(?:[(（][件条封次宗份个][)）])?[:：]?(?:{_NUMBER})?")
_FIGURE = re.compile(_NUMBER)
_MOST_CHARACTERS = 24
"""Of a cell that may be a word for a total with its figure."""
_COLUMN_END = re.compile(r"[,;|\t]")
_CANDIDATE = r"[合总小共累]\s*[计数]"


def is_total(cells: Sequence[object]) -> bool:
    """Whether a row holds a word for a total and, besides it, nothing but figures.

    A letter that begins with 合计 has words of its own and is none.
    """
    texts = ["".join(str(cell).split()) for cell in cells if cell is not None]
    others = [text for text in texts if text and not _TOTAL.fullmatch(text)]
    n_filled = sum(1 for text in texts if text)
    return len(others) < n_filled and all(_is_figure(text) for text in others)


def total_rows(frame: pl.DataFrame, text_column: str | None = None) -> pl.Series:
    """Which rows of a frame sum the list up, one bool a row.

    Parameters
    ----------
    frame : DataFrame
        Input columns as read.
    text_column : str, optional
        Column of the texts, if known: only rows in which it is short are looked at closer.
    """
    names = [
        name for name, dtype in frame.schema.items()
        if dtype == pl.String and name not in (RAW, KINDS)
    ]  # fmt: skip
    if text_column is not None:
        short = frame[text_column].cast(pl.String).str.len_bytes().fill_null(0)
        places = (short <= 4 * _MOST_CHARACTERS).arg_true()
    else:
        places = pl.Series(range(frame.height), dtype=pl.UInt32)
    if not names or not len(places):
        return pl.repeat(False, frame.height, dtype=pl.Boolean, eager=True)
    looks = pl.any_horizontal(
        pl.col(name).str.contains(_CANDIDATE) & (pl.col(name).str.len_chars() <= _MOST_CHARACTERS)
        for name in names
    )
    near = frame.select(names)[places].select(looks.fill_null(False)).to_series()
    own = frame.drop(RAW, KINDS, strict=False)
    found = {int(place) for place in places.filter(near) if is_total(own.row(int(place)))}
    if not found:
        return pl.repeat(False, frame.height, dtype=pl.Boolean, eager=True)
    return pl.Series([row in found for row in range(frame.height)], dtype=pl.Boolean)


def without_totals(batch: Batch, text_column: str | None = None) -> tuple[Batch, list[int]]:
    """Rows of a stretch that are no totals, and the lines of those that are.

    A total that stands alone on a line of its own, short of columns, is among the rejects.
    """
    rows = total_rows(batch.frame, text_column)
    short = [r for r in batch.rejects if is_total(_COLUMN_END.split(r.raw))]
    lines = batch.lines[rows.to_numpy()].tolist() + [reject.line for reject in short]
    if not lines:
        return batch, []
    kept = tuple(reject for reject in batch.rejects if reject not in short)
    return Batch(batch.frame.filter(~rows), batch.lines[~rows.to_numpy()], kept), sorted(lines)


def said(lines: Sequence[int]) -> str:
    """Chinese: which rows were left out as totals, at most ten of them by number."""
    shown = "、".join(str(line) for line in lines[:10]) + ("等" if len(lines) > 10 else "")
    return f"第 {shown} 行是汇总行（合计、总计等），没有计入。"


def _is_figure(text: str) -> bool:
    return _FIGURE.fullmatch(text) is not None
