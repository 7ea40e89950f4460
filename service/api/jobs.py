"""`/v1/jobs`: long work on files and on the archive, with progress, cancel, resume and results."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, File, Form, Header, Query, Request, UploadFile
from fastapi.responses import FileResponse, JSONResponse
from pydantic import BaseModel, StringConstraints
from sqlalchemy.exc import IntegrityError

from service.accounts.audit import record
from service.accounts.errors import Forbidden
from service.accounts.principal import Principal
from service.accounts.roles import RIGHT_NAMES, Right
from service.accounts.web import needs
from service.api.problems import RESPONSES
from service.database.engine import Database
from service.jobs import files, queue
from service.jobs.errors import JobConflict, JobError, JobNotFound
from service.jobs.registry import Kind, Registry
from service.jobs.tables import Job

router = APIRouter(prefix="/v1/jobs", tags=["jobs"], responses=RESPONSES)
Reader = Annotated[Principal, Depends(needs(Right.READ))]
Writer = Annotated[Principal, Depends(needs(Right.WRITE))]
Id = Annotated[str, StringConstraints(pattern="^[0-9a-f]{24}$")]
State = Literal["queued", "running", "done", "failed", "cancelled"]
_LONGEST_OPTIONS = 10_000


class JobOut(BaseModel):
    """A job: how far it is, how fast, how long it will take."""

    id: str
    kind: str
    name: str
    state: State
    options: dict[str, Any]
    files: dict[str, str]
    position: int
    total: int
    percent: float | None
    n_rows: int
    rate: float
    seconds_left: int | None
    cancel_requested: bool
    error: str
    result: dict[str, Any] | None
    created_by: str
    created_at: dt.datetime
    started_at: dt.datetime | None
    finished_at: dt.datetime | None


class JobsOut(BaseModel):
    """Jobs, the newest first; `next` is the `before` of the following page."""

    items: list[JobOut]
    next: dt.datetime | None


def show(job: Job, registry: Registry) -> dict[str, Any]:
    """A job as the interface and the console give it."""
    percent = seconds = None
    if job.total > 0:
        percent = round(min(100.0, 100 * job.position / job.total), 1)
        if job.state == "running" and job.rate > 0:
            seconds = round(max(0, job.total - job.position) / job.rate)
    names = {kind.code: kind.name for kind in registry}
    return {
        "id": job.id,
        "kind": job.kind,
        "name": names.get(job.kind, job.kind),
        "state": job.state,
        "options": job.arguments.get("options", {}),
        "files": {role: f["name"] for role, f in job.arguments.get("files", {}).items()},
        "position": job.position,
        "total": job.total,
        "percent": percent,
        "n_rows": job.n_rows,
        "rate": round(job.rate, 2),
        "seconds_left": seconds,
        "cancel_requested": job.cancel_requested,
        "error": job.error,
        "result": job.result,
        "created_by": job.created_by,
        "created_at": job.created_at,
        "started_at": job.started_at,
        "finished_at": job.finished_at,
    }


@router.post(
    "",
    response_model=JobOut,
    status_code=201,
    responses={200: {"model": JobOut, "description": "同一幂等键已建过这项作业"}},
    summary="新建作业：标注文件、核对一批年报、起草年报等",
)
def create_job(
    request: Request,
    by: Writer,
    kind: Annotated[str, Form(max_length=32, examples=["label"], description="作业种类")],
    options: Annotated[
        str, Form(max_length=_LONGEST_OPTIONS, description="选项，JSON 对象")
    ] = "{}",
    file: Annotated[UploadFile | None, File(description="要标注的文件；要核对的压缩包")] = None,
    requests: Annotated[UploadFile | None, File(description="申请登记表")] = None,
    figures: Annotated[UploadFile | None, File(description="数据表")] = None,
    previous: Annotated[UploadFile | None, File(description="上年报告")] = None,
    previous_requests: Annotated[UploadFile | None, File(description="上年登记表")] = None,
    idempotency_key: Annotated[
        str | None, Header(min_length=1, max_length=200, description="重发时不会建成两项")
    ] = None,
) -> Any:
    """Put a job into the queue; the answer comes at once."""
    given = {
        "file": file, "requests": requests, "figures": figures, "previous": previous,
        "previous_requests": previous_requests,
    }  # fmt: skip
    uploads = {
        role: (upload.filename, upload.file)
        for role, upload in given.items()
        if upload is not None and upload.filename
    }
    state = request.app.state
    _check_right(state.registry, kind, by)
    job, is_new = submit_job(
        state.database, state.registry, state.runner.folder, by.name, kind,
        _options(options), uploads, idempotency_key,
    )  # fmt: skip
    if is_new:
        state.runner.wake()
    shown = JobOut.model_validate(show(job, state.registry)).model_dump(mode="json")
    location = {"Location": f"/v1/jobs/{job.id}"}
    return JSONResponse(shown, 201 if is_new else 200, headers=location)


def _check_right(registry: Registry, code: str, by: Principal) -> None:
    right = registry[code].right
    if not by.may(right):
        raise Forbidden(f"这种作业需要“{RIGHT_NAMES[right]}”权限，请找管理员。")


def _options(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise JobError("options 不是正确的 JSON。") from error
    if not isinstance(found, dict):
        raise JobError("options 应为 JSON 对象。")
    return found


def submit_job(
    database: Database,
    registry: Registry,
    root: Path,
    actor: str,
    code: str,
    options: dict[str, Any],
    uploads: dict[str, tuple[str, BinaryIO]],
    idempotency_key: str | None = None,
) -> tuple[Job, bool]:
    """Store uploads and queue a job; either both are there afterwards or neither is.

    Returns
    -------
    job : Job
    is_new : bool
        False if the idempotency key stands for this very job already.

    Raises
    ------
    JobError
        If the kind, an option or an upload is wrong.
    JobConflict
        If the idempotency key stands for another job.
    """
    kind = registry[code]
    checked = kind.check(options)
    _check_roles(kind, set(uploads))
    id = queue.new_id()
    with files.staged(root) as folder:
        stored = {role: _store(folder, role, *upload) for role, upload in uploads.items()}
        arguments = {"options": checked, "files": stored}
        earlier = _earlier(database, actor, idempotency_key, code, arguments)
        if earlier is not None:
            return earlier, False
        files.settle(folder, root, id)
    try:
        with database.session() as session:
            return queue.submit(session, id, code, actor, arguments, idempotency_key), True
    except IntegrityError:  # another request with the same key was a little faster
        files.discard(root, id)
        earlier = _earlier(database, actor, idempotency_key, code, arguments)
        if earlier is None:
            raise
        return earlier, False
    except BaseException:
        files.discard(root, id)
        raise


def _earlier(
    database: Database, actor: str, key: str | None, code: str, arguments: dict[str, Any]
) -> Job | None:
    with database.reading() as session:
        job = queue.by_key(session, actor, key)
    if job is not None and (job.kind != code or job.arguments != arguments):
        raise JobConflict("这个 Idempotency-Key 已用于另一项作业，请换一个。")
    return job


def _check_roles(kind: Kind, given: set[str]) -> None:
    missing = [role for role, needed in kind.uploads.items() if needed and role not in given]
    unknown = sorted(given - set(kind.uploads))
    if missing:
        raise JobError(f"“{kind.name}”缺少文件：{'、'.join(missing)}。")
    if unknown:
        raise JobError(f"“{kind.name}”用不到这些文件：{'、'.join(unknown)}。")


def _store(folder: Path, role: str, name: str, content: BinaryIO) -> dict[str, Any]:
    """Copy an upload; it is named by its role, since names from outside may mean anything."""
    plain = "".join(c for c in Path(name.replace("\\", "/")).name if c.isprintable())[-120:]
    suffix = Path(plain).suffix.lower()
    suffix = suffix if suffix[1:].isalnum() and suffix.isascii() and len(suffix) < 10 else ""
    path = folder / "input" / f"{role}{suffix}"
    with path.open("wb") as target:
        shutil.copyfileobj(content, target, 1 << 20)
    with path.open("rb") as stored:
        digest = hashlib.file_digest(stored, "sha256").hexdigest()
    return {"name": plain or role, "path": path.name, "sha256": digest,
            "n_bytes": path.stat().st_size}  # fmt: skip


@router.get("", response_model=JobsOut, summary="全部作业，新的在前")
def list_jobs(
    request: Request,
    _: Reader,
    kind: Annotated[str | None, Query(max_length=32, pattern="^[a-z_]+$")] = None,
    state: State | None = None,
    before: dt.datetime | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Any:
    """Jobs with their progress."""
    if before is not None and before.tzinfo is None:
        raise JobError("before 要带时区，如 2025-01-05T08:00:00+08:00。")
    database: Database = request.app.state.database
    with database.reading() as session:
        found = queue.listed(session, kind=kind, state=state, before=before, limit=limit + 1)
    shown = [show(job, request.app.state.registry) for job in found[:limit]]
    return {"items": shown, "next": found[limit - 1].created_at if len(found) > limit else None}


@router.get("/{job_id}", response_model=JobOut, summary="一项作业：进度、速度、剩余时间")
def get_job(job_id: Id, request: Request, _: Reader) -> Any:
    """One job."""
    database: Database = request.app.state.database
    with database.reading() as session:
        return show(queue.get(session, job_id), request.app.state.registry)


@router.delete("/{job_id}", response_model=JobOut, summary="取消作业；已做完的部分保留")
def cancel_job(job_id: Id, request: Request, by: Writer) -> Any:
    """Cancel a job: at once if it waits, within seconds if it runs."""
    database: Database = request.app.state.database
    with database.session() as session:
        return show(queue.cancel(session, job_id, by.name), request.app.state.registry)


@router.post("/{job_id}/resume", response_model=JobOut, summary="失败或取消的作业接着做")
def resume_job(job_id: Id, request: Request, by: Writer) -> Any:
    """Go on where the job stopped; nothing that is done is done again."""
    state = request.app.state
    with state.database.session() as session:
        _check_right(state.registry, queue.get(session, job_id).kind, by)
        shown = show(queue.resume(session, job_id, by.name), state.registry)
    state.runner.wake()
    return shown


@router.get(
    "/{job_id}/result",
    response_class=FileResponse,
    responses={200: {"content": {"application/octet-stream": {}}, "description": "结果文件"}},
    summary="作业的结果文件",
)
def job_result(
    job_id: Id,
    request: Request,
    by: Reader,
    name: Annotated[str | None, Query(max_length=200, description="result.files 中的名字")] = None,
) -> Any:
    """A file that a job made; by default the main one.

    Results may hold texts as they were written: they are given to whoever made the job, and to
    those who may export without redaction.
    """
    state = request.app.state
    database: Database = state.database
    with database.reading() as session:
        job = queue.get(session, job_id)
    if job.created_by != by.name and not by.may(Right.EXPORT_PLAIN):
        raise Forbidden("结果可能含有原文，只有建立这项作业的人和有“导出原文”权限的人能取。")
    known = [f["name"] for f in (job.result or {}).get("files", [])]
    if not known:
        raise JobConflict("这项作业还没有结果。")
    chosen = _main(job, known) if name is None else name
    path = files.folder_of(state.runner.folder, job_id) / "output" / chosen
    if chosen not in known or not path.is_file():
        raise JobNotFound("没有这个结果文件，名字见作业的 result.files。")
    with database.session() as session:
        record(session, by.name, "job.fetch", f"job:{job_id}", file=chosen)
    disposition = f"attachment; filename*=UTF-8''{quote(chosen)}"
    return FileResponse(
        path, media_type="application/octet-stream", headers={"Content-Disposition": disposition}
    )


def _main(job: Job, known: list[str]) -> str:
    output = (job.result or {}).get("output")
    return output if output in known else known[0]
