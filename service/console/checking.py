"""核查: drop a report, see what does not hold beside the very place."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, File, Request, UploadFile
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from markupsafe import Markup

from models.errors import YangguangError
from models.resources import data_path
from service.accounts.roles import Right
from service.accounts.web import needs
from service.console.rendering import render

router = APIRouter(dependencies=[Depends(needs(Right.CLASSIFY))])
_SAMPLE = "report_2023.html"


@router.get("/check")
def check_form(request: Request) -> Response:
    """The page that a report is dropped on."""
    return render(request, "check.html", section="check", fault="", name="")


@router.get("/check/sample")
def check_sample(request: Request) -> Response:
    """The shipped report with mistakes, checked: what the page looks like when it is used."""
    path = data_path("samples", _SAMPLE)
    return _checked(request, (path.read_bytes(), "示例年报.html"), None)


@router.post("/check")
async def check_upload(
    request: Request,
    file: Annotated[UploadFile, File()],
    previous: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """The report with its findings."""
    from service.report.reading.source import MAX_BYTES

    # One byte past the limit is enough to refuse; the rest of the upload stays unread.
    current = (await file.read(MAX_BYTES + 1), file.filename or "report")
    earlier = None
    if previous is not None and previous.filename:
        earlier = (await previous.read(MAX_BYTES + 1), previous.filename)
    if not file.filename:
        return render(
            request, "check.html", status=422, section="check", fault="请先选一份报告。", name=""
        )
    return await run_in_threadpool(_checked, request, current, earlier)


def _checked(
    request: Request, current: tuple[bytes, str], earlier: tuple[bytes, str] | None
) -> Response:
    from service.report import check_bytes
    from service.report.presenting.page import page_parts

    try:
        result = check_bytes(current, earlier)
    except YangguangError as error:
        return render(
            request,
            "check.html",
            status=422,
            section="check",
            fault=error.message,
            name=current[1],
        )
    parts = page_parts(result)
    return render(
        request,
        "check_result.html",
        section="check",
        title=parts.title,
        meta=parts.meta,
        counts=parts.counts,
        body=Markup(parts.body),
        findings=Markup(parts.findings),
    )
