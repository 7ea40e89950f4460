"""案件: every case that fits some conditions, a page at a time."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from models.clock import beijing_day
from models.errors import YangguangError
from service.accounts.roles import Right
from service.accounts.web import needs
from service.cases.repository import list_cases
from service.cases.selection import KINDS, STATES
from service.console.choosing import Chosen, chosen_cases
from service.console.due import due_of
from service.console.rendering import render
from service.console.wording import choices
from service.database.engine import Database

router = APIRouter(dependencies=[Depends(needs(Right.READ))])
_PER_PAGE = 30


@router.get("/cases")
def case_list(request: Request, cursor: str | None = None, order: str = "received") -> Response:
    """A page of cases with the conditions that chose them."""
    database: Database = request.app.state.database
    today = beijing_day()
    fault, page = "", None
    by_due = order == "due"
    with database.reading() as session:
        try:
            chosen = chosen_cases(session, request.query_params)
            page = list_cases(
                session,
                chosen.selection,
                limit=_PER_PAGE,
                cursor=cursor,
                order="due" if by_due else "received",
            )
        except YangguangError as error:
            fault, chosen = error.message, Chosen.everything()
    return render(
        request,
        "cases.html",
        status=422 if fault else 200,
        section="cases",
        fault=fault,
        page=page,
        cases=[(case, due_of(case, today)) for case in page.cases] if page else [],
        values=chosen.values,
        words=chosen.words(),
        order="due" if by_due else "",
        kinds=KINDS,
        states=STATES,
        topics=choices("topic"),
        outcomes=choices("outcome"),
    )
