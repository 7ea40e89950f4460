"""Which output a result file is written with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from service.classification.output.target import Output
from service.intake.format import Format
from service.intake.reader import OpenedInput


def open_output(
    folder: Path,
    format: Format,
    opened: OpenedInput,
    *,
    names: Sequence[str],
    answers: Sequence[str],
    text_column: str,
) -> Output:
    """Open the output of a format in a working folder.

    CSV and TSV keep the input's separator and line ends where the formats agree, and begin with a
    byte-order mark unless the input was UTF-8 without one: so the result opens in the same
    programs as the input.

    Parameters
    ----------
    folder : Path
    format : Format
    opened : OpenedInput
    names : sequence of str
        All columns of the result, in order.
    answers : sequence of str
        The added ones.
    text_column : str
        The one that was classified.
    """
    if format is Format.JSONL:
        from service.classification.output.appended import jsonl_output

        return jsonl_output(folder, answers)
    if format is Format.PARQUET:
        from service.classification.output.spooled import parquet_output

        return parquet_output(folder, names)
    if format is Format.XLSX:
        from service.classification.output.workbook import xlsx_output

        return xlsx_output(folder, names, text_column, opened.number_formats)
    from service.classification.output.appended import delimited_output

    own = "\t" if format is Format.TSV else ","
    return delimited_output(
        folder,
        names,
        separator=opened.separator if opened.format is format else own,
        line_terminator=opened.line_terminator,
        with_bom=not opened.is_plain_utf8,
    )
