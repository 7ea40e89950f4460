"""Files that leave the console: cases of a selection, reviewed examples to learn from.

Names and contacts are left out and personal information in texts is masked, unless the person may
export texts as they are and asks for it.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import mkdtemp
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import FileResponse, Response
from starlette.background import BackgroundTask

from models.clock import beijing_day
from models.errors import InputError
from service.accounts.audit import record
from service.accounts.errors import Forbidden
from service.accounts.principal import Principal
from service.accounts.roles import Right
from service.accounts.web import needs
from service.cases.exporting import export_cases
from service.console.choosing import chosen_cases
from service.database.engine import Database
from service.review.examples import export_examples

router = APIRouter()
Reader = Annotated[Principal, Depends(needs(Right.READ))]
Approver = Annotated[Principal, Depends(needs(Right.APPROVE))]
_KINDS = ("xlsx", "csv", "jsonl")


@router.get("/cases/export")
def cases(request: Request, by: Reader, format: str = "xlsx", plain: str = "") -> Response:
    """The cases that a list shows, all pages of it, as a file."""
    if format not in _KINDS:
        raise InputError(f"可以导出 {'、'.join(_KINDS)}。")
    is_plain = _may(by, plain)
    name = f"案件-{beijing_day():%Y%m%d}{'' if is_plain else '-已遮盖'}.{format}"
    path = Path(mkdtemp(prefix="yangguang-")) / f"cases.{format}"
    database: Database = request.app.state.database
    try:
        with database.session() as session:
            chosen = chosen_cases(session, request.query_params)
            export_cases(session, by.name, path, chosen.selection, is_plain=is_plain)
    except BaseException:
        _forget(path)
        raise
    return _file(path, name)


@router.get("/model/examples")
def examples(request: Request, by: Approver, plain: str = "") -> Response:
    """Reviewed cases for `yangguang-train fit --reviewed`."""
    is_plain = _may(by, plain)
    path = Path(mkdtemp(prefix="yangguang-")) / "examples.jsonl"
    database: Database = request.app.state.database
    try:
        with database.reading() as session:
            n = export_examples(session, path, redacted=not is_plain)
        with database.session() as session:
            record(session, by.name, "review.export", "examples", plain=is_plain, n_cases=n)
    except BaseException:
        _forget(path)
        raise
    return _file(path, f"复核过的件-{beijing_day():%Y%m%d}.jsonl")


def _may(by: Principal, plain: str) -> bool:
    if plain == "yes" and not by.may(Right.EXPORT_PLAIN):
        raise Forbidden("导出原文（不遮盖个人信息）需要“导出原文”权限，请找管理员。")
    return plain == "yes"


def _file(path: Path, name: str) -> Response:
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    return FileResponse(
        path,
        media_type="application/octet-stream",
        headers=headers,
        background=BackgroundTask(_forget, path),
    )


def _forget(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.parent.rmdir()
