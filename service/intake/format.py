"""What a file is, from its bytes; its name only breaks ties."""

from __future__ import annotations

import zipfile
from enum import StrEnum
from pathlib import Path

from models.errors import InputError
from service.errors import refusal

_ZIP, _OLE, _PARQUET = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PAR1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_HTML = (b"<html", b"<table", b"<!doctype html", b"<meta", b"<head", b"<style")
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


class Format(StrEnum):
    """Formats that can be read; all but `xls` and `html` can be written as well."""

    CSV = "csv"
    TSV = "tsv"
    JSONL = "jsonl"
    PARQUET = "parquet"
    XLSX = "xlsx"
    XLS = "xls"
    HTML = "html"


_SUFFIXES = {
    ".csv": Format.CSV,
    ".txt": Format.CSV,
    ".tsv": Format.TSV,
    ".jsonl": Format.JSONL,
    ".ndjson": Format.JSONL,
    ".parquet": Format.PARQUET,
    ".xlsx": Format.XLSX,
    ".xlsm": Format.XLSX,
    ".xls": Format.XLS,
    ".htm": Format.HTML,
    ".html": Format.HTML,
}
_NAMES = {
    Format.CSV: "逗号或其他符号分隔的文本",
    Format.TSV: "制表符分隔的文本",
    Format.JSONL: "JSONL",
    Format.PARQUET: "Parquet",
    Format.XLSX: "Excel 工作簿（xlsx）",
    Format.XLS: "旧版 Excel 工作簿（xls）",
    Format.HTML: "网页表格（HTML）",
}


def detect_format(path: Path) -> tuple[Format, str | None]:
    """Format of a file and, where its name says something else, a notice about it.

    Raises
    ------
    InputError
        If the file is missing, unreadable, empty, encrypted or of a kind that cannot be read.
    """
    try:
        if path.is_dir():
            raise InputError(f"{path.name} 是文件夹，不是文件。")
        with path.open("rb") as file:
            head = file.read(65536)
    except FileNotFoundError:
        raise InputError(f"找不到文件 {path}。") from None
    except OSError as error:
        raise InputError(f"读不了文件 {path.name}：{refusal(error)}。") from error
    if not head.strip(b" \t\r\n\x00\xef\xbb\xbf\xff\xfe"):
        raise InputError(f"文件 {path.name} 是空的，没有可以标注的内容。")
    named = _SUFFIXES.get(path.suffix.lower())
    found = _binary(head, path) or _text(head, named)
    return found, _mismatch(path, named, found)


def output_format(path: Path) -> Format:
    """Format in which a result is written, from its name.

    Raises
    ------
    InputError
        If the name ends in nothing that can be written.
    """
    named = _SUFFIXES.get(path.suffix.lower())
    if path.suffix.lower() == ".xlsm" or named in (None, Format.XLS, Format.HTML):
        raise InputError(
            f"不知道怎样写出 {path.name}："
            "请用 .csv、.tsv、.xlsx、.jsonl 或 .parquet 作为结果文件的后缀。"
        )
    return named


def _binary(head: bytes, path: Path) -> Format | None:
    if head.startswith(_PARQUET):
        return Format.PARQUET
    if head.startswith(_OLE):
        return _ole(path)
    if head.startswith(_ZIP):
        return _zip(path)
    if head[:2] == b"\x09\x08":  # BIFF without its OLE container, as old report generators write
        return Format.XLS
    return None


def _ole(path: Path) -> Format:
    if _ENCRYPTED in path.read_bytes():
        raise InputError(f"{path.name} 设有打开密码。请在 Excel 或 WPS 中取消密码、另存后再试。")
    return Format.XLS


def _zip(path: Path) -> Format:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile:
        raise InputError(f"{path.name} 已损坏或没有下载完整，打不开。请重新取得该文件。") from None
    if any(name.startswith("xl/") for name in names):
        return Format.XLSX
    if any(name.startswith("word/") for name in names):
        raise InputError(f"{path.name} 是 Word 文档，不是表格。请把内容放进表格，每条一行。")
    raise InputError(f"{path.name} 是压缩包，不是表格。请先解压。")


def _text(head: bytes, named: Format | None) -> Format:
    """Kind of a text file; an encoding other than ASCII-compatible only matters for its NULs."""
    for bom in _BOMS:
        head = head.removeprefix(bom)
    start = head.replace(b"\x00", b"").lstrip()[:512].lower()
    if start.startswith(_HTML) or (start.startswith(b"<?xml") and b"<html" in start):
        return Format.HTML
    if start.startswith(b"<?xml") and named in (Format.XLS, Format.XLSX):
        raise InputError(
            "这是 XML 电子表格，不是 Excel 工作簿。请在 Excel 或 WPS 中另存为 xlsx 后再试。"
        )
    if start.startswith(b"{") and named not in (Format.CSV, Format.TSV):
        return Format.JSONL
    if start.startswith((b'{"', b"{ ")):
        return Format.JSONL
    if start.startswith(b"[") and named in (Format.JSONL, None):
        raise InputError("文件是一个 JSON 数组。请改成 JSONL：每行一个对象。")
    return Format.TSV if named is Format.TSV else Format.CSV


def _mismatch(path: Path, named: Format | None, found: Format) -> str | None:
    same = {named, found} <= {Format.CSV, Format.TSV}
    if named is None or named is found or same:
        return None
    return f"{path.name} 的内容其实是{_NAMES[found]}，已按其内容读取。"
