import datetime as dt

from service.review.queue import next_cases, reviewed_by_topic

TODAY = dt.date(2026, 3, 16)  # a Monday


def test_a_case_due_today_comes_before_one_the_model_knows_nothing_of(session, add_case):
    unsure = add_case(doubt=0.99)
    due = add_case(doubt=0.1, due_on=TODAY)
    first, second = next_cases(session, TODAY)
    assert (first.case, second.case) == (due, unsure)
    assert first.reasons[0] == "今天到期"


def test_days_left_are_working_days(session, add_case):
    add_case(due_on=dt.date(2026, 3, 23))  # the next Monday
    (waiting,) = next_cases(session, TODAY)
    assert "还剩 5 个工作日" in waiting.reasons


def test_a_missed_date_is_said(session, add_case):
    add_case(due_on=dt.date(2026, 3, 13))
    (waiting,) = next_cases(session, TODAY)
    assert waiting.reasons[0] == "已过期（2026-03-13）"


def test_a_closed_case_presses_no_more(session, add_case):
    add_case(due_on=TODAY, closed_on=dt.date(2026, 3, 10))
    (waiting,) = next_cases(session, TODAY)
    assert not any("到期" in reason for reason in waiting.reasons)


def test_of_two_equally_unsure_the_rarer_class_comes_first(session, add_case):
    for _ in range(40):
        add_case(topic="land", state="reviewed")
    common = add_case(topic="land", doubt=0.5)
    rare = add_case(topic="forestry", doubt=0.5)
    first, second = next_cases(session, TODAY)
    assert (first.case, second.case) == (rare, common)


def test_only_cases_that_need_a_person_are_in_the_queue(session, add_case):
    for state in ("new", "accepted", "reviewed"):
        add_case(state=state)
    assert next_cases(session, TODAY) == []


def test_what_was_put_off_is_left_out(session, add_case):
    put_off, other = add_case(doubt=0.9), add_case(doubt=0.1)
    assert [w.case for w in next_cases(session, TODAY, skip={put_off.id})] == [other]


def test_every_topic_of_the_label_set_is_counted(session, add_case):
    add_case(topic="planning", state="reviewed")
    counted = reviewed_by_topic(session)
    assert counted["planning"] == 1
    assert counted["surveying"] == 0
