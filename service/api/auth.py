"""`/v1/session`, `/v1/people`, `/v1/keys`, `/v1/audit`: who may come in, and what they did."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy import select

from service.accounts import audit, keys, people, sign_in
from service.accounts.errors import AccountError
from service.accounts.principal import Principal
from service.accounts.roles import Right, Role
from service.accounts.tables import ApiKey, AuditEntry, User
from service.accounts.web import COOKIE, address_of, lifetime, needs, refuse_other_sites
from service.api.problems import RESPONSES
from service.api.writing import database_of
from service.database.engine import Database

router = APIRouter(prefix="/v1", responses=RESPONSES)
Secret = Annotated[str, StringConstraints(min_length=1, max_length=256)]
_PLAIN = r"^[^\x00-\x1f]+$"
Name = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=_PLAIN)]
Signed = Annotated[Principal, Depends(needs(None, before_change=True))]
Administrator = Annotated[Principal, Depends(needs(Right.ADMIN))]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SignInIn(_Body):
    """Name and password."""

    name: Annotated[Name, Field(examples=["admin"])]
    password: Secret


class PrincipalOut(BaseModel):
    """Who is calling; pages send `csrf_token` with each write."""

    name: str
    display_name: str
    is_key: bool
    rights: list[Right]
    csrf_token: str
    must_change_password: bool


class PasswordIn(_Body):
    """One's old and new password."""

    old: Secret
    new: Secret


class PersonIn(_Body):
    """A new person."""

    name: Annotated[Name, Field(description="用户名，最多 32 个字")]
    display_name: Annotated[Name, Field(description="姓名")]
    role: Role


class PersonChangeIn(_Body):
    """What is to change of a person; what is left out stays."""

    display_name: Name | None = None
    role: Role | None = None
    disabled: bool | None = None


class PersonOut(BaseModel):
    """A person."""

    id: int
    name: str
    display_name: str
    role: Role
    must_change_password: bool
    created_at: dt.datetime
    disabled_at: dt.datetime | None


class NewPersonOut(PersonOut):
    """A person with the one-time password to hand over; it is shown once."""

    one_time_password: str


class KeyIn(_Body):
    """A new key."""

    name: Annotated[Name, Field(examples=["12345 平台"])]
    scopes: Annotated[list[Right], Field(min_length=1, max_length=len(Right))]
    days: Annotated[int | None, Field(ge=1, le=keys.LONGEST_DAYS, description="有效几天")] = 365


class KeyOut(BaseModel):
    """A key without its secret."""

    id: int
    name: str
    prefix: str
    scopes: list[Right]
    created_at: dt.datetime
    expires_at: dt.datetime | None
    revoked_at: dt.datetime | None
    used_at: dt.datetime | None


class NewKeyOut(KeyOut):
    """A key with its secret, which is shown once."""

    secret: str


class AuditOut(BaseModel):
    """Who did what to which record."""

    id: int
    at: dt.datetime
    actor: str
    action: str
    subject: str
    details: dict[str, Any]
    entry_hash: str


class AuditPageOut(BaseModel):
    """Entries, the newest first; `next` is the `before` of the following page."""

    items: list[AuditOut]
    next: int | None


class VerdictOut(BaseModel):
    """Whether the chain is whole; `head` may be written down and given next time."""

    is_sound: bool
    n_entries: int
    head: str
    broken_id: int | None
    reason: str


Store = Annotated[Database, Depends(database_of)]


@router.post(
    "/session",
    response_model=PrincipalOut,
    responses={429: RESPONSES[429]},
    tags=["session"],
    summary="登录；答复带会话 Cookie",
)
def open_session(body: SignInIn, request: Request, response: Response, database: Store) -> Any:
    """Sign in with a password."""
    refuse_other_sites(request)
    settings = request.app.state.settings
    if settings.accounts == "off":
        raise AccountError("账号功能已关闭（YANGGUANG_ACCOUNTS=off），不需要登录。")
    opened = sign_in.sign_in(
        database, body.name, body.password, address_of(request), lifetime(settings)
    )
    set_cookie(response, request, opened.token)
    with database.reading() as session:
        principal, must_change, _ = sign_in.resume(session, opened.token, lifetime(settings))
    return _principal(principal, must_change)


