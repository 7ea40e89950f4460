"""作业: long work on whole files and on the archive, with progress, cancel, resume, results."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, File, Form, Request, UploadFile
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse, RedirectResponse, Response

from models.errors import InputError, YangguangError
from service.accounts.audit import record
from service.accounts.errors import Forbidden
from service.accounts.principal import Principal
from service.accounts.roles import Right
from service.accounts.web import needs
from service.console.desk import kind_names
from service.console.rendering import render, tell
from service.console.submitting import submit
from service.database.engine import Database
from service.jobs import files, queue
from service.jobs.tables import Job

router = APIRouter(prefix="/work")
Writer = Annotated[Principal, Depends(needs(Right.WRITE))]
RESULTS = {"xlsx": "Excel", "csv": "CSV", "jsonl": "JSONL", "parquet": "Parquet"}
_KINDS = ("label", "check", "relabel")
_SHOWN = 50


@router.get("")
def work(request: Request, by: Writer) -> Response:
    """All jobs, and what can be started."""
    return _page(request)


@router.get("/list")
def listing(request: Request, by: Writer) -> Response:
    """The list alone, asked for again while something runs."""
    return render(request, "work_list.html", **_jobs(request))


@router.post("")
async def start(
    request: Request, by: Writer, kind: Annotated[str, Form()] = "",
    result: Annotated[str, Form()] = "xlsx", evidence: Annotated[str, Form()] = "",
    file: Annotated[UploadFile | None, File()] = None,
) -> Response:  # fmt: skip
    """Put a job into the queue."""
    options: dict[str, object] = {}
    if kind == "label":
        options = {"result": result, "evidence": evidence == "yes"}
    return await run_in_threadpool(_start, request, by, kind, options, file)


def _start(
    request: Request, by: Principal, kind: str, options: dict[str, object], file: UploadFile | None
) -> Response:
    state = request.app.state
    try:
        if kind not in _KINDS:
            raise InputError("请从页面上选要做的事。")
        upload = None
        if kind != "relabel":
            if file is None or not file.filename:
                raise InputError("请先选文件。")
            upload = (file.filename, file.file)
        root = state.runner.folder
        submit(state.database, state.registry, root, by.name, kind, options, upload)
    except YangguangError as error:
        return _page(request, error.message)
    state.runner.wake()
    return tell(RedirectResponse("/console/work", status_code=303), "已排上队，可以离开这一页。")


@router.post("/{job_id}/cancel")
def cancel(request: Request, by: Writer, job_id: str) -> Response:
    """Cancel a job; what is done stays."""
    database: Database = request.app.state.database
    with database.session() as session:
        queue.cancel(session, job_id, by.name)
    return RedirectResponse("/console/work", status_code=303)


@router.post("/{job_id}/resume")
def resume(request: Request, by: Writer, job_id: str) -> Response:
    """Go on where a job stopped."""
    database: Database = request.app.state.database
    with database.session() as session:
        queue.resume(session, job_id, by.name)
    request.app.state.runner.wake()
    return RedirectResponse("/console/work", status_code=303)


@router.get("/{job_id}/file")
def result_file(request: Request, by: Writer, job_id: str, name: str = "") -> Response:
    """A file that a job made; results may hold texts as they were written."""
    database: Database = request.app.state.database
    with database.reading() as session:
        job = queue.get(session, job_id)
    if job.created_by != by.name and not by.may(Right.EXPORT_PLAIN):
        raise Forbidden("结果可能含有原文，只有建立这项作业的人和有“导出原文”权限的人能取。")
    path = files.folder_of(request.app.state.runner.folder, job_id) / "output" / name
    if name not in _made(job) or not path.is_file():
        raise InputError("没有这个结果文件，可能已过保存期。")
    with database.session() as session:
        record(session, by.name, "job.fetch", f"job:{job_id}", file=name)
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    return FileResponse(path, media_type="application/octet-stream", headers=headers)


def _made(job: Job) -> list[str]:
    return [f["name"] for f in (job.result or {}).get("files", [])]


def _jobs(request: Request) -> dict[str, Any]:
    database: Database = request.app.state.database
    with database.reading() as session:
        found = queue.listed(session, limit=_SHOWN)
    return {
        "jobs": [(job, _made(job), _seconds_left(job)) for job in found],
        "is_busy": any(job.state in queue.OPEN for job in found),
        "names": kind_names(request),
    }


def _seconds_left(job: Job) -> int | None:
    """Seconds that a running job will take at its present rate; None if it cannot be told."""
    if job.state != "running" or job.rate <= 0 or job.total <= 0:
        return None
    return max(1, round((job.total - job.position) / job.rate))


def _page(request: Request, fault: str = "") -> Response:
    return render(
        request,
        "work.html",
        status=422 if fault else 200,
        section="work",
        fault=fault,
        results=RESULTS,
        **_jobs(request),
    )
