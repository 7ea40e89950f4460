"""Changes to a case beside its labels: dates, letters, items, repeats, what is registered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from models.errors import InputError, YangguangError
from service.accounts.principal import Principal
from service.accounts.roles import Right
from service.accounts.web import needs
from service.cases.registering import change_case
from service.cases.replying import add_reply
from service.cases.timeline import add_event, withdraw_event
from service.console.case_page import back_to, show_case
from service.database.engine import Database
from service.review import decisions

router = APIRouter(prefix="/case")
Writer = Annotated[Principal, Depends(needs(Right.WRITE))]
Reviewer = Annotated[Principal, Depends(needs(Right.REVIEW))]
Text = Annotated[str, Form()]
Version = Annotated[int, Form()]


@router.post("/split")
def split(
    request: Request, by: Reviewer, number: Text, version: Version, items: Text = "",
    review: Text = "",
) -> Response:  # fmt: skip
    """Split a case into items, one a line."""
    lines = [line.strip() for line in items.splitlines() if line.strip()]
    return _changed(
        request, number, review, f"{number} 的分项已保存。",
        lambda session: decisions.split(session, by.name, number, version, lines),
    )  # fmt: skip


@router.post("/repeat")
def repeat(
    request: Request, by: Reviewer, number: Text, version: Version, of: Text = "",
    review: Text = "",
) -> Response:  # fmt: skip
    """Mark a case as a repeat of an earlier one; a blank number takes it back."""
    other = of.strip() or None
    words = f"{number} 已标为与 {other} 重复。" if other else f"{number} 的重复标记已撤回。"
    return _changed(
        request, number, review, words,
        lambda session: decisions.mark_repeat(session, by.name, number, version, other),
    )  # fmt: skip


@router.post("/event")
def event(
    request: Request, by: Writer, number: Text, version: Version, kind: Text, on: Text = "",
    n_days: Text = "",
) -> Response:  # fmt: skip
    """Enter a dated step; the clock is worked out anew."""
    return _changed(
        request, number, "", "已登记，期限已重新推算。",
        lambda session: add_event(
            session, by.name, number, version, kind, _needed_day(on), _days(n_days)
        ),
    )  # fmt: skip


@router.post("/event/withdraw")
def withdraw(
    request: Request, by: Writer, number: Text, version: Version, event: Annotated[int, Form()]
) -> Response:
    """Take a dated step back."""
    return _changed(
        request, number, "", "已撤回，期限已重新推算。",
        lambda session: withdraw_event(session, by.name, number, version, event),
    )  # fmt: skip


@router.post("/reply")
def reply(
    request: Request, by: Writer, number: Text, version: Version, text: Text = "",
    replied_on: Text = "",
) -> Response:  # fmt: skip
    """Enter a letter that was sent; the program reads which row of table 3 it is."""
    limit = request.app.state.settings.max_text_characters

    def add(session: Session) -> None:
        if len(text) > limit:
            raise InputError(f"答复书超过 {limit} 字。")
        day, reader = _day(replied_on), request.app.state.reader
        plain = text.replace("\r\n", "\n")
        add_reply(session, by.name, number, version, plain, reader, day)

    return _changed(request, number, "", "答复书已保存，请核实读出的办理结果。", add)


@router.post("/change")
def change(
    request: Request, by: Writer, number: Text, version: Version, received_on: Text = "",
    closed_on: Text = "", due_on: Text | None = None, channel: Text = "",
    applicant_type: Text = "", title: Text = "",
) -> Response:  # fmt: skip
    """Change what is registered of a case."""

    def changed(session: Session) -> None:
        changes: dict[str, Any] = {
            "received_on": _needed_day(received_on),
            "closed_on": _day(closed_on),
            "channel": channel,
            "applicant_type": applicant_type,
            "title": title.strip()[:200],
        }
        if due_on is not None:
            changes["due_on"] = _day(due_on)
        change_case(session, by.name, number, version, changes)

    return _changed(request, number, "", "已保存。", changed)


def _changed(
    request: Request, number: str, review: str, words: str, act: Callable[[Session], object]
) -> Response:
    """Do one thing and come back to the case; a refusal is told on its page."""
    database: Database = request.app.state.database
    try:
        with database.session() as session:
            act(session)
    except YangguangError as error:
        status = getattr(error, "status", 422)
        if status == 404 and error.code == "case_not_found" and number in error.message:
            raise
        return show_case(request, number, review, fault=error.message, status=status)
    return back_to(number, review, words)


def _day(text: str) -> dt.date | None:
    if not text.strip():
        return None
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError as error:
        raise InputError("日期应写作 2026-01-31 的样子。") from error


def _needed_day(text: str) -> dt.date:
    day = _day(text)
    if day is None:
        raise InputError("请填日期。")
    return day


def _days(text: str) -> int | None:
    if not text.strip():
        return None
    if not text.strip().isdecimal() or not 1 <= int(text) <= 20:
        raise InputError("延期的工作日数应为 1 至 20。")
    return int(text)
