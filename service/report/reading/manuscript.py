"""What every file reader delivers: lines of text and ruled grids, in reading order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from service.report.model import ReadingNote


@dataclass(frozen=True, slots=True)
class Word:
    """A run of characters without blanks; `left` and `right` are horizontal positions."""

    text: str
    left: float
    right: float


@dataclass(frozen=True, slots=True)
class Line:
    """A line or paragraph. `start` is its offset in the whole text.

    `words` carry positions where the file has them (PDF). `wrapped` says that lines break where
    the page ends, not the paragraph; then `opens` marks an indented line, which starts one.
    `recognized` says that the text comes from OCR, which may have missed something.
    """

    text: str
    start: int
    page: int | None = None
    words: Sequence[Word] = ()
    wrapped: bool = False
    opens: bool = False
    recognized: bool = False

    @property
    def end(self) -> int:
        """Offset after the last character."""
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True, eq=False)
class GridCell:
    """A cell that may span rows and columns; one object, however many slots it covers."""

    text: str
    start: int


@dataclass(frozen=True, slots=True)
class Grid:
    """A ruled table. `rows[r][c]` is the cell that covers the slot, None where there is none."""

    rows: Sequence[Sequence[GridCell | None]]
    start: int
    end: int
    page: int | None = None


Block = Line | Grid


@dataclass(frozen=True, slots=True)
class Manuscript:
    """A file as read.

    Parameters
    ----------
    kind : str
        `pdf`, `docx`, `html` or `text`.
    text : str
        All lines and cells in reading order.
    blocks : sequence of Line or Grid
    lines : sequence of Line
        The same file as lines only, tables included, for when the ruling misleads (PDF). Their
        offsets point at the nearest block. Empty if the reader has no second view.
    notes : sequence of ReadingNote
    n_pictures : int
        Pictures large enough to hold a table.
    published : str
        Date of publication in the file's own metadata, ISO, or empty.
    title : str
        Title in the file's own metadata, or empty.
    """

    kind: str
    text: str
    blocks: Sequence[Block]
    lines: Sequence[Line] = ()
    notes: Sequence[ReadingNote] = ()
    n_pictures: int = 0
    published: str = ""
    title: str = ""


# A page copied without line breaks still has its six titles in it.
_INNER_TITLE = re.compile(
    r"(?<=[。；\s\d\u4e00-\u9fff）)])(?=[一二三四五六]\s*[、.．]\s*"
    r"(?:总体情况|主动公开政府信息|收到和处理政府信息|政府信息公开行政复议|(?:政府信息公开工作)?存在的?(?:主要)?问题"
    r"|其[他它]需要报告))"
)
_LONG_LINE = 120
# Stands for what OCR did not make out; no number and no blank.
UNSEEN = "□"


def _parted(text: str) -> list[str]:
    if len(text) < _LONG_LINE:
        return [text]
    pieces = [piece for piece in _INNER_TITLE.split(text) if piece]
    return pieces if len(pieces) > 2 else [text]


@dataclass(slots=True)
class Scribe:
    """Collects blocks and the text their offsets point into."""

    parts: list[str] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    length: int = 0

    def write(self, text: str) -> int:
        """Append text, return where it starts."""
        start = self.length
        self.parts.append(text)
        self.length += len(text)
        return start

    def line(
        self,
        text: str,
        page: int | None = None,
        words: Sequence[Word] = (),
        wrapped: bool = False,
        opens: bool = False,
        recognized: bool = False,
    ) -> None:
        """Append one line of text; one that runs through several section titles is parted."""
        for piece in _parted(text) if not words else [text]:
            start = self.write(piece)
            self.write("\n")
            self.blocks.append(Line(piece, start, page, words, wrapped, opens, recognized))

    def grid(
        self,
        slots: Sequence[Sequence[int | None]],
        texts: Sequence[str],
        page: int | None = None,
    ) -> None:
        """Append a grid.

        slots : for each row and column the index of the covering cell in `texts`, or None.
        """
        if not slots:
            return
        first = self.length
        cells: dict[int, GridCell] = {}
        for row in slots:
            written = 0
            for index in row:
                if index is not None and index not in cells:
                    if written:
                        self.write("\t")
                    cells[index] = GridCell(texts[index], self.write(texts[index]))
                    written += 1
            self.write("\n")
        rows = [[None if index is None else cells[index] for index in row] for row in slots]
        self.blocks.append(Grid(rows, first, self.length, page))

    @property
    def text(self) -> str:
        """Everything written so far."""
        return "".join(self.parts)
