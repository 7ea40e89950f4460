"""The working-day calendar: weekends, public holidays and weekends worked in exchange.

The days come from one file a year (`data/calendar/`). A year without a file is an error, never a
guess: the State Council announces the exchange of working days each autumn.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from models.resources import data_path
from service.casework.errors import CalendarError

ONE_DAY = dt.timedelta(days=1)
_SATURDAY = 5
_WEEKDAYS = "一二三四五六日"


class DayKind(StrEnum):
    """Why a day is, or is not, a working day."""

    WORKDAY = "workday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    ADJUSTED_WORKDAY = "adjusted_workday"

    @property
    def is_working(self) -> bool:
        """Whether offices are open."""
        return self in (DayKind.WORKDAY, DayKind.ADJUSTED_WORKDAY)


@dataclass(frozen=True, slots=True)
class Day:
    """One calendar day with the reason for its kind."""

    on: dt.date
    kind: DayKind
    holiday: str = ""

    @property
    def reason(self) -> str:
        """Chinese: why offices are open or closed."""
        match self.kind:
            case DayKind.HOLIDAY:
                return f"法定节假日（{self.holiday}）"
            case DayKind.ADJUSTED_WORKDAY:
                return f"调休上班（{self.holiday}）"
            case DayKind.WEEKEND:
                return "周末"
            case _:
                return "工作日"


def weekday_name(on: dt.date) -> str:
    """Name of the day of the week, such as 周三."""
    return "周" + _WEEKDAYS[on.weekday()]


class WorkingCalendar:
    """Look up days; files are read when their year is first asked for.

    Parameters
    ----------
    extra : Path, optional
        Folder of further year files; one there replaces the shipped file of the same year.
    """

    def __init__(self, extra: Path | None = None) -> None:
        self._folders = (*((extra,) if extra else ()), data_path("calendar"))
        self._years: dict[int, dict[dt.date, Day]] = {}

    def day(self, on: dt.date) -> Day:
        """What kind of day a date is.

        Raises
        ------
        CalendarError
            If there is no file for the year, or it is malformed.
        """
        days = self._years.get(on.year)
        if days is None:
            days = self._years[on.year] = self._read(on.year)
        found = days.get(on)
        if found is not None:
            return found
        weekend = on.weekday() >= _SATURDAY
        return Day(on, DayKind.WEEKEND if weekend else DayKind.WORKDAY)

    def is_working(self, on: dt.date) -> bool:
        """Whether a date is a working day."""
        return self.day(on).kind.is_working

    def next_working(self, on: dt.date) -> dt.date:
        """First working day on or after a date."""
        while not self.is_working(on):
            on += ONE_DAY
        return on

    def years(self) -> list[int]:
        """Years with a file, ascending."""
        names = {path.stem for folder in self._folders for path in folder.glob("*.toml")}
        return sorted(int(name) for name in names if name.isdecimal())

    def _read(self, year: int) -> dict[dt.date, Day]:
        for folder in self._folders:
            path = folder / f"{year}.toml"
            if path.is_file():
                return read_year(path, year)
        known = self.years()
        span = f"{known[0]}—{known[-1]}年" if known else "任何年份都没有"
        raise CalendarError(
            f"没有{year}年的工作日历（现有：{span}），期限算不出来。请按国务院办公厅公布的"
            f"{year}年节假日安排写一个 {year}.toml 放进 {self._folders[-1]}，"
            f"或放进别的文件夹并用 --calendar 指明；格式照抄已有年份的文件。"
        )


def read_year(path: Path, year: int) -> dict[dt.date, Day]:
    """Read one year's file.

    Parameters
    ----------
    path : Path
        TOML with `year` and tables `[[holidays]]` of `name`, `days_off`, `working_weekends`.
    year : int
        The year that the file must be for.

    Returns
    -------
    dict
        The days that differ from the plain week.

    Raises
    ------
    CalendarError
        If the file is malformed, holds days of another year or calls one day both.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CalendarError(f"工作日历 {path.name} 读不出来：不是正确的 TOML（UTF-8）。") from error
    if content.get("year") != year:
        raise CalendarError(f"工作日历 {path.name} 中的 year 应为 {year}。")
    days: dict[dt.date, Day] = {}
    keys = (("days_off", DayKind.HOLIDAY), ("working_weekends", DayKind.ADJUSTED_WORKDAY))
    for table in content.get("holidays", []):
        for key, kind in keys:
            for on in table.get(key, []):
                _check(on, kind, year, path)
                if on in days:
                    raise CalendarError(f"工作日历 {path.name} 中 {on} 出现了两次。")
                days[on] = Day(on, kind, str(table.get("name", "")))
    if not any(day.kind is DayKind.HOLIDAY for day in days.values()):
        raise CalendarError(f"工作日历 {path.name} 中没有一个节假日（days_off），请检查。")
    return days


def _check(on: object, kind: DayKind, year: int, path: Path) -> None:
    if type(on) is not dt.date or on.year != year:
        raise CalendarError(
            f"工作日历 {path.name} 中的“{on}”不是{year}年的日期（写法：{year}-01-01）。"
        )
    if kind is DayKind.ADJUSTED_WORKDAY and on.weekday() < _SATURDAY:
        raise CalendarError(
            f"工作日历 {path.name} 中 {on} 是{weekday_name(on)}，不会是调休上班的周末。"
        )


@cache
def default_calendar() -> WorkingCalendar:
    """Calendar of the shipped files."""
    return WorkingCalendar()
