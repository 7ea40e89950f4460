"""Texts at rest: plain by default, encrypted when the office gives a key in the environment."""

from __future__ import annotations

from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import Dialect, Text
from sqlalchemy.types import TypeDecorator

from models.errors import InputError

_MARK = "enc1:"
"""Before every encrypted value, so that a record tells by itself how it is stored."""


class TextCipher:
    """Encrypts and decrypts stored texts.

    Parameters
    ----------
    keys : tuple of str
        Fernet keys (AES-128-CBC with HMAC-SHA256), the newest first; older ones only decrypt.
        None: texts are stored as they are.

    Raises
    ------
    InputError
        If a key is malformed.
    """

    def __init__(self, keys: tuple[str, ...] = ()) -> None:
        try:
            self._fernet = MultiFernet([Fernet(key) for key in keys]) if keys else None
        except ValueError as error:
            raise InputError(
                "YANGGUANG_TEXT_KEYS 不是有效的密钥，请用 yangguang key 生成；多个密钥用逗号隔开。"
            ) from error

    @property
    def encrypts(self) -> bool:
        """Whether new texts are encrypted."""
        return self._fernet is not None

    def seal(self, text: str) -> str:
        """The text as it is stored; a blank one stays blank, since it says nothing."""
        if self._fernet is None or not text:
            return text
        return _MARK + self._fernet.encrypt(text.encode()).decode("ascii")

    def open(self, stored: str) -> str:
        """The text of a stored value.

        Raises
        ------
        InputError
            If it is encrypted and no key fits.
        """
        if not stored.startswith(_MARK):
            return stored
        if self._fernet is None:
            raise InputError("数据库中的文字是加密的，请设置 YANGGUANG_TEXT_KEYS 后再启动。")
        try:
            return self._fernet.decrypt(stored.removeprefix(_MARK)).decode()
        except InvalidToken as error:
            raise InputError(
                "YANGGUANG_TEXT_KEYS 中没有能解开这条记录的密钥，请把旧密钥也写上。"
            ) from error


_cipher = TextCipher()


def use_cipher(cipher: TextCipher) -> None:
    """Choose the cipher of this process; `open_database` calls it once at the start."""
    global _cipher
    _cipher = cipher


def seals_texts() -> bool:
    """Whether new texts are encrypted, so that the database cannot search them."""
    return _cipher.encrypts


class SealedText(TypeDecorator[str]):
    """A text that people wrote, or a name: encrypted at rest when there is a key.

    Such a column can neither be searched nor indexed by the database.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> Any:
        """Seal on the way in, without what no database of ours can hold: NULs, half characters."""
        if value is None:
            return None
        legal = value.replace("\x00", "").encode("utf-8", "replace").decode()
        return _cipher.seal(legal)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        """Open on the way out."""
        return None if value is None else _cipher.open(value)


def new_key() -> str:
    """A fresh key."""
    return Fernet.generate_key().decode("ascii")
