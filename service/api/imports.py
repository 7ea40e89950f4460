"""`/v1/imports`: files of an office's own become cases."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path as File
from tempfile import TemporaryDirectory
from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Query, Request, UploadFile
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy import select

from service.accounts.audit import record
from service.api.case_schemas import Kind
from service.api.problems import RESPONSES
from service.api.writing import Reader, Writer, answered, database_of
from service.cases.errors import CaseError
from service.cases.importing.job import CODE
from service.cases.importing.mapping import ColumnMapping
from service.cases.importing.run import preview_file, start_import
from service.cases.tables import Import, ImportRemark
from service.database.engine import Database
from service.errors import naming
from service.jobs import files, queue
from service.jobs.tables import Job

router = APIRouter(prefix="/v1/imports", tags=["imports"], responses=RESPONSES)
Id = Annotated[int, Path(ge=1, le=2**31 - 1)]
_LONGEST_SHOWN = 200


class MappingIn(BaseModel):
    """How the columns of a file are read."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    columns: dict[str, str]
    received_on: dt.date | None = None


class PreviewOut(BaseModel):
    """What was found out about a file; nothing is stored."""

    columns: list[str]
    sample: list[dict[str, str]]
    mapping: MappingIn
    is_remembered: bool
    notices: list[str]
    import_id: int | None


class ImportOut(BaseModel):
    """An import: rows = cases + rejects, always."""

    id: int
    file_name: str
    state: str
    n_rows: int
    n_cases: int
    n_rejects: int
    imported_by: str
    imported_at: dt.datetime
    job_id: str | None = None


class ImportsOut(BaseModel):
    """Imports, the newest first; `next` is the `before` of the following page."""

    items: list[ImportOut]
    next: int | None


@router.post("/preview", response_model=PreviewOut, summary="看一份文件的列如何对应")
def preview(request: Request, _: Writer, file: UploadFile) -> Any:
    """Columns, first rows and the mapping that was guessed, or remembered from the same form."""
    with TemporaryDirectory() as folder:
        path = _kept(file, File(folder))
        names = {path.name: file.filename or path.name}
        with database_of(request).reading() as session, naming(names):
            found = preview_file(session, path)
    rows = [
        {name: str(value)[:_LONGEST_SHOWN] for name, value in row.items() if value is not None}
        for row in found.sample.iter_rows(named=True)
    ]
    mapping = found.mapping.to_json()
    return answered(
        PreviewOut(
            columns=list(found.columns),
            sample=rows,
            mapping=MappingIn(**mapping),
            is_remembered=found.is_remembered,
            notices=list(found.notices),
            import_id=found.earlier.id if found.earlier else None,
        )
    )


@router.post("", response_model=ImportOut, status_code=201, summary="导入登记表")
def create_import(
    request: Request,
    by: Writer,
    file: UploadFile,
    mapping: Annotated[str, Form(max_length=20_000, description="列的对应，JSON")],
) -> Any:
    """Import a file as a job; the same file again is the same import and stores nothing twice."""
    chosen = _mapping(mapping)
    root: File = request.app.state.runner.folder
    with files.staged(root) as folder:
        path = _kept(file, folder / "input")
        id = queue.new_id()
        name = file.filename or path.name
        with database_of(request).session() as session, naming({path.name: name}):
            started = start_import(session, by.name, path, chosen, name=name)
            job_id = None
            if started.state != "done" and _open_job(session, started.id) is None:
                stored = {"name": name, "path": path.name, "n_bytes": path.stat().st_size}
                arguments = {"options": {"import_id": started.id}, "files": {"file": stored}}
                queue.submit(session, id, CODE, by.name, arguments)
                files.settle(folder, root, id)
                job_id = id
            shown = _out(started, job_id)
    if job_id is not None:
        request.app.state.runner.wake()
    return answered(shown, 201, {"Location": f"/v1/imports/{shown.id}"})


