"""Excel workbooks, new and old, and tables in web pages that were saved under an Excel name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice, repeat
from pathlib import Path
from types import MappingProxyType

import numpy as np
import polars as pl
import python_calamine as calamine

from models.errors import InputError
from service.intake.batch import KINDS, Batch, Reject
from service.intake.cells import Cell, ColumnKinds, frame_of, kinds_of, shown
from service.intake.formulas import formulas_without_result
from service.intake.header import SEARCHED_ROWS, column_names, find_header, lowest_header_row
from service.intake.html_table import read_html_table
from service.intake.number_formats import column_formats
from service.intake.text_column import is_text_name

ROWS = 4096
NO_RESULT = "只有没有存下结果的公式"
_SAMPLE_ROWS = 300


class TableSource:
    """A table of typed cells held in memory, such as one sheet of a workbook.

    Parameters
    ----------
    rows : sequence of sequences of cells
        From the first row of the sheet on, title rows and header included.
    first_row : int
        Number that the first of `rows` has in the sheet, from 1.
    label : str
        How to call the table before the user.
    keep_kinds : bool, default=False
        Give the kind of every cell in the column `KINDS` where a column holds several, for a
        result that can keep them.
    formulas : mapping of int to int
        Formulas without result in each row that has any.
    formats_below : function, optional
        Gives the number formats of columns, by column, below a header that ends before a row.

    Raises
    ------
    InputError
        If the table has no header or no row below it.
    """

    def __init__(
        self,
        rows: calamine.CalamineSheet | Sequence[Sequence[Cell]],
        first_row: int,
        label: str,
        notices: tuple[str, ...] = (),
        *,
        keep_kinds: bool = False,
        formulas: Mapping[int, int] = MappingProxyType({}),
        formats_below: Callable[[int], Mapping[int, int | str]] | None = None,
    ) -> None:
        self._rows = rows
        head = [[shown(cell) for cell in row] for row in islice(self._iterate(), SEARCHED_ROWS)]
        if not any(any(row) for row in head):
            raise InputError(f"{label}是空的，没有可以标注的内容。")
        merged = rows.merged_cell_ranges if isinstance(rows, calamine.CalamineSheet) else None
        index, names = lowest_header_row(head, find_header(head), merged or ())
        width = max(len(row) for row in head)
        while width and not any(len(row) >= width and row[width - 1] for row in head):
            width -= 1
        self._names, renamed = column_names([*names, *[""] * width][:width])
        self._header, self._first_row = index, first_row
        kinds, n_rows = ColumnKinds(width), 0
        for row in islice(self._iterate(), index + 1, None):
            kinds.add(row)
            n_rows += 1
        below = first_row + index + 1
        self._formulas = {row: n for row, n in formulas.items() if row >= below}
        self._n_behind = max(0, max(self._formulas, default=0) - (below + n_rows - 1))
        n_rows += self._n_behind
        if not n_rows:
            raise InputError(f"{label}只有表头，没有数据。")
        self._dtypes = kinds.dtypes()
        self._keeps_kinds = keep_kinds and kinds.are_mixed()
        self.schema = dict(zip(self._names, self._dtypes, strict=True))
        self.total = n_rows
        looks = formats_below(below) if formats_below is not None else {}
        self.number_formats = {self._names[i]: f for i, f in looks.items() if i < width}
        above = (f"表头在第 {first_row + index} 行，其上的标题或说明未带入结果。",) if index else ()
        self.notices = notices + above + renamed + self._without_result()

    def sample(self) -> pl.DataFrame:
        """Return the first rows, for choosing columns."""
        first = next(self.chunks())
        return first.parse().frame.head(_SAMPLE_ROWS)

    def chunks(self) -> Iterator[TableChunk]:
        """Yield stretches of 4,096 rows in order."""
        behind: Iterator[Sequence[Cell]] = repeat((), self._n_behind)
        rows = chain(islice(self._iterate(), self._header + 1, None), behind)
        line = self._first_row + self._header + 1
        position = 0
        while stretch := list(islice(rows, ROWS)):
            position += len(stretch)
            yield TableChunk(
                stretch,
                line,
                position,
                self._names,
                self._dtypes,
                self._keeps_kinds,
                frozenset(self._formulas),
            )
            line += len(stretch)

    def _without_result(self) -> tuple[str, ...]:
        n_cells = sum(self._formulas.values())
        if not n_cells:
            return ()
        return (
            f"有 {n_cells:,} 个单元格是公式而没有存下结果，只能当作空白。"
            "请在 Excel 或 WPS 中打开、保存后再标注。",
        )

    def _iterate(self) -> Iterator[Sequence[Cell]]:
        if isinstance(self._rows, calamine.CalamineSheet):
            return iter(self._rows.iter_rows())
        return iter(self._rows)


@dataclass(frozen=True, slots=True)
class TableChunk:
    """Rows of cells, the first of which is row `line` of the sheet."""

    rows: list[Sequence[Cell]]
    line: int
    position: int
    names: tuple[str, ...]
    dtypes: list[pl.DataType]
    keeps_kinds: bool = False
    formulas: frozenset[int] = frozenset()

    def parse(self) -> Batch:
        """Arrange the cells in columns; rows without any cell are no rows.

        Rows with nothing but formulas without result are rejected.
        """
        filled = [i for i, row in enumerate(self.rows) if any(c not in ("", None) for c in row)]
        frame = frame_of((self.rows[i] for i in filled), self.names, self.dtypes)
        if self.keeps_kinds:
            kinds = [kinds_of(self.rows[i]) for i in filled]
            frame = frame.with_columns(pl.Series(KINDS, kinds, pl.String))
        blank = set(range(len(self.rows))).difference(filled) if self.formulas else set()
        lost = sorted(i + self.line for i in blank if i + self.line in self.formulas)
        rejects = tuple(Reject(line, NO_RESULT, "") for line in lost)
        return Batch(frame, np.array(filled, dtype=np.int64) + self.line, rejects)


def open_workbook(path: Path, sheet: str | None, *, keep_kinds: bool = False) -> TableSource:
    """Open the sheet named, else the only one with a text column, else the first with content.

    Caution: the sheet is held in memory, with about 1.5 times its size unzipped.

    Raises
    ------
    InputError
        If the workbook is encrypted or damaged, or there is no such sheet.
    """
    try:
        workbook = calamine.load_workbook(path)
        names = list(workbook.sheet_names)
        visible = {
            meta.name
            for meta in workbook.sheets_metadata
            if meta.visible == calamine.SheetVisibleEnum.Visible
            and meta.typ == calamine.SheetTypeEnum.WorkSheet
        }
        name = _choose(workbook, names, visible, sheet)
        chosen = workbook.get_sheet_by_name(name)
    except calamine.PasswordError:
        raise InputError(
            f"{path.name} 设有打开密码。请在 Excel 或 WPS 中取消密码、另存后再试。"
        ) from None
    except (calamine.CalamineError, OSError) as error:
        raise InputError(f"{path.name} 已损坏或不是 Excel 工作簿，打不开。") from error
    notices = (f"工作簿有 {len(names)} 个工作表，标注的是“{name}”。",) if len(names) > 1 else ()
    return TableSource(
        chosen,
        1,
        f"工作表“{name}”",
        notices,
        keep_kinds=keep_kinds,
        formulas=formulas_without_result(path, name),
        formats_below=partial(column_formats, path, name) if keep_kinds else None,
    )


def open_html(path: Path) -> TableSource:
    """Open the largest table of a web page.

    Raises
    ------
    InputError
        If the page holds no table.
    """
    return TableSource(read_html_table(path), 1, f"{path.name} 中的表格")


def _choose(
    workbook: calamine.CalamineWorkbook, names: list[str], visible: set[str], wanted: str | None
) -> str:
    if wanted is not None:
        if wanted not in names:
            raise InputError(f"没有名为“{wanted}”的工作表；文件中有：{'、'.join(names)}。")
        return wanted
    candidates = [name for name in names if name in visible] or names
    if len(candidates) == 1:
        return candidates[0]
    heads = {name: _head(workbook, name) for name in candidates}
    filled = [name for name in candidates if heads[name]]
    known = [
        name
        for name in filled
        if any(is_text_name(shown(cell)) for row in heads[name] for cell in row)
    ]
    if len(known) > 1:
        listed = "、".join(known)
        raise InputError(f"有 {len(known)} 个工作表都有正文列：{listed}。请用 --sheet 指明一个。")
    return next(iter(known or filled or candidates))


def _head(workbook: calamine.CalamineWorkbook, name: str) -> Sequence[Sequence[Cell]]:
    return workbook.get_sheet_by_name(name).to_python(nrows=SEARCHED_ROWS)
