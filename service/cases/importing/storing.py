"""One batch of rows into the tables, in bulk."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from models.clock import beijing_day
from service.cases.importing.rows import Refused, Row, raw_of, refuse_doubles
from service.cases.in_force import FIXED_BY_KIND, imported_by
from service.cases.labelling import settle
from service.cases.numbering import new_numbers, taken
from service.cases.tables import Assignment, Case, Event, Import, ImportRemark, Reply
from service.cases.text_key import text_keys, text_secret
from service.cases.timeline import COUNT_START_DAY, facts_of
from service.casework.clock import reckon
from service.casework.errors import CalendarError
from service.casework.facts import CaseFacts
from service.database.base import now

_IN_QUERY = 500
IMPORTED = "随文件导入"
"""Note of assignments that stood in the file."""


def store_batch(
    session: Session, found: Import, rows: Sequence[Row], refused: Sequence[Refused]
) -> tuple[int, int]:
    """Store rows and rejects of a file; how many became cases, how many rejects."""
    fresh, doubles = refuse_doubles(rows, lambda numbers: taken(session, numbers))
    rejects = [
        *refused,
        *(
            Refused(row.line, reason, raw_of(row.cells))
            for row, reason in zip(doubles, _double_reasons(session, fresh, doubles), strict=True)
        ),
    ]
    _note_repeats(session, fresh)
    _number(session, fresh)
    if fresh:
        session.connection().execute(insert(Case), _case_rows(session, found, fresh))
    remarks = [
        {"import_id": found.id, "line": r.line, "is_rejected": True, "reason": r.reason,
         "raw": r.raw}
        for r in sorted(rejects, key=lambda reject: reject.line)
    ] + [
        {"import_id": found.id, "line": row.line, "is_rejected": False,
         "reason": "；".join(row.remarks)[:255],
         "raw": raw_of(row.unread(found.mapping["columns"]))}
        for row in fresh if row.remarks
    ]  # fmt: skip
    if remarks:
        session.execute(insert(ImportRemark), remarks)
    beside = [row for row in fresh if row.labels or row.steps or row.reply.strip()]
    _store_beside(session, found, beside)
    return len(fresh), len(rejects)


def _note_repeats(session: Session, fresh: Sequence[Row]) -> None:
    """Remark rows without a number that equal a case: text, day of receipt and applicant."""
    unnumbered = [row for row in fresh if not row.new.number]
    if not unnumbered:
        return
    keys = text_keys([row.new.text for row in unnumbered], text_secret(session))
    known: dict[tuple[str, dt.date, str], str] = {}
    listed = sorted(set(keys))
    for start in range(0, len(listed), _IN_QUERY):
        query = select(Case.text_key, Case.received_on, Case.applicant, Case.number).where(
            Case.text_key.in_(listed[start : start + _IN_QUERY])
        )
        for key, day, applicant, number in session.execute(query):
            known[key, day, applicant] = f"与已登记的 {number} "
    for row, key in zip(unnumbered, keys, strict=True):
        same = (key, row.new.received_on, row.new.applicant)
        if same in known:
            row.remarks.append(f"{known[same]}内容、收到日期、申请人都相同，可能重复登记，请核对")
        known.setdefault(same, f"与本文件第 {row.line} 行")


def _double_reasons(session: Session, fresh: Sequence[Row], doubles: Sequence[Row]) -> list[str]:
    """Why each row whose number is in use becomes no case: the same letter, or another one."""
    if not doubles:
        return []
    numbers = {row.new.number for row in doubles}
    beside = [row for row in fresh if row.new.number in numbers]
    keys = text_keys([row.new.text for row in (*beside, *doubles)], text_secret(session))
    known = {row.new.number: key for row, key in zip(beside, keys, strict=False)}
    listed = sorted(numbers)
    for start in range(0, len(listed), _IN_QUERY):
        query = select(Case.number, Case.text_key).where(
            Case.number.in_(listed[start : start + _IN_QUERY])
        )
        known |= {row.number: row.text_key for row in session.execute(query)}
    return [
        f"编号“{row.new.number[:40]}”"
        + (
            "已经登记过。"
            if known[row.new.number] == key
            else "已用于另一件内容不同的来信，可能是序号列。"
        )
        for row, key in zip(doubles, keys[len(beside) :], strict=True)
    ]


def _number(session: Session, rows: Sequence[Row]) -> None:
    """Numbers for rows without one; never one that stands further on in the same batch."""
    given = {row.new.number for row in rows if row.new.number}
    for year in sorted({row.new.received_on.year for row in rows if not row.new.number}):
        own = [row for row in rows if not row.new.number and row.new.received_on.year == year]
        free: list[str] = []
        while len(free) < len(own):
            made = new_numbers(session, year, len(own) - len(free))
            free += [number for number in made if number not in given]
        for row, number in zip(own, free, strict=True):
            row.number = number


def _case_rows(session: Session, found: Import, rows: Sequence[Row]) -> list[dict[str, Any]]:
    moment, actor = now(), found.imported_by
    keys = text_keys([row.new.text for row in rows], text_secret(session))
    is_counted = bool(session.info.get(COUNT_START_DAY, False))
    return [
        {
            "number": row.number or row.new.number,
            "kind": row.new.kind,
            "received_on": row.new.received_on,
            "closed_on": row.new.closed_on,
            "due_on": _due_of(row, is_counted=is_counted),
            "channel": row.new.channel,
            "applicant_type": row.new.applicant_type,
            "applicant": row.new.applicant,
            "contact": row.new.contact,
            "title": row.new.title,
            "text": row.new.text,
            "text_key": key,
            "is_carried_in": row.new.is_carried_in,
            "import_id": found.id,
            "line": row.line,
            "intent": FIXED_BY_KIND.get(row.new.kind, {}).get("intent", ""),
            "created_by": actor,
            "created_at": moment,
            "changed_by": actor,
            "changed_at": moment,
        }
        for row, key in zip(rows, keys, strict=True)
    ]


def _due_of(row: Row, *, is_counted: bool) -> dt.date | None:
    """Last day to reply: that of an application follows from its steps."""
    if row.new.kind != "disclosure":
        return row.new.due_on
    if not row.steps:
        return _due(row.new.received_on, is_counted)
    facts = facts_of(row.new, sorted(row.steps, key=lambda step: step.on))
    try:
        clock = reckon(facts, beijing_day(), count_start_day=is_counted)
    except CalendarError:
        return None
    return clock.reply.due_on if clock.reply else None


@cache
def _due(received_on: dt.date, is_counted: bool) -> dt.date | None:
    """Last day to reply of an application of which only the day of receipt is known."""
    try:
        clock = reckon(CaseFacts(received_on), received_on, count_start_day=is_counted)
    except CalendarError:
        return None
    return clock.reply.due_on if clock.reply else None


def _store_beside(session: Session, found: Import, rows: Sequence[Row]) -> None:
    """Letters, dated steps and the office's own labels, beside the cases just stored."""
    if not rows:
        return
    lines = [row.line for row in rows]
    query = select(Case.line, Case.id).where(
        Case.import_id == found.id, Case.line.between(min(lines), max(lines))
    )
    ids = {row.line: row.id for row in session.execute(query)}
    moment, actor = now(), found.imported_by
    source = imported_by(found.id)
    replies = [
        {"case_id": ids[row.line], "text": row.reply, "replied_on": row.new.closed_on,
         "entered_by": actor, "entered_at": moment}
        for row in rows if row.reply.strip()
    ]  # fmt: skip
    if replies:
        session.execute(insert(Reply), replies)
    steps = [
        {"case_id": ids[row.line], "kind": step.kind, "on": step.on, "n_days": step.n_days,
         "entered_by": actor, "entered_at": moment}
        for row in rows for step in row.steps
    ]  # fmt: skip
    if steps:
        session.execute(insert(Event), steps)
    assigned = [
        {"case_id": ids[row.line], "layer": layer, "label": label, "note": IMPORTED,
         "assigned_by": source, "assigned_at": moment}
        for row in rows for layer, label in row.labels.items()
    ]  # fmt: skip
    if assigned:
        session.execute(insert(Assignment), assigned)
        settle(session, [ids[row.line] for row in rows if row.labels], actor=actor)
