import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.casework.calendar import default_calendar
from service.casework.clock import reckon
from service.casework.errors import CalendarError, CaseFactError
from service.casework.facts import (
    CaseFacts,
    Consultation,
    ConsultationKind,
    Correction,
    Extension,
)
from service.casework.milestone import Status
from service.casework.receipt import Channel

D = dt.date.fromisoformat
CALENDAR = default_calendar()

GOLDEN = """
2020-01-20 2020-02-06 2020-02-18 2020-02-25 2020-03-24
2020-04-24 2020-05-07 2020-05-18 2020-05-25 2020-06-22
2020-09-24 2020-10-10 2020-10-21 2020-10-28 2020-11-25
2020-12-03 2020-12-14 2020-12-24 2020-12-31 2021-01-29
2021-09-15 2021-09-26 2021-10-12 2021-10-19 2021-11-16
2024-02-05 2024-02-20 2024-03-01 2024-03-08 2024-04-08
2025-01-20 2025-02-05 2025-02-14 2025-02-21 2025-03-21
2025-09-25 2025-10-11 2025-10-22 2025-10-29 2025-11-26
2026-02-09 2026-02-25 2026-03-06 2026-03-13 2026-04-13
""".strip().splitlines()


def due(clock, code):
    return next(m.due_on for m in clock.milestones if m.code == code)


@pytest.mark.parametrize("line", GOLDEN)
def test_golden_vectors(line):
    start, seven, fifteen, twenty, forty = map(D, line.split())
    facts = CaseFacts(
        start,
        extension=Extension(start),
        consultations=(),
    )
    clock = reckon(facts, start)
    assert due(clock, "correction_notice") == seven
    assert due(clock, "reply") == twenty
    assert due(clock, "extended_reply") == forty == clock.reply.due_on
    third = Consultation(ConsultationKind.THIRD_PARTY, start)
    clock = reckon(CaseFacts(start, consultations=(third,)), start)
    assert due(clock, "opinion_third_party") == fifteen


def simulate(start, n_days, count_start_day, consultations):
    """Day by day, from the words of the regulation alone."""
    on, counted = start, 0
    if count_start_day and CALENDAR.is_working(start):
        counted = 1
    while counted < n_days:
        on += dt.timedelta(1)
        away = any(sent < on <= back for sent, back in consultations)
        counted += CALENDAR.is_working(on) and not away
    return on


def shift(start, n_days):
    return start + dt.timedelta(n_days)


DATES = st.dates(dt.date(2019, 5, 15), dt.date(2025, 12, 31))


@settings(max_examples=150, deadline=None)
@given(
    DATES,
    st.booleans(),
    st.none() | st.integers(1, 20),
    st.lists(st.tuples(st.integers(0, 15), st.integers(0, 12)), max_size=3),
    st.none() | st.tuples(st.integers(0, 9), st.integers(0, 40)),
)
def test_clock_agrees_with_a_simulation(start, first, extension, consulted, correction):
    corrections = ()
    begin = start
    if correction:
        told = shift(start, correction[0])
        begin = shift(told, correction[1])
        corrections = (Correction(told, received_on=begin),)
    spans = [(shift(begin, a), shift(begin, a + b)) for a, b in consulted]
    facts = CaseFacts(
        start,
        corrections=corrections,
        extension=Extension(begin, extension) if extension else None,
        consultations=tuple(
            Consultation(ConsultationKind.AGENCY, sent, answered_on=back) for sent, back in spans
        ),
    )
    clock = reckon(facts, D("2026-10-31"), count_start_day=first)
    assert due(clock, "correction_notice") == simulate(start, 7, first, [])
    assert due(clock, "reply") == simulate(begin, 20, first, spans)
    assert clock.reply.due_on == simulate(begin, 20 + (extension or 0), first, spans)
    numbers = [day.number for day in clock.reply.days if day.number]
    assert numbers == list(range(1, 21 + (extension or 0)))
    dates = [day.day.on for day in clock.reply.days]
    assert dates == [shift(begin, i) for i in range(len(dates))]
    assert all(day.reason for day in clock.reply.days)
    assert CALENDAR.is_working(clock.reply.due_on)


def test_derivation_says_why_each_day_is_skipped():
    clock = reckon(CaseFacts(D("2025-09-25")), D("2025-09-26"))
    reasons = {day.day.on.isoformat(): day.reason for day in clock.reply.days}
    assert reasons["2025-09-25"] == "起算事件发生日，不计入（工作日）"
    assert reasons["2025-09-27"] == "周末"
    assert reasons["2025-09-28"] == "调休上班（国庆节）"
    assert reasons["2025-10-01"] == "法定节假日（国庆节）"
    assert reasons["2025-10-06"] == "法定节假日（中秋节）"
    assert clock.remaining_days == 19
    assert clock.status is Status.OPEN


def test_correction_restarts_the_clock_and_waiting_stops_it():
    told = Correction(D("2024-03-08"), due_on=D("2024-03-22"))
    waiting = reckon(CaseFacts(D("2024-03-01"), corrections=(told,)), D("2024-03-15"))
    assert waiting.status is Status.AWAITING_CORRECTION
    assert waiting.reply is None
    assert not waiting.warnings
    late = reckon(CaseFacts(D("2024-03-01"), corrections=(told,)), D("2024-03-25"))
    assert "先核实申请人有无正当理由" in late.warnings[0]
    back = Correction(D("2024-03-08"), received_on=D("2024-03-20"))
    again = reckon(CaseFacts(D("2024-03-01"), corrections=(back,)), D("2024-03-20"))
    assert again.reply.start_on == D("2024-03-20")


