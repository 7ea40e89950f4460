"""`POST /v1/reports/check`: upload a report, and last year's if at hand, get the findings."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, File, UploadFile
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel

from service.api.problems import RESPONSES

router = APIRouter(prefix="/v1/reports", tags=["reports"])


class Place(BaseModel):
    """Where a finding applies; only fields that are known appear."""

    section: int | None = None
    table: int | None = None
    row: str | None = None
    column: str | None = None
    page: int | None = None
    start: int | None = None
    end: int | None = None
    text: str | None = None


class FindingOut(BaseModel):
    """One check: status holds, fails or unknown, with both sides of the sum."""

    rule: str
    severity: str
    status: str
    message: str
    left: float | int | None
    right: float | int | None
    difference: float | int | None
    where: list[Place]


class Summary(BaseModel):
    """How many checks failed by severity, stayed open, or held."""

    errors: int
    warnings: int
    remarks: int
    unknown: int
    holds: int


class CheckOut(BaseModel):
    """A checked report."""

    file: str
    agency: str | None
    year: int | None
    format: str
    title: str | None
    summary: Summary
    findings: list[FindingOut]


@router.post(
    "/check",
    response_model=CheckOut,
    response_model_exclude_none=False,
    responses=RESPONSES,
    summary="核对年度报告",
)
async def check_report_upload(
    file: Annotated[UploadFile, File(description="年度报告：PDF、DOCX、HTML、TXT、Markdown")],
    previous: Annotated[UploadFile | None, File(description="上年报告")] = None,
) -> Any:
    """Check an uploaded report; with `previous`, across two years as well."""
    return await _respond(file, previous, as_page=False)


@router.post(
    "/check/page",
    response_class=HTMLResponse,
    responses=RESPONSES,
    summary="核对年度报告，返回网页",
)
async def check_report_page(
    file: Annotated[UploadFile, File(description="年度报告：PDF、DOCX、HTML、TXT、Markdown")],
    previous: Annotated[UploadFile | None, File(description="上年报告")] = None,
) -> Any:
    """Check an uploaded report and return the page with the report beside its findings."""
    return await _respond(file, previous, as_page=True)


async def _respond(file: UploadFile, previous: UploadFile | None, *, as_page: bool) -> Any:
    from service.report import check_bytes
    from service.report.presenting.page import render_page
    from service.report.reading.source import MAX_BYTES

    uploads = []
    for upload in (file, previous):
        if upload is None or (upload is previous and not upload.filename):
            continue
        # One byte past the limit is enough to refuse; the rest of the upload stays unread.
        uploads.append((await upload.read(MAX_BYTES + 1), upload.filename or "report"))
    result = await run_in_threadpool(check_bytes, uploads[0], *uploads[1:2])
    if as_page:
        return HTMLResponse(render_page(result))
    return JSONResponse(result.to_json())
