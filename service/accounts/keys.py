"""Keys for programs: `yg_<prefix>_<secret>`, with scopes and an end; only a hash is stored."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.accounts import audit
from service.accounts.errors import AccountError, AccountNotFound, Forbidden, NotSignedIn
from service.accounts.principal import Principal
from service.accounts.roles import RIGHTS, Right, Role
from service.accounts.sign_in import token_hash
from service.accounts.tables import ApiKey, User
from service.database.base import now

MARK = "yg_"
_USED_EVERY = dt.timedelta(minutes=1)
LONGEST_DAYS = 3660


def create(
    session: Session,
    by: Principal,
    name: str,
    scopes: Collection[Right],
    n_days: int | None = None,
) -> tuple[ApiKey, str]:
    """A new key and its secret, which is shown once.

    Raises
    ------
    Forbidden
        If a scope goes beyond the rights of the person.
    AccountError
        If a name or a scope is missing.
    """
    if by.user_id is None:
        raise AccountError("账号功能已关闭（YANGGUANG_ACCOUNTS=off），不需要密钥。")
    beyond = sorted(set(scopes) - by.rights)
    if beyond:
        raise Forbidden(f"不能给密钥自己没有的权限：{'、'.join(beyond)}。")
    if not scopes or not name.strip():
        raise AccountError("密钥要有名称和至少一项权限。")
    prefix = secrets.token_hex(4)
    secret = f"{MARK}{prefix}_{secrets.token_urlsafe(32)}"
    at = now()
    key = ApiKey(
        name=name.strip()[:64],
        prefix=prefix,
        key_hash=token_hash(secret),
        scopes=sorted(scopes),
        created_by=by.user_id,
        created_at=at,
        expires_at=None if n_days is None else at + dt.timedelta(days=n_days),
    )
    session.add(key)
    session.flush()
    audit.record(
        session, by.name, "key.create", f"key:{prefix}", scopes=" ".join(key.scopes), days=n_days
    )
    return key, secret


def resume(session: Session, secret: str) -> tuple[Principal, int | None]:
    """Who a key stands for, and the id to `touch`, if that is due.

    A key never does more than the person who made it may do today.

    Raises
    ------
    NotSignedIn
    """
    found = session.execute(
        select(ApiKey, User).join(User, User.id == ApiKey.created_by).where(
            ApiKey.key_hash == token_hash(secret)
        )
    ).one_or_none()  # fmt: skip
    at = now()
    if found is None:
        raise NotSignedIn("密钥不对，请核对 Authorization: Bearer 后面的内容。")
    key, user = found
    if key.revoked_at is not None or user.disabled_at is not None:
        raise NotSignedIn("密钥已停用，请向管理员要一个新的。")
    if key.expires_at is not None and at >= key.expires_at:
        raise NotSignedIn("密钥已过期，请向管理员要一个新的。")
    rights = frozenset(Right(scope) for scope in key.scopes) & RIGHTS[Role(user.role)]
    is_due = key.used_at is None or at - key.used_at >= _USED_EVERY
    principal = Principal(f"key:{key.prefix}", key.name, rights, is_key=True, user_id=user.id)
    return principal, key.id if is_due else None


def touch(session: Session, key_id: int) -> None:
    """Store that a key was used."""
    key = session.get(ApiKey, key_id)
    if key is not None:
        key.used_at = now()


def listed(session: Session) -> list[ApiKey]:
    """All keys, the newest first."""
    return list(session.scalars(select(ApiKey).order_by(ApiKey.id.desc())))


def revoke(session: Session, by: Principal, key_id: int) -> ApiKey:
    """End a key at once.

    Raises
    ------
    AccountNotFound
    """
    key = session.get(ApiKey, key_id)
    if key is None:
        raise AccountNotFound(f"没有编号为 {key_id} 的密钥。")
    if key.revoked_at is None:
        key.revoked_at = now()
        audit.record(session, by.name, "key.revoke", f"key:{key.prefix}")
    return key
