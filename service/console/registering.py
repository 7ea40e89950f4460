"""登记一件: one case typed in, read by the model at once."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from models.clock import beijing_day
from models.errors import InputError, YangguangError
from service.accounts.principal import Principal
from service.accounts.roles import Right
from service.accounts.web import needs
from service.cases.registering import NewCase, register_case
from service.console.case_page import back_to
from service.console.reading_cases import read_case
from service.console.rendering import render
from service.console.wording import APPLICANTS
from service.database.engine import Database
from service.report.figures.naming import load_naming

router = APIRouter()
Writer = Annotated[Principal, Depends(needs(Right.WRITE))]


@router.get("/register")
def register_form(request: Request, by: Writer) -> Response:
    """The empty form."""
    return _form(request, {"kind": "message", "received_on": beijing_day().isoformat()})


@router.post("/register")
async def register(request: Request, by: Writer) -> Response:
    """Store the case and show it with what the model thinks."""
    form = await request.form()
    typed = {name: value for name, value in form.items() if isinstance(value, str)}
    return await run_in_threadpool(_register, request, by, typed)


def _register(request: Request, by: Principal, typed: dict[str, str]) -> Response:
    database: Database = request.app.state.database
    limit = request.app.state.settings.max_text_characters
    try:
        new = _new_case(typed, limit)
        with database.session() as session:
            case = register_case(session, by.name, new)
            read_case(session, case, request.app.state.batcher.pipeline)
    except YangguangError as error:
        return _form(request, typed, error.message, getattr(error, "status", 422))
    return back_to(case.number, "", f"已登记，编号 {case.number}。请看程序的判断对不对。")


def _new_case(typed: dict[str, str], limit: int) -> NewCase:
    text = typed.get("text", "").replace("\r\n", "\n")
    if len(text) > limit:
        raise InputError(f"正文超过 {limit} 字。")

    def day(name: str) -> dt.date | None:
        cell = typed.get(name, "").strip()
        try:
            return dt.date.fromisoformat(cell) if cell else None
        except ValueError as error:
            raise InputError("日期应写作 2026-01-31 的样子。") from error

    received = day("received_on")
    if received is None:
        raise InputError("请填收到日期。")
    kind = typed.get("kind", "")
    return NewCase(
        kind=kind,
        received_on=received,
        text=text,
        number=typed.get("number", "").strip(),
        due_on=day("due_on") if kind == "message" else None,
        channel=typed.get("channel", ""),
        applicant_type=typed.get("applicant_type", ""),
        applicant=typed.get("applicant", "").strip()[:100],
        contact=typed.get("contact", "").strip()[:100],
        title=typed.get("title", "").strip()[:200],
    )


def _form(request: Request, typed: dict[str, str], fault: str = "", status: int = 200) -> Response:
    return render(
        request,
        "register.html",
        status=status,
        section="import",
        tab="register",
        typed=typed,
        fault=fault,
        today=beijing_day(),
        channels=load_naming().channel_names,
        applicants=APPLICANTS,
    )
