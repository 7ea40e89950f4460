"""复核: the queue, and the way from one case to the next."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.clock import beijing_day
from service.accounts.principal import Principal
from service.accounts.roles import Right
from service.accounts.web import needs
from service.cases.tables import Assignment, Case
from service.console.due import due_of
from service.console.highlighting import LAYERS
from service.console.rendering import query, render, tell
from service.database.base import now
from service.database.engine import Database
from service.review.agreement import agreement
from service.review.queue import n_waiting, next_cases

router = APIRouter(prefix="/review")
Reviewer = Annotated[Principal, Depends(needs(Right.REVIEW))]
_SHOWN = 30
PUT_OFF = "yangguang_put_off"
"""Cookie with ids of cases that the person skipped in this sitting."""
_MOST_PUT_OFF = 100


@router.get("")
def queue(request: Request, by: Reviewer) -> Response:
    """The queue with the reason why each case stands where it does."""
    database: Database = request.app.state.database
    today = beijing_day()
    with database.reading() as session:
        waiting = n_waiting(session)
        queued = next_cases(session, today, _SHOWN)
        done = _done_today(session, by.name)
        last = _last_reviewed(session, by.name)
        agreed = agreement(session)
    return render(
        request,
        "review.html",
        section="review",
        waiting=waiting,
        queue=[(w, due_of(w.case, today)) for w in queued],
        done=done,
        last=last,
        agreed=agreed,
        layers=LAYERS,
    )


@router.get("/next")
def next_case(request: Request, by: Reviewer, after: str = "", skip: int = 0) -> Response:
    """The next case of the queue; `skip` puts off the one of that id until the next sitting."""
    database: Database = request.app.state.database
    put_off = _put_off(request)
    if skip > 0:
        put_off = [*(id for id in put_off if id != skip), skip][-_MOST_PUT_OFF:]
    with database.reading() as session:
        found = next_cases(session, beijing_day(), 2, skip=set(put_off))
    found = [w for w in found if w.case.number != after]
    if not found:
        words = (
            "队列复核完了。" if not put_off else "其余的是您先前跳过的，再点“开始复核”可以回头看。"
        )
        answer: Response = RedirectResponse("/console/review", status_code=303)
        answer.delete_cookie(PUT_OFF, path="/console/")
        return tell(answer, words)
    address = f"/console/case?{query({}, n=found[0].case.number, review=1)}"
    answer = RedirectResponse(address, status_code=303)
    if skip > 0:
        ids = "-".join(map(str, put_off))
        answer.set_cookie(PUT_OFF, ids, path="/console/", httponly=True, samesite="strict")
    return answer


def _put_off(request: Request) -> list[int]:
    parts = request.cookies.get(PUT_OFF, "").split("-")
    return [int(part) for part in parts if part.isascii() and part.isdecimal() and len(part) < 12]


def _done_today(session: Session, name: str) -> int:
    """Cases that a person decided on in the last twelve hours."""
    since = now() - dt.timedelta(hours=12)
    query_ = select(Assignment.case_id).where(
        Assignment.assigned_by == name, Assignment.assigned_at >= since
    )
    return len(set(session.scalars(query_.limit(5000))))


def _last_reviewed(session: Session, name: str) -> list[Case]:
    """The last cases that a person decided on, to look again or take back."""
    recent = session.scalars(
        select(Assignment.case_id)
        .where(Assignment.assigned_by == name)
        .order_by(Assignment.assigned_at.desc(), Assignment.id.desc())
        .limit(60)
    )
    ids = list(dict.fromkeys(recent))[:8]
    found = {case.id: case for case in session.scalars(select(Case).where(Case.id.in_(ids)))}
    return [found[id] for id in ids if id in found]
