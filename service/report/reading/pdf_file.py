"""PDF with a text layer: ruled tables as grids, everything else as lines with word positions."""

from __future__ import annotations

import io
import logging
import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from service.report.errors import (
    OversizedFileError,
    ProtectedFileError,
    ScannedFileError,
    UnreadableFileError,
)
from service.report.reading.glyphs import fold
from service.report.reading.layout import compose, rows_of
from service.report.reading.manuscript import Line, Manuscript, Scribe
from service.report.reading.ruling import slots_of

if TYPE_CHECKING:
    from pdfplumber.page import Page

MAX_PAGES = 150
_MIN_CHARACTERS = 60
_PAGE_NUMBER = re.compile(r"^[-·.\s]*(?:第?\s*\d{1,3}\s*页?(?:\s*[/共]\s*\d{1,3}\s*页?)?)[-·.\s]*$")
_MARGIN_SHARE = 0.13
_CID = re.compile(r"\(cid:\d+\)")


class _NoTextError(Exception):
    """The pages hold no text: pictures at best."""


def read_pdf(data: bytes) -> Manuscript:
    """Read a PDF file.

    Raises
    ------
    ProtectedFileError, ScannedFileError, OversizedFileError, UnreadableFileError
    """
    import pdfplumber
    from pdfminer.pdfdocument import PDFPasswordIncorrect

    # pdfminer warns about every odd font; unless an application logs, that must not reach users.
    logging.getLogger("pdfminer").addHandler(logging.NullHandler())

    try:
        document = pdfplumber.open(io.BytesIO(data))
    except Exception as error:
        # pdfminer lets many kinds of errors out of a damaged file.
        if isinstance(error, PDFPasswordIncorrect) or isinstance(
            error.args[0] if error.args else None, PDFPasswordIncorrect
        ):
            raise ProtectedFileError("PDF 有打开密码，请去掉密码后再试。") from error
        raise UnreadableFileError("PDF 文件已损坏，打不开；请重新导出后再试。") from error
    try:
        with document:
            return _read(document)
    except _NoTextError:
        from service.report.reading.scan import read_scan

        return read_scan(data)


def _read(document: Any) -> Manuscript:
    try:
        n_pages = len(document.pages)
    except Exception as error:
        raise UnreadableFileError("PDF 文件已损坏，打不开；请重新导出后再试。") from error
    if n_pages > MAX_PAGES:
        raise OversizedFileError(
            f"PDF 共 {n_pages} 页，超过 {MAX_PAGES} 页，不像一份年度报告；"
            "请只提供年度报告本身的页面。"
        )
    scribe = Scribe()
    lines: list[Line] = []
    n_characters = n_pictures = n_unmapped = 0
    for number, page in enumerate(document.pages, 1):
        try:
            page_lines, characters = _page(page, number, scribe)
            n_pictures += sum(1 for image in page.images if image["width"] > 100)
        except Exception as error:
            raise UnreadableFileError(f"PDF 第 {number} 页读不出来，请重新导出后再试。") from error
        lines += page_lines
        n_characters += len(characters)
        n_unmapped += len(_CID.findall(characters))
        page.close()
    if n_characters < _MIN_CHARACTERS:
        raise _NoTextError
    if n_unmapped * 8 > n_characters / 3:
        raise ScannedFileError(
            "PDF 的字体没有文字编码，读出来是乱码；请用原始 Word 文件重新导出 PDF 再试。"
        )
    return Manuscript(
        "pdf", scribe.text, tuple(scribe.blocks), lines=tuple(lines), n_pictures=n_pictures
    )


def _page(page: Page, number: int, scribe: Scribe) -> tuple[list[Line], str]:
    """Write one page; return all its lines (tables included) and all its characters."""
    page = page.dedupe_chars(tolerance=1)
    words = page.extract_words(x_tolerance=2, y_tolerance=3)
    tables = [t for t in page.find_tables() if len(t.cells) >= 4 and _n_columns(t) > 1]
    boxes = [table.bbox for table in tables]
    height = float(page.height)
    outside = [w for w in words if not any(_inside(w, box) for box in boxes)]
    pieces: list[tuple[float, Any]] = [(box[1], t) for box, t in zip(boxes, tables, strict=True)]
    pieces += [(line[0]["top"], line) for line in rows_of(outside) if not _is_margin(line, height)]
    margin = _left_margin(outside)
    starts: list[tuple[float, int]] = []
    for top, piece in sorted(pieces, key=lambda pair: pair[0]):
        starts.append((top, scribe.length))
        if isinstance(piece, list):
            text, positions = compose(piece)
            opens = piece[0]["x0"] > margin + 1.2 * (piece[0]["bottom"] - piece[0]["top"])
            scribe.line(text, number, positions, wrapped=True, opens=opens)
        else:
            slots, texts = slots_of(piece.cells, page.chars)
            scribe.grid(slots, texts, number)
    lines = []
    for row in rows_of(words):
        if not _is_margin(row, height):
            text, positions = compose(row)
            start = max((s for t, s in starts if t <= row[0]["top"] + 2), default=scribe.length)
            lines.append(Line(text, start, number, positions, wrapped=True))
    return lines, "".join(word["text"] for word in words)


def _n_columns(table: Any) -> int:
    # A shaded paragraph is a "table" of one column: its lines are text.
    return len({round(cell[0] / 3) for cell in table.cells})


def _inside(word: dict[str, Any], box: tuple[float, float, float, float]) -> bool:
    x = (word["x0"] + word["x1"]) / 2
    y = (word["top"] + word["bottom"]) / 2
    return bool(box[0] <= x <= box[2] and box[1] <= y <= box[3])


def _is_margin(row: Sequence[dict[str, Any]], height: float) -> bool:
    """Whether a line is a page number in the top or bottom margin."""
    text = fold("".join(word["text"] for word in row))
    near = row[0]["top"] < height * _MARGIN_SHARE or row[0]["bottom"] > height * (1 - _MARGIN_SHARE)
    return near and bool(_PAGE_NUMBER.match(text))


def _left_margin(words: Sequence[dict[str, Any]]) -> float:
    """Most frequent left edge of the lines outside tables."""
    edges = Counter(round(row[0]["x0"] / 3) * 3 for row in rows_of(words))
    return float(min((e for e, n in edges.items() if n == max(edges.values())), default=0))
