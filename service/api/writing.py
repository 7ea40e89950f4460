"""What all writing endpoints share: one unit of work, an answer kept by key, the version read.

A write with an `Idempotency-Key` is done once: the answer is stored in the same unit of work as
the change, and a second call with the key and the same body is given that answer.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable
from typing import Annotated, Any, ClassVar

from fastapi import Depends, Header, Request
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy import delete
from sqlalchemy.orm import Session

from models.errors import InputError
from service.accounts.principal import Principal
from service.accounts.roles import Right
from service.accounts.web import needs
from service.database.base import now
from service.database.engine import Database
from service.database.missing import insert_missing
from service.database.tables import KeptAnswer

KEPT = dt.timedelta(hours=24)
Reader = Annotated[Principal, Depends(needs(Right.READ))]
Writer = Annotated[Principal, Depends(needs(Right.WRITE))]
Reviewer = Annotated[Principal, Depends(needs(Right.REVIEW))]
Approver = Annotated[Principal, Depends(needs(Right.APPROVE))]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        description="重发同一请求时不会做两次，答复保留一天",
    ),
]
IfMatch = Annotated[
    str | None,
    Header(max_length=40, description='读到的版本，如 "3"；也可写在正文的 version 中'),
]


class KeyReused(InputError):
    """The idempotency key came before, with another body."""

    code = "idempotency_conflict"
    status: ClassVar[int] = 409


class VersionNeeded(InputError):
    """A change does not say which version of the record it was made from."""

    code = "version_needed"
    status: ClassVar[int] = 428


def database_of(request: Request) -> Database:
    """The opened database of the application."""
    found: Any = request.app.state.database
    assert isinstance(found, Database)
    return found


def version_of(in_body: int | None, if_match: str | None) -> int:
    """Version that the caller read, from the body or `If-Match`.

    Raises
    ------
    VersionNeeded
        If neither gives one, or they differ.
    """
    said = None
    if if_match is not None:
        digits = if_match.strip().removeprefix("W/").strip('"')
        said = int(digits) if digits.isdecimal() and len(digits) < 10 else None
        if said is None or in_body not in (None, said):
            raise VersionNeeded('If-Match 应为读到的版本，如 "3"，且与正文中的 version 一致。')
    version = said if in_body is None else in_body
    if version is None:
        raise VersionNeeded("修改要说明读到的是第几版：请带 If-Match，或在正文中给出 version。")
    return version


def etag(version: int) -> dict[str, str]:
    """Headers that name the version of an answer."""
    return {"ETag": f'"{version}"'}


def answered(
    content: Any, status: int = 200, headers: dict[str, str] | None = None
) -> JSONResponse:
    """An answer of a model or of plain data."""
    # A model writes itself several times as fast as the encoder of anything would.
    plain = (
        content.model_dump(mode="json", by_alias=True)
        if isinstance(content, BaseModel)
        else jsonable_encoder(content)
    )
    return JSONResponse(plain, status_code=status, headers=headers)


def once(
    request: Request,
    caller: Principal,
    key: str | None,
    body: BaseModel | None,
    work: Callable[[Session], JSONResponse],
) -> JSONResponse:
    """Do a write in one unit of work; with a key, once however often it is sent.

    Parameters
    ----------
    key : str or None
        The `Idempotency-Key`.
    body : BaseModel or None
        What was asked; the same key with another body is refused.
    work : callable
        Makes the change and the answer.

    Raises
    ------
    KeyReused
        If the key came with another body before.
    """
    with database_of(request).session() as session:
        if key is None:
            return work(session)
        named = _digest(caller.name, request.method, request.url.path, key)
        asked = _digest("" if body is None else body.model_dump_json())
        moment = now()
        session.execute(delete(KeptAnswer).where(KeptAnswer.at < moment - KEPT))
        fresh = {"body_hash": asked, "status": 0, "headers": "", "body": "", "at": moment}
        if not insert_missing(session, KeptAnswer, key_hash=named, **fresh):
            return _again(session.get_one(KeptAnswer, named), asked)
        answer = work(session)
        kept = session.get_one(KeptAnswer, named)
        own = {
            name: answer.headers[name] for name in ("etag", "location") if name in answer.headers
        }
        kept.status, kept.headers = answer.status_code, json.dumps(own)
        kept.body = bytes(answer.body).decode()
        return answer


def _again(kept: KeptAnswer, asked: str) -> JSONResponse:
    if kept.body_hash != asked:
        raise KeyReused("这个 Idempotency-Key 已经用于内容不同的另一请求，请换一个。")
    headers = {**json.loads(kept.headers), "Idempotent-Replayed": "true"}
    return JSONResponse(json.loads(kept.body), status_code=kept.status, headers=headers)


def _digest(*parts: str) -> str:
    joined = "\x1f".join(parts)
    return hashlib.sha256(joined.encode("utf-8", "replace")).hexdigest()
