"""Typed columns as the text one sees, for formats that know only text."""

from __future__ import annotations

import json

import polars as pl

from service.intake.cells import shown


def as_shown(frame: pl.DataFrame) -> pl.DataFrame:
    """Render every column as text: whole numbers without point, midnight without time."""
    typed = [name for name, dtype in frame.schema.items() if dtype != pl.String]
    return frame.with_columns(_text(frame[name]) for name in typed)


def _text(column: pl.Series) -> pl.Series:
    dtype = column.dtype
    if dtype.is_integer() or isinstance(dtype, (pl.Categorical, pl.Enum)):
        return column.cast(pl.String)
    if dtype.is_float():
        return _decimal(column)
    if dtype == pl.Binary:
        return column.bin.encode("base64")
    cells = [_shown(cell) for cell in column.to_list()]
    return pl.Series(column.name, cells, pl.String)


def _decimal(column: pl.Series) -> pl.Series:
    """Floats without exponent; only the few that would have one are taken singly."""
    text = column.cast(pl.String).str.strip_suffix(".0")
    odd = text.str.contains("e").fill_null(False)
    if odd.any():
        exact = [shown(cell) for cell in column.filter(odd)]
        text = text.scatter(odd.arg_true(), exact)
    return text.fill_null("")


def _shown(cell: object) -> str:
    if isinstance(cell, (list, dict)):
        return json.dumps(cell, ensure_ascii=False, default=str)
    return shown(cell)  # type: ignore[arg-type]
