"""Registering one case, and changing what is known of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from models.clock import beijing_day
from service.accounts.audit import record
from service.cases.errors import CaseError, NumberTaken
from service.cases.in_force import FIXED_BY_KIND
from service.cases.numbering import new_numbers, taken
from service.cases.repository import claim_case
from service.cases.selection import KINDS
from service.cases.tables import Case
from service.cases.text_key import text_keys, text_secret
from service.cases.timeline import reckon_due
from service.classification.content import has_content
from service.database.base import now
from service.report.figures.naming import load_naming

APPLICANT_TYPES = ("natural", "commercial", "research", "social", "legal", "other")
EDITABLE = (
    "received_on", "closed_on", "due_on", "channel", "applicant_type", "applicant", "contact",
    "title", "is_carried_in",
)  # fmt: skip
_LONGEST_NUMBER = 64
_FIRST_DAY = dt.date(1990, 1, 1)


@dataclass(frozen=True, slots=True)
class NewCase:
    """What is known of a case when it arrives; blank or None: not known.

    Parameters
    ----------
    kind : str
        `message` or `disclosure`.
    received_on : date
    text : str
    number : str
        The office's own; without one it is made of year and sequence.
    due_on : date, optional
        Of messages only; that of an application comes from the working-day clock.
    """

    kind: str
    received_on: dt.date
    text: str
    number: str = ""
    closed_on: dt.date | None = None
    due_on: dt.date | None = None
    channel: str = ""
    applicant_type: str = ""
    applicant: str = ""
    contact: str = ""
    title: str = ""
    is_carried_in: bool | None = None


def register_case(session: Session, actor: str, new: NewCase) -> Case:
    """Store a case.

    Raises
    ------
    CaseError
        If something contradicts itself or is no code of ours.
    NumberTaken
        If the number is in use.
    """
    fault = fault_of(new)
    if fault:
        raise CaseError(fault)
    number = new.number.strip()
    if number and taken(session, [number]):
        raise NumberTaken(number)
    moment = now()
    case = Case(
        number=number or new_numbers(session, new.received_on.year, 1)[0],
        kind=new.kind,
        received_on=new.received_on,
        closed_on=new.closed_on,
        due_on=new.due_on,
        channel=new.channel,
        applicant_type=new.applicant_type,
        applicant=new.applicant,
        contact=new.contact,
        title=new.title,
        text=new.text,
        text_key=text_keys([new.text], text_secret(session))[0],
        is_carried_in=new.is_carried_in,
        **FIXED_BY_KIND.get(new.kind, {}),
        created_by=actor,
        created_at=moment,
        changed_by=actor,
        changed_at=moment,
    )
    session.add(case)
    session.flush()
    reckon_due(session, case)
    record(session, actor, "case.register", f"case:{case.id}", kind=case.kind, number=case.number)
    return case


def change_case(
    session: Session, actor: str, number: str, version: int, changes: Mapping[str, Any]
) -> Case:
    """Change what is known of a case; its text and its number stay as they are.

    Parameters
    ----------
    version : int
        The one that the writer read.
    changes : mapping
        Fields of `EDITABLE`.

    Raises
    ------
    CaseNotFound, StaleCase
        See `claim_case`.
    CaseError
        If a field cannot be changed so.
    """
    case = claim_case(session, number, version)
    unknown = sorted(set(changes) - set(EDITABLE))
    if unknown:
        raise CaseError(f"这些项不能改：{'、'.join(unknown)}。")
    if "due_on" in changes and case.kind == "disclosure":
        raise CaseError("依申请公开的答复期限由工作日历算出，不能直接填；请登记补正、延期等日期。")
    known = {name: getattr(case, name) for name in EDITABLE}
    new = NewCase(kind=case.kind, text=case.text, number=case.number, **{**known, **changes})
    fault = fault_of(new)
    if fault:
        raise CaseError(fault)
    changed = [name for name, value in changes.items() if known[name] != value]
    if not changed:
        return case
    for name in changed:
        setattr(case, name, changes[name])
    touch(case, actor)
    session.flush()
    reckon_due(session, case)
    fields = ",".join(changed)
    record(session, actor, "case.change", f"case:{case.id}", fields=fields, version=case.version)
    return case


def touch(case: Case, actor: str) -> None:
    """Note that somebody changed a case: whoever read an older version is told."""
    case.version += 1
    case.changed_by, case.changed_at = actor, now()


def fault_of(new: NewCase) -> str:
    """What is wrong with a case, in Chinese; blank if nothing is."""
    if not has_content(new.text):
        return "正文是空的。"
    return fault_of_facts(new)


def fault_of_facts(new: NewCase) -> str:
    """What is wrong with a case apart from its text."""
    today = beijing_day()
    checks = (
        (new.kind not in KINDS, "件的种类应为 message（诉求）或 disclosure（依申请公开）。"),
        (len(new.number.strip()) > _LONGEST_NUMBER, f"编号超过 {_LONGEST_NUMBER} 字。"),
        (not _FIRST_DAY <= new.received_on <= today, "收到日期应在1990年之后、今天或今天之前。"),
        (
            new.closed_on is not None and not new.received_on <= new.closed_on <= today,
            "办结日期早于收到日期，或在今天之后。",
        ),
        (
            new.due_on is not None and new.due_on < new.received_on,
            "办理期限早于收到日期。",
        ),
        (
            new.channel not in _channels(),
            f"渠道应为 {'、'.join(load_naming().channel_names)} 之一。",
        ),
        (
            new.applicant_type not in ("", *APPLICANT_TYPES),
            f"申请人类型应为 {'、'.join(APPLICANT_TYPES)} 之一。",
        ),
    )
    return next((message for is_wrong, message in checks if is_wrong), "")


def _channels() -> set[str]:
    return {"", *load_naming().channel_names}
