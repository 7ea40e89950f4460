"""Excel workbooks: every cell of every sheet, formats, widths and merged cells left as they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import polars as pl

from models.text.redaction import redact, replace
from service.intake.header import SEARCHED_ROWS, find_header
from service.redaction.errors import RedactionError
from service.redaction.findings import Findings
from service.redaction.saving import replacing
from service.redaction.table import redact_frame


def redact_workbook(source: Path, target: Path, findings: Findings) -> int:
    """Redact a workbook; returns the number of rows. Properties lose their authors.

    Raises
    ------
    RedactionError
        If the file is encrypted, damaged or no workbook.
    """
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = openpyxl.load_workbook(source)
    except (InvalidFileException, BadZipFile, KeyError, ValueError, OSError) as error:
        raise RedactionError(
            f"{source.name} 打不开：不是 xlsx 工作簿、已损坏或设有密码。"
            "请在 Excel 或 WPS 中另存后再试。"
        ) from error
    n_rows = 0
    for sheet in book.worksheets:
        n_rows += _sheet(sheet, findings)
    book.properties.creator = book.properties.lastModifiedBy = ""
    with replacing(target) as temporary:
        book.save(temporary)
    return n_rows


def _sheet(sheet: Any, findings: Findings) -> int:
    if getattr(sheet, "_pivots", None):
        sheet._pivots = []
        findings.notices.append(f"工作表“{sheet.title}”的数据透视表带有原数据的副本，已移除。")
    if getattr(sheet, "_images", None) or getattr(sheet, "_charts", None):
        findings.notices.append(f"工作表“{sheet.title}”中的图片、图表没有检查，请人工查看。")
    rows = [list(row) for row in sheet.iter_rows()]
    shown = [[_shown(cell.value) for cell in row] for row in rows]
    for row in rows:
        for cell in row:
            _comment(cell, findings, sheet.title)
    if not any(any(row) for row in shown):
        return 0
    header = find_header(shown[:SEARCHED_ROWS])
    for index in range(header + 1):
        _free_row(rows[index], shown[index], findings, sheet.title)
    _body(sheet.title, shown[header], rows[header + 1 :], shown[header + 1 :], findings)
    return len(rows) - header - 1


def _body(
    title: str, header: list[str], rows: list[Any], shown: list[list[str]], findings: Findings
) -> None:
    """Redact the rows below the header, each cell under its heading."""
    if not rows:
        return
    # Headings may be blank or doubled: a number keeps them apart, and is cut off for the search.
    names = [f"{name}" + "\u200b" * index for index, name in enumerate(header)]
    frame = pl.DataFrame(shown, schema=dict.fromkeys(names, pl.String), orient="row")
    lines = [row[0].row for row in rows]
    n_before = len(findings.found)
    result = redact_frame(frame, lines, findings)
    for position in range(n_before, len(findings.found)):
        finding = findings.found[position]
        place = f"工作表“{title}”{finding.place}".replace("\u200b", "")
        findings.found[position] = type(finding)(
            place, finding.start, finding.end, finding.kind, finding.confidence, finding.rule
        )
    for index, name in enumerate(names):
        if not result[name].equals(frame[name]):
            for row, old, new in zip(rows, frame[name], result[name], strict=True):
                if old != new:
                    row[index].value = new


def _free_row(cells: list[Any], shown: list[str], findings: Findings, title: str) -> None:
    """Redact titles above the header, and the header, cell by cell."""
    for cell, text in zip(cells, shown, strict=True):
        if not text:
            continue
        hits = redact(text)[1]
        for hit in hits:
            findings.add(f"工作表“{title}”第{cell.row}行", hit)
        if hits:
            cell.value = replace(text, hits, findings.token)


def _comment(cell: Any, findings: Findings, title: str) -> None:
    comment = getattr(cell, "comment", None)
    if comment is None:
        return
    hits = redact(comment.text)[1]
    for hit in hits:
        findings.add(f"工作表“{title}”{cell.coordinate} 的批注", hit)
    comment.text = replace(comment.text, hits, findings.token)
    comment.author = ""


def _shown(value: object) -> str:
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e18:
        return str(int(value))
    return str(value)
