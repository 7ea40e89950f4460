"""`/v1/reports`: check a report that is uploaded, draft one from a register and figures."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Depends, File, Form, Request, UploadFile
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, JSONResponse, Response
from pydantic import BaseModel

from service.accounts.roles import Right
from service.accounts.web import needs
from service.api.headers import page_policy
from service.api.problems import RESPONSES
from service.api.wording import cancelled_with, open_wording
from service.errors import naming

if TYPE_CHECKING:
    from service.report.drafting.wording import Wording

router = APIRouter(
    prefix="/v1/reports", tags=["reports"], dependencies=[Depends(needs(Right.CLASSIFY))]
)


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
    from service.report.presenting.style import SCRIPT, STYLE
    from service.report.reading.source import MAX_BYTES

    uploads = []
    for upload in (file, previous):
        if upload is None or (upload is previous and not upload.filename):
            continue
        # One byte past the limit is enough to refuse; the rest of the upload stays unread.
        uploads.append((await upload.read(MAX_BYTES + 1), upload.filename or "report"))
    result = await run_in_threadpool(check_bytes, uploads[0], *uploads[1:2])
    if as_page:
        policy = page_policy([SCRIPT.encode()], [STYLE.encode()])
        return HTMLResponse(render_page(result), headers={"Content-Security-Policy": policy})
    return JSONResponse(result.to_json())


MAX_MATERIAL_BYTES = 50 * 1024 * 1024
_LIMITS = {"figures": 20_000_000}
_MEDIA = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "html": "text/html; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "json": "application/json",
}


@router.post("/draft", response_class=Response, responses=RESPONSES, summary="起草年度报告")
async def draft_report_upload(
    requests: Annotated[UploadFile, File(description="申请登记表")],
    figures: Annotated[UploadFile, File(description="数据表 xlsx")],
    year: Annotated[int, Form(ge=2019, le=2100, description="报告年度")],
    previous: Annotated[UploadFile | None, File(description="上年报告")] = None,
    kind: Annotated[Literal["docx", "html", "md", "json"], Form(description="文件类型")] = "docx",
    annotate: Annotated[bool, Form(description="在批注中写明来源")] = False,
    pictures: Annotated[bool, Form(description="附图示（docx、html）")] = False,
    previous_requests: Annotated[UploadFile | None, File(description="上年登记表")] = None,
    settle: Annotated[UploadFile | None, File(description="填好的核定表 xlsx")] = None,
    generate: Annotated[bool, Form(description="用设定的生成模型拟事项名称、润色自拟文字")] = False,
    *,
    request: Request,
) -> Any:
    """Draft the annual report of a year; the answer is the file."""
    from service.report.errors import OversizedFileError

    named = {"requests": requests, "figures": figures, "previous": previous,
             "previous_requests": previous_requests, "settle": settle}  # fmt: skip
    uploads, names = {}, {}
    for role, upload in named.items():
        if upload is None or not upload.filename:
            continue
        limit = _LIMITS.get(role, MAX_MATERIAL_BYTES)
        # One byte past the limit is enough to refuse; the rest of the upload stays unread.
        content = await upload.read(limit + 1)
        if len(content) > limit:
            name = upload.filename
            raise OversizedFileError(
                f"“{name}”超过 {limit // 2**20} MB，请改用命令行起草，或检查是否传错文件。"
            )
        uploads[role] = (content, Path(upload.filename).suffix[:8])
        names[f"{role}{uploads[role][1]}"] = upload.filename
    async with cancelled_with(request) as cancellation:
        wording = open_wording(request.app.state, cancellation) if generate else None
        with naming(names):
            content, settled = await run_in_threadpool(
                _draft, uploads, year, kind, wording, annotate=annotate, pictures=pictures
            )
    headers = {"X-Settled": "true" if settled else "false"}
    return Response(content, media_type=_MEDIA[kind], headers=headers)


def _draft(
    uploads: dict[str, tuple[bytes, str]],
    year: int,
    kind: str,
    wording: Wording | None = None,
    *,
    annotate: bool,
    pictures: bool,
) -> tuple[bytes, bool]:
    """Draft from uploads, in a folder that is gone afterwards."""
    import json

    from service.report.drafting.prepare import draft_report
    from service.report.drafting.provenance import draft_json
    from service.report.figures.settlement_form import read_settlement
    from service.report.rendering.render import checked, render

    with TemporaryDirectory() as folder:
        paths = {}
        for role, (content, suffix) in uploads.items():
            paths[role] = Path(folder) / f"{role}{suffix}"
            paths[role].write_bytes(content)
        empty = Path(folder) / "missing"
        settled = read_settlement(paths["settle"]) if "settle" in paths else None
        draft = draft_report(
            year,
            paths.get("requests", empty),
            paths.get("figures", empty),
            paths.get("previous"),
            paths.get("previous_requests"),
            settled,
            wording,
        )
    if kind == "json":
        return json.dumps(draft_json(draft), ensure_ascii=False).encode(), draft.is_settled
    made = render(draft, f".{kind}", annotate=annotate, pictures=pictures)
    checked(made, f"report.{kind}")
    return made, draft.is_settled
