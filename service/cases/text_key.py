"""Keys by which equal texts are found, even where texts are sealed.

A key is a hash of the text in the form in which repeats are compared, keyed with a secret of this
database, so that nobody who holds only the keys can try texts against them. The secret is sealed
like the texts; it stays the same when the office changes its encryption key.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence

import polars as pl
from sqlalchemy.orm import Session

from service.casework.repeats.plain_text import plain_texts
from service.database.missing import insert_missing
from service.database.tables import Property

_NAME = "text_key_secret"
_KEY_BYTES = 16


def text_secret(session: Session) -> bytes:
    """Secret of this database, made on first use."""
    stored = session.get(Property, _NAME)
    if stored is None:
        insert_missing(session, Property, name=_NAME, value=secrets.token_hex(32))
        stored = session.get_one(Property, _NAME)
    return bytes.fromhex(stored.value)


def text_keys(texts: Sequence[str], secret: bytes) -> list[str]:
    """Key of each text: 32 hexadecimal digits; texts without letters share one."""
    plain = plain_texts(pl.Series(texts, dtype=pl.String))
    return [
        hashlib.blake2b(
            text.encode("utf-8", "replace"), key=secret, digest_size=_KEY_BYTES
        ).hexdigest()
        for text in plain
    ]
