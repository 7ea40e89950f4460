"""Numbers of cases that the office did not number itself: year and sequence."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.cases.tables import Case
from service.database.missing import insert_missing
from service.database.tables import Counter

_IN_QUERY = 500


def taken(session: Session, numbers: Collection[str]) -> set[str]:
    """Those of some numbers that cases have already."""
    listed, found = list(numbers), set[str]()
    for start in range(0, len(listed), _IN_QUERY):
        query = select(Case.number).where(Case.number.in_(listed[start : start + _IN_QUERY]))
        found.update(session.execute(query).scalars())
    return found


def new_numbers(session: Session, year: int, n: int) -> list[str]:
    """The next `n` free numbers of a year, such as 2026-000017; none is ever given twice."""
    name = f"case:{year}"
    insert_missing(session, Counter, name=name, value=0)
    counter = session.get_one(Counter, name, with_for_update=True)
    numbers: list[str] = []
    while len(numbers) < n:
        start, missing = counter.value + 1, n - len(numbers)
        tried = [f"{year}-{sequence:06d}" for sequence in range(start, start + missing)]
        counter.value += missing
        used = taken(session, tried)
        numbers += [number for number in tried if number not in used]
    session.flush()
    return numbers