def set_cookie(response: Response, request: Request, token: str) -> None:
    """Hand a session's token to the browser: no script reads it, no other site sends it."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=request.app.state.settings.session_hours * 3600,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
        path="/",
    )


@router.get("/session", response_model=PrincipalOut, tags=["session"], summary="当前是谁")
def current_session(principal: Signed, database: Store) -> Any:
    """Who is calling, with which rights."""
    must_change = False
    if principal.user_id is not None and not principal.is_key:
        with database.reading() as session:
            must_change = session.get_one(User, principal.user_id).must_change_password
    return _principal(principal, must_change)


def _principal(principal: Principal, must_change: bool) -> PrincipalOut:
    return PrincipalOut(
        name=principal.name,
        display_name=principal.display_name,
        is_key=principal.is_key,
        rights=sorted(principal.rights),
        csrf_token=principal.csrf_token,
        must_change_password=must_change,
    )


@router.delete("/session", status_code=204, tags=["session"], summary="退出登录")
def close_session(_: Signed, request: Request, response: Response, database: Store) -> None:
    """Sign out."""
    token = request.cookies.get(COOKIE)
    if token is not None:
        with database.session() as session:
            sign_in.sign_out(session, token)
    response.delete_cookie(COOKIE, path="/")


@router.put("/session/password", status_code=204, tags=["session"], summary="修改自己的密码")
def change_password(body: PasswordIn, by: Signed, request: Request, database: Store) -> None:
    """Replace one's own password; one's other sessions end."""
    people.change_password(
        database, by, body.old, body.new, address_of(request), request.cookies.get(COOKIE)
    )


@router.get("/people", response_model=list[PersonOut], tags=["people"], summary="全部人员")
def list_people(_: Administrator, database: Store) -> Sequence[Any]:
    """Everybody, disabled ones included."""
    with database.reading() as session:
        return [_person(user) for user in people.listed(session)]


@router.post(
    "/people", response_model=NewPersonOut, status_code=201, tags=["people"], summary="新增人员"
)
def add_person(body: PersonIn, by: Administrator, database: Store) -> Any:
    """A new person with a one-time password."""
    with database.session() as session:
        user, password = people.add(session, by.name, body.name, body.display_name, body.role)
        return _person(user) | {"one_time_password": password}


@router.patch(
    "/people/{name}", response_model=PersonOut, tags=["people"], summary="改姓名、角色，停用或启用"
)
def change_person(name: Name, body: PersonChangeIn, by: Administrator, database: Store) -> Any:
    """Change a person; the last administrator can be neither disabled nor demoted."""
    with database.session() as session:
        user = people.by_name(session, name)
        if body.display_name is not None:
            people.rename(session, by.name, user, body.display_name)
        if body.role is not None:
            people.set_role(session, by.name, user, body.role)
        if body.disabled is not None:
            people.set_disabled(session, by.name, user, disabled=body.disabled)
        return _person(user)


@router.post(
    "/people/{name}/reset", response_model=NewPersonOut, tags=["people"], summary="重置密码"
)
def reset_person(name: Name, by: Administrator, database: Store) -> Any:
    """A new one-time password; the person's sessions end."""
    with database.session() as session:
        user = people.by_name(session, name)
        password = people.reset_password(session, by.name, user)
        return _person(user) | {"one_time_password": password}


def _person(user: User) -> dict[str, Any]:
    return {name: getattr(user, name) for name in PersonOut.model_fields}


@router.get("/keys", response_model=list[KeyOut], tags=["keys"], summary="全部密钥")
def list_keys(_: Administrator, database: Store) -> Sequence[Any]:
    """All keys without their secrets, the newest first."""
    with database.reading() as session:
        return [_key(key) for key in keys.listed(session)]


@router.post("/keys", response_model=NewKeyOut, status_code=201, tags=["keys"], summary="新建密钥")
def add_key(body: KeyIn, by: Administrator, database: Store) -> Any:
    """A new key; its secret is in this answer and nowhere else."""
    with database.session() as session:
        key, secret = keys.create(session, by, body.name, body.scopes, body.days)
        return _key(key) | {"secret": secret}


@router.delete("/keys/{key_id}", response_model=KeyOut, tags=["keys"], summary="停用密钥")
def revoke_key(
    key_id: Annotated[int, Field(ge=1, le=2**31 - 1)], by: Administrator, database: Store
) -> Any:
    """End a key at once."""
    with database.session() as session:
        return _key(keys.revoke(session, by, key_id))


def _key(key: ApiKey) -> dict[str, Any]:
    return {name: getattr(key, name) for name in KeyOut.model_fields}


@router.get("/audit", response_model=AuditPageOut, tags=["audit"], summary="操作记录")
def list_audit(
    _: Administrator,
    database: Store,
    subject: Annotated[
        str | None, Query(max_length=80, pattern=_PLAIN, examples=["case:17"])
    ] = None,
    actor: Annotated[str | None, Query(max_length=80, pattern=_PLAIN)] = None,
    before: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Any:
    """Who did what, the newest first."""
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit + 1)
    if subject is not None:
        query = query.where(AuditEntry.subject == subject)
    if actor is not None:
        query = query.where(AuditEntry.actor == actor)
    if before is not None:
        query = query.where(AuditEntry.id < before)
    with database.reading() as session:
        found = list(session.scalars(query))
    rows = [{n: getattr(entry, n) for n in AuditOut.model_fields} for entry in found[:limit]]
    return {"items": rows, "next": found[limit - 1].id if len(found) > limit else None}


@router.get("/audit/verify", response_model=VerdictOut, tags=["audit"], summary="验证操作记录链")
def verify_audit(
    _: Administrator,
    database: Store,
    head: Annotated[
        str | None, Query(pattern="^[0-9a-f]{64}$", description="上次抄下的校验值")
    ] = None,
) -> Any:
    """Follow the whole chain; the first entry that does not fit is named."""
    with database.reading() as session:
        found = audit.verify(session, head)
    return {name: getattr(found, name) for name in VerdictOut.model_fields}
