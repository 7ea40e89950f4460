"""工作台: what is due, what waits for a person, what the machine is doing."""

from __future__ import annotations

import datetime as dt

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.accounts.roles import Right
from service.accounts.web import needs
from service.cases.counting import counted
from service.cases.tables import Case
from service.console.due import SOON_DAYS, Due, due_of
from service.console.rendering import render
from service.database.engine import Database
from service.jobs.tables import Job
from service.review.queue import n_waiting, next_cases

router = APIRouter(dependencies=[Depends(needs(Right.READ))])
_SHOWN = 8


@router.get("/")
def desk(request: Request) -> Response:
    """The page that a day begins with."""
    database: Database = request.app.state.database
    today = dt.date.today()
    with database.reading() as session:
        due = _due(session, today)
        waiting = n_waiting(session)
        queue = next_cases(session, today, _SHOWN) if waiting else []
        counts = _counts(session, today)
        jobs = running_jobs(session)
    soon = sum(1 for _, mark in due if mark.kind == "warning")
    return render(
        request,
        "desk.html",
        section="desk",
        today=today,
        due=due[:_SHOWN],
        soon=soon,
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


def _due(session: Session, today: dt.date) -> list[tuple[Case, Due]]:
    """Open cases with a last day in the past or within two weeks, the nearest first."""
    query = (
        select(Case)
        .where(Case.closed_on.is_(None), Case.due_on <= today + dt.timedelta(days=14))
        .order_by(Case.due_on, Case.id)
        .limit(200)
    )
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
            "open": n(Case.closed_on.is_(None), Case.due_on.is_not(None)),
            "this_year": n(Case.received_on >= dt.date(today.year, 1, 1)),
        }

    return counted(session, ("desk", today), count)
