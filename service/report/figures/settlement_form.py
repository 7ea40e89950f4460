"""The settlement workbook: what awaits a person, shown side by side, with room to decide.

A draft writes what is open into it; the person chooses, signs with name and date, and drafts again.
Decisions once written stay in the file; what is new is added below them.
"""

from __future__ import annotations

import datetime as dt
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from models.labels import outcomes
from service.report.errors import ReportOutputError
from service.report.figures.cases import CaseTable
from service.report.figures.entered import Decision
from service.report.figures.errors import SettlementError
from service.report.figures.form import CHOICES
from service.report.figures.naming import load_naming
from service.report.figures.questions import Question
from service.report.figures.settlement import (
    ACCEPT,
    ADD,
    CELL_NAMES,
    CELLS,
    CORRECT,
    STRIKE,
    CaseDecision,
)

QUESTIONS, DOUBTFUL, ADDED, ABOUT = "矛盾", "存疑申请", "补记申请", "说明"
UNDECIDED = "暂不决定"
_CELL_HEADS = tuple(CELL_NAMES[code] for code in CELLS)
_SIGNED = ("决定人", "决定日期", "理由")
HEADS = {
    QUESTIONS: ("编号", "事项", "填报数", "另一数", "决定", *_SIGNED),
    DOUBTFUL: ("行号", "编号", "问题", "现状", *_CELL_HEADS, "决定", *_SIGNED),
    ADDED: ("编号", *_CELL_HEADS, "补记人", "补记日期", "理由"),
}
_WIDTHS = {
    QUESTIONS: (26, 70, 12, 12, 14, 12, 12, 40),
    DOUBTFUL: (8, 20, 28, 12, 12, 12, 10, 14, 30, 14, 12, 12, 40),
    ADDED: (20, 12, 12, 10, 14, 30, 12, 12, 40),
}
_NOTES = (
    "起草年报时遇到的矛盾和存疑的申请都列在这里，请逐项决定，写明决定人和决定日期，保存后再次起草。",
    "矛盾：左右两数并列，选“采用填报数”或“采用另一数”。表三只由登记表数出：登记表少了的申请，请在“补记申请”中写明；"
    "多了的，请在“存疑申请”中加一行，写明行号、编号，选“不计入”。",
    "存疑申请：改正单元格后选“更正后计入”；原样无误选“按原样计入”；不是本机关的申请或重复登记的选“不计入”。",
    "没有写决定人的不采用。决定随年报的 JSON 文件存档，草稿首页也会列出。",
)
_MAX_BYTES = 50_000_000
_SPARE = 40


@dataclass(frozen=True, slots=True)
class Settlement:
    """A settlement workbook as read.

    Parameters
    ----------
    file : str
    decisions : mapping id of a question → Decision
    cases : sequence of CaseDecision
        Without those still undecided.
    rows : mapping sheet → rows of text cells
        All of the file, so that writing it again loses nothing.
    """

    file: str
    decisions: Mapping[str, Decision] = field(default_factory=dict)
    cases: Sequence[CaseDecision] = ()
    rows: Mapping[str, list[list[str]]] = field(default_factory=dict)


def read_settlement(path: Path) -> Settlement:
    """Read a settlement workbook.

    Raises
    ------
    SettlementError
        If it cannot be read, is another workbook, or a row cannot be understood; names the cell.
    """
    import openpyxl

    try:
        if path.stat().st_size > _MAX_BYTES:
            raise SettlementError(f"{path.name} 太大，不像核定表。")
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        rows = {name: list(_rows(book, name, path)) for name in HEADS}
    except (OSError, zipfile.BadZipFile, KeyError, ValueError,
            openpyxl.utils.exceptions.InvalidFileException) as error:  # fmt: skip
        raise SettlementError(
            f"{path.name} 打不开，不是完好的核定表。把 --settle 指向一个还没有的文件名，可得一份新表。"  # noqa: E501
        ) from error
    decisions = {}
    for row in rows[QUESTIONS]:
        id, _, _, _, choice, by, on, reason = row
        if choice not in ("", *CHOICES):
            raise SettlementError(
                f"{path.name}“{QUESTIONS}”中 {id} 的决定“{choice}”不在可选之列：{'、'.join(CHOICES)}。"  # noqa: E501
            )
        if choice and choice != UNDECIDED:
            decisions[id] = Decision(id, choice, by, on, reason)
    cases = [*_doubtful(rows[DOUBTFUL], path.name), *_added(rows[ADDED])]
    return Settlement(path.name, decisions, cases, rows)


def _rows(book: Any, name: str, path: Path) -> Iterator[list[str]]:
    if name not in book.sheetnames:
        raise SettlementError(f"{path.name} 缺少工作表“{name}”，不是核定表。")
    lines = book[name].iter_rows(values_only=True)
    head = [_text(cell) for cell in next(lines, ())]
    width = len(HEADS[name])
    if tuple(head[:width]) != HEADS[name]:
        raise SettlementError(
            f"{path.name} 的“{name}”表头被改动，请恢复为：{'、'.join(HEADS[name])}。"
        )
    for line in lines:
        cells = [*map(_text, line[:width]), *[""] * (width - len(line))]
        if any(cells):
            yield cells


