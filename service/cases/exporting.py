"""Cases into a file, for another program or another office: redacted unless asked otherwise."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.labels import intents, outcomes, topics
from models.text.redaction.redact import redact
from service.accounts.audit import record
from service.cases.errors import CaseError
from service.cases.selection import KINDS, STATES, Selection
from service.cases.tables import Case, Event
from service.cases.timeline import EVENT_NAMES, steps_of
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
DAYS_HEADING = "延期的工作日数"
STEP_HEADINGS = EVENT_NAMES | {"confirmed": "与申请人确认日期", "replied": "答复日期"}
"""Headings of dated steps, under which an import finds them again."""
Write = Callable[[tuple[str, ...]], object]


def export_cases(
    session: Session, actor: str, path: Path, selection: Selection, *, is_plain: bool = False
) -> int:
    """Write cases under the headings that an import knows; how many there were.

    Columns of dated steps (补正, 延期 …) stand at the end where any of the cases has such a step;
    of one that was taken more than once, the last.

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
    kinds = _step_kinds(session, selection)
    steps = [heading for kind in kinds for heading in _step_columns(kind)]
    try:
        with open_writer(half, (*COLUMNS, *steps)) as write:
            for row in _rows(session, selection, kinds, is_plain=is_plain):
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


def _step_kinds(session: Session, selection: Selection) -> list[str]:
    """Kinds of step that any of the cases has, in the order of `EVENT_NAMES`."""
    chosen = select(Case.id).where(*selection.conditions())
    found = set(session.scalars(select(Event.kind).where(Event.case_id.in_(chosen)).distinct()))
    return [kind for kind in EVENT_NAMES if kind in found]


def _step_columns(kind: str) -> tuple[str, ...]:
    return (STEP_HEADINGS[kind], *([DAYS_HEADING] if kind == "extension" else []))


def _rows(
    session: Session, selection: Selection, kinds: Sequence[str], *, is_plain: bool
) -> Iterator[tuple[str, ...]]:
    query = select(Case).where(*selection.conditions()).order_by(Case.received_on, Case.id)
    for cases in session.scalars(query.execution_options(yield_per=_AT_ONCE)).partitions():
        steps = steps_of(session, [case.id for case in cases]) if kinds else {}
        for case in cases:
            own = {event.kind: event for event in steps.get(case.id, [])}
            dated = [cell for kind in kinds for cell in _step_cells(kind, own.get(kind))]
            yield (*_cells(case, is_plain=is_plain), *dated)


def _step_cells(kind: str, event: Event | None) -> tuple[str, ...]:
    day = "" if event is None else event.on.isoformat()
    if kind != "extension":
        return (day,)
    return (day, "" if event is None or event.n_days is None else str(event.n_days))


def _cells(case: Case, *, is_plain: bool) -> tuple[str, ...]:
    applicant, contact, title, text = case.applicant, case.contact, case.title, case.text
    if not is_plain:
        applicant, contact = "", ""
        title, text = redact(title)[0], redact(text)[0]
    names = _label_names()
    return (
        case.number,
        KINDS.get(case.kind, case.kind),
        *("" if day is None else day.isoformat()
          for day in (case.received_on, case.closed_on, case.due_on)),
        load_naming().channel_names.get(case.channel, ""),
        APPLICANT_NAMES.get(case.applicant_type, ""),
        applicant,
        contact,
        title,
        text,
        *(names.get(code, code)
          for code in (case.topic, case.subtopic, case.intent, case.outcome)),
        STATES.get(case.state, case.state),
    )  # fmt: skip


@cache
def _label_names() -> dict[str, str]:
    return {label.code: label.name for kind in (topics(), intents(), outcomes()) for label in kind}


@contextmanager
def _delimited(path: Path, columns: tuple[str, ...]) -> Iterator[Write]:
    """CSV that a spreadsheet opens: a text that it would take for a formula gets an apostrophe."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        yield lambda row: writer.writerow(
            [f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in row]
        )
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _lines(path: Path, columns: tuple[str, ...]) -> Iterator[Write]:
    with path.open("w", encoding="utf-8") as file:
        yield lambda row: file.write(
            json.dumps(dict(zip(columns, row, strict=True)), ensure_ascii=False) + "\n"
        )
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _workbook(path: Path, columns: tuple[str, ...]) -> Iterator[Write]:
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

    write(columns)
    try:
        yield write
        book.close()
    except xlsxwriter.exceptions.FileCreateError as error:
        raise CaseError(f"写不出 {path.name}，请检查文件夹是否存在、是否可写。") from error