def test_a_late_correction_notice_is_a_warning():
    told = Correction(D("2024-03-13"))
    clock = reckon(CaseFacts(D("2024-03-01"), corrections=(told,)), D("2024-03-15"))
    assert "超过了自收到之日起 7 个工作日（2024-03-12" in clock.warnings[0]


def test_overdue_and_late_answers():
    overdue = reckon(CaseFacts(D("2024-03-01")), D("2024-04-08"))
    assert overdue.status is Status.OVERDUE
    assert overdue.remaining_days < 0
    late = reckon(CaseFacts(D("2024-03-01"), replied_on=D("2024-03-29")), D("2024-05-08"))
    assert late.status is Status.REPLIED_IN_TIME
    late = reckon(CaseFacts(D("2024-03-01"), replied_on=D("2024-04-01")), D("2024-05-08"))
    assert late.status is Status.REPLIED_LATE
    assert late.warnings == ("答复日期 2024-04-01 已超过答复期限 2024-03-29，超出 1 个工作日。",)


def test_an_extension_told_too_late_is_a_warning():
    facts = CaseFacts(D("2024-03-01"), extension=Extension(D("2024-04-01"), 10))
    assert "晚于原答复期限" in reckon(facts, D("2024-04-01")).warnings[0]


def test_silence_of_a_third_party_stops_the_clock_for_its_term_only():
    sent = Consultation(ConsultationKind.THIRD_PARTY, D("2024-03-04"), D("2024-03-06"))
    clock = reckon(CaseFacts(D("2024-03-01"), consultations=(sent,)), D("2024-06-30"))
    assert due(clock, "opinion_third_party") == D("2024-03-27")
    assert clock.reply.due_on == simulate(
        D("2024-03-01"), 20, False, [(D("2024-03-04"), D("2024-03-27"))]
    )


@pytest.mark.parametrize(
    ("channel", "confirmed", "article"),
    [
        (Channel.COUNTER, None, "第三十一条第（一）项"),
        (Channel.MAIL, None, "第三十一条第（二）项"),
        (Channel.LETTER, "2024-03-04", "第三十一条第（二）项"),
        (Channel.ONLINE, "2024-03-05", "第三十一条第（三）项"),
        (Channel.FAX, "2024-03-04", "第三十一条第（三）项"),
    ],
)
def test_receipt_by_channel(channel, confirmed, article):
    day = confirmed and D(confirmed)
    clock = reckon(CaseFacts(D("2024-03-04"), channel, day), D("2024-03-06"))
    assert clock.receipt.on == (day or D("2024-03-04"))
    assert clock.receipt.article == article


BAD = [
    (CaseFacts(D("2024-05-02")), "收到日期 2024-05-02 在今天（2024-05-01）之后"),
    (CaseFacts(D("2024-03-01"), Channel.ONLINE), "请用 --confirmed 给出"),
    (CaseFacts(D("2024-03-01"), Channel.COUNTER, D("2024-03-02")), "不需要确认日期"),
    (CaseFacts(D("2024-03-01"), Channel.FAX, D("2024-02-02")), "早于到达日期"),
    (CaseFacts(D("2024-03-01"), None, D("2024-03-02")), "--channel"),
    (
        CaseFacts(D("2024-03-01"), corrections=(Correction(D("2024-03-02")),) * 2),
        "一次性告知（第三十条）",
    ),
    (CaseFacts(D("2024-03-01"), corrections=(Correction(D("2024-02-02")),)), "早于收到日期"),
    (CaseFacts(D("2024-03-01"), extension=Extension(D("2024-03-02"), 21)), "1 至 20 个工作日"),
    (CaseFacts(D("2024-03-01"), replied_on=D("2024-02-02")), "答复日期 2024-02-02 早于"),
]


@pytest.mark.parametrize(("facts", "message"), BAD)
def test_contradictions_are_refused_in_one_line(facts, message):
    with pytest.raises(CaseFactError) as refused:
        reckon(facts, D("2024-05-01"))
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_year_without_data_says_how_to_add_it():
    with pytest.raises(
        CalendarError, match=r"没有2027年的工作日历（现有：2004—2026年）.*2027\.toml"
    ):
        reckon(CaseFacts(D("2026-12-10")), D("2026-12-10"))


def test_receipt_on_a_holiday_is_allowed_and_said():
    clock = reckon(CaseFacts(D("2025-10-01"), Channel.COUNTER), D("2025-10-09"))
    assert any("收到日 2025-10-01 是法定节假日（国庆节）" in note for note in clock.notes)
    assert clock.reply.days[8].number == 1  # 2025-10-09


def test_fee_notice_gives_a_term_but_no_invented_rule():
    clock = reckon(CaseFacts(D("2024-03-01"), fee_notice_on=D("2024-03-05")), D("2024-03-06"))
    assert due(clock, "payment") == simulate(D("2024-03-05"), 20, False, [])
    assert any("没有核实到条文" in note for note in clock.notes)
