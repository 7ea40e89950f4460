"""What stands between a caller and an endpoint, each with the HTTP status it means."""

from __future__ import annotations

from typing import ClassVar

from models.errors import InputError, YangguangError


class NotSignedIn(YangguangError):
    """Nobody is signed in, or the sign-in or key has ended."""

    code = "not_signed_in"
    status: ClassVar[int] = 401


class Forbidden(YangguangError):
    """The caller is known but lacks the right."""

    code = "forbidden"
    status: ClassVar[int] = 403


class PasswordMustChange(Forbidden):
    """The one-time password has not been replaced yet; nothing else is allowed before."""

    code = "password_must_change"


class CsrfMissing(Forbidden):
    """A write by a browser session came without the page's own token."""

    code = "csrf"


class Throttled(YangguangError):
    """Too many failed sign-ins by this name or address; `seconds` remain."""

    code = "throttled"
    status: ClassVar[int] = 429

    def __init__(self, message: str, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds


class WrongPassword(YangguangError):
    """Name or password is wrong; which of them is not said."""

    code = "wrong_password"
    status: ClassVar[int] = 401


class AccountError(InputError):
    """A person or a key cannot be made or changed as asked."""

    code = "account"


class AccountNotFound(AccountError):
    """There is no such person or key."""

    code = "account_not_found"
    status: ClassVar[int] = 404


class WrongOldPassword(AccountError):
    """The password that is to be replaced was given wrong."""

    code = "wrong_old_password"
