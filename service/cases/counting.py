"""Counts over all cases: afresh in a small archive, at most a minute old in a large one."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.cases.tables import Case
from service.database.remembering import Remembered

LARGE = 50_000
"""Cases up to which counting costs too little to be worth remembering."""
_T = TypeVar("_T")


def counted(session: Session, key: Hashable, count: Callable[[], _T]) -> _T:
    """What `count` gives; in a large archive, what it gave within the last minute.

    Parameters
    ----------
    key : hashable
        Everything that the figure depends on, apart from the cases.
    """
    memory = session.info.get("remembered")
    if not isinstance(memory, Remembered):
        return count()
    n_cases = session.scalar(select(func.max(Case.id))) or 0
    return memory.get(key, count) if n_cases > LARGE else count()
