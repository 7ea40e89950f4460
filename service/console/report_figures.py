"""年报 · 数字: what an office enters besides its cases, signed and with last year alongside."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, File, Request, UploadFile
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData

from models.errors import YangguangError
from service.accounts.principal import Principal
from service.accounts.roles import Right
from service.accounts.web import needs
from service.console.rendering import render, tell
from service.database.engine import Database
from service.drafts.figures import (
    ABOUT,
    TEXT,
    Entry,
    enter,
    enter_workbook,
    facts_of,
    form_of,
    in_force,
)
from service.drafts.versions import newest_version
from service.errors import as_people_name
from service.report.figures.facts import load_facts, table2_facts, table4_facts
from service.report.figures.form import ABOUT_ROWS, TEXT_KINDS

router = APIRouter(prefix="/report")
Reader = Annotated[Principal, Depends(needs(Right.READ))]
Writer = Annotated[Principal, Depends(needs(Right.WRITE))]
_ABOUT = tuple(row for row in ABOUT_ROWS if row not in ("报告年度", "报告格式", "填表日期"))
_TEXTS_EACH = 3
_MAX_WORKBOOK = 20_000_000


@router.get("/{year}/figures")
def figures(request: Request, _: Reader, year: int) -> Response:
    """The form."""
    return _page(request, year)


@router.post("/{year}/figures")
async def save(request: Request, by: Writer, year: int) -> Response:
    """Keep what was entered; what stayed the same leaves no trace."""
    form = await request.form()
    return await run_in_threadpool(_save, request, by, year, form)


def _save(request: Request, by: Principal, year: int, form: FormData) -> Response:
    database: Database = request.app.state.database
    typed = {name: value for name, value in form.items() if isinstance(value, str)}
    entries = [
        Entry(name.removeprefix("f:"), value, typed.get(f"n:{name.removeprefix('f:')}", ""))
        for name, value in typed.items()
        if name.startswith("f:")
    ]
    entries += [
        Entry(name.removeprefix("w:"), "写" if value.strip() else "", value)
        for name, value in typed.items()
        if name.startswith("w:")
    ]
    try:
        with database.session() as session:
            changed = enter(session, by.name, year, entries)
    except YangguangError as error:
        return _page(request, year, error.message, typed)
    answer = RedirectResponse(f"/console/report/{year}/figures", status_code=303)
    return tell(answer, f"已保存，改动 {changed} 项。" if changed else "没有改动。")


@router.post("/{year}/workbook")
async def workbook(
    request: Request, by: Writer, year: int, file: Annotated[UploadFile | None, File()] = None
) -> Response:
    """Enter everything of a filled figures workbook."""
    if file is None or not file.filename:
        return await run_in_threadpool(_page, request, year, "请先选一份填好的数据表。")
    content = await file.read(_MAX_WORKBOOK + 1)
    return await run_in_threadpool(_workbook, request, by, year, content, file.filename)


def _workbook(request: Request, by: Principal, year: int, content: bytes, name: str) -> Response:
    database: Database = request.app.state.database
    try:
        with TemporaryDirectory() as folder:
            path = Path(folder) / "figures.xlsx"
            path.write_bytes(content)
            with database.session() as session:
                changed = enter_workbook(session, by.name, year, path)
    except YangguangError as error:
        return _page(request, year, as_people_name(error.message, {"figures.xlsx": name}))
    answer = RedirectResponse(f"/console/report/{year}/figures", status_code=303)
    return tell(answer, f"已从数据表读入，改动 {changed} 项。")


@router.get("/{year}/form.xlsx")
def empty_form(request: Request, _: Reader, year: int) -> Response:
    """The empty workbook, to be passed round in the office."""
    from service.report.figures.form import write_form

    form_of(year)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "form.xlsx"
        write_form(path, year)
        content = path.read_bytes()
    name = quote(f"{year}年数据表.xlsx")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return Response(content, media_type=media, headers=headers)


def _page(
    request: Request, year: int, fault: str = "", typed: dict[str, str] | None = None
) -> Response:
    form = form_of(year)
    database: Database = request.app.state.database
    with database.reading() as session:
        entered = in_force(session, year)
        last = in_force(session, year - 1)
        newest = newest_version(session, year)
    groups = [(group.name, [*group.facts]) for group in load_facts().groups]
    groups.append(("表二 主动公开", list(table2_facts(form))))
    groups.append(("表四 行政复议和诉讼", list(table4_facts(form))))
    known = facts_of(form)
    own = [
        (id, e) for id, e in entered.items()
        if id not in known and not id.startswith((ABOUT, TEXT, "decision."))
    ]  # fmt: skip
    texts = []
    for kind in TEXT_KINDS:
        ids = [f"{TEXT}{kind}.{n}" for n in range(1, _TEXTS_EACH + 1)]
        ids += sorted(id for id in entered if id.startswith(f"{TEXT}{kind}.") and id not in ids)
        texts.append((kind, ids))
    return render(
        request,
        "report_figures.html",
        status=422 if fault else 200,
        section="report",
        tab="figures",
        year=year,
        number=newest.number if newest else 0,
        fault=fault,
        typed=typed or {},
        about=[(f"{ABOUT}{row}", row) for row in _ABOUT],
        groups=groups,
        own=own,
        texts=texts,
        entered=entered,
        last=last,
        n_entered=sum(id in known for id in entered),
        n_facts=len(known),
    )
