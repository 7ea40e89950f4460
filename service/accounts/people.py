"""People of the office: who they are, their role, their password. Nobody is ever deleted."""

from __future__ import annotations

import re

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.accounts import audit, passwords, sign_in, throttle
from service.accounts.errors import AccountError, AccountNotFound, WrongOldPassword
from service.accounts.principal import Principal
from service.accounts.roles import ROLE_NAMES, Role
from service.accounts.tables import User
from service.database.base import now
from service.database.engine import Database

ADMINISTRATOR = "admin"
_NAME = re.compile(r"[\w.-]{1,32}")
_RESERVED = {"local", "guest", "anonymous", "system"}
"""Actors of the audit trail that are no persons."""


def first_administrator(session: Session) -> str | None:
    """Make `admin` where there is nobody yet; returns the one-time password, or None."""
    if session.scalar(select(func.count()).select_from(User)):
        return None
    password = passwords.one_time_password()
    user = _new(ADMINISTRATOR, "管理员", Role.ADMIN, password)
    session.add(user)
    session.flush()
    audit.record(session, "system", "user.create", f"user:{user.id}", role=user.role)
    return password


def add(session: Session, actor: str, name: str, display_name: str, role: Role) -> tuple[User, str]:
    """A new person and the one-time password to hand over.

    Raises
    ------
    AccountError
        If the name is taken or malformed.
    """
    name, display_name = name.strip(), display_name.strip()
    if not _NAME.fullmatch(name) or name.casefold() in _RESERVED:
        raise AccountError("用户名应为 1 至 32 个汉字、字母、数字、点、横线或下划线。")
    if not 0 < len(display_name) <= 64 or not display_name.isprintable():
        raise AccountError("姓名应为 1 至 64 个字。")
    if session.scalar(select(User).where(func.lower(User.name) == name.lower())) is not None:
        raise AccountError(f"用户名“{name}”已经有人用了，请换一个。")
    password = passwords.one_time_password()
    user = _new(name, display_name, role, password)
    session.add(user)
    session.flush()
    audit.record(session, actor, "user.create", f"user:{user.id}", name=name, role=role)
    return user, password


def _new(name: str, display_name: str, role: Role, password: str) -> User:
    return User(
        name=name,
        display_name=display_name,
        role=role,
        password_hash=passwords.hash_password(password),
        must_change_password=True,
        created_at=now(),
    )


def listed(session: Session) -> list[User]:
    """Everybody, in the order they came."""
    return list(session.scalars(select(User).order_by(User.id)))


def by_name(session: Session, name: str) -> User:
    """The person of a name.

    Raises
    ------
    AccountNotFound
    """
    user = session.scalar(select(User).where(User.name == name))
    if user is None:
        raise AccountNotFound(f"没有名为“{name[:64]}”的人员。")
    return user


def reset_password(session: Session, actor: str, user: User) -> str:
    """A new one-time password; the person's sessions end, failures are forgiven."""
    password = passwords.one_time_password()
    user.password_hash = passwords.hash_password(password)
    user.must_change_password = True
    sign_in.end_all(session, user.id)
    throttle.forgive(session, user.name)
    audit.record(session, actor, "user.reset", f"user:{user.id}")
    return password


def change_password(
    database: Database, by: Principal, old: str, new: str, address: str, token: str | None
) -> None:
    """Replace one's own password; other sessions of the person than that of `token` end.

    Raises
    ------
    WrongPassword
        If the old one is wrong; guesses are counted as when signing in.
    Throttled
    AccountError
        If the new one is easy to guess, or equals the old.
    """
    if by.user_id is None or by.is_key:
        raise AccountError("只有登录的人员能修改自己的密码。")
    with database.session() as session:
        user = session.get_one(User, by.user_id)
        throttle.check(session, user.name, address)
        counted = throttle.count(session, user.name, address)
    if not passwords.is_right(old, user.password_hash):
        raise WrongOldPassword("原来的密码不对。")
    with database.session() as session:
        throttle.take_back(session, counted)
    if old == new:
        raise AccountError("新密码不能与原来的相同。")
    passwords.check_new(new, user.name)
    fresh = passwords.hash_password(new)
    with database.session() as session:
        user = session.get_one(User, user.id)
        user.password_hash = fresh
        user.must_change_password = False
        sign_in.end_all(session, user.id, keep=token)
        audit.record(session, user.name, "user.change_password", f"user:{user.id}")


def set_role(session: Session, actor: str, user: User, role: Role) -> None:
    """Give another role; the last administrator stays one.

    Raises
    ------
    AccountError
    """
    if user.role == role:
        return
    _keep_one_administrator(session, user)
    before, user.role = user.role, role
    audit.record(session, actor, "user.role", f"user:{user.id}", before=before, after=role)


def rename(session: Session, actor: str, user: User, display_name: str) -> None:
    """Change the name that is shown.

    Raises
    ------
    AccountError
    """
    display_name = display_name.strip()
    if not 0 < len(display_name) <= 64 or not display_name.isprintable():
        raise AccountError("姓名应为 1 至 64 个字。")
    if user.display_name != display_name:
        user.display_name = display_name
        audit.record(session, actor, "user.rename", f"user:{user.id}")


def set_disabled(session: Session, actor: str, user: User, *, disabled: bool) -> None:
    """Shut a person out at once, keys included, or let them in again.

    Raises
    ------
    AccountError
        If it is the last administrator.
    """
    if disabled == (user.disabled_at is not None):
        return
    if disabled:
        _keep_one_administrator(session, user)
        user.disabled_at = now()
        sign_in.end_all(session, user.id)
    else:
        user.disabled_at = None
    audit.record(session, actor, "user.disable" if disabled else "user.enable", f"user:{user.id}")


def _keep_one_administrator(session: Session, user: User) -> None:
    if user.role != Role.ADMIN or user.disabled_at is not None:
        return
    chiefs = select(User.id).where(User.role == Role.ADMIN, User.disabled_at.is_(None))
    # All are locked in one order: two who demote each other at once do so one after the other.
    if set(session.scalars(chiefs.order_by(User.id).with_for_update())) <= {user.id}:
        raise AccountError(
            f"{user.display_name}是唯一的{ROLE_NAMES[Role.ADMIN]}人员，请先给另一位人员管理角色。"
        )
