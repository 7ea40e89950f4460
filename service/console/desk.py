"""工作台: what is due, what waits for a person, what the machine is doing."""

from __future__ import annotations

import datetime as dt
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlalchemy import ColumnElement, ColumnExpressionArgument, func, select
from sqlalchemy.orm import Session

from models.clock import beijing_day
from service.accounts.roles import Right
from service.accounts.web import needs
from service.cases.counting import counted
from service.cases.tables import Case
from service.console.due import SOON_DAYS, Due, due_of, soon_until
from service.console.rendering import render
from service.database.engine import Database
from service.jobs.tables import Job
from service.review.queue import n_waiting, next_cases

router = APIRouter(dependencies=[Depends(needs(Right.READ))])
_SHOWN = 8
_AHEAD = dt.timedelta(days=14)


@router.get("/")
def desk(request: Request) -> Response:
    """The page that a day begins with."""
    database: Database = request.app.state.database
    today = beijing_day()
    with database.reading() as session:
        due = _marked(session, today, Case.due_on.between(today, today + _AHEAD), Case.due_on)
        overdue = _marked(session, today, Case.due_on < today, Case.due_on.desc())
        waiting = n_waiting(session)
        queue = next_cases(session, today, _SHOWN) if waiting else []
        counts = _counts(session, today)
        jobs = running_jobs(session)
    return render(
        request,
        "desk.html",
        section="desk",
        today=today,
        yesterday=today - dt.timedelta(days=1),
        soon_until=soon_until(today),
        due_until=today + _AHEAD,
        due=due,
        overdue=overdue,
        soon_days=SOON_DAYS,
        waiting=waiting,
        queue=queue,
        counts=counts,
        jobs=jobs,
        names=kind_names(request),
    )


@router.get("/jobs")
def jobs_part(request: Request) -> Response:
    """The list of jobs under way, asked for again while there are any."""
    database: Database = request.app.state.database
    with database.reading() as session:
        jobs = running_jobs(session)
    return render(request, "jobs_part.html", jobs=jobs, names=kind_names(request))


def kind_names(request: Request) -> dict[str, str]:
    """Chinese names of the kinds of jobs, by code."""
    return {kind.code: kind.name for kind in request.app.state.registry}


def running_jobs(session: Session) -> list[Job]:
    """Jobs that wait or run, the oldest first."""
    query = select(Job).where(Job.state.in_(("queued", "running"))).order_by(Job.created_at)
    return list(session.scalars(query.limit(20)))


def _marked(
    session: Session,
    today: dt.date,
    condition: ColumnElement[bool],
    order: ColumnExpressionArgument[Any],
) -> list[tuple[Case, Due]]:
    """The first open cases of a condition on the last day, each with its mark."""
    query = (
        select(Case).where(Case.closed_on.is_(None), condition).order_by(order, Case.id)
    ).limit(_SHOWN)
    marked = [(case, due_of(case, today)) for case in session.scalars(query)]
    return [(case, mark) for case, mark in marked if mark is not None]


def _counts(session: Session, today: dt.date) -> dict[str, int]:
    """Figures at the top, each from one index."""

    def n(*conditions: object) -> int:
        query = select(func.count()).select_from(Case).where(*conditions)  # type: ignore[arg-type]
        return session.scalar(query) or 0

    def count() -> dict[str, int]:
        return {
            "all": n(),
            "overdue": n(Case.closed_on.is_(None), Case.due_on < today),
            "soon": n(Case.closed_on.is_(None), Case.due_on.between(today, soon_until(today))),
            "open": n(Case.closed_on.is_(None), Case.due_on.is_not(None)),
            "this_year": n(Case.received_on >= dt.date(today.year, 1, 1)),
        }

    return counted(session, ("desk", today), count)
