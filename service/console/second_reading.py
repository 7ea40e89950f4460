"""第二人复核: a sample read again without knowing what the model or the first reader said."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from models.errors import YangguangError
from service.accounts.audit import record
from service.accounts.principal import Principal
from service.accounts.roles import Right
from service.accounts.web import needs
from service.cases.in_force import FIXED_BY_KIND
from service.console.case_page import labels_of, version_of
from service.console.highlighting import LAYERS
from service.console.rendering import render, tell
from service.console.wording import choices
from service.database.engine import Database
from service.review.agreement import second_reading
from service.review.decisions import read_again

router = APIRouter(prefix="/review/second")
Second = Annotated[Principal, Depends(needs(Right.APPROVE))]


@router.get("")
def second(request: Request, by: Second) -> Response:
    """The next case of the sample, blind."""
    return _page(request, by)


@router.post("")
async def decide(request: Request, by: Second) -> Response:
    """Keep the second reader's labels; the ones in force stay."""
    form = await request.form()
    fields = {name: value for name, value in form.items() if isinstance(value, str)}
    return await run_in_threadpool(_decide, request, by, fields)


def _decide(request: Request, by: Principal, fields: dict[str, str]) -> Response:
    database: Database = request.app.state.database
    try:
        with database.session() as session:
            read_again(
                session, by.name, fields.get("number", ""), version_of(fields), labels_of(fields)
            )
    except YangguangError as error:
        return _page(request, by, error.message, getattr(error, "status", 422))
    answer = RedirectResponse("/console/review/second", status_code=303)
    return tell(answer, "已记下，下一件。")


def _page(request: Request, by: Principal, fault: str = "", status: int = 200) -> Response:
    database: Database = request.app.state.database
    with database.reading() as session:
        found = second_reading(session, by.name, 1)
    if found:
        with database.session() as session:
            record(session, by.name, "case.view", f"case:{found[0].id}")
    fixed = FIXED_BY_KIND.get(found[0].kind, {}) if found else {}
    return render(
        request,
        "second.html",
        status=status,
        section="review",
        case=found[0] if found else None,
        fault=fault,
        layers={layer: name for layer, name in LAYERS.items() if layer not in fixed},
        choices={layer: choices(layer) for layer in LAYERS},
    )
