"""Scanned PDF: pages as pictures, read by OCR where the extra `ocr` is installed.

What OCR does not see is unread, never blank, and what it is unsure of is unread as well. Findings
on such a report say so and are warnings at most (`checking/check.py`): a misread digit must not
become an error of the agency.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from service.report.errors import OversizedFileError, ScannedFileError
from service.report.model import ReadingNote
from service.report.reading.layout import compose, rows_of
from service.report.reading.manuscript import UNSEEN, Manuscript, Scribe

# One page: pixels in, (box of four corners, text, confidence 0..1) out.
Recognizer = Callable[[Any], Iterable[tuple[Any, str, float]]]
MAX_PAGES = 30
_SCALE = 3
_SURE = 0.6


def is_available() -> bool:
    """Whether the extra `ocr` is installed."""
    return importlib.util.find_spec("rapidocr_onnxruntime") is not None


def read_scan(data: bytes, recognize: Recognizer | None = None) -> Manuscript:
    """Read a PDF without a text layer.

    recognize : replaces the OCR engine.

    Raises
    ------
    ScannedFileError
        If the extra is not installed or nothing was recognised.
    OversizedFileError
        If there are more pages than a report has; OCR takes seconds a page.
    """
    # Neither library ships types; both load only when a scan is at hand.
    pypdfium2: Any = importlib.import_module("pypdfium2")
    engine = recognize or _engine()
    document = pypdfium2.PdfDocument(data)
    if len(document) > MAX_PAGES:
        raise OversizedFileError(
            f"扫描件共 {len(document)} 页，超过 {MAX_PAGES} 页；请只提供年度报告本身的页面。"
        )
    scribe = Scribe()
    for number, page in enumerate(document, 1):
        pixels = page.render(scale=_SCALE).to_numpy()
        for row in rows_of(_words(engine(pixels))):
            text, words = compose(row)
            scribe.line(text, number, words, wrapped=True, recognized=True)
    if not scribe.length:
        raise ScannedFileError("PDF 没有文字层，文字识别也没有读出内容；请用原始 Word 文件。")
    note = ReadingNote(
        "ocr",
        "文件是扫描件，文字由 OCR 识别，可能认错或漏认；发现的问题一律按警告列出，请对照原件。",
    )
    return Manuscript("pdf", scribe.text, tuple(scribe.blocks), notes=[note])


def _words(found: Iterable[tuple[Any, str, float]]) -> Iterator[dict[str, Any]]:
    """Recognised pieces in points; an unsure one keeps its place but not its text."""
    for box, text, confidence in found:
        xs, ys = [float(x) for x, _ in box], [float(y) for _, y in box]
        yield {
            "text": text if confidence >= _SURE else UNSEEN,
            "x0": min(xs) / _SCALE,
            "x1": max(xs) / _SCALE,
            "top": min(ys) / _SCALE,
            "bottom": max(ys) / _SCALE,
        }


def _engine() -> Recognizer:
    if not is_available():
        raise ScannedFileError(
            "PDF 没有文字层（多半是扫描件或图片）；请用原始 Word 文件，或安装 ocr 组件后再检查。"
        )
    engine: Any = importlib.import_module("rapidocr_onnxruntime")
    # Its classifier of upside-down text turns a lone 9 into 6.
    ocr = engine.RapidOCR(use_cls=False)

    def recognize(pixels: Any) -> Iterable[tuple[Any, str, float]]:
        found, _ = ocr(pixels, use_cls=False)
        return [(box, text, float(confidence)) for box, text, confidence in found or []]

    return recognize
