"""Tables in web pages, as older office systems export them under the name .xls."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from models.errors import InputError
from service.intake.cells import Cell
from service.intake.encoding import detect_encoding, utf8_blocks

_MAX_COLUMNS, _MAX_ROWS = 200, 65_534


def read_html_table(path: Path) -> list[list[Cell]]:
    """Rows of the largest table in a page; all cells are text, and the places they span are blank.

    Raises
    ------
    InputError
        If the page holds no table.
    """
    parser = _TableParser()
    content = b"".join(block for block, _ in utf8_blocks(path, detect_encoding(path)))
    parser.feed(content.decode("utf-8", "replace"))
    parser.close()
    if not parser.tables:
        raise InputError(
            f"{path.name} 是网页，其中没有表格。请在 Excel 或 WPS 中另存为 xlsx 后再试。"
        )
    table = max(parser.tables, key=len)
    width = max(len(row) for row in table)
    return [[*row, *[""] * (width - len(row))] for row in table]


@dataclass
class _Table:
    """A table being read; cells of earlier rows may reach down into the current one."""

    rows: list[list[Cell]] = field(default_factory=list)
    below: dict[int, int] = field(default_factory=dict)
    is_in_row: bool = False

    def begin_row(self) -> None:
        self.end_row()
        self.rows.append([])
        self.is_in_row = True

    def end_row(self) -> None:
        """Fill the end of the row as far as cells above reach into it."""
        if self.is_in_row:
            while any(column >= len(self.rows[-1]) for column in self.below):
                self._blank()
        self.is_in_row = False

    def add(self, text: str, n_columns: int, n_rows: int) -> None:
        if not self.is_in_row:
            self.begin_row()
        row = self.rows[-1]
        while len(row) in self.below:
            self._blank()
        if n_rows > 1:
            columns = range(len(row), len(row) + n_columns)
            self.below.update(dict.fromkeys(columns, n_rows - 1))
        row.extend([text, *[""] * (n_columns - 1)])

    def _blank(self) -> None:
        column = len(self.rows[-1])
        self.rows[-1].append("")
        if column in self.below:
            self.below[column] -= 1
            if not self.below[column]:
                del self.below[column]


class _TableParser(HTMLParser):
    """Collects every table of a page; a table inside a cell is its own table."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[Cell]]] = []
        self._open: list[_Table] = []
        self._cell: list[str] | None = None
        self._spans = (1, 1)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._open.append(_Table())
        elif tag == "tr" and self._open:
            self._end_cell()
            self._open[-1].begin_row()
        elif tag in ("td", "th") and self._open:
            self._end_cell()
            given = dict(attrs)
            n_columns = _span(given.get("colspan"), _MAX_COLUMNS)
            self._spans = (n_columns, _span(given.get("rowspan"), _MAX_ROWS))
            self._cell = []
        elif tag == "br" and self._cell is not None:
            self._cell.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr", "table"):
            self._end_cell()
        if tag == "tr" and self._open:
            self._open[-1].end_row()
        if tag == "table" and self._open:
            self._open[-1].end_row()
            table = [row for row in self._open.pop().rows if row]
            if table:
                self.tables.append(table)

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)

    def close(self) -> None:
        """Take in tables that the page never closes."""
        super().close()
        while self._open:
            self.handle_endtag("table")

    def _end_cell(self) -> None:
        if self._cell is None or not self._open:
            return
        self._open[-1].add("".join(self._cell).strip(), *self._spans)
        self._cell = None


def _span(given: str | None, most: int) -> int:
    """Number of places a cell takes; what cannot be read is one."""
    text = (given or "").strip()
    return max(1, min(int(text), most)) if text.isdecimal() else 1
