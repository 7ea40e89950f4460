"""The applications of the store as the register that table 3 is counted from."""

from __future__ import annotations

import datetime as dt

import polars as pl
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models.labels import topics
from service.cases.in_force import assignments_in_force
from service.cases.tables import Case
from service.report.figures.cases import CaseTable, tabulate

NAME = "案件登记"
_AT_ONCE = 500
_COLUMNS = (
    "编号", "收到日期", "申请方式", "申请人类型", "申请内容", "标题", "主题", "二级主题",
    "办理结果", "办理结果判定", "办结日期", "上年结转",
)  # fmt: skip


def table_of(session: Session, year: int) -> CaseTable:
    """Applications that were open or came in during a year, typed and judged."""
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    query = (
        select(Case)
        .where(
            Case.kind == "disclosure",
            Case.received_on <= last,
            or_(Case.closed_on.is_(None), Case.closed_on >= first),
        )
        .order_by(Case.received_on, Case.id)
    )
    rows: list[tuple[str, ...]] = []
    batch: list[Case] = []
    for case in session.scalars(query.execution_options(yield_per=_AT_ONCE)):
        batch.append(case)
        if len(batch) == _AT_ONCE:
            rows += _rows(session, batch)
            batch = []
    rows += _rows(session, batch)
    schema = dict.fromkeys(_COLUMNS, pl.String)
    return tabulate(pl.DataFrame(rows, schema=schema, orient="row"), year, NAME)


def _rows(session: Session, cases: list[Case]) -> list[tuple[str, ...]]:
    """One row a case; an outcome that no person has looked at is marked for review."""
    judged = assignments_in_force(session, [case.id for case in cases]) if cases else {}
    known = topics()
    rows: list[tuple[str, ...]] = []
    for case in cases:
        is_judged = (case.id, "outcome") in judged
        subtopic = known[case.subtopic].name if case.subtopic in known else ""
        carried = "" if case.is_carried_in is None else "是" if case.is_carried_in else "否"
        rows.append(
            (
                case.number,
                case.received_on.isoformat(),
                case.channel,
                case.applicant_type,
                case.text,
                case.title,
                case.topic,
                subtopic,
                case.outcome if case.closed_on else "",
                "" if is_judged or not case.outcome else "review",
                case.closed_on.isoformat() if case.closed_on else "",
                carried,
            )
        )
    return rows
