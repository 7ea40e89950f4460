"""What the program itself must remember: its secrets, its counters, its answers to writers."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from service.database.base import Base
from service.database.encryption import SealedText


class Property(Base):
    """A named value of this database, such as the secret of its text keys."""

    __tablename__ = "properties"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[str] = mapped_column(SealedText)


class Counter(Base):
    """Last number given out of a series, such as the made-up case numbers of a year."""

    __tablename__ = "counters"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[int]


class KeptAnswer(Base):
    """The answer to a write with an `Idempotency-Key`: asked again, it is given again.

    Kept for a day; an answer may hold texts, so it is sealed like them.
    """

    __tablename__ = "kept_answers"

    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 of caller, method, path and key."""
    body_hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    """0 while the first request is still at work."""
    headers: Mapped[str] = mapped_column(SealedText, default="")
    body: Mapped[str] = mapped_column(SealedText, default="")
    at: Mapped[dt.datetime]

    __table_args__ = (Index("ix_kept_answers_at", "at"),)
