"""Dated steps of a case, and the last day to reply that the working-day clock makes of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.clock import beijing_day
from service.accounts.audit import record
from service.cases.errors import CaseError
from service.cases.repository import claim_case
from service.cases.tables import Case, Event
from service.casework.clock import reckon
from service.casework.errors import CalendarError, CaseFactError
from service.casework.facts import (
    MAX_EXTENSION_DAYS,
    CaseFacts,
    Consultation,
    ConsultationKind,
    Correction,
    Extension,
)
from service.casework.milestone import Clock
from service.casework.receipt import Channel
from service.database.base import now

COUNT_START_DAY = "count_start_day"
"""Key of `Session.info`: the office counts the day of receipt (setting of the same name)."""
EVENT_NAMES = {
    "confirmed": "与申请人确认",
    "correction_notified": "告知补正",
    "correction_due": "补正期限",
    "correction_received": "收到补正",
    "extension": "告知延期",
    "third_party_sent": "征求第三方意见发出",
    "third_party_served": "征求第三方意见送达",
    "third_party_answered": "收到第三方意见",
    "agency_sent": "征求机关意见发出",
    "agency_served": "征求机关意见送达",
    "agency_answered": "收到机关意见",
    "fee_notice": "收费通知送达",
    "replied": "答复",
}
_CHANNELS = {
    "in_person": Channel.COUNTER,
    "letter": Channel.LETTER,
    "network": Channel.ONLINE,
    "email": Channel.ONLINE,
    "fax": Channel.FAX,
}


def events_of(session: Session, case: Case) -> list[Event]:
    """Steps in force, in the order of their days; withdrawn ones and withdrawals left out."""
    return steps_of(session, [case.id]).get(case.id, [])


def steps_of(session: Session, case_ids: Sequence[int]) -> dict[int, list[Event]]:
    """`events_of` for many cases; a case without steps is left out."""
    query = select(Event).where(Event.case_id.in_(case_ids)).order_by(Event.id)
    found = session.scalars(query).all()
    gone = {event.withdraws for event in found}
    kept: dict[int, list[Event]] = {}
    for event in sorted(found, key=lambda event: (event.on, event.id)):
        if event.withdraws is None and event.id not in gone:
            kept.setdefault(event.case_id, []).append(event)
    return kept


def add_event(
    session: Session,
    actor: str,
    number: str,
    version: int,
    kind: str,
    on: dt.date,
    n_days: int | None = None,
) -> Event:
    """Add a step; the last day to reply is worked out anew. A reply closes the case.

    Parameters
    ----------
    kind : str
        Key of `EVENT_NAMES`.
    n_days : int, optional
        Working days of an extension, 1..20.

    Raises
    ------
    CaseNotFound, StaleCase
        See `claim_case`.
    CaseError
        If the kind is unknown, or the case is no application for disclosure.
    CaseFactError
        If the date contradicts the others.
    """
    case = claim_case(session, number, version)
    if kind not in EVENT_NAMES:
        raise CaseError(f"不认识的事项“{kind[:32]}”，应为 {'、'.join(EVENT_NAMES)} 之一。")
    if case.kind != "disclosure" and kind != "replied":
        raise CaseError("只有依申请公开的件才有这一事项；诉求只登记答复日期。")
    if n_days is not None and kind != "extension":
        raise CaseError("只有延期才填工作日数。")
    event = Event(
        case_id=case.id, kind=kind, on=on, n_days=n_days, entered_by=actor, entered_at=now()
    )
    session.add(event)
    session.flush()
    clock_of(session, case)  # refuses what contradicts
    if kind == "replied" and case.closed_on is None:
        case.closed_on = on
    _changed(session, case, actor)
    record(session, actor, "case.event", f"case:{case.id}", kind=kind, on=on.isoformat())
    return event


def withdraw_event(session: Session, actor: str, number: str, version: int, event_id: int) -> Case:
    """Take a step back; both it and the withdrawal stay on record.

    Raises
    ------
    CaseError
        If it is no step in force of this case.
    """
    case = claim_case(session, number, version)
    event = next((e for e in events_of(session, case) if e.id == event_id), None)
    if event is None:
        raise CaseError(f"{number} 没有编号为 {event_id} 的事项，或已经撤回。")
    session.add(
        Event(
            case_id=case.id,
            kind=event.kind,
            on=event.on,
            withdraws=event.id,
            entered_by=actor,
            entered_at=now(),
        )
    )
    if event.kind == "replied" and case.closed_on == event.on:
        case.closed_on = None
    session.flush()
    _changed(session, case, actor)
    record(session, actor, "case.event_withdraw", f"case:{case.id}", event=event_id)
    return case


def _changed(session: Session, case: Case, actor: str) -> None:
    case.version += 1
    case.changed_by, case.changed_at = actor, now()
    session.flush()
    reckon_due(session, case)


class Dated(Protocol):
    """A case, or one that is about to be."""

    @property
    def received_on(self) -> dt.date:
        """Day of receipt."""

    @property
    def closed_on(self) -> dt.date | None:
        """Day on which it was closed."""

    @property
    def channel(self) -> str:
        """How it came."""


class Step(Protocol):
    """A dated step, stored or about to be."""

    @property
    def kind(self) -> str:
        """Key of `EVENT_NAMES`."""

    @property
    def on(self) -> dt.date:
        """Its day."""

    @property
    def n_days(self) -> int | None:
        """Working days of an extension."""


def facts_of(case: Dated, events: Sequence[Step]) -> CaseFacts:
    """Dates of a case as the clock reads them.

    Parameters
    ----------
    case : Dated
    events : sequence of Step
        By day.
    """
    last = {event.kind: event for event in events}

    def day(kind: str) -> dt.date | None:
        return last[kind].on if kind in last else None

    told, extended = day("correction_notified"), last.get("extension")
    confirmed = day("confirmed")
    channel = _CHANNELS.get(case.channel) if confirmed is not None else None
    if channel is Channel.COUNTER:
        channel, confirmed = None, None
    corrections: tuple[Correction, ...] = ()
    if told is not None:
        corrections = (Correction(told, day("correction_due"), day("correction_received")),)
    return CaseFacts(
        arrived_on=case.received_on,
        channel=channel,
        confirmed_on=confirmed if channel is not None else None,
        corrections=corrections,
        extension=Extension(extended.on, extended.n_days or MAX_EXTENSION_DAYS)
        if extended
        else None,
        consultations=(
            *_consultations(events, ConsultationKind.THIRD_PARTY),
            *_consultations(events, ConsultationKind.AGENCY),
        ),
        fee_notice_on=day("fee_notice"),
        replied_on=day("replied") or case.closed_on,
    )


def _consultations(events: Sequence[Step], kind: ConsultationKind) -> list[Consultation]:
    """Letters sent, each with the next service and the next answer that follow it."""
    own = {step: [e.on for e in events if e.kind == f"{kind}_{step}"]
           for step in ("sent", "served", "answered")}  # fmt: skip
    found = []
    for index, sent in enumerate(own["sent"]):
        following = (*own["sent"][index + 1 :], dt.date.max)[0]
        served = next((on for on in own["served"] if sent <= on < following), None)
        answered = next((on for on in own["answered"] if on >= (served or sent)), None)
        if answered is not None:
            own["answered"].remove(answered)
        found.append(Consultation(kind, sent, served, answered))
    return found


def clock_of(session: Session, case: Case, today: dt.date | None = None) -> Clock:
    """All deadlines of a case with their derivation.

    Raises
    ------
    CaseFactError
        If its dates contradict each other.
    CalendarError
        If a period reaches into a year without working-day data.
    """
    facts = facts_of(case, events_of(session, case))
    first = bool(session.info.get(COUNT_START_DAY, False))
    return reckon(facts, today or beijing_day(), count_start_day=first)


def reckon_due(session: Session, case: Case) -> None:
    """Write the last day to reply of an application; unknown where it cannot be worked out."""
    if case.kind != "disclosure":
        return
    try:
        clock = clock_of(session, case)
        case.due_on = clock.reply.due_on if clock.reply else None
    except (CalendarError, CaseFactError):
        case.due_on = None  # the page of the case says why
    session.flush()
