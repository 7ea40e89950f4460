"""Dates in cells: read where they can mean but one day, and alike by whoever reads a register."""

import datetime as dt

import polars as pl
import pytest

from service.casework.repeats import Register
from service.intake.days import read_date, read_day
from service.report.figures.cases import tabulate

SEVENTH = dt.date(2024, 3, 7)


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("45400", dt.date(2024, 4, 18)),
        ("45400.0", dt.date(2024, 4, 18)),
        ("45400.354", dt.date(2024, 4, 18)),
        ("36526", dt.date(2000, 1, 1)),
        ("36525", None),  # 1999: rather a number of something else
        ("99999", None),
        ("25/3/2024", dt.date(2024, 3, 25)),
        ("3/25/2024 08:30", dt.date(2024, 3, 25)),
        ("3/3/2024", dt.date(2024, 3, 3)),
        ("3/7/2024", None),
        ("31/31/2024", None),
        ("3月5号", None),
        ("2024年3月5号", dt.date(2024, 3, 5)),
    ],
)
def test_days_are_read_where_they_can_mean_but_one(cell, day):
    assert read_day(cell) == day


@pytest.mark.parametrize(
    "cell",
    [
        "2024-03-07", "2024/3/7", "2024.3.7",
        "2024年3月7日", "20240307", "２０２４－３－７", "2024 3 7",
        "2024、3、7", " 2024-03-07 ", "2024-03-07 09:30", "2024-03-07 00:00:00",
        "2024-03-07T09:30:00", "2024-03-07T09:30:00.000+08:00", "2024-03-07T01:30:00Z",
        "2024年3月7日上午", "2024年3月7日 9时30分",
        "2024年3月7日9时", "2024年3月7日（星期四）", "2024/3/7 周四",
        "2024/3/7 下午 3:05:09",
    ],
)  # fmt: skip
def test_a_time_of_day_or_a_weekday_changes_no_day(cell):
    assert read_day(cell) == SEVENTH


@pytest.mark.parametrize(
    "cell",
    ["", "三月", "2024", "2024-3", "2024-13-01", "2024-02-30", "2024-03-071", "2024-3-7至2024-3-9",
     "2024-3-7 2024-3-9", "编号2024-3-7", "2024-03-07之后", "1" * 50],
)  # fmt: skip
def test_what_is_no_single_day_is_none(cell):
    assert read_day(cell) is None


def test_what_a_person_types_as_a_date_is_no_serial_number():
    assert read_date("2024-03-07") == SEVENTH
    assert read_date("45358") is None


def test_every_reader_of_a_register_reads_serial_numbers():
    cells = {"编号": "甲", "申请人": "张某", "申请内容": "征地批复", "申请人类型": "自然人",
             "办理结果": "予以公开", "收到日期": "45358", "办结日期": "45370.5"}  # fmt: skip
    counted = tabulate(pl.DataFrame([cells]), 2024, "r.csv")
    assert counted.issues == tuple(i for i in counted.issues if i.kind == "unknown_channel")
    assert counted.frame["received_on"].to_list() == [SEVENTH]
    assert counted.frame["closed_on"].to_list() == [dt.date(2024, 3, 19)]
    register = Register.from_frame(
        pl.DataFrame({"text": ["征地批复"], "applicant": ["张某"], "received_on": ["45358"]})
    )
    assert register.frame["received_on"].to_list() == [SEVENTH]
