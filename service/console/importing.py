"""登记与导入: drop a file, say once which column is what, watch it come in, see the refused."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, File, Request, UploadFile
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.errors import InputError, YangguangError
from service.accounts.principal import Principal
from service.accounts.roles import Right
from service.accounts.web import needs
from service.cases.importing.job import CODE
from service.cases.importing.mapping import FIELDS, ColumnMapping
from service.cases.importing.run import Preview, preview_file, start_import
from service.cases.selection import KINDS
from service.cases.tables import Case, Import, ImportRemark
from service.console import uploads
from service.console.rendering import render, tell
from service.database.engine import Database
from service.jobs import files, queue
from service.jobs.tables import Job

router = APIRouter(prefix="/import")
Writer = Annotated[Principal, Depends(needs(Right.WRITE))]
_REMARKS_SHOWN = 200
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
        await run_in_threadpool(uploads.discard, root, token)
        return await run_in_threadpool(_form, request, f"“{file.filename}”：{error.message}")
    return RedirectResponse(f"/console/import/columns?u={token}", status_code=303)


@router.get("/columns")
def columns(request: Request, by: Writer, u: str = "") -> Response:
    """Which column is what: guessed, or remembered from the same form."""
    return _columns(request, u)


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
    chosen = {field: fields.get(f"field_{field}", "") for field in FIELDS}
    mapped = {field: column for field, column in chosen.items() if column}
    try:
        mapping = ColumnMapping(fields.get("kind", ""), mapped, _day(fields.get("received_on", "")))
        with database.session() as session:
            found = start_import(session, by.name, path, mapping, name=name)
            job_id = _submit(session, request, by, found, path, name)
    except YangguangError as error:
        return _columns(request, token, error.message, fields)
    if job_id:
        request.app.state.runner.wake()
    uploads.discard(_root(request), token)
    return RedirectResponse(f"/console/import/{found.id}", status_code=303)


def _submit(
    session: Session, request: Request, by: Principal, found: Import, path: Path, name: str
) -> str:
    """Queue the job of an import unless it is done or one is at it; blank if none was needed."""
    if found.state == "done" or _job_of(session, found.id, queue.OPEN) is not None:
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


@router.get("/{import_id}")
def show(request: Request, by: Writer, import_id: int) -> Response:
    """One import: progress while it runs, then what it gave and what was refused."""
    return _show(request, "import.html", import_id)


@router.get("/{import_id}/progress")
def progress(request: Request, by: Writer, import_id: int) -> Response:
    """The part of the page that changes; the whole page once it is over."""
    database: Database = request.app.state.database
    with database.reading() as session:
        job = _job_of(session, import_id, queue.OPEN)
    if job is None:
        return Response(status_code=204, headers={"HX-Refresh": "true"})
    return _show(request, "import_progress.html", import_id)


@router.post("/{import_id}/cancel")
def cancel(request: Request, by: Writer, import_id: int) -> Response:
    """Stop an import; what is stored stays."""
    database: Database = request.app.state.database
    with database.session() as session:
        job = _job_of(session, import_id, queue.OPEN)
        if job is not None:
            queue.cancel(session, job.id, by.name)
    answer = RedirectResponse(f"/console/import/{import_id}", status_code=303)
    return tell(answer, "已要求停下，已经登记的件保留。", "info")


@router.post("/{import_id}/resume")
def resume(request: Request, by: Writer, import_id: int) -> Response:
    """Go on with an import that was stopped or failed."""
    database: Database = request.app.state.database
    with database.session() as session:
        job = _job_of(session, import_id, ("failed", "cancelled"))
        if job is None:
            raise InputError("这次导入没有可以接着做的作业，请重新上传同一份文件。")
        queue.resume(session, job.id, by.name)
    request.app.state.runner.wake()
    return RedirectResponse(f"/console/import/{import_id}", status_code=303)


def _show(request: Request, template: str, import_id: int) -> Response:
    database: Database = request.app.state.database
    with database.reading() as session:
        found = session.get(Import, import_id)
        if found is None:
            raise InputError("没有这次导入，请从“登记与导入”页进入。")
        job = _job_of(session, import_id, queue.STATES)
        remarks = session.scalars(
            select(ImportRemark)
            .where(ImportRemark.import_id == import_id)
            .order_by(ImportRemark.is_rejected.desc(), ImportRemark.line)
            .limit(_REMARKS_SHOWN)
        ).all()
        counted = (
            select(Case.state, func.count()).where(Case.import_id == import_id).group_by(Case.state)
        )
        states = {row[0]: row[1] for row in session.execute(counted)}
    return render(
        request,
        template,
        section="import",
        tab="import",
        found=found,
        job=job,
        is_open=job is not None and job.state in queue.OPEN,
        remarks=[(remark, _cells(remark.raw)) for remark in remarks],
        states=states,
        shown=_REMARKS_SHOWN,
        fields=FIELDS,
    )


def _cells(raw: str) -> list[tuple[str, str]]:
    """A refused row as pairs of column and cell; the row as one cell where it was no table row."""
    if not raw:
        return []
    try:
        data = json.loads(raw)
    except ValueError:
        return [("", raw[:300])]
    if not isinstance(data, dict):
        return [("", raw[:300])]
    return [(name, str(value)[:80]) for name, value in data.items() if value not in (None, "")]


def _job_of(session: Session, import_id: int, states: tuple[str, ...]) -> Job | None:
    """Newest job of an import among some states."""
    query = (
        select(Job)
        .where(Job.kind == CODE, Job.state.in_(states))
        .order_by(Job.created_at.desc())
        .limit(500)
    )
    jobs = session.scalars(query)
    return next((j for j in jobs if j.arguments["options"]["import_id"] == import_id), None)


def _root(request: Request) -> Path:
    folder: Path = request.app.state.settings.data_dir / "uploads"
    return folder


def _look(request: Request, token: str) -> tuple[Preview, str]:
    path, name = uploads.kept(_root(request), token)
    database: Database = request.app.state.database
    with database.reading() as session:
        return preview_file(session, path), name


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
    request: Request, token: str, fault: str = "", typed: dict[str, str] | None = None
) -> Response:
    preview, name = _look(request, token)
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
        preview=preview,
        rows=preview.sample.rows(named=True),
        fields=FIELDS,
        needed=_NEEDED,
        chosen=chosen,
        kind=kind,
        kinds=KINDS,
        day=day,
        today=dt.date.today(),
    )


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError as error:
        raise InputError("共同的收到日期应写作 2026-01-31 的样子。") from error
