"""Finding cases: pages without gaps or doubles, filters, search, counts."""

import datetime as dt
import itertools

import pytest

from service.cases.errors import CaseError, CaseNotFound, NumberTaken
from service.cases.registering import NewCase, change_case, register_case
from service.cases.repository import due_cases, get_case, list_cases
from service.cases.selection import Selection, searching
from service.cases.statistics import count_by
from service.database.encryption import TextCipher, new_key, use_cipher

DAYS = [dt.date(2025, 11, 3), dt.date(2026, 1, 5), dt.date(2026, 1, 6), dt.date(2026, 3, 9)]


@pytest.fixture
def filled(database):
    with database.session() as session:
        for index, (day, kind) in enumerate(
            itertools.product(DAYS, ("message", "disclosure", "message"))
        ):
            new = NewCase(kind, day, f"第{index}件：林地占用问题", number=f"甲{index:02d}",
                          channel="network" if index % 2 else "")  # fmt: skip
            register_case(session, "王芳", new)
    return database


def numbers(database, selection=None, **options):
    found, cursor = [], None
    while True:
        with database.reading() as session:
            page = list_cases(session, selection or Selection(), cursor=cursor, **options)
        found += [case.number for case in page.cases]
        cursor = page.next_cursor
        if cursor is None:
            return found


@pytest.mark.parametrize("limit", [1, 2, 5, 12, 50])
@pytest.mark.parametrize("order", ["received", "due"])
def test_pages_hold_every_case_once_and_in_order(filled, limit, order):
    whole = numbers(filled, limit=500, order=order)
    assert len(whole) == len(set(whole)) == (12 if order == "received" else 4)
    assert numbers(filled, limit=limit, order=order) == whole


def test_newest_come_first(filled):
    assert numbers(filled, limit=3) == [f"甲{i:02d}" for i in reversed(range(12))]


def test_case_registered_between_two_pages_moves_nothing(filled):
    with filled.reading() as session:
        first = list_cases(session, Selection(), limit=6)
    with filled.session() as session:
        register_case(session, "王芳", NewCase("message", DAYS[-1], "新来的件"))
    with filled.reading() as session:
        second = list_cases(session, Selection(), limit=6, cursor=first.next_cursor)
    assert [c.number for c in second.cases] == [f"甲{i:02d}" for i in reversed(range(6))]


@pytest.mark.parametrize(
    ("selection", "n"),
    [
        (Selection(kind="disclosure"), 4),
        (Selection(channel="network"), 6),
        (Selection(channel=""), 6),
        (Selection(year=2026), 9),
        (Selection(year=2026, month=1), 6),
        (Selection(year=2026, month=2), 0),
        (Selection(is_open=False), 0),
        (Selection(topic="land"), 0),
        (Selection(number="甲0"), 10),
        (Selection(words="第3件"), 1),
        (Selection(words="100%"), 0),
    ],
)
def test_conditions(filled, selection, n):
    with filled.reading() as session:
        page = list_cases(session, selection)
        assert (len(page.cases), page.n_found, page.is_exact) == (n, n, True)
        assert sum(c.n_cases for c in count_by(session, selection, "month")) == n


def test_due_dates_are_those_of_the_clock(filled):
    with filled.reading() as session:
        page = due_cases(session, dt.date(2026, 2, 10))
    # 20 working days after 2025-11-03, 2026-01-05 and 2026-01-06 (New Year's days worked: 01-04)
    assert [(c.received_on, c.due_on) for c in page.cases] == [
        (DAYS[0], dt.date(2025, 12, 1)),
        (DAYS[1], dt.date(2026, 2, 2)),
        (DAYS[2], dt.date(2026, 2, 3)),
    ]


def test_closing_a_case_takes_it_off_the_list(filled):
    with filled.session() as session:
        change_case(session, "王芳", "甲01", 1, {"closed_on": dt.date(2025, 11, 20)})
    with filled.reading() as session:
        assert "甲01" not in [c.number for c in due_cases(session, dt.date(2026, 12, 31)).cases]


def test_search_box_takes_numbers_and_words(filled):
    with filled.reading() as session:
        assert searching(session, "甲0", Selection()).number == "甲0"
        assert searching(session, "林地", Selection()).words == "林地"
        use_cipher(TextCipher((new_key(),)))
        try:
            assert searching(session, "林地", Selection()).number == "林地"
            with pytest.raises(CaseError, match="加密"):
                list_cases(session, Selection(words="林地"))
        finally:
            use_cipher(TextCipher())


@pytest.mark.parametrize("cursor", ["", "x", "!!", "W10=", "WyJkdWUiLCIyMDI2LTAxLTAxIiwxXQ=="])
def test_foreign_cursor_is_refused(filled, cursor):
    with filled.reading() as session, pytest.raises(CaseError, match="第一页"):
        list_cases(session, Selection(), cursor=cursor)


def test_month_needs_its_year(filled):
    with filled.reading() as session, pytest.raises(CaseError, match="年份"):
        list_cases(session, Selection(month=3))


def test_made_up_numbers_go_round_those_of_the_office(database):
    with database.session() as session:
        for number in ("2026-000002", "2026-000003"):
            register_case(session, "王芳", NewCase("message", DAYS[1], "林地问题", number=number))
        made = [
            register_case(session, "王芳", NewCase("message", DAYS[1], "林地问题")).number
            for _ in range(3)
        ]
    assert made == ["2026-000001", "2026-000004", "2026-000005"]


def test_number_is_given_once(filled):
    with filled.session() as session, pytest.raises(NumberTaken, match="已经登记过"):
        register_case(session, "王芳", NewCase("message", DAYS[0], "另一件", number="甲01"))


def test_equal_texts_share_a_key(filled):
    with filled.session() as session:
        first = register_case(session, "甲", NewCase("message", DAYS[0], "请问 征地补偿款何时发？"))
        second = register_case(session, "乙", NewCase("message", DAYS[0], "请问征地補償款何時發?"))
        third = register_case(session, "乙", NewCase("message", DAYS[0], "请问征地补偿款何时发放"))
    assert first.text_key == second.text_key != third.text_key


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"text": "改写"}, "不能改"),
        ({"channel": "pigeon"}, "渠道"),
        ({"closed_on": dt.date(2020, 1, 1)}, "早于收到日期"),
        ({"due_on": dt.date(2026, 5, 1)}, "工作日历"),
    ],
)
def test_changes_that_cannot_be(filled, changes, said):
    with filled.session() as session, pytest.raises(CaseError, match=said):
        change_case(session, "王芳", "甲01", 1, changes)


def test_unknown_number(filled):
    with filled.reading() as session, pytest.raises(CaseNotFound):
        get_case(session, "没有")
