"""Web pages: the report inside menus, scripts and footers; tables with rowspan and colspan."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree, html

from service.report.errors import UnreadableFileError
from service.report.reading.manuscript import Manuscript, Scribe
from service.report.reading.spans import SpanCell, lay

_SKIPPED = {
    "script", "style", "noscript", "template", "nav", "select", "option", "button",
    "iframe", "object", "svg", "head", "input", "textarea", "footer", "aside", "map", "audio",
    "video", "canvas",
}  # fmt: skip
_BLOCK = {
    "address", "article", "blockquote", "body", "center", "dd", "div", "dl", "dt", "fieldset",
    "figure", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "li", "main", "ol", "p",
    "pre", "section", "ul", "tr", "td", "th", "tbody", "thead", "caption", "details", "summary",
}  # fmt: skip
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\r\n\f]+")
_DATE = re.compile(r"(20\d\d)[-/年.](\d{1,2})[-/月.](\d{1,2})")
_DATE_NAMES = {"pubdate", "publishdate", "publish_date", "article:published_time"}
# A second page in the same file, which the parser would leave out without a word.
_NEXT_PAGE = re.compile(r"(?<=</html>)\s*(?=<!doctype\s+html|<html[\s>])", re.IGNORECASE)
_MAX_DEPTH = 250
_LONG_CELL = 160
_MENU_LINK_SHARE = 0.6


def read_html(text: str) -> Manuscript:
    """Read a web page, already decoded.

    Raises
    ------
    UnreadableFileError
        If there is nothing in it that can be parsed.
    """
    parser = html.HTMLParser(
        no_network=True, remove_comments=True, remove_pis=True, encoding="utf-8"
    )
    try:
        # lxml refuses a str that declares its own encoding, so it gets bytes.
        pages = [
            html.document_fromstring(page.encode("utf-8", "replace"), parser=parser)
            for page in _NEXT_PAGE.split(text.replace("\x00", ""))
        ]
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError) as error:
        raise UnreadableFileError("网页文件里没有可读的内容。") from error
    scribe = Scribe()
    writer = _Writer(scribe)
    for page in pages:
        writer.block(page, 0)
        writer.flush()
    root = pages[0]
    pictures = sum(1 for page in pages for image in page.iter("img") if _is_large(image))
    return Manuscript(
        "html",
        scribe.text,
        tuple(scribe.blocks),
        n_pictures=pictures,
        published=_published(root),
        title=" ".join((root.findtext(".//title") or "").split()),
    )


class _Writer:
    """Walks the tree; inline text gathers until a block ends."""

    def __init__(self, scribe: Scribe) -> None:
        self.scribe = scribe
        self.pending: list[str] = []

    def flush(self) -> None:
        text = "".join(self.pending)
        self.pending.clear()
        for line in text.split("\n"):
            line = line.strip(" ")
            if line:
                self.scribe.line(line)

    def block(self, element: html.HtmlElement, depth: int) -> None:
        if depth > _MAX_DEPTH or not isinstance(element.tag, str):
            return
        self._text(element.text, element)
        for child in element:
            self._child(child, depth)
            self._text(child.tail, element)

    def _child(self, child: html.HtmlElement, depth: int) -> None:
        tag = child.tag
        if not isinstance(tag, str) or tag in _SKIPPED or _is_hidden(child):
            return
        if tag == "br":
            self.pending.append("\n")
        elif tag == "table":
            self.flush()
            self._table(child, depth)
        elif tag in _BLOCK:
            self.flush()
            if not _is_menu(child):
                self.block(child, depth + 1)
            self.flush()
        else:
            self.block(child, depth + 1)

    def _text(self, text: str | None, parent: html.HtmlElement) -> None:
        if text:
            if parent.tag == "pre":
                self.pending.append(text)
            else:
                self.pending.append(_SPACE.sub(" ", text))

    def _table(self, table: html.HtmlElement, depth: int) -> None:
        lines = [list(_own_cells(row)) for row in _own_rows(table)]
        cells = [cell for line in lines for cell in line]
        if _is_layout(table, cells):
            for cell in cells:
                self.block(cell, depth + 1)
                self.flush()
            return
        spans = [
            [SpanCell(_cell_text(c), _span(c, "rowspan"), _span(c, "colspan")) for c in line]
            for line in lines
        ]
        # rowspan="0" and rows without cells occur; empty lines would shift the grid.
        slots, texts = lay([line for line in spans if line])
        self.scribe.grid(slots, texts)


def _own_rows(table: html.HtmlElement) -> Iterator[html.HtmlElement]:
    for child in table:
        if child.tag == "tr":
            yield child
        elif child.tag in ("tbody", "thead", "tfoot"):
            yield from (row for row in child if row.tag == "tr")


def _own_cells(row: html.HtmlElement) -> Iterator[html.HtmlElement]:
    return (cell for cell in row if cell.tag in ("td", "th"))


def _is_layout(table: html.HtmlElement, cells: list[html.HtmlElement]) -> bool:
    """Whether a table only arranges the page: it holds tables, or long prose."""
    if next((t for t in table.iter("table") if t is not table), None) is not None:
        return True
    return any(len(cell.text_content()) > _LONG_CELL for cell in cells)


def _cell_text(cell: html.HtmlElement) -> str:
    pieces: list[str] = []
    for element in cell.iter():
        if not isinstance(element.tag, str) or element.tag in _SKIPPED:
            if element.tail and element is not cell:
                pieces.append(_SPACE.sub(" ", element.tail))
            continue
        if element.tag in ("br", "p", "div") and element is not cell and "".join(pieces).strip():
            pieces.append("\n")
        if element.text:
            pieces.append(_SPACE.sub(" ", element.text))
        if element.tail and element is not cell:
            pieces.append(_SPACE.sub(" ", element.tail))
    return "\n".join(part.strip() for part in "".join(pieces).split("\n") if part.strip())


def _span(cell: html.HtmlElement, name: str) -> int:
    digits = re.match(r"\s*(\d{1,4})", cell.get(name) or "")
    return max(int(digits.group(1)), 1) if digits else 1


def _is_hidden(element: html.HtmlElement) -> bool:
    return bool(_HIDDEN.search(element.get("style") or "")) or element.get("hidden") is not None


def _is_menu(element: html.HtmlElement) -> bool:
    """Whether a block is navigation: several links that make up most of its text."""
    if element.tag not in ("ul", "ol", "div", "dl", "section", "header"):
        return False
    links = element.findall(".//a")
    if len(links) < 4:
        return False
    total = len("".join(element.text_content().split()))
    linked = sum(len("".join(a.text_content().split())) for a in links)
    return total > 0 and linked / total > _MENU_LINK_SHARE


def _is_large(image: html.HtmlElement) -> bool:
    for name in ("width", "height"):
        digits = re.match(r"\s*(\d+)", image.get(name) or "")
        if digits and int(digits.group(1)) < 100:
            return False
    return True


def _published(root: html.HtmlElement) -> str:
    for meta in root.iter("meta"):
        name = (meta.get("name") or meta.get("property") or "").lower()
        found = _DATE.search(meta.get("content") or "") if name in _DATE_NAMES else None
        if found:
            year, month, day = (int(part) for part in found.groups())
            return f"{year:04}-{month:02}-{day:02}"
    return ""
