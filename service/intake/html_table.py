"""Tables in web pages, as older office systems export them under the name .xls."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

from models.errors import InputError
from service.intake.cells import Cell
from service.intake.encoding import detect_encoding, utf8_blocks


def read_html_table(path: Path) -> list[list[Cell]]:
    """Rows of the largest table in a page; all cells are text, spans are filled with blanks.

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


class _TableParser(HTMLParser):
    """Collects every table of a page; a table inside a cell is its own table."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[Cell]]] = []
        self._open: list[list[list[Cell]]] = []
        self._cell: list[str] | None = None
        self._span = 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._open.append([])
        elif tag == "tr" and self._open:
            self._end_cell()
            self._open[-1].append([])
        elif tag in ("td", "th") and self._open:
            self._end_cell()
            span = dict(attrs).get("colspan") or "1"
            self._span = min(int(span), 200) if span.isdecimal() else 1
            self._cell = []
        elif tag == "br" and self._cell is not None:
            self._cell.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr", "table"):
            self._end_cell()
        if tag == "table" and self._open:
            table = [row for row in self._open.pop() if row]
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
        if not self._open[-1]:
            self._open[-1].append([])
        self._open[-1][-1].extend(["".join(self._cell).strip(), *[""] * (self._span - 1)])
        self._cell = None
