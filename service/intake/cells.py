"""Cells of a spreadsheet as typed columns: numbers stay numbers, dates dates, the rest text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal

import polars as pl

Cell = str | int | float | bool | dt.datetime | dt.date | dt.time | dt.timedelta | None

_KINDS: dict[type, str] = {
    bool: "b",
    int: "n",
    float: "n",
    dt.date: "d",
    dt.datetime: "m",
    dt.time: "t",
    dt.timedelta: "l",
}


class ColumnKinds:
    """Types of the cells met in each column, to choose the column's own type."""

    def __init__(self, n_columns: int) -> None:
        self._seen: list[set[type]] = [set() for _ in range(n_columns)]
        self._fractions = [False] * n_columns

    def add(self, row: Sequence[Cell]) -> None:
        """Take note of one row; blank cells are strings without characters."""
        for index, cell in enumerate(row[: len(self._seen)]):
            if cell is None or cell == "":
                continue
            self._seen[index].add(type(cell))
            if type(cell) is float and not _is_whole(cell):
                self._fractions[index] = True

    def dtypes(self) -> list[pl.DataType]:
        """Type of each column: the cells' own if all agree, else text."""
        return [
            _dtype(seen, fractions)
            for seen, fractions in zip(self._seen, self._fractions, strict=True)
        ]

    def are_mixed(self) -> bool:
        """Whether a column of text holds cells that are none."""
        return any(
            dtype == pl.String and seen - {str}
            for dtype, seen in zip(self.dtypes(), self._seen, strict=True)
        )


def kinds_of(row: Sequence[Cell]) -> str:
    """One letter a cell, for `of_kind`; `s` for text and blank cells."""
    return "".join(_KINDS.get(type(cell), "s") for cell in row)


def of_kind(text: str, kind: str) -> Cell:
    """Cell that `shown` made text, of a kind that `kinds_of` gave."""
    if kind == "n":
        number = float(text)
        return int(number) if _is_whole(number) else number
    if kind == "b":
        return text == "TRUE"
    if kind == "d":
        return dt.date.fromisoformat(text)
    if kind == "m":
        return dt.datetime.fromisoformat(text)
    if kind == "t":
        return dt.time.fromisoformat(text)
    if kind == "l":
        hours, minutes, seconds = (int(part) for part in text.lstrip("-").split(":"))
        duration = dt.timedelta(hours=hours, minutes=minutes, seconds=seconds)
        return -duration if text.startswith("-") else duration
    return text


def frame_of(
    rows: Iterable[Sequence[Cell]], names: Sequence[str], dtypes: Sequence[pl.DataType]
) -> pl.DataFrame:
    """Columns of some rows; blank cells are null."""
    table = [list(row) for row in rows]
    columns = []
    for index, (name, dtype) in enumerate(zip(names, dtypes, strict=True)):
        cells = [_cell(row[index] if index < len(row) else None, dtype) for row in table]
        columns.append(pl.Series(name, cells, dtype))
    return pl.DataFrame(columns)


def shown(cell: Cell) -> str:
    """Text of a cell as a spreadsheet shows it in its general format."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        text = f"{Decimal(repr(cell)):f}"
        return text.removesuffix(".0")
    if isinstance(cell, dt.datetime):
        return cell.isoformat(sep=" ").removesuffix(" 00:00:00")
    if isinstance(cell, dt.timedelta):
        return _duration(cell)
    return "" if cell is None else str(cell)


def _duration(cell: dt.timedelta) -> str:
    """Hours, beyond 24 too, minutes and seconds."""
    seconds = round(abs(cell).total_seconds())
    sign = "-" if cell < dt.timedelta() else ""
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _dtype(seen: set[type], fractions: bool) -> pl.DataType:
    if seen and seen <= {int, float}:
        return pl.Float64() if fractions else pl.Int64()
    if seen == {dt.date}:
        return pl.Date()
    if seen and seen <= {dt.date, dt.datetime}:
        return pl.Datetime("ms")
    if seen == {bool}:
        return pl.Boolean()
    return pl.String()


def _cell(cell: Cell, dtype: pl.DataType) -> object:
    if cell is None or cell == "":
        return None
    if dtype == pl.String:
        return shown(cell)
    if dtype == pl.Int64:
        return int(cell)  # type: ignore[arg-type]
    if dtype == pl.Float64:
        return float(cell)  # type: ignore[arg-type]
    if isinstance(dtype, pl.Datetime) and not isinstance(cell, dt.datetime):
        return dt.datetime.combine(cell, dt.time())  # type: ignore[arg-type]
    return cell


def _is_whole(number: float) -> bool:
    """Whether a number is an integer that a column of 64-bit integers shows without change."""
    return number.is_integer() and abs(number) < 1e15
