"""What an endpoint asks of its caller: `Depends(needs(Right.READ))`, in the interface and console.

A caller is known by `Authorization: Bearer yg_…` or by the cookie of a browser session. A write
with a cookie must bring the session's CSRF token, in the header `X-CSRF-Token` or the form field
`csrf_token`. The caller is also left in `request.state.principal`.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from service.accounts import keys, sign_in
from service.accounts.errors import CsrfMissing, Forbidden, NotSignedIn, PasswordMustChange
from service.accounts.principal import AT_THE_MACHINE, GUEST, Principal
from service.accounts.remembered import RememberedKeys
from service.accounts.roles import RIGHT_NAMES, Right
from service.accounts.sign_in import Lifetime
from service.database.engine import Database
from service.settings import Settings

COOKIE = "yangguang_session"
CSRF_HEADER, CSRF_FIELD = "X-CSRF-Token", "csrf_token"
_SAFE = {"GET", "HEAD", "OPTIONS"}
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


@dataclass(frozen=True)
class Needs:
    """A dependency: the caller, if the right is held.

    Parameters
    ----------
    right : Right or None
        None: any person or key will do.
    before_change : bool, default=False
        Whether a person with a one-time password may come here.
    """

    right: Right | None
    before_change: bool = False

    async def __call__(self, request: Request) -> Principal:
        """The caller.

        Raises
        ------
        NotSignedIn, Forbidden, PasswordMustChange, CsrfMissing
        """
        principal = await self._identify(request)
        if self.right is not None and not principal.may(self.right):
            if principal is GUEST:
                raise NotSignedIn("请先登录，或在 Authorization 中给出密钥。")
            raise Forbidden(f"需要“{RIGHT_NAMES[self.right]}”权限，请找管理员。")
        if self.right is None and principal is GUEST:
            raise NotSignedIn("请先登录。")
        request.state.principal = principal
        return principal

    async def _identify(self, request: Request) -> Principal:
        settings: Settings = request.app.state.settings
        if settings.accounts == "off":
            refuse_other_sites(request)
            return AT_THE_MACHINE
        secret = _bearer(request)
        token = request.cookies.get(COOKIE)
        if secret is None and token is None:
            if is_loopback(settings.host):
                return GUEST
            raise NotSignedIn("请先登录，或在 Authorization 中给出密钥。")
        database: Database = request.app.state.database
        if secret is not None:
            return await _of_key(request, database, secret)
        assert token is not None
        try:
            principal, must_change = await run_in_threadpool(
                _by_token, database, token, lifetime(settings)
            )
        except NotSignedIn:
            if self.right in GUEST.rights and is_loopback(settings.host):
                return GUEST
            raise
        if request.method not in _SAFE:
            await _check_csrf(request, principal)
        if must_change and not self.before_change:
            raise PasswordMustChange("请先把一次性密码换成自己的密码。")
        return principal


def needs(right: Right | None, *, before_change: bool = False) -> Needs:
    """The dependency for a right; see `Needs`."""
    return Needs(right, before_change)


def lifetime(settings: Settings) -> Lifetime:
    """How long browser sessions last, by the settings."""
    return Lifetime(
        timedelta(minutes=settings.session_idle_minutes), timedelta(hours=settings.session_hours)
    )


@cache
def is_loopback(host: str) -> bool:
    """Whether an address to listen on is reached from this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def address_of(request: Request) -> str:
    """Where a request comes from, for throttling.

    Forwarded-For headers count only where uvicorn was told to trust the proxy.
    """
    return request.client.host if request.client else ""


def refuse_other_sites(request: Request) -> None:
    """Refuse a write that another site's page makes in the user's browser.

    Raises
    ------
    CsrfMissing
    """
    if request.method in _SAFE:
        return
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    origin = request.headers.get("Origin")
    is_foreign = origin is not None and origin.split("://")[-1] != request.headers.get("Host")
    if site not in ("same-origin", "none") or is_foreign:
        raise CsrfMissing("这个请求来自别的网站，没有执行。")


def _bearer(request: Request) -> str | None:
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    return value.strip() if scheme.lower() == "bearer" else None


async def _of_key(request: Request, database: Database, secret: str) -> Principal:
    state = request.app.state
    known: RememberedKeys | None = getattr(state, "remembered_keys", None)
    if known is None:
        known = state.remembered_keys = RememberedKeys(database)
    principal = known.get(secret)
    if principal is None:
        n_writes = known.n_writes
        principal = await run_in_threadpool(_by_key, database, secret)
        known.put(secret, principal, n_writes)
    return principal


def _by_key(database: Database, secret: str) -> Principal:
    with database.reading() as session:
        principal, due = keys.resume(session, secret)
    if due is not None:
        with database.session() as session:
            keys.touch(session, due)
    return principal


def _by_token(database: Database, token: str, lasting: Lifetime) -> tuple[Principal, bool]:
    with database.reading() as session:
        principal, must_change, is_stale = sign_in.resume(session, token, lasting)
    if is_stale:
        with database.session() as session:
            sign_in.touch(session, token)
    return principal, must_change


async def _check_csrf(request: Request, principal: Principal) -> None:
    import secrets

    refuse_other_sites(request)
    given = request.headers.get(CSRF_HEADER)
    if given is None and request.headers.get("Content-Type", "").startswith(_FORMS):
        form: FormData = await request.form()
        field = form.get(CSRF_FIELD)
        given = field if isinstance(field, str) else None
    if given is None or not secrets.compare_digest(given.encode(), principal.csrf_token.encode()):
        raise CsrfMissing("这个页面已经过期，请刷新后再做一次。")
