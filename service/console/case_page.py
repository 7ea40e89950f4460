"""One case: what was written, what the model thinks, and a person's decision."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from models.clock import beijing_day
from models.errors import YangguangError
from models.labels import topics
from service.accounts.audit import record
from service.accounts.principal import Principal
from service.accounts.roles import Right
from service.accounts.web import needs
from service.cases.errors import StaleCase
from service.cases.labelling import assign
from service.cases.repository import get_case
from service.cases.timeline import EVENT_NAMES
from service.console.case_view import view_case
from service.console.rendering import query, render, tell
from service.console.similar import similar_cases
from service.console.wording import APPLICANTS, choices
from service.database.engine import Database
from service.report.figures.naming import load_naming
from service.review import decisions

router = APIRouter()
Reader = Annotated[Principal, Depends(needs(Right.READ))]
Reviewer = Annotated[Principal, Depends(needs(Right.REVIEW))]
Number = Annotated[str, Form()]
Version = Annotated[int, Form()]
IsReview = Annotated[str, Form()]


@router.get("/case")
def case(request: Request, by: Reader, n: str = "", review: str = "") -> Response:
    """The page of a case; that it was opened goes on record."""
    database: Database = request.app.state.database
    with database.session() as session:
        found = get_case(session, n)
        record(session, by.name, "case.view", f"case:{found.id}")
    return show_case(request, n, review)


def show_case(
    request: Request,
    number: str,
    review: str,
    *,
    fault: str = "",
    typed: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    """The page of a case, perhaps with what went wrong and what the person had chosen."""
    database: Database = request.app.state.database
    principal: Principal = request.state.principal
    with database.reading() as session:
        found = get_case(session, number)
        view = view_case(session, found, beijing_day(), request.app.state.reader)
        undoes = decisions.undoable(session, principal.name, view.case, is_queue=bool(review))
    return render(
        request,
        "case.html",
        status=status,
        section="review" if review else "cases",
        view=view,
        case=view.case,
        undoes=undoes,
        review="1" if review else "",
        fault=fault,
        typed=typed or {},
        today=beijing_day(),
        event_names=EVENT_NAMES,
        channels=load_naming().channel_names,
        applicants=APPLICANTS,
        outcomes=choices("outcome"),
    )


@router.get("/case/similar")
def similar(request: Request, by: Reader, n: str = "") -> Response:
    """Earlier cases like this one, asked for when the page has come."""
    database: Database = request.app.state.database
    with database.reading() as session:
        found = get_case(session, n)
        alike = similar_cases(session, found)
    return render(request, "similar_part.html", alike=alike, case=found)


@router.post("/case/decide")
async def decide(request: Request, by: Reviewer) -> Response:
    """Make the labels that were chosen the person's own."""
    from fastapi.concurrency import run_in_threadpool

    form = await request.form()
    fields = {name: value for name, value in form.items() if isinstance(value, str)}
    return await run_in_threadpool(_decide, request, by, fields)


def _decide(request: Request, by: Principal, fields: dict[str, str]) -> Response:
    number, review = fields.get("number", ""), fields.get("review", "")
    labels = labels_of(fields)
    below = topics()
    sub = labels.get("subtopic", "")
    if sub in below and labels.get("topic") not in ("", None, below[sub].parent):
        if fields.get("subtopic_other"):
            labels["topic"] = below[sub].parent or ""
        else:
            fault = f"主题改成了“{below[labels['topic']].name}”，请在它下面再选一个二级主题。"
            return show_case(request, number, review, fault=fault, typed=labels, status=422)
    database: Database = request.app.state.database
    try:
        with database.session() as session:
            assign(
                session,
                by.name,
                number,
                version_of(fields),
                labels,
                note=fields.get("note", "")[:500],
            )
    except StaleCase as error:
        return show_case(request, number, review, fault=error.message, typed=labels, status=409)
    except YangguangError as error:
        status = getattr(error, "status", 422)
        if status == 404:
            raise
        return show_case(request, number, review, fault=error.message, typed=labels, status=status)
    if not review:
        return back_to(number, "", f"{number} 已复核。")
    answer = RedirectResponse(f"/console/review/next?{query({}, after=number)}", status_code=303)
    return tell(answer, f"{number} 已复核。")


def labels_of(fields: dict[str, str]) -> dict[str, str]:
    """Labels that a form chose; one from the list of others goes before a candidate."""
    return {
        layer: chosen
        for layer in ("topic", "subtopic", "intent", "outcome")
        if (chosen := fields.get(f"{layer}_other") or fields.get(layer, ""))
    }


def version_of(fields: dict[str, str]) -> int:
    """The version that the page was made from; 0, which none is, where the form says nothing."""
    text = fields.get("version", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def back_to(number: str, review: str, words: str, kind: str = "holds") -> Response:
    """Lead back to the page of a case with a line of what was done."""
    address = f"/console/case?{query({}, n=number, review=review)}"
    return tell(RedirectResponse(address, status_code=303), words, kind)


@router.post("/case/undo")
def undo(
    request: Request, by: Reviewer, number: Number, version: Version, review: IsReview = ""
) -> Response:
    """Take back what the person last decided on this case."""
    database: Database = request.app.state.database
    try:
        with database.session() as session:
            decisions.undo(session, by.name, number, version)
    except YangguangError as error:
        status = getattr(error, "status", 422)
        return show_case(request, number, review, fault=error.message, status=status)
    return back_to(number, review, f"已撤回您对 {number} 的复核。", "info")
