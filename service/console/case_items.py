"""Deciding a case item by item, with what the letter seems to say of each."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from models.errors import YangguangError
from service.accounts.principal import Principal
from service.cases.items import items_of
from service.cases.itemwise import assign_items
from service.cases.repository import get_case
from service.console.case_page import Reviewer, back_to, show_case, version_of
from service.database.engine import Database

router = APIRouter(prefix="/case")
PREFIX = "item_"
"""Of the name of a field; the id of the item follows."""


@router.post("/items")
async def items(request: Request, by: Reviewer) -> Response:
    """Outcomes of the items that were chosen or changed."""
    form = await request.form()
    fields = {name: value for name, value in form.items() if isinstance(value, str)}
    return await run_in_threadpool(_decide, request, by, fields)


def _decide(request: Request, by: Principal, fields: dict[str, str]) -> Response:
    number, review = fields.get("number", ""), fields.get("review", "")
    chosen = {
        int(name.removeprefix(PREFIX)): code
        for name, code in fields.items()
        if name.startswith(PREFIX) and name.removeprefix(PREFIX).isdecimal() and code
    }
    database: Database = request.app.state.database
    try:
        with database.session() as session:
            standing = {f.item.id: f.outcome for f in items_of(session, get_case(session, number))}
            changed = {id: code for id, code in chosen.items() if standing.get(id) != code}
            if chosen and not changed:
                return back_to(number, review, "各项没有改动。", "info")
            assign_items(session, by.name, number, version_of(fields), changed)
            n_open = sum(not f.outcome for f in items_of(session, get_case(session, number)))
    except YangguangError as error:
        status = getattr(error, "status", 422)
        if status == 404:
            raise
        return show_case(request, number, review, fault=error.message, status=status)
    rest = f"还有 {n_open} 项没有定。" if n_open else "整件的结果已按各项推出，请核对。"
    return back_to(number, review, f"已定 {len(changed)} 项。{rest}")
