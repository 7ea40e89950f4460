import datetime as dt

import pytest

from service.casework.calendar import DayKind, WorkingCalendar, default_calendar, read_year
from service.casework.errors import CalendarError


def test_every_year_from_2004_to_2026_can_be_read():
    calendar = default_calendar()
    assert calendar.years() == list(range(2004, 2027))
    for year in calendar.years():
        n_working = sum(
            calendar.is_working(dt.date(year, 1, 1) + dt.timedelta(i)) for i in range(365)
        )
        assert 246 <= n_working <= 254


@pytest.mark.parametrize(
    ("on", "kind", "reason"),
    [
        ("2025-01-26", DayKind.ADJUSTED_WORKDAY, "调休上班（春节）"),
        ("2025-01-28", DayKind.HOLIDAY, "法定节假日（春节）"),
        ("2025-03-08", DayKind.WEEKEND, "周末"),
        ("2025-03-10", DayKind.WORKDAY, "工作日"),
    ],
)
def test_days(on, kind, reason):
    day = default_calendar().day(dt.date.fromisoformat(on))
    assert (day.kind, day.reason) == (kind, reason)


def test_a_user_adds_a_year(tmp_path):
    text = 'year = 2027\n[[holidays]]\nname = "元旦"\ndays_off = [2027-01-01]\n'
    (tmp_path / "2027.toml").write_text(text, encoding="utf-8")
    calendar = WorkingCalendar(tmp_path)
    assert not calendar.is_working(dt.date(2027, 1, 1))
    assert calendar.next_working(dt.date(2027, 1, 1)) == dt.date(2027, 1, 4)


BAD = [
    ("year = ", "不是正确的 TOML"),
    ("year = 2026\n", "year 应为 2027"),
    ("year = 2027\n", "没有一个节假日"),
    ("year = 2027\n[[holidays]]\ndays_off = [2026-01-01]\n", "不是2027年的日期"),
    ('year = 2027\n[[holidays]]\ndays_off = ["元旦"]\n', "不是2027年的日期"),
    ("year = 2027\n[[holidays]]\nworking_weekends = [2027-01-04]\n", "是周一"),
    ("year = 2027\n[[holidays]]\ndays_off = [2027-01-01, 2027-01-01]\n", "出现了两次"),
]


@pytest.mark.parametrize(("text", "message"), BAD)
def test_a_malformed_file_is_refused(tmp_path, text, message):
    path = tmp_path / "2027.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CalendarError, match=message):
        read_year(path, 2027)
