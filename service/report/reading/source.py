"""From a file or an upload to a manuscript: size limits, what kind it is, which reader."""

from __future__ import annotations

import codecs
import json
import re
from pathlib import Path

from service.report.errors import (
    ForeignReportError,
    OversizedFileError,
    ProtectedFileError,
    UnreadableFileError,
)
from service.report.reading.manuscript import Manuscript

MAX_BYTES = 50 * 1024 * 1024
_MAX_TEXT_BYTES = 20 * 1024 * 1024
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_IMAGES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*")
_OTHER_KINDS = {b"{\\rt": "RTF", b"Rar!": "RAR 压缩包", b"7z\xbc\xaf": "7z 压缩包"}
_DATA_SUFFIXES = (".json", ".jsonl", ".ndjson")
_HTML = re.compile(rb"<\s*(?:!doctype\s+html|html|head|body|table|div|p|meta)\b", re.IGNORECASE)
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]+)", re.IGNORECASE)
_DECLARED = {"gb2312": "gb18030", "gbk": "gb18030", "utf8": "utf-8"}


def open_manuscript(path: Path) -> Manuscript:
    """Read a file from disk.

    Raises
    ------
    ReportError
        Any of the file errors of `service.report.errors`.
    """
    try:
        if path.is_dir():
            raise UnreadableFileError(f"“{path.name}”是文件夹，请指定一个年度报告文件。")
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise OversizedFileError(_too_large(size))
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise UnreadableFileError(f"找不到文件“{path.name}”，请检查路径。") from error
    except OSError as error:
        raise UnreadableFileError(f"文件“{path.name}”无法读取，请检查权限。") from error
    return read_bytes(data, path.name)


def read_bytes(data: bytes, name: str) -> Manuscript:
    """Read the content of a file; `name` serves only to tell text, HTML and JSON apart.

    Raises
    ------
    ReportError
        Any of the file errors of `service.report.errors`.
    """
    if len(data) > MAX_BYTES:
        raise OversizedFileError(_too_large(len(data)))
    if not data.strip(b"\x00 \t\r\n"):
        raise UnreadableFileError("文件是空的，没有可检查的内容。")
    if data[:1024].lstrip().startswith(b"%PDF"):
        from service.report.reading.pdf_file import read_pdf

        return read_pdf(data)
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        from service.report.reading.docx_file import read_docx

        return read_docx(data)
    _refuse_other_kinds(data)
    if len(data) > _MAX_TEXT_BYTES:
        raise OversizedFileError(_too_large(len(data)))
    text = _decode(data)
    _refuse_json(text, name)
    if _HTML.search(data[:4096]) or Path(name).suffix.lower() in (".html", ".htm", ".shtml"):
        from service.report.reading.html_page import read_html

        return read_html(text)
    if re.search(r"<table\b", text, re.IGNORECASE) and re.search(r"</tr>", text, re.IGNORECASE):
        from service.report.reading.html_page import read_html

        # Markdown with tables in HTML: keep its line breaks.
        return read_html(re.sub(r"\n(?=[^<])", "<br>\n", text))
    from service.report.reading.plain_text import read_text

    return read_text(text)


def _too_large(size: int) -> str:
    return (
        f"文件有 {size / 1024 / 1024:.0f} MB，太大，不像一份年度报告；上限为 50 MB（文本 20 MB）。"
    )


def _refuse_other_kinds(data: bytes) -> None:
    if data.startswith(_OLE):
        if b"E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e" in data:
            raise ProtectedFileError("Word 文件有打开密码，请去掉密码后再试。")
        raise UnreadableFileError("这是旧版 Word/WPS 文件（.doc），请另存为 .docx 后再试。")
    if data.startswith(_IMAGES):
        raise UnreadableFileError("这是图片，不是文字；请用原始 Word 文件或带文字层的 PDF。")
    for magic, kind in _OTHER_KINDS.items():
        if data.startswith(magic):
            raise UnreadableFileError(f"不读 {kind} 文件，请提供 PDF、DOCX、HTML 或文本。")


def _refuse_json(text: str, name: str) -> None:
    """Data for programs, by its name or by a first line that is JSON with objects."""
    head = text.lstrip("\ufeff \t\r\n").partition("\n")[0].strip()
    if Path(name).suffix.lower() in _DATA_SUFFIXES or (
        head.startswith(("{", "[")) and _is_json(head)
    ):
        raise ForeignReportError("这是 JSON 数据，不是年度报告；请提供 PDF、DOCX、HTML 或文本。")


def _is_json(line: str) -> bool:
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(data[0] if isinstance(data, list) and data else data, dict)


def _decode(data: bytes) -> str:
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    if b"\x00" in data[:4096]:
        raise UnreadableFileError("文件不是文本，也不是 PDF、DOCX 或网页，无法读取。")
    declared = _CHARSET.search(data[:2048])
    names = ["utf-8", "gb18030", "big5"]
    if declared:
        name = declared.group(1).decode("ascii").lower()
        names.insert(0, _DECLARED.get(name, name))
    for name in names:
        try:
            return data.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
    # One bad byte must not hide a whole report.
    text = data.decode("utf-8", "replace")
    if text.count("\ufffd") * 20 > len(text):
        text = data.decode("gb18030", "replace")
    if text.count("\ufffd") * 20 > len(text):
        raise UnreadableFileError("文件的文字编码无法识别，请另存为 UTF-8 文本再试。")
    return text
