"""Finding cases: one by its number, a page of many, the ones that are due."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import ColumnElement, Select, func, select, tuple_
from sqlalchemy.orm import Session, defer

from service.cases.counting import counted
from service.cases.errors import CaseError, CaseNotFound, StaleCase
from service.cases.selection import Selection
from service.cases.tables import Case

Order = Literal["received", "due"]
MAX_PAGE = 500
COUNTED = 10_000
"""Up to this many the number of cases found is exact; counting on would read them all."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some cases in order.

    Parameters
    ----------
    cases : tuple of Case
    next_cursor : str or None
        Asks for the page after this one; None on the last.
    n_found : int
        Cases of the whole selection, at most `COUNTED`; of a search for words those of the page.
    is_exact : bool
        Whether there are no more than `n_found`.
    """

    cases: tuple[Case, ...]
    next_cursor: str | None
    n_found: int
    is_exact: bool


def get_case(session: Session, number: str, *, lock: bool = False) -> Case:
    """The case of a number.

    Parameters
    ----------
    lock : bool, default=False
        Keep other writers from it until the unit of work ends.

    Raises
    ------
    CaseNotFound
        If there is none.
    """
    query = select(Case).where(Case.number == number)
    found = session.execute(query.with_for_update() if lock else query).scalar_one_or_none()
    if found is None:
        raise CaseNotFound(number)
    return found


def claim_case(session: Session, number: str, version: int) -> Case:
    """The case of a number, locked for a change by someone who read `version` of it.

    Raises
    ------
    CaseNotFound
        If there is none.
    StaleCase
        If it was changed since.
    """
    case = get_case(session, number, lock=True)
    session.refresh(case)
    if case.version != version:
        raise StaleCase(number, case.changed_by, case.changed_at, case.version)
    return case


def list_cases(
    session: Session,
    selection: Selection,
    *,
    limit: int = 50,
    cursor: str | None = None,
    order: Order = "received",
    with_texts: bool = True,
) -> Page:
    """One page of a selection; the cost does not grow with the pages before it.

    Parameters
    ----------
    limit : int, 1..500
    cursor : str, optional
        `next_cursor` of the page before.
    order : {"received", "due"}
        Newest receipt first, or nearest last day first (cases without one left out).
    with_texts : bool, default=True
        Without, the texts are not read from the database; asking a case for them loads them.

    Raises
    ------
    CaseError
        If the cursor is none of ours, or the selection contradicts itself.
    """
    limit = max(1, min(limit, MAX_PAGE))
    conditions = selection.conditions()
    if order == "due":
        conditions.append(Case.due_on.is_not(None))
    query = _ordered(select(Case).where(*conditions), order)
    if cursor is not None:
        query = query.where(_after(cursor, order))
    if not with_texts:
        query = query.options(defer(Case.text))
    found = session.execute(query.limit(limit + 1)).scalars().all()
    page = tuple(found[:limit])
    more = len(found) > limit
    following = _cursor(page[-1], order) if more else None
    if cursor is None and not more:
        return Page(page, following, len(page), True)
    if selection.words:  # counting would read every text
        return Page(page, following, len(page), False)
    n_found = counted(
        session, ("n_found", selection, order == "due"), lambda: _n_found(session, conditions)
    )
    return Page(page, following, min(n_found, COUNTED), n_found <= COUNTED)


def _n_found(session: Session, conditions: list[ColumnElement[bool]]) -> int:
    some = select(Case.id).where(*conditions).limit(COUNTED + 1).subquery()
    return session.execute(select(func.count()).select_from(some)).scalar_one()


def due_cases(session: Session, until: dt.date, limit: int = 100) -> Page:
    """Open cases whose last day to reply is `until` or earlier, the nearest first."""
    return list_cases(session, Selection(due_before=until), limit=limit, order="due")


def _ordered(query: Select[Case], order: Order) -> Select[Case]:
    if order == "due":
        return query.order_by(Case.due_on, Case.id)
    return query.order_by(Case.received_on.desc(), Case.id.desc())


def _cursor(case: Case, order: Order) -> str:
    on = case.due_on if order == "due" else case.received_on
    assert on is not None
    return base64.urlsafe_b64encode(json.dumps([order, on.isoformat(), case.id]).encode()).decode()


def _after(cursor: str, order: Order) -> ColumnElement[bool]:
    try:
        said, on, id = json.loads(base64.urlsafe_b64decode(cursor.encode("ascii")))
        day = dt.date.fromisoformat(on)
        if said != order or type(id) is not int or not 0 <= id < 2**63:
            raise ValueError
    except (ValueError, TypeError, binascii.Error, RecursionError) as error:
        raise CaseError("翻页标记（cursor）无效，请从第一页重新开始。") from error
    if order == "due":
        return tuple_(Case.due_on, Case.id) > tuple_(day, id)
    return tuple_(Case.received_on, Case.id) < tuple_(day, id)


def cases_of(session: Session, ids: Sequence[int]) -> list[Case]:
    """Cases of some ids, in their order; ids without a case are left out."""
    found = session.execute(select(Case).where(Case.id.in_(ids))).scalars()
    known = {case.id: case for case in found}
    return [known[id] for id in ids if id in known]