@router.get("", response_model=ImportsOut, summary="历次导入")
def find_imports(
    request: Request,
    _: Reader,
    before: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Any:
    """Imports, the newest first."""
    query = select(Import).order_by(Import.id.desc()).limit(limit + 1)
    if before is not None:
        query = query.where(Import.id < before)
    with database_of(request).reading() as session:
        found = session.scalars(query).all()
    more = found[limit - 1].id if len(found) > limit else None
    return answered(ImportsOut(items=[_out(one) for one in found[:limit]], next=more))


@router.get("/{import_id}", response_model=ImportOut, summary="一次导入的进展")
def read_import(request: Request, _: Reader, import_id: Id) -> Any:
    """How far an import is and what it gave."""
    with database_of(request).reading() as session:
        found = _found(session, import_id)
        job = _open_job(session, import_id)
        return answered(_out(found, job.id if job else None))


@router.get(
    "/{import_id}/rejects",
    response_class=StreamingResponse,
    summary="没有成为件的各行，CSV",
    responses={200: {"content": {"text/csv": {}}}},
)
def read_rejects(request: Request, by: Writer, import_id: Id) -> StreamingResponse:
    """Rows that became no case, with line, reason and what they hold; and what was left blank."""
    database = database_of(request)
    with database.session() as session:
        _found(session, import_id)
        record(session, by.name, "import.rejects", f"import:{import_id}")
    headers = {"Content-Disposition": f'attachment; filename="import-{import_id}-rejects.csv"'}
    return StreamingResponse(_lines(database, import_id), media_type="text/csv", headers=headers)


def _lines(database: Database, import_id: int) -> Iterator[str]:
    yield "\ufeff行号,是否登记,原因,原始内容\r\n"
    query = select(ImportRemark).where(ImportRemark.import_id == import_id)
    with database.reading() as session:
        for remark in session.scalars(query.order_by(ImportRemark.line, ImportRemark.id)):
            buffer = io.StringIO(newline="")
            said = "否" if remark.is_rejected else "是"
            csv.writer(buffer).writerow((remark.line, said, remark.reason, remark.raw))
            yield buffer.getvalue()


def _kept(upload: UploadFile, folder: File) -> File:
    """The upload as a file; only the ending of its name is taken over."""
    suffix = File(upload.filename or "").suffix[:8]
    path = folder / f"file{suffix if suffix[1:].isalnum() else ''}"
    with path.open("wb") as target:
        shutil.copyfileobj(upload.file, target, 1 << 20)
    return path


def _mapping(text: str) -> ColumnMapping:
    try:
        given = MappingIn.model_validate(json.loads(text))
    except (ValueError, ValidationError, RecursionError) as error:
        raise CaseError(
            'mapping 应为 JSON，如 {"kind":"message","columns":{"text":"诉求内容"}}，'
            "可由 POST /v1/imports/preview 得到。"
        ) from error
    return ColumnMapping(given.kind, given.columns, given.received_on)


def _found(session: Any, import_id: int) -> Import:
    found: Import | None = session.get(Import, import_id)
    if found is None:
        raise ImportNotFound(f"没有编号为 {import_id} 的导入。")
    return found


class ImportNotFound(CaseError):
    """There is no such import."""

    code = "import_not_found"
    status = 404


def _open_job(session: Any, import_id: int) -> Job | None:
    query = select(Job).where(Job.kind == CODE, Job.state.in_(queue.OPEN))
    jobs = session.scalars(query)
    return next((j for j in jobs if j.arguments["options"]["import_id"] == import_id), None)


def _out(found: Import, job_id: str | None = None) -> ImportOut:
    return ImportOut(
        id=found.id,
        file_name=found.file_name,
        state=found.state,
        n_rows=found.n_rows,
        n_cases=found.n_cases,
        n_rejects=found.n_rejects,
        imported_by=found.imported_by,
        imported_at=found.imported_at,
        job_id=job_id,
    )
