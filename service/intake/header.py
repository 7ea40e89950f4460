"""Where a table's header is and what its columns are called."""

from __future__ import annotations

import re
from collections.abc import Sequence

from models.errors import InputError
from service.intake.text_column import is_text_name

SEARCHED_ROWS = 20
Merged = tuple[tuple[int, int], tuple[int, int]]
_LONG_NAME = 30
_NUMBER = re.compile(r"[\d\s.,:/年月日-]+")


def find_header(rows: Sequence[Sequence[str]]) -> int:
    """Index of the header among a table's first rows.

    It is the first row of names with that of a text column among them; else the first row about as
    wide as the table, which passes over titles and notes written above it.

    Raises
    ------
    InputError
        If the row found looks like data, so that the table has no header.
    """
    rows = rows[:SEARCHED_ROWS]
    filled = [sum(1 for cell in row if cell.strip()) for row in rows]
    usual = _usual(filled)
    for index, row in enumerate(rows):
        wide = filled[index] >= max(1, usual // 2)
        if wide and any(is_text_name(cell) for cell in row) and _are_names(row):
            return index
    index = next((i for i, count in enumerate(filled) if count >= max(1, 0.6 * usual)), 0)
    if any(len(cell) > 2 * _LONG_NAME for cell in rows[index]):
        raise InputError(
            "表格没有表头：第一行就是内容。请在最上面加一行列名（如 编号、内容）后再试。"
        )
    return index


def lowest_header_row(
    rows: Sequence[Sequence[str]], index: int, merged: Sequence[Merged]
) -> tuple[int, list[str]]:
    """Last row of a header that is several rows high, and its cells.

    Parameters
    ----------
    rows : sequence of sequences of str
        First rows of the table.
    index : int
        Row that `find_header` found.
    merged : sequence of ((row, column), (row, column))
        First and last cell of each merged range, from 0. A cell merged downwards names its column
        in the lower row too, where a sheet leaves it blank.
    """
    tall = [(first, last) for first, last in merged if first[0] < last[0] < len(rows)]
    index = max([index, *(last[0] for first, last in tall if first[0] <= index <= last[0])])
    cells = list(rows[index])
    for (top, left), (bottom, _) in tall:
        is_blank = left < len(cells) and not cells[left].strip()
        if top < index <= bottom and is_blank and left < len(rows[top]):
            cells[left] = rows[top][left]
    return index, cells


def column_names(cells: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Unique, not blank names for the columns under a header, and notices of what was renamed."""
    names: list[str] = []
    notices = []
    wanted = {_visible(cell) for cell in cells}
    for number, cell in enumerate(cells, start=1):
        plain = _visible(cell)
        name = plain or f"列{number}"
        suffix = 1
        while name in names or (suffix > 1 and name in wanted):
            suffix += 1
            name = f"{plain or f'列{number}'}_{suffix}"
        names.append(name)
        if not plain:
            notices.append(f"第 {number} 列没有列名，结果中称为“{name}”。")
        elif name != plain:
            notices.append(f"有多列名为“{plain}”，第 {number} 列在结果中称为“{name}”。")
    return tuple(names), tuple(notices)


def _usual(filled: Sequence[int]) -> int:
    """Most frequent number of filled cells in a row, titles and blank rows apart.

    Not the greatest: one row with unquoted commas is wider than any table.
    """
    several = [count for count in filled if count > 1] or list(filled)
    return max(several, key=lambda count: (several.count(count), count), default=0)


def _are_names(row: Sequence[str]) -> bool:
    """Whether cells can be names of columns: short, and none a number or a date.

    Without this, a row of data with 留言 in a column of kinds would be taken for the header.
    """
    cells = [cell.strip() for cell in row if cell.strip()]
    return all(len(cell) <= _LONG_NAME and not _NUMBER.fullmatch(cell) for cell in cells)


def _visible(cell: str) -> str:
    """Name without the white space and invisible characters around it."""
    return re.sub(r"^[\s\x00\ufeff\u200b]+|[\s\x00\ufeff\u200b]+$", "", cell)
