"""Days as people and spreadsheets write them into cells: the one reader of dates."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from functools import lru_cache

_SEPARATOR = r"\s*[-/.、。·–—_]\s*"
_DATE = (
    rf"(\d{{4}})(?:{_SEPARATOR}|\s*年\s*|\s)(\d{{1,2}})(?:{_SEPARATOR}|\s*月\s*|\s)(\d{{1,2}})\s*[日号]?"
    r"|(\d{4})(\d\d)(\d\d)"
)
_WHOLE = re.compile(_DATE)
_TIMED = re.compile(
    rf"({_DATE})"
    r"(?:\s*[(]?(?:星期|周|礼拜)[一二三四五六日天][)]?)?"
    r"(?:\s*(?:上午|下午|中午|早上|晚上|凌晨))?"
    r"(?:(?:T|\s|(?<=[日号午上晨]))\s*\d{1,2}\s*[:时点](?:\s*\d{1,2}(?:\s*[:分]\s*\d{0,2}(?:\.\d+)?秒?)?)?"
    r"(?:\s*(?:Z|UTC|[+-]\d\d:?\d\d))?)?"
)
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_SERIAL_START = dt.date(1899, 12, 30)
"""Day 0 of the 1900 date system from 1 March 1900 on: Excel counts a 29 February 1900."""
_SERIAL_YEARS = range(2000, 2101)
_YEAR_LAST = re.compile(r"(\d{1,2})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{4})")
_LONGEST = 40


def read_day(cell: str) -> dt.date | None:
    """Read the day in a cell, with or without a time of day; None if it is none or could be two.

    Beyond `read_date`: a time of day or a day of the week behind it, the serial number of a day in
    2000..2100 that a spreadsheet leaves where a date lost its format (45400), and a day with its
    year last (25/3/2024) if only one order of day and month makes a date; 3/7/2024 could be two
    days and is none.
    """
    return _day(cell.strip()) if len(cell) <= _LONGEST else None


@lru_cache(maxsize=20_000)
def _day(cell: str) -> dt.date | None:
    plain = unicodedata.normalize("NFKC", cell)
    if _SERIAL.fullmatch(plain):
        day = _SERIAL_START + dt.timedelta(days=int(plain.partition(".")[0]))
        return day if day.year in _SERIAL_YEARS else None
    match = _YEAR_LAST.fullmatch(plain.replace("T", " ").split(" ")[0])
    if match is not None:
        return _year_last(*(int(part) for part in match.groups()))
    timed = _TIMED.fullmatch(plain)
    return read_date(timed[1]) if timed else None


def _year_last(first: int, second: int, year: int) -> dt.date | None:
    found = set()
    for month, day_of_month in ((first, second), (second, first)):
        try:
            found.add(dt.date(year, month, day_of_month))
        except ValueError:
            continue
    return found.pop() if len(found) == 1 else None


def read_date(text: str) -> dt.date | None:
    """Read 2025-09-25, 2025/9/25, 2025.9.25, 2025年9月25日 or 20250925; None if it is no date."""
    match = _WHOLE.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if match is None:
        return None
    try:
        return dt.date(*(int(part) for part in match.groups() if part))
    except ValueError:
        return None
