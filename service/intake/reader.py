"""One door for every input file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from models.errors import InputError
from service.intake.batch import Source
from service.intake.format import Format, detect_format


@dataclass(frozen=True, slots=True)
class OpenedInput:
    """A source with what was found out about its file.

    `number_formats` says how numbers and dates of a workbook's columns are shown, where kinds are
    kept: a built-in format by its number, one of the file's own by its code.
    """

    source: Source
    format: Format
    notices: tuple[str, ...]
    separator: str = ","
    line_terminator: str = "\n"
    is_plain_utf8: bool = False
    number_formats: Mapping[str, int | str] = field(default_factory=dict)


def open_input(
    path: Path,
    *,
    sheet: str | None = None,
    encoding: str | None = None,
    carry: bool = False,
    keep_kinds: bool = False,
    typed: bool = False,
) -> OpenedInput:
    """Open a file by what it is, whatever it is called.

    Parameters
    ----------
    path : Path
    sheet : str, optional
        Sheet of a workbook.
    encoding : str, optional
        Encoding of a text file, where it is not to be detected.
    carry : bool, default=False
        Keep the lines of a JSONL file whole, for a JSONL result.
    keep_kinds : bool, default=False
        Keep the type of every cell of a workbook, for a workbook as result.
    typed : bool, default=False
        Give columns of a JSONL file the type that all their values have.

    Raises
    ------
    InputError
        If the file cannot be used, or an option does not fit its format.
    """
    found, mismatch = detect_format(path)
    is_text = found in (Format.CSV, Format.TSV, Format.JSONL)
    if sheet is not None and found not in (Format.XLSX, Format.XLS):
        raise InputError(f"{path.name} 不是 Excel 工作簿，没有工作表可选，请去掉 --sheet。")
    if encoding is not None and not is_text:
        raise InputError(f"{path.name} 不是文本文件，不需要指明编码，请去掉 --encoding。")
    notices = (mismatch,) if mismatch else ()
    if found in (Format.CSV, Format.TSV):
        return _open_delimited(path, found, encoding, notices)
    if found is Format.JSONL:
        from service.intake.jsonl import JsonlSource

        lines = JsonlSource(path, carry=carry, encoding=encoding, typed=typed)
        return OpenedInput(lines, found, notices + lines.notices, is_plain_utf8=True)
    source = _open(path, found, sheet, keep_kinds)
    plain = found is Format.PARQUET
    formats: Mapping[str, int | str] = getattr(source, "number_formats", {})
    return OpenedInput(
        source, found, notices + source.notices, is_plain_utf8=plain, number_formats=formats
    )


def _open_delimited(
    path: Path, found: Format, encoding: str | None, notices: tuple[str, ...]
) -> OpenedInput:
    from service.intake.delimited import DelimitedSource

    source = DelimitedSource(path, tabs=found is Format.TSV, encoding=encoding)
    return OpenedInput(
        source,
        found,
        notices + source.notices,
        separator=chr(source.separator),
        line_terminator=source.line_terminator,
        is_plain_utf8=source.encoding.codec == "utf-8" and not source.encoding.bom_bytes,
    )


def _open(path: Path, found: Format, sheet: str | None, keep_kinds: bool) -> Source:
    if found is Format.PARQUET:
        from service.intake.parquet import ParquetSource

        return ParquetSource(path)
    from service.intake.spreadsheet import open_html, open_workbook

    if found is Format.HTML:
        return open_html(path)
    return open_workbook(path, sheet, keep_kinds=keep_kinds)
