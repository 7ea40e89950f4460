"""系统: people, keys, the audit trail, settings; for administrators."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import select

from models.errors import YangguangError
from service.accounts import audit, keys, people
from service.accounts.principal import Principal
from service.accounts.roles import RIGHT_NAMES, ROLE_NAMES, Right, Role
from service.accounts.tables import AuditEntry
from service.accounts.web import needs
from service.console.rendering import render, tell
from service.console.wording import ACTIONS
from service.database.engine import Database

router = APIRouter(prefix="/system")
Administrator = Annotated[Principal, Depends(needs(Right.ADMIN))]
_PER_PAGE = 50


@router.get("")
def people_page(request: Request, by: Administrator) -> Response:
    """People and their roles."""
    return _people(request)


@router.post("/people")
def add_person(
    request: Request,
    by: Administrator,
    name: Annotated[str, Form()] = "",
    display_name: Annotated[str, Form()] = "",
    role: Annotated[str, Form()] = Role.CLERK.value,
) -> Response:
    """Add a person; the one-time password is on the page that answers, and nowhere else."""
    database: Database = request.app.state.database
    try:
        with database.session() as session:
            user, password = people.add(session, by.name, name, display_name, _role(role))
    except YangguangError as error:
        typed = {"name": name, "display_name": display_name, "role": role}
        return _people(request, fault=error.message, typed=typed, status=422)
    return _people(request, secret=(f"{user.display_name}（{user.name}）的一次性密码", password))


@router.post("/people/{name}/reset")
def reset_person(request: Request, by: Administrator, name: str) -> Response:
    """Give a new one-time password; the person's sessions end."""
    database: Database = request.app.state.database
    with database.session() as session:
        user = people.by_name(session, name)
        password = people.reset_password(session, by.name, user)
    return _people(request, secret=(f"{user.display_name}（{name}）的新一次性密码", password))


@router.post("/people/{name}")
def change_person(
    request: Request,
    by: Administrator,
    name: str,
    role: Annotated[str, Form()] = "",
    disabled: Annotated[str, Form()] = "",
) -> Response:
    """Change a person's role, or shut them out."""
    database: Database = request.app.state.database
    try:
        with database.session() as session:
            user = people.by_name(session, name)
            if role:
                people.set_role(session, by.name, user, _role(role))
            if disabled in ("yes", "no"):
                people.set_disabled(session, by.name, user, disabled=disabled == "yes")
    except YangguangError as error:
        return _people(request, fault=error.message, status=422)
    return tell(RedirectResponse("/console/system", status_code=303), f"已改 {user.display_name}。")


def _role(code: str) -> Role:
    return Role(code) if code in set(Role) else Role.CLERK


def _people(
    request: Request,
    fault: str = "",
    secret: tuple[str, str] | None = None,
    typed: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    database: Database = request.app.state.database
    with database.reading() as session:
        everybody = people.listed(session)
    return render(
        request,
        "system_people.html",
        status=status,
        section="system",
        tab="people",
        people=everybody,
        roles=ROLE_NAMES,
        fault=fault,
        secret=secret,
        typed=typed or {"name": "", "display_name": "", "role": "clerk"},
    )


@router.get("/keys")
def keys_page(request: Request, by: Administrator) -> Response:
    """Keys of programs."""
    return _keys(request)


@router.post("/keys")
def add_key(
    request: Request,
    by: Administrator,
    name: Annotated[str, Form()] = "",
    scopes: Annotated[list[str] | None, Form()] = None,
    days: Annotated[int, Form(ge=1, le=keys.LONGEST_DAYS)] = 365,
) -> Response:
    """Make a key; its secret is on the page that answers, and nowhere else."""
    database: Database = request.app.state.database
    chosen = [Right(scope) for scope in scopes or () if scope in set(Right)]
    try:
        with database.session() as session:
            key, secret = keys.create(session, by, name, chosen, days)
    except YangguangError as error:
        return _keys(request, fault=error.message, status=422)
    return _keys(request, secret=(f"密钥“{key.name}”", secret))


@router.post("/keys/{key_id}/revoke")
def revoke_key(request: Request, by: Administrator, key_id: int) -> Response:
    """End a key at once."""
    database: Database = request.app.state.database
    with database.session() as session:
        key = keys.revoke(session, by, key_id)
    return tell(RedirectResponse("/console/system/keys", status_code=303), f"已停用“{key.name}”。")


def _keys(
    request: Request, fault: str = "", secret: tuple[str, str] | None = None, status: int = 200
) -> Response:
    database: Database = request.app.state.database
    with database.reading() as session:
        listed = keys.listed(session)
    return render(
        request,
        "system_keys.html",
        status=status,
        section="system",
        tab="keys",
        keys=listed,
        rights=RIGHT_NAMES,
        fault=fault,
        secret=secret,
        longest=keys.LONGEST_DAYS,
    )


@router.get("/audit")
def audit_page(
    request: Request, by: Administrator, before: int | None = None, who: str = "", what: str = ""
) -> Response:
    """Who did what, the newest first."""
    return _audit(request, before, who.strip(), what.strip())


@router.post("/audit/verify")
def verify_audit(
    request: Request, by: Administrator, head: Annotated[str, Form()] = ""
) -> Response:
    """Follow the whole chain."""
    database: Database = request.app.state.database
    with database.reading() as session:
        verdict = audit.verify(session, head.strip() or None)
    return _audit(request, None, "", "", verdict)


def _audit(
    request: Request,
    before: int | None,
    who: str,
    what: str,
    verdict: audit.Verdict | None = None,
) -> Response:
    database: Database = request.app.state.database
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(_PER_PAGE + 1)
    if before is not None:
        query = query.where(AuditEntry.id < before)
    if who:
        query = query.where(AuditEntry.actor == who[:80])
    if what:
        query = query.where(AuditEntry.subject == what[:80])
    with database.reading() as session:
        found = list(session.scalars(query))
    return render(
        request,
        "system_audit.html",
        section="system",
        tab="audit",
        entries=found[:_PER_PAGE],
        next=found[_PER_PAGE - 1].id if len(found) > _PER_PAGE else None,
        who=who,
        what=what,
        verdict=verdict,
        actions=ACTIONS,
    )


@router.get("/settings")
def settings_page(request: Request, by: Administrator) -> Response:
    """Settings in force, secrets left out."""
    settings = request.app.state.settings
    rows = [
        (f"YANGGUANG_{name.upper()}", field.description or "", _shown(name, settings))
        for name, field in type(settings).model_fields.items()
    ]
    return render(request, "system_settings.html", section="system", tab="settings", settings=rows)


def _shown(name: str, settings: object) -> str:
    value = getattr(settings, name)
    if name == "text_keys":
        return "已设置" if value else "未设置：文字不加密"
    if name == "database_url":
        return "已设置（含密码，不显示）" if value else "未设置"
    return "" if value is None else str(value)
