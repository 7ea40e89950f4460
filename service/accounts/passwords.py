"""Passwords: argon2id hashes, what a password must be, one-time passwords."""

from __future__ import annotations

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from service.accounts.errors import AccountError

SHORTEST, LONGEST = 10, 128
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters and digits that nobody takes for each other."""
_hasher = PasswordHasher()  # argon2id with the parameters of RFC 9106, second choice


def hash_password(password: str) -> str:
    """The stored form of a password; takes some tens of milliseconds by intent."""
    return _hasher.hash(password)


def is_right(password: str, stored: str) -> bool:
    """Whether a password is the one stored; takes as long for a wrong one."""
    try:
        return _hasher.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def waste_time(password: str) -> None:
    """Do the work of a check where there is no such person, so that time tells nothing."""
    is_right(password, _nobody())


@cache
def _nobody() -> str:
    return hash_password(secrets.token_hex())


def is_outdated(stored: str) -> bool:
    """Whether a hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(stored)


def check_new(password: str, name: str) -> None:
    """Refuse a new password that is easy to guess.

    Length counts, not mixtures of signs: those make people write passwords down.

    Raises
    ------
    AccountError
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise AccountError(f"密码应为 {SHORTEST} 至 {LONGEST} 个字符，可以是一句自己记得住的话。")
    plain = password.casefold()
    if len(set(plain)) < 5:
        raise AccountError("密码中不同的字符太少，很容易被猜到，请换一个。")
    if name.casefold() in plain and len(plain) - len(name) < SHORTEST - 2:
        raise AccountError("密码不能由用户名稍加改动而成，请换一个。")
    if _is_run(plain) or any(plain.startswith(known) for known in _KNOWN):
        raise AccountError("这是很常见的密码，很容易被猜到，请换一个。")


_KNOWN = (
    "password", "passw0rd", "admin123", "administrator", "qwertyuiop", "qwerty12", "1q2w3e4r",
    "abc12345", "iloveyou", "woaini", "yangguang1", "a1234567", "1qaz2wsx", "zaq12wsx",
)  # fmt: skip
_RUNS = ("01234567890123456789", "abcdefghijklmnopqrstuvwxyz", "98765432109876543210")


def _is_run(password: str) -> bool:
    return any(password in run for run in _RUNS)


def one_time_password() -> str:
    """Sixteen letters and digits in groups of four, about 79 bits."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))
    return "-".join(groups)
