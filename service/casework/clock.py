"""The clock of a request: which day what is due, and the days that lead there.

Articles are those of 《政府信息公开条例》 (2019). What the regulation leaves open is a choice of
this program and said to be one.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from service.casework.calendar import ONE_DAY, WorkingCalendar, default_calendar
from service.casework.counting import Period, count, working_days_between
from service.casework.facts import CaseFacts, Consultation, ConsultationKind, check_facts
from service.casework.milestone import Clock, Milestone, Status
from service.casework.receipt import Receipt, receipt

CORRECTION_DAYS, REPLY_DAYS, OPINION_DAYS, PAYMENT_DAYS = 7, 20, 15, 20
_OPINIONS = {
    ConsultationKind.THIRD_PARTY: (
        "第三方提出意见",
        "第三十二条",
        "逾期未提出意见的，由行政机关依照条例决定是否公开",
    ),
    ConsultationKind.AGENCY: (
        "被征求意见机关提出意见",
        "第三十四条",
        "逾期未提出意见的，视为同意公开",
    ),
}


@dataclass(slots=True)
class _Reckoning:
    """Work in progress."""

    facts: CaseFacts
    today: dt.date
    calendar: WorkingCalendar
    count_start_day: bool
    milestones: list[Milestone] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def count(self, start_on: dt.date, n_days: int, stopped: frozenset[dt.date]) -> Period:
        return count(
            self.calendar, start_on, n_days, count_start_day=self.count_start_day, stopped=stopped
        )


def reckon(
    facts: CaseFacts,
    today: dt.date,
    *,
    calendar: WorkingCalendar | None = None,
    count_start_day: bool = False,
) -> Clock:
    """Work out the deadlines of a request.

    Parameters
    ----------
    facts : CaseFacts
    today : date
        Facts later than this are refused; remaining days are counted from it.
    calendar : WorkingCalendar, optional
    count_start_day : bool, default=False
        See `counting.count`.

    Raises
    ------
    CaseFactError
        If the dates contradict each other.
    CalendarError
        If a period reaches into a year without data.
    """
    check_facts(facts, today)
    work = _Reckoning(facts, today, calendar or default_calendar(), count_start_day)
    received = receipt(facts.arrived_on, facts.channel, facts.confirmed_on)
    work.warnings.extend(received.warnings)
    _note_start(work, received)
    start_on = _correction(work, received)
    stopped = _consultations(work)
    _payment(work)
    reply = None
    if start_on is not None:
        reply = _reply(work, start_on, stopped)
    status, remaining = _standing(work, reply)
    return Clock(
        received,
        today,
        status,
        tuple(work.milestones),
        reply,
        remaining,
        tuple(work.warnings),
        tuple(work.notes),
    )


def _note_start(work: _Reckoning, received: Receipt) -> None:
    if work.count_start_day:
        work.notes.append("按设置，收到当日计入期限（条例未规定起算日，本机关自定口径）。")
    else:
        work.notes.append(
            "按次日起算：收到当日不计入。条例未规定起算日，这里采用民法典第二百零一条的一般规则，可改设置。"
        )
    day = work.calendar.day(received.on)
    if not day.kind.is_working:
        work.notes.append(f"收到日 {received.on} 是{day.reason}，期限从其后的工作日数起。")


def _correction(work: _Reckoning, received: Receipt) -> dt.date | None:
    """Day from which the reply period runs; None while a correction is awaited (第三十条)."""
    correction = next(iter(work.facts.corrections), None)
    told_on = correction.notified_on if correction else None
    period = work.count(received.on, CORRECTION_DAYS, frozenset())
    work.milestones.append(
        Milestone(
            "correction_notice",
            "一次性告知补正",
            "第三十条",
            period,
            told_on,
            "" if correction else "仅在申请内容不明确时需要",
        )
    )
    if correction is None:
        return received.on
    if correction.notified_on > period.due_on:
        work.warnings.append(
            f"补正告知 {told_on} 超过了自收到之日起 7 个工作日（{period.due_on}，第三十条），"
            "请核对。"
        )
    if correction.received_on is not None:
        work.notes.append(
            f"已补正，答复期限自收到补正的申请之日（{correction.received_on}）起重新计算（第三十条）。"
        )
        _late_correction(work, correction.due_on, correction.received_on)
        return correction.received_on
    work.notes.append("等待补正：收到补正的申请之前，答复期限不起算（第三十条）。")
    if correction.due_on is not None and work.today > correction.due_on:
        work.warnings.append(
            f"补正期限 {correction.due_on} 已过、未收到补正。无正当理由逾期不补正的，视为放弃申请"
            "（第三十条）；请先核实申请人有无正当理由，再由人决定。"
        )
    return None


def _late_correction(work: _Reckoning, due_on: dt.date | None, received_on: dt.date) -> None:
    if due_on is not None and received_on > due_on:
        work.warnings.append(
            f"补正于 {received_on} 收到，晚于补正期限 {due_on}；有无正当理由由人核实（第三十条）。"
        )


def _consultations(work: _Reckoning) -> frozenset[dt.date]:
    """Days of consultation, which do not count (第三十三条第三款); overlaps count once."""
    stopped: set[dt.date] = set()
    for consultation in work.facts.consultations:
        stopped |= _consultation(work, consultation)
    if work.facts.consultations:
        work.notes.append(
            "征求意见所需时间不计入答复期限（第三十三条第三款）。起止日条例未细定，这里从发出次日起、"
            "到收到意见之日（最迟到 15 个工作日届满）止。"
        )
    return frozenset(stopped)


def _consultation(work: _Reckoning, consultation: Consultation) -> set[dt.date]:
    name, article, silence = _OPINIONS[consultation.kind]
    served_on = consultation.served_on or consultation.sent_on
    period = work.count(served_on, OPINION_DAYS, frozenset())
    answered_on = consultation.answered_on
    note = silence if answered_on is None else ""
    if consultation.served_on is None:
        note = "；".join(filter(None, ("未给出送达日期，暂从发出日计", note)))
    work.milestones.append(
        Milestone(f"opinion_{consultation.kind}", name, article, period, answered_on, note)
    )
    if answered_on is None and work.today <= period.due_on:
        work.notes.append(f"{name}尚未到期，答复期限按等满 15 个工作日（{period.due_on}）预计。")
    if answered_on is not None and answered_on > period.due_on:
        work.warnings.append(
            f"意见于 {answered_on} 收到，超过 15 个工作日（{period.due_on}，{article}）；"
            "超出的时间仍计入答复期限。"
        )
    last = min(answered_on or period.due_on, period.due_on)
    n_days = (last - consultation.sent_on).days
    return {consultation.sent_on + ONE_DAY * (i + 1) for i in range(n_days)}


def _payment(work: _Reckoning) -> None:
    if work.facts.fee_notice_on is None:
        return
    # "From the day after receipt" is said of this period, whatever the setting for the others.
    period = count(work.calendar, work.facts.fee_notice_on, PAYMENT_DAYS)
    work.milestones.append(
        Milestone("payment", "缴纳信息处理费", "第四十二条、国办函〔2020〕109号", period)
    )
    work.notes.append(
        "收费对答复期限的影响，本程序没有核实到条文，不作推算；上面的答复期限未考虑缴费时间。"
    )


def _reply(work: _Reckoning, start_on: dt.date, stopped: frozenset[dt.date]) -> Period:
    """Reply period of 20 working days, or with the extension (第三十三条第二款)."""
    base = work.count(start_on, REPLY_DAYS, stopped)
    replied_on, extension = work.facts.replied_on, work.facts.extension
    article = "第三十三条第二款"
    extended = None
    if extension is not None:
        extended = work.count(start_on, REPLY_DAYS + extension.n_days, stopped)
    done_on = None if extended else replied_on
    work.milestones.append(Milestone("reply", "答复", article, base, done_on))
    work.notes.append("以邮寄送达的，答复日期是交邮之日（国办公开办函〔2016〕235号）。")
    if extension is None or extended is None:
        return base
    note = f"延长 {extension.n_days} 个工作日，须经政府信息公开工作机构负责人同意并告知申请人"
    work.milestones.append(
        Milestone("extended_reply", "延长后的答复", article, extended, replied_on, note)
    )
    if extension.notified_on > base.due_on:
        work.warnings.append(
            f"延期告知 {extension.notified_on} 晚于原答复期限 {base.due_on}，请核对延期是否有效。"
        )
    return extended


def _standing(work: _Reckoning, reply: Period | None) -> tuple[Status, int | None]:
    replied_on = work.facts.replied_on
    if reply is None:
        if replied_on is not None:
            work.warnings.append("尚未收到补正就已答复，请核对日期。")
        return Status.AWAITING_CORRECTION, None
    on = replied_on or work.today
    remaining = working_days_between(work.calendar, on, reply.due_on)
    if on <= reply.due_on:
        return Status.REPLIED_IN_TIME if replied_on else Status.OPEN, remaining
    done = f"答复日期 {replied_on}" if replied_on else f"今天（{work.today}）"
    late = f"{done} 已超过答复期限 {reply.due_on}"
    work.warnings.append(f"{late}，超出 {-remaining} 个工作日。" if remaining else f"{late}。")
    return Status.REPLIED_LATE if replied_on else Status.OVERDUE, remaining
