"""Cases into a file, for another program or another office: redacted unless asked otherwise."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.labels import intents, outcomes, topics
from models.text.redaction.redact import redact
from service.accounts.audit import record
from service.cases.errors import CaseError
from service.cases.selection import KINDS, STATES, Selection
from service.cases.tables import Case
from service.errors import refusal
from service.report.figures.naming import load_naming

_AT_ONCE = 500
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
APPLICANT_NAMES = {
    "natural": "自然人", "commercial": "商业企业", "research": "科研机构",
    "social": "社会公益组织", "legal": "法律服务机构", "other": "其他",
}  # fmt: skip
COLUMNS = (
    "编号", "种类", "收到日期", "办结日期", "办理期限", "申请方式", "申请人类型", "申请人",
    "联系方式", "标题", "内容", "主题", "二级主题", "诉求类型", "办理结果", "状态",
)  # fmt: skip
Write = Callable[[tuple[str, ...]], object]


def export_cases(
    session: Session, actor: str, path: Path, selection: Selection, *, is_plain: bool = False
) -> int:
    """Write cases under the headings that an import knows; how many there were.

    Parameters
    ----------
    path : Path
        `.xlsx`, `.csv` or `.jsonl`.
    is_plain : bool, default=False
        Without it names and contacts are left out, and personal information in the texts is
        replaced by type tokens.

    Raises
    ------
    CaseError
        If the file cannot be written or its kind is unknown.
    """
    writers = {".xlsx": _workbook, ".csv": _delimited, ".jsonl": _lines}
    open_writer = writers.get(path.suffix.lower())
    if open_writer is None:
        raise CaseError(f"不能写“{path.suffix}”文件，可以是 {'、'.join(writers)}。")
    half = path.with_name(f".{path.name}.{os.getpid()}{path.suffix}")
    n = 0
    try:
        with open_writer(half) as write:
            for row in _rows(session, selection, is_plain=is_plain):
                write(row)
                n += 1
        half.replace(path)
    except OSError as error:
        raise CaseError(f"写不出 {path.name}：{refusal(error)}。") from error
    finally:
        with suppress(OSError):
            half.unlink(missing_ok=True)
    record(session, actor, "case.export", "cases", n_cases=n, plain=is_plain, file=path.name)
    return n


def _rows(session: Session, selection: Selection, *, is_plain: bool) -> Iterator[tuple[str, ...]]:
    query = select(Case).where(*selection.conditions()).order_by(Case.received_on, Case.id)
    labels = {
        label.code: label.name for kind in (topics(), intents(), outcomes()) for label in kind
    }
    channels = load_naming().channel_names
    for case in session.scalars(query.execution_options(yield_per=_AT_ONCE)):
        applicant, contact, title, text = case.applicant, case.contact, case.title, case.text
        if not is_plain:
            applicant, contact = "", ""
            title, text = redact(title)[0], redact(text)[0]
        yield (
            case.number,
            KINDS.get(case.kind, case.kind),
            *("" if day is None else day.isoformat()
              for day in (case.received_on, case.closed_on, case.due_on)),
            channels.get(case.channel, ""),
            APPLICANT_NAMES.get(case.applicant_type, ""),
            applicant,
            contact,
            title,
            text,
            *(labels.get(code, code)
              for code in (case.topic, case.subtopic, case.intent, case.outcome)),
            STATES.get(case.state, case.state),
        )  # fmt: skip


@contextmanager
def _delimited(path: Path) -> Iterator[Write]:
    """CSV that a spreadsheet opens: a text that it would take for a formula gets an apostrophe."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        yield lambda row: writer.writerow(
            [f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in row]
        )
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _lines(path: Path) -> Iterator[Write]:
    with path.open("w", encoding="utf-8") as file:
        yield lambda row: file.write(
            json.dumps(dict(zip(COLUMNS, row, strict=True)), ensure_ascii=False) + "\n"
        )
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _workbook(path: Path) -> Iterator[Write]:
    import xlsxwriter

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(str(path), options)
    sheet: Any = book.add_worksheet("案件")
    sheet.freeze_panes(1, 0)
    at = 0

    def write(row: tuple[str, ...]) -> None:
        nonlocal at
        for column, cell in enumerate(row):
            sheet.write_string(at, column, cell[:32_767])  # the most that a cell of Excel holds
        at += 1

    write(COLUMNS)
    try:
        yield write
        book.close()
    except xlsxwriter.exceptions.FileCreateError as error:
        raise CaseError(f"写不出 {path.name}，请检查文件夹是否存在、是否可写。") from error
