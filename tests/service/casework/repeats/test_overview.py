"""The overview against a plain count over all pairs."""

import datetime as dt
from collections import defaultdict
from itertools import combinations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz import fuzz

from service.casework.fees import fee_by_items
from service.casework.repeats import NewRequest, Register, RepeatIndex, overview
from service.casework.repeats.evidence import numbers_of
from service.casework.repeats.index import SIMILAR
from service.casework.repeats.plain_text import plain_texts

TEXTS = [
    "申请公开三组征地批复和勘测定界图",
    "请公开三组的征地批复和勘测定界图",
    "申请公开五组征地批复和勘测定界图",
    "公开2019年河东小学规划许可证",
    "公开2020年河东小学规划许可证",
    "",
]
row = st.tuples(
    st.sampled_from(["张三", "李四", "王 五", ""]),
    st.sampled_from(["", "A1"]),
    st.sampled_from(TEXTS),
    st.one_of(st.none(), st.dates(dt.date(2024, 1, 1), dt.date(2024, 2, 28))),
)
NAMES = ["applicant", "identity", "text", "received_on"]
SCHEMA = dict(zip(NAMES, [pl.String, pl.String, pl.String, pl.Date], strict=True))


@given(st.lists(row, min_size=1, max_size=40).filter(lambda r: any(x[0] and x[2] for x in r)))
def test_the_overview_is_what_a_plain_count_finds(rows):
    register = Register.from_frame(pl.DataFrame(rows, schema=SCHEMA, orient="row"))
    seen = overview(RepeatIndex(register))
    plain = plain_texts(pl.Series([r[2] for r in rows], dtype=pl.String))
    people, months = defaultdict(list), defaultdict(int)
    for i, (name, identity, _, day) in enumerate(rows):
        if name:
            key = (name.replace(" ", ""), identity)
            people[key].append(i)
            months[key, day and (day.year, day.month)] += day is not None
    linked = {
        frozenset(pair)
        for own in people.values()
        for pair in combinations(own, 2)
        if plain[pair[0]]
        and fuzz.ratio(plain[pair[0]], plain[pair[1]]) / 100 >= SIMILAR
        and numbers_of(plain[pair[0]]) == numbers_of(plain[pair[1]])
    }
    grouped = [{case.row for case in again.cases} for again in seen.asked_again]
    assert set().union(*grouped) == set().union(*linked)
    assert all(any(pair <= group for group in grouped) for pair in linked)
    askers = defaultdict(set)
    for key, own in people.items():
        for i in own:
            askers[plain[i]].add(key)
    expected = sorted(len(who) for text, who in askers.items() if text and len(who) > 1)
    assert sorted(many.n_applicants for many in seen.asked_by_many) == expected
    over = sorted(n for n in months.values() if n > 10)
    assert sorted(month.n_requests for month in seen.months) == over
    assert all(month.fee_by_items == fee_by_items(month.n_requests) for month in seen.months)
    assert seen.n_applicants == len(people)


@given(st.integers(0, 3), st.sampled_from(["1", "2", "3", "4", "", "9"]))
def test_a_request_is_not_its_own_repeat(row_number, case_id):
    rows = [(str(i + 1), "张三", text) for i, text in enumerate(TEXTS[:4])]
    register = Register.from_frame(
        pl.DataFrame(rows, schema=["case_id", "applicant", "text"], orient="row")
    )
    request = NewRequest(TEXTS[row_number], "张三", case_id=case_id)
    evidence = RepeatIndex(register).query(request)
    found = [match.case_id for match in (*evidence.same_applicant, *evidence.similar)]
    assert case_id not in found or not case_id
    assert (str(row_number + 1) in found) == (case_id != str(row_number + 1))


def test_numbers_are_those_that_tell_objects_apart():
    assert numbers_of("三组2019年征地") == ("2019", "三")
    assert numbers_of("统一征地一事") == ()


def test_what_a_register_lacks_or_cannot_mean_is_said():
    rows = [
        ("张三", "申请公开征地批复", "2999-01-01"),
        ("无", "申请公开征地批复", "不详"),
        ("李四", " ", "2024年3月1日"),
    ]
    frame = pl.DataFrame(rows, schema=["applicant", "text", "received_on"], orient="row")
    notices = overview(RepeatIndex(Register.from_frame(frame))).notices
    assert [notice.split("，")[0].split("：")[0] for notice in notices] == [
        "1 行没有申请内容",
        "1 行没有申请人",
        "1 行没有收到日期",
        "1 行收到日期在今天之后",
    ]
