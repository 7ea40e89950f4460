"""Signing in with a password, and the browser sessions that follow."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from service.accounts import audit, passwords, throttle
from service.accounts.errors import NotSignedIn, WrongPassword
from service.accounts.principal import Principal
from service.accounts.roles import RIGHTS, Role
from service.accounts.tables import SignIn, User
from service.database.base import now
from service.database.engine import Database

_SEEN_EVERY = dt.timedelta(minutes=1)
"""A session's last use is stored this often at most: reading pages must not write each time."""


@dataclass(frozen=True, slots=True)
class Lifetime:
    """How long a session lasts without use, and at all."""

    idle: dt.timedelta
    absolute: dt.timedelta


@dataclass(frozen=True, slots=True)
class Opened:
    """A session just opened; the token is nowhere else."""

    token: str
    csrf_token: str
    user: User


def token_hash(token: str) -> str:
    """What is stored of a token or key: 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def sign_in(
    database: Database, name: str, password: str, address: str, lifetime: Lifetime
) -> Opened:
    """Open a browser session.

    The attempt is counted before the password is checked and taken back if it was right, so that
    guesses sent at once, or a crash between, cost as much as others. Nothing is locked meanwhile.

    Raises
    ------
    Throttled
        If there were too many failures; nothing is checked then.
    WrongPassword
    """
    with database.session() as session:
        throttle.check(session, name, address)
        counted = throttle.count(session, name, address)
    with database.reading() as session:
        user = session.scalar(select(User).where(User.name == name))
    if user is None:
        passwords.waste_time(password)
    is_right = user is not None and passwords.is_right(password, user.password_hash)
    if user is None or not is_right or user.disabled_at is not None:
        with database.session() as session:
            who = f"user:{user.id}" if user is not None else "user:unknown"
            audit.record(session, "anonymous", "session.refuse", who, address=address)
        raise WrongPassword("用户名或密码不对。连续多次输错后要等一会儿才能再试。")
    fresh = passwords.hash_password(password) if passwords.is_outdated(user.password_hash) else None
    with database.session() as session:
        throttle.take_back(session, counted)
        throttle.forgive(session, name)
        remove_ended(session, lifetime)
        user = session.get_one(User, user.id)
        if fresh is not None:
            user.password_hash = fresh
        opened = open_session(session, user, lifetime)
        audit.record(session, user.name, "session.open", f"user:{user.id}", address=address)
    return opened


def open_session(session: Session, user: User, lifetime: Lifetime) -> Opened:
    """A fresh session of a person."""
    token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(24)
    at = now()
    session.add(
        SignIn(
            token_hash=token_hash(token),
            user_id=user.id,
            csrf_token=csrf,
            created_at=at,
            seen_at=at,
            expires_at=at + lifetime.absolute,
        )
    )
    return Opened(token, csrf, user)


def resume(session: Session, token: str, lifetime: Lifetime) -> tuple[Principal, bool, bool]:
    """The person of a session token.

    Returns
    -------
    principal : Principal
    must_change : bool
        Whether the one-time password is still in force.
    is_stale : bool
        Whether `touch` is due.

    Raises
    ------
    NotSignedIn
    """
    found = session.execute(
        select(SignIn, User).join(User, User.id == SignIn.user_id).where(
            SignIn.token_hash == token_hash(token)
        )
    ).one_or_none()  # fmt: skip
    if found is None:
        raise NotSignedIn("请先登录。")
    held, user = found
    at = now()
    if at >= held.expires_at or at - held.seen_at >= lifetime.idle or user.disabled_at is not None:
        raise NotSignedIn("登录已经过期，请重新登录。")
    principal = Principal(
        user.name,
        user.display_name,
        RIGHTS[Role(user.role)],
        user_id=user.id,
        csrf_token=held.csrf_token,
    )
    return principal, user.must_change_password, at - held.seen_at >= _SEEN_EVERY


def touch(session: Session, token: str) -> None:
    """Store that a session is in use."""
    held = session.get(SignIn, token_hash(token))
    if held is not None:
        held.seen_at = max(held.seen_at, now())


def sign_out(session: Session, token: str) -> None:
    """End a session."""
    held = session.get(SignIn, token_hash(token))
    if held is None:
        return
    user = session.get_one(User, held.user_id)
    session.delete(held)
    audit.record(session, user.name, "session.close", f"user:{user.id}")


def end_all(session: Session, user_id: int, *, keep: str | None = None) -> None:
    """End every session of a person, but the one of the token `keep`."""
    query = delete(SignIn).where(SignIn.user_id == user_id)
    if keep is not None:
        query = query.where(SignIn.token_hash != token_hash(keep))
    session.execute(query)


def remove_ended(session: Session, lifetime: Lifetime) -> None:
    """Forget sessions that have run out."""
    at = now()
    session.execute(
        delete(SignIn).where((SignIn.expires_at <= at) | (SignIn.seen_at <= at - lifetime.idle))
    )
