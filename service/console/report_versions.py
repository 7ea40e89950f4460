"""年报 · 版本与导出: snapshots of a draft, and the finished files."""

from __future__ import annotations

import json
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from models.errors import YangguangError
from service.accounts.audit import record
from service.accounts.principal import Principal
from service.accounts.roles import Right
from service.accounts.web import needs
from service.console.rendering import render, tell
from service.console.report_page import show_text
from service.database.engine import Database
from service.drafts.exporting import Kind, export_version
from service.drafts.versions import content_of, draft_year, save_version, version, versions_of

router = APIRouter(prefix="/report")
Reader = Annotated[Principal, Depends(needs(Right.READ))]
Writer = Annotated[Principal, Depends(needs(Right.WRITE))]
_MEDIA = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "html": "text/html; charset=utf-8",
    "json": "application/json",
}


@router.get("/{year}/versions")
def versions(request: Request, _: Reader, year: int) -> Response:
    """All versions of a year."""
    database: Database = request.app.state.database
    with database.reading() as session:
        found = versions_of(session, year)
    return render(
        request,
        "report_versions.html",
        section="report",
        tab="versions",
        year=year,
        versions=found,
        number=found[0].number if found else 0,
    )


@router.post("/{year}/version")
def save(
    request: Request, by: Writer, year: int, read: Annotated[int, Form()],
    note: Annotated[str, Form()] = "",
) -> Response:  # fmt: skip
    """Make a version of what stands now."""
    database: Database = request.app.state.database
    try:
        with database.session() as session:
            made = save_version(session, by.name, year, read, None, note.strip() or "保存")
    except YangguangError as error:
        return show_text(request, year, error.message, getattr(error, "status", 422))
    answer = RedirectResponse(f"/console/report/{year}/versions", status_code=303)
    return tell(answer, f"已存为第 {made.number} 版。")


@router.get("/{year}/version/{number}")
def show(request: Request, _: Reader, year: int, number: int) -> Response:
    """A version as it was, with what has changed since the one before."""
    database: Database = request.app.state.database
    with database.reading() as session:
        found = version(session, year, number)
        before = version(session, year, number - 1) if number > 1 else None
    content = json.loads(found.content)
    earlier = set(_paragraphs(json.loads(before.content))) if before else None
    sections = [
        (
            f"{'一二三四五六'[s['number'] - 1]}、{s['title']}",
            [(p, earlier is not None and p not in earlier) for p in s["paragraphs"]],
        )
        for s in content["sections"]
    ]
    return render(
        request,
        "report_version.html",
        section="report",
        tab="versions",
        year=year,
        number=number,
        found=found,
        title=content["title"],
        sections=sections,
        warnings=content.get("warnings", []),
    )


def _paragraphs(content: dict[str, list[dict[str, list[str]]]]) -> list[str]:
    return [p for section in content["sections"] for p in section["paragraphs"]]


@router.get("/{year}/export/{kind}")
def export(request: Request, by: Reader, year: int, kind: Kind, v: int = 0) -> Response:
    """The report as a file: of a version as it was stored, else of what stands now."""
    from service.report.rendering.render import render as render_report

    database: Database = request.app.state.database
    if v:
        content = export_version(database, by.name, year, v, kind)
    else:
        with database.reading() as session:
            draft = draft_year(session, year).draft
        content = (
            json.dumps(content_of(draft, []), ensure_ascii=False, indent=1).encode()
            if kind == "json"
            else render_report(draft, f".{kind}", annotate=False)
        )
        with database.session() as session:
            record(session, by.name, "draft.export", f"draft:{year}:now", kind=kind)
    name = quote(f"{year}年政府信息公开工作年度报告{f'-第{v}版' if v else ''}.{kind}")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    return Response(content, media_type=_MEDIA[kind], headers=headers)
