"""What is known of a case: the dates the clock reads."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from service.casework.errors import CaseFactError
from service.casework.receipt import Channel

MAX_EXTENSION_DAYS = 20
"""第三十三条第二款, in working days."""


class ConsultationKind(StrEnum):
    """Who is asked for an opinion."""

    THIRD_PARTY = "third_party"
    AGENCY = "agency"


@dataclass(frozen=True, slots=True)
class Correction:
    """补正 (第三十条): told once; the reply period starts anew with the corrected request."""

    notified_on: dt.date
    due_on: dt.date | None = None
    received_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Extension:
    """延期 (第三十三条第二款): at most 20 working days, told to the applicant."""

    notified_on: dt.date
    n_days: int = MAX_EXTENSION_DAYS


@dataclass(frozen=True, slots=True)
class Consultation:
    """征求意见 (第三十二条 third party, 第三十四条 other agency).

    Parameters
    ----------
    sent_on : date
    served_on : date, optional
        Day the letter was received, from which the 15 working days run; by default `sent_on`.
    answered_on : date, optional
        Day the opinion came; without it the term of 15 working days bounds the time.
    """

    kind: ConsultationKind
    sent_on: dt.date
    served_on: dt.date | None = None
    answered_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """Dates of one request. All optional ones are unknown or have not happened.

    Parameters
    ----------
    arrived_on : date
    channel : Channel, optional
    confirmed_on : date, optional
    corrections : tuple of Correction
        At most one (第三十条).
    extension : Extension, optional
    consultations : tuple of Consultation
    fee_notice_on : date, optional
        Day the applicant received the fee notice.
    replied_on : date, optional
        Day of service; by mail, the day it was handed to the post.
    """

    arrived_on: dt.date
    channel: Channel | None = None
    confirmed_on: dt.date | None = None
    corrections: tuple[Correction, ...] = ()
    extension: Extension | None = None
    consultations: tuple[Consultation, ...] = ()
    fee_notice_on: dt.date | None = None
    replied_on: dt.date | None = None


def check_facts(facts: CaseFacts, today: dt.date) -> None:
    """Refuse facts that contradict each other or have not happened yet.

    Raises
    ------
    CaseFactError
        Names the first contradiction.
    """
    if len(facts.corrections) > 1:
        raise CaseFactError("补正应当一次性告知（第三十条），只能给出一次补正告知日期。")
    for name, on in _events(facts):
        if on is not None and on > today:
            raise CaseFactError(f"{name} {on} 在今天（{today}）之后，请核对。")
    for earlier, first, later, second in _orders(facts):
        if first is not None and second is not None and second < first:
            raise CaseFactError(f"{later} {second} 早于{earlier} {first}，请核对。")
    if facts.extension and not 1 <= facts.extension.n_days <= MAX_EXTENSION_DAYS:
        raise CaseFactError(
            f"延长期限应为 1 至 {MAX_EXTENSION_DAYS} 个工作日（第三十三条第二款），"
            f"给出的是 {facts.extension.n_days}。"
        )


Event = tuple[str, dt.date | None]


def _events(facts: CaseFacts) -> list[Event]:
    """Everything that can only lie in the past; a correction's term may end in the future."""
    events: list[Event] = [("收到日期", facts.arrived_on), ("确认日期", facts.confirmed_on)]
    for correction in facts.corrections:
        events.append(("补正告知日期", correction.notified_on))
        events.append(("收到补正日期", correction.received_on))
    if facts.extension:
        events.append(("延期告知日期", facts.extension.notified_on))
    for consultation in facts.consultations:
        events.append(("征求意见书发出日期", consultation.sent_on))
        events.append(("征求意见书送达日期", consultation.served_on))
        events.append(("收到意见日期", consultation.answered_on))
    events.append(("收费通知送达日期", facts.fee_notice_on))
    events.append(("答复日期", facts.replied_on))
    return events


def _orders(facts: CaseFacts) -> list[tuple[str, dt.date | None, str, dt.date | None]]:
    start = facts.confirmed_on or facts.arrived_on
    orders: list[tuple[str, dt.date | None, str, dt.date | None]] = []
    for correction in facts.corrections:
        told = correction.notified_on
        orders.append(("收到日期", start, "补正告知日期", told))
        orders.append(("补正告知日期", told, "收到补正日期", correction.received_on))
        orders.append(("补正告知日期", told, "补正期限", correction.due_on))
        start = correction.received_on or start
    if facts.extension:
        orders.append(("起算日", start, "延期告知日期", facts.extension.notified_on))
    for consultation in facts.consultations:
        sent = consultation.sent_on
        orders.append(("起算日", start, "征求意见书发出日期", sent))
        orders.append(("征求意见书发出日期", sent, "征求意见书送达日期", consultation.served_on))
        served = consultation.served_on or sent
        orders.append(("征求意见书送达日期", served, "收到意见日期", consultation.answered_on))
    orders.append(
        (
            "收到日期",
            facts.confirmed_on or facts.arrived_on,
            "收费通知送达日期",
            facts.fee_notice_on,
        )
    )
    orders.append(("起算日", start, "答复日期", facts.replied_on))
    return orders
