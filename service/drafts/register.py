"""The applications of the store as the register that table 3 is counted from."""

from __future__ import annotations

import datetime as dt

import polars as pl
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models.labels import topics
from service.cases.in_force import Standing, standings
from service.cases.items import ItemOutcome, items_of_all
from service.cases.tables import Case
from service.report.figures.cases import CaseTable, tabulate

NAME = "案件登记"
COUNT_ITEMS = "count_items"
"""Key of `Session.info`: the office counts a split application by its items (setting of the same
name)."""
_ITEM = " 第"
"""Between the number of a case and the position of its item."""
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


def empty_table(year: int) -> CaseTable:
    """The register of an office without an application."""
    return tabulate(pl.DataFrame(schema=dict.fromkeys(_COLUMNS, pl.String)), year, NAME)


def case_number(counted: str) -> str:
    """Number of the case behind a counted row, which may be one of its items."""
    return counted.partition(_ITEM)[0] if counted.endswith("项") else counted


def _rows(session: Session, cases: list[Case]) -> list[tuple[str, ...]]:
    """Rows as they are counted; an outcome that no person decided or confirmed is for review."""
    ids = [case.id for case in cases]
    judged = standings(session, ids) if cases else {}
    items = items_of_all(session, ids) if session.info.get(COUNT_ITEMS, False) else {}
    rows: list[tuple[str, ...]] = []
    for case in cases:
        if case.id in items:
            rows += [_item_row(case, found, judged[case.id]) for found in items[case.id]]
        else:
            rows.append(_row(case, case.outcome, is_judged=judged[case.id].is_judged))
    return rows


def _item_row(case: Case, found: ItemOutcome, standing: Standing) -> tuple[str, ...]:
    """An item that nobody decided stands as the case does, for review."""
    outcome = found.outcome or standing.labels["outcome"]
    _, *rest = _row(case, outcome, is_judged=bool(found.outcome))
    return (f"{case.number}{_ITEM}{found.item.position}项", *rest)


def _row(case: Case, outcome: str, *, is_judged: bool) -> tuple[str, ...]:
    known = topics()
    return (
        case.number,
        case.received_on.isoformat(),
        case.channel,
        case.applicant_type,
        case.text,
        case.title,
        case.topic,
        known[case.subtopic].name if case.subtopic in known else "",
        outcome if case.closed_on else "",
        "" if is_judged or not outcome else "review",
        case.closed_on.isoformat() if case.closed_on else "",
        "" if case.is_carried_in is None else "是" if case.is_carried_in else "否",
    )