def _text(cell: Any) -> str:
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip()


def _doubtful(rows: Sequence[Sequence[str]], file: str) -> Iterator[CaseDecision]:
    for number, row in enumerate(rows, 2):
        line, id, _, _, *cells, choice, by, on, reason = row
        if choice in ("", UNDECIDED):
            continue
        if choice not in (CORRECT, ACCEPT, STRIKE):
            raise SettlementError(
                f"{file}“{DOUBTFUL}”第{number}行的决定“{choice}”不在可选之列："
                f"{CORRECT}、{ACCEPT}、{STRIKE}、{UNDECIDED}。"
            )
        if not line.isdigit():
            raise SettlementError(f"{file}“{DOUBTFUL}”第{number}行没有写登记表的行号。")
        yield CaseDecision(
            id, int(line), choice, by, on, reason, dict(zip(CELLS, cells, strict=True))
        )


def _added(rows: Sequence[Sequence[str]]) -> Iterator[CaseDecision]:
    for id, *cells, by, on, reason in rows:
        yield CaseDecision(id, 0, ADD, by, on, reason, dict(zip(CELLS, cells, strict=True)))


def update_settlement(
    path: Path, known: Settlement | None, questions: Sequence[Question], table: CaseTable
) -> int:
    """Write what is open into the workbook, below what it holds; returns how many rows are new.

    A file that would not change is left alone.

    Raises
    ------
    ReportOutputError
        If it cannot be written, for instance because it is open in a program.
    """
    rows = {name: list(known.rows.get(name, [])) if known else [] for name in HEADS}
    n_before = sum(map(len, rows.values()))
    asked = {row[0] for row in rows[QUESTIONS]}
    rows[QUESTIONS] += [
        [q.id, q.message, q.left.digits, q.right.digits, "", "", "", ""]
        for q in questions
        if not q.is_settled and q.id not in asked
    ]
    rows[DOUBTFUL] += _open_cases(table, {(row[0], row[1]) for row in rows[DOUBTFUL]})
    n_new = sum(map(len, rows.values())) - n_before
    if n_new or known is None:
        _write(path, rows)
    return n_new


def _open_cases(table: CaseTable, listed: set[tuple[str, str]]) -> Iterator[list[str]]:
    messages: dict[int, list[str]] = {}
    counted: dict[int, bool] = {}
    for issue in table.issues:
        if issue.kind not in ("outside", "unread") and issue.line:
            messages.setdefault(issue.line, []).append(issue.message)
            counted[issue.line] = issue.is_counted
    if not messages:
        return
    cells = table.register.rows(list(messages)).select("line", "id", *CELLS)
    for line, id, *own in cells.iter_rows():
        if (str(line), id) not in listed:
            state = "已计入" if counted[line] else "未计入"
            yield [str(line), id, "；".join(messages[line]), state, *own, "", "", "", ""]


def _write(path: Path, rows: Mapping[str, list[list[str]]]) -> None:
    import xlsxwriter

    temporary = None
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".xlsx", delete=False) as file:
            temporary = Path(file.name)
        book = xlsxwriter.Workbook(str(temporary), {"strings_to_formulas": False})
        head = book.add_format({"bold": True, "bg_color": "#DDE8F0", "border": 1})
        text = book.add_format({"border": 1, "text_wrap": True, "num_format": "@"})
        notes = book.add_worksheet(ABOUT)
        notes.set_column(0, 0, 120)
        for number, note in enumerate(_NOTES):
            notes.write_string(number, 0, note, text)
        for name, heads in HEADS.items():
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            for column, (title, width) in enumerate(zip(heads, _WIDTHS[name], strict=True)):
                sheet.set_column(column, column, width, text)
                sheet.write(0, column, title, head)
            for number, row in enumerate(rows[name], 1):
                for column, cell in enumerate(row):
                    sheet.write_string(number, column, cell, text)
            _choices(sheet, heads, name, len(rows[name]) + _SPARE)
        hidden = book.add_worksheet("选项")
        hidden.write_column(0, 0, [outcome.name for outcome in outcomes().decided])
        hidden.hide()
        book.close()
        temporary.chmod(0o644)
        temporary.replace(path)
    except (OSError, xlsxwriter.exceptions.FileCreateError) as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        raise ReportOutputError(
            f"写不出“{path}”，请检查文件夹是否存在、文件是否正打开着。"
        ) from error


def _choices(sheet: Any, heads: Sequence[str], name: str, last: int) -> None:
    """Drop-downs; the long list of outcomes stands in a hidden sheet."""
    naming = load_naming()
    lists: dict[str, Any] = {
        "申请方式": list(naming.channel_names.values()),
        "申请人类型": ["自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他"],
        "办理结果": f"=选项!$A$1:$A${len(outcomes().decided)}",
        "决定": list(CHOICES) if name == QUESTIONS else [CORRECT, ACCEPT, STRIKE, UNDECIDED],
    }
    for title, source in lists.items():
        if title in heads:
            column = heads.index(title)
            sheet.data_validation(1, column, last, column, {"validate": "list", "source": source,
                                  "ignore_blank": True, "error_type": "warning"})  # fmt: skip
