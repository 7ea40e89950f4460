"""Word documents: paragraphs and tables in order, merged cells, tracked changes as accepted."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

from lxml import etree

from service.errors import ZIP_FAULTS
from service.report.errors import OversizedFileError, UnreadableFileError
from service.report.model import ReadingNote
from service.report.reading.manuscript import Manuscript, Scribe
from service.report.reading.spans import SpanCell, lay

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_BLIP = "{http://schemas.openxmlformats.org/drawingml/2006/main}blip"
_REMOVED = {_W + "del", _W + "moveFrom", _MC_FALLBACK}
_BREAKS = {_W + "br": "\n", _W + "cr": "\n", _W + "tab": "\t", _W + "noBreakHyphen": "-"}
_MAX_UNPACKED = 200 * 1024 * 1024
_MAX_DOCUMENT = 60 * 1024 * 1024
_MAX_DEPTH = 60


def read_docx(data: bytes) -> Manuscript:
    """Read a .docx file.

    Raises
    ------
    UnreadableFileError, OversizedFileError
    """
    root = _document(data)
    body = root.find(_W + "body")
    if body is None:
        raise UnreadableFileError("Word 文件里没有正文，请用 Word 打开后另存为 .docx 再试。")
    scribe = Scribe()
    _walk(body, scribe, 0)
    notes = []
    if next(root.iter(_W + "ins", _W + "del", _W + "moveFrom"), None) is not None:
        notes.append(
            ReadingNote("tracked_changes", "文件含修订痕迹，已按“接受全部修订”后的内容检查。")
        )
    pictures = sum(1 for _ in root.iter(_BLIP, _W + "pict"))
    return Manuscript("docx", scribe.text, tuple(scribe.blocks), notes=notes, n_pictures=pictures)


def _document(data: bytes) -> etree._Element:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            if sum(i.file_size for i in infos) > _MAX_UNPACKED or len(infos) > 10_000:
                raise OversizedFileError(
                    "文件解压后超过 200 MB，不像一份年度报告（可能是压缩炸弹），已拒绝读取。"
                )
            name = _main_part(archive)
            with archive.open(name) as part:
                xml = part.read(_MAX_DOCUMENT + 1)
    except (*ZIP_FAULTS, KeyError) as e:
        raise UnreadableFileError("Word 文件已损坏，打不开；请重新导出 .docx 再试。") from e
    if len(xml) > _MAX_DOCUMENT:
        raise OversizedFileError("Word 正文超过 60 MB，不像一份年度报告，已拒绝读取。")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        return etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as e:
        raise UnreadableFileError("Word 文件已损坏，打不开；请重新导出 .docx 再试。") from e


def _main_part(archive: zipfile.ZipFile) -> str:
    names = set(archive.namelist())
    if "word/document.xml" in names:
        return "word/document.xml"
    other = [n for n in names if n.startswith("word/document") and n.endswith(".xml")]
    if not other:
        raise UnreadableFileError("这个压缩文件不是 Word 文档；请提供 .docx 格式的年度报告。")
    return sorted(other)[0]


def _walk(parent: etree._Element, scribe: Scribe, depth: int) -> None:
    """Write the paragraphs and tables directly under an element, looking through wrappers."""
    if depth > _MAX_DEPTH:
        return
    for child in parent:
        if child.tag == _W + "p":
            for line in _paragraph(child).split("\n"):
                scribe.line(line)
            for box in child.iter(_W + "txbxContent"):
                if not any(a.tag == _MC_FALLBACK for a in box.iterancestors()):
                    _walk(box, scribe, depth + 1)
        elif child.tag == _W + "tbl":
            _table(child, scribe, depth)
        elif child.tag not in _REMOVED and child.tag != _W + "sectPr":
            _walk(child, scribe, depth + 1)


def _paragraph(paragraph: etree._Element) -> str:
    return "".join(_runs(paragraph))


def _runs(element: etree._Element) -> Iterator[str]:
    for child in element:
        tag = child.tag
        if tag == _W + "t":
            yield child.text or ""
        elif tag in _BREAKS:
            yield _BREAKS[tag]
        elif tag not in _REMOVED and tag != _W + "txbxContent" and tag != _W + "pPr":
            yield from _runs(child)


def _table(table: etree._Element, scribe: Scribe, depth: int) -> None:
    if table.find(f".//{_W}tc//{_W}tbl") is not None:
        # A table that holds tables is layout: its cells are read one after another.
        for cell in table.iter(_W + "tc"):
            row = cell.getparent()
            if row is not None and row.getparent() is table:
                _walk(cell, scribe, depth + 1)
        return
    lines = [_cells(row) for row in _rows(table)]
    _join_vertically(lines)
    spans = [[SpanCell(c.text, c.rows, c.columns) for c in line if not c.merged] for line in lines]
    slots, texts = lay(spans)
    scribe.grid(slots, texts)


class _Cell:
    """A w:tc on its way to a span: `merged` cells continue the one above."""

    def __init__(self, text: str, column: int, columns: int, merge: str | None) -> None:
        self.text = text
        self.column = column
        self.columns = columns
        self.rows = 1
        self.merge = merge
        self.merged = False


def _rows(table: etree._Element) -> Iterator[etree._Element]:
    for row in table.iter(_W + "tr"):
        mark = row.find(f"{_W}trPr/{_W}del")
        if mark is None:
            yield row


def _cells(row: etree._Element) -> list[_Cell]:
    cells: list[_Cell] = []
    column = _number(row.find(f"{_W}trPr/{_W}gridBefore"), 0)
    if column:
        cells.append(_Cell("", 0, column, None))
    for tc in row.iter(_W + "tc"):
        properties = tc.find(_W + "tcPr")
        span, merge = 1, None
        if properties is not None:
            span = _number(properties.find(_W + "gridSpan"), 1)
            vertical = properties.find(_W + "vMerge")
            if vertical is not None:
                merge = vertical.get(_W + "val") or "continue"
        text = "\n".join(_paragraph(p) for p in tc.iter(_W + "p"))
        cells.append(_Cell(text, column, span, merge))
        column += span
    return cells


def _number(element: etree._Element | None, default: int) -> int:
    value = element.get(_W + "val") if element is not None else None
    return int(value) if value and value.isdigit() else default


def _join_vertically(lines: list[list[_Cell]]) -> None:
    """Let a cell that restarts a vertical merge cover those below that continue it."""
    for y, line in enumerate(lines):
        for cell in line:
            if cell.merge != "continue" or cell.text.strip():
                continue
            for above in reversed(lines[:y]):
                owner = next((c for c in above if c.column == cell.column), None)
                if owner is None or owner.columns != cell.columns:
                    break
                if owner.merged:
                    continue
                if owner.merge == "restart" or (owner.merge == "continue" and owner.text.strip()):
                    owner.rows += 1
                    cell.merged = True
                break
