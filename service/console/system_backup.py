"""系统 · 备份: a whole copy of the database while everybody goes on working."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from models.clock import BEIJING
from models.errors import YangguangError
from service.accounts.audit import record
from service.accounts.principal import Principal
from service.accounts.roles import Right
from service.accounts.web import needs
from service.console.rendering import render, tell
from service.database.backup import copy_sqlite
from service.database.engine import Database

router = APIRouter(prefix="/system/backup")
Administrator = Annotated[Principal, Depends(needs(Right.ADMIN))]


@router.get("")
def backups(request: Request, by: Administrator) -> Response:
    """Backups at hand."""
    return _page(request)


@router.post("")
def backup(request: Request, by: Administrator) -> Response:
    """Make one; it is verified before it counts as made."""
    database: Database = request.app.state.database
    if not database.is_sqlite:
        return _page(request, "PostgreSQL 请用 pg_dump 备份。")
    name = f"yangguang-{dt.datetime.now(BEIJING):%Y%m%d-%H%M%S}.db"
    try:
        copy_sqlite(database, _folder(request) / name)
    except YangguangError as error:
        return _page(request, error.message)
    with database.session() as session:
        record(session, by.name, "backup.create", f"backup:{name}")
    answer = RedirectResponse("/console/system/backup", status_code=303)
    return tell(answer, f"已备份并核对：{name}")


def _folder(request: Request) -> Path:
    folder: Path = request.app.state.settings.data_dir / "backups"
    return folder


def _page(request: Request, fault: str = "") -> Response:
    folder = _folder(request)
    found = sorted(folder.glob("*.db"), reverse=True) if folder.is_dir() else []
    listed = []
    for path in found[:50]:
        stat = path.stat()
        listed.append((path.name, dt.datetime.fromtimestamp(stat.st_mtime, dt.UTC), stat.st_size))
    database: Database = request.app.state.database
    return render(
        request,
        "system_backup.html",
        status=422 if fault else 200,
        section="system",
        tab="backup",
        fault=fault,
        secret=None,
        backups=listed,
        can_backup=database.is_sqlite,
    )
