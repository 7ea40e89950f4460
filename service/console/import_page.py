"""One import: its progress while it runs, then what it gave and what was refused."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.errors import InputError
from service.accounts.principal import Principal
from service.accounts.roles import Right
from service.accounts.web import needs
from service.cases.importing.job import CODE
from service.cases.importing.mapping import FIELDS
from service.cases.tables import Case, Import, ImportRemark
from service.console.rendering import render, tell
from service.database.engine import Database
from service.jobs import queue
from service.jobs.tables import Job

router = APIRouter(prefix="/import")
Writer = Annotated[Principal, Depends(needs(Right.WRITE))]
_REMARKS_SHOWN = 200


@router.get("/{import_id}")
def show(request: Request, by: Writer, import_id: int) -> Response:
    """One import: progress while it runs, then what it gave and what was refused."""
    return _show(request, "import.html", import_id)


@router.get("/{import_id}/progress")
def progress(request: Request, by: Writer, import_id: int) -> Response:
    """The part of the page that changes; the whole page once it is over."""
    database: Database = request.app.state.database
    with database.reading() as session:
        job = job_of(session, import_id, queue.OPEN)
    if job is None:
        return Response(status_code=204, headers={"HX-Refresh": "true"})
    return _show(request, "import_progress.html", import_id)


@router.post("/{import_id}/cancel")
def cancel(request: Request, by: Writer, import_id: int) -> Response:
    """Stop an import; what is stored stays."""
    database: Database = request.app.state.database
    with database.session() as session:
        job = job_of(session, import_id, queue.OPEN)
        if job is not None:
            queue.cancel(session, job.id, by.name)
    answer = RedirectResponse(f"/console/import/{import_id}", status_code=303)
    return tell(answer, "已要求停下，已经登记的件保留。", "info")


@router.post("/{import_id}/resume")
def resume(request: Request, by: Writer, import_id: int) -> Response:
    """Go on with an import that was stopped or failed."""
    database: Database = request.app.state.database
    with database.session() as session:
        job = job_of(session, import_id, ("failed", "cancelled"))
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
        job = job_of(session, import_id, queue.STATES)
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


def job_of(session: Session, import_id: int, states: tuple[str, ...]) -> Job | None:
    """Newest job of an import among some states."""
    query = (
        select(Job)
        .where(Job.kind == CODE, Job.state.in_(states))
        .order_by(Job.created_at.desc())
        .limit(500)
    )
    jobs = session.scalars(query)
    return next((j for j in jobs if j.arguments["options"]["import_id"] == import_id), None)
