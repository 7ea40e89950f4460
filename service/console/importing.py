"""登记与导入: drop a file, say once which column is what, watch it come in, see the refused."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, File, Request, UploadFile
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.clock import beijing_day
from models.errors import InputError, YangguangError
from service.accounts.principal import Principal
from service.accounts.roles import Right
from service.accounts.web import needs
from service.cases.importing.job import CODE
from service.cases.importing.mapping import FIELDS, ColumnMapping
from service.cases.importing.run import Preview, preview_file, start_import
from service.cases.importing.steps import STEP_FIELDS
from service.cases.selection import KINDS
from service.cases.tables import Import
from service.console import uploads
from service.console.import_page import job_of
from service.console.rendering import render
from service.database.engine import Database
from service.errors import naming
from service.jobs import files, queue

router = APIRouter(prefix="/import")
Writer = Annotated[Principal, Depends(needs(Right.WRITE))]
_NEEDED = ("text", "received_on")


@router.get("")
def import_form(request: Request, by: Writer) -> Response:
    """The page that a file is dropped on, with earlier imports."""
    return _form(request)


@router.post("")
async def receive(
    request: Request, by: Writer, file: Annotated[UploadFile | None, File()] = None
) -> Response:
    """Keep an upload and lead to its columns."""
    if file is None or not file.filename:
        return await run_in_threadpool(_form, request, "请先选一份登记表。")
    root = _root(request)
    token = await run_in_threadpool(uploads.keep, root, file.filename, file.file)
    try:
        await run_in_threadpool(_look, request, token)
    except YangguangError as error:
        path, _ = uploads.kept(root, token)
        if len(await run_in_threadpool(_sheets, path)) > 1:  # the person chooses one
            return RedirectResponse(f"/console/import/columns?u={token}", status_code=303)
        await run_in_threadpool(uploads.discard, root, token)
        name = uploads.plain_name(file.filename)
        fault = error.message if name in error.message else f"“{name}”：{error.message}"
        return await run_in_threadpool(_form, request, fault)
    return RedirectResponse(f"/console/import/columns?u={token}", status_code=303)


@router.get("/columns")
def columns(request: Request, by: Writer, u: str = "", sheet: str = "") -> Response:
    """Which column is what: guessed, or remembered from the same form."""
    return _columns(request, u, sheet)


@router.post("/start")
async def start(request: Request, by: Writer) -> Response:
    """Begin the import as a job."""
    form = await request.form()
    fields = {name: value for name, value in form.items() if isinstance(value, str)}
    return await run_in_threadpool(_start, request, by, fields)


def _start(request: Request, by: Principal, fields: dict[str, str]) -> Response:
    token = fields.get("u", "")
    path, name = uploads.kept(_root(request), token)
    database: Database = request.app.state.database
    sheet = fields.get("sheet", "")
    chosen = {field: fields.get(f"field_{field}", "") for field in FIELDS}
    mapped = {field: column for field, column in chosen.items() if column}
    try:
        mapping = ColumnMapping(fields.get("kind", ""), mapped, _day(fields.get("received_on", "")))
        with database.session() as session, naming({path.name: name}):
            found = start_import(session, by.name, path, mapping, name=name, sheet=sheet or None)
            job_id = _submit(session, request, by, found, path, name)
    except YangguangError as error:
        return _columns(request, token, sheet, error.message, fields)
    if job_id:
        request.app.state.runner.wake()
    uploads.discard(_root(request), token)
    return RedirectResponse(f"/console/import/{found.id}", status_code=303)


def _submit(
    session: Session, request: Request, by: Principal, found: Import, path: Path, name: str
) -> str:
    """Queue the job of an import unless it is done or one is at it; blank if none was needed."""
    if found.state == "done" or job_of(session, found.id, queue.OPEN) is not None:
        return ""
    root: Path = request.app.state.runner.folder
    id = queue.new_id()
    with files.staged(root) as folder:
        copy = folder / "input" / f"file{path.suffix}"
        shutil.copyfile(path, copy)
        stored = {"name": name, "path": copy.name, "n_bytes": copy.stat().st_size}
        files.settle(folder, root, id)
    arguments = {"options": {"import_id": found.id}, "files": {"file": stored}}
    queue.submit(session, id, CODE, by.name, arguments)
    return id


def _root(request: Request) -> Path:
    folder: Path = request.app.state.settings.data_dir / "uploads"
    return folder


def _look(request: Request, token: str, sheet: str = "") -> Preview:
    path, name = uploads.kept(_root(request), token)
    database: Database = request.app.state.database
    with database.reading() as session, naming({path.name: name}):
        return preview_file(session, path, sheet or None)


def _sheets(path: Path) -> list[str]:
    """Names of the sheets of a workbook; none of another file."""
    from python_calamine import CalamineError, CalamineWorkbook

    if path.suffix not in (".xlsx", ".xls", ".xlsm"):
        return []
    try:
        return list(CalamineWorkbook.from_path(path).sheet_names)
    except (CalamineError, OSError):
        return []


def _form(request: Request, fault: str = "") -> Response:
    database: Database = request.app.state.database
    with database.reading() as session:
        earlier = session.scalars(select(Import).order_by(Import.id.desc()).limit(20)).all()
    return render(
        request,
        "import_form.html",
        status=422 if fault else 200,
        section="import",
        tab="import",
        fault=fault,
        earlier=earlier,
    )


def _columns(
    request: Request,
    token: str,
    sheet: str = "",
    fault: str = "",
    typed: dict[str, str] | None = None,
) -> Response:
    path, name = uploads.kept(_root(request), token)
    sheets = _sheets(path)
    try:
        preview = _look(request, token, sheet)
    except YangguangError as error:
        words = error.message.replace("请用 --sheet 指明一个", "请选一个")
        return render(
            request,
            "import_sheet.html",
            status=422 if sheet else 200,
            section="import",
            tab="import",
            fault=words,
            token=token,
            name=name,
            sheets=sheets,
            sheet=sheet,
        )
    mapping = preview.mapping
    chosen = {field: mapping.columns.get(field, "") for field in FIELDS}
    kind, day = mapping.kind, mapping.received_on.isoformat() if mapping.received_on else ""
    if typed is not None:
        chosen = {field: typed.get(f"field_{field}", "") for field in FIELDS}
        kind, day = typed.get("kind", ""), typed.get("received_on", "")
    return render(
        request,
        "import_columns.html",
        status=422 if fault else 200,
        section="import",
        tab="import",
        fault=fault,
        token=token,
        name=name,
        sheet=sheet,
        sheets=sheets,
        preview=preview,
        rows=preview.sample.rows(named=True),
        fields={name: title for name, title in FIELDS.items() if name not in STEP_FIELDS},
        steps=STEP_FIELDS,
        needed=_NEEDED,
        chosen=chosen,
        kind=kind,
        kinds=KINDS,
        day=day,
        today=beijing_day(),
    )


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError as error:
        raise InputError("共同的收到日期应写作 2026-01-31 的样子。") from error
