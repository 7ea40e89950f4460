"""Jobs with their state, and the upload and the result as files beside the database."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from service.database.base import Base


class Job(Base):
    """One piece of long work.

    `state`: queued, running, done, failed, cancelled. A worker holds a running job by a lease that
    it renews; a job whose worker is gone is taken up by another one where it stopped.
    """

    __tablename__ = "jobs"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(12))
    arguments: Mapped[dict[str, Any]]
    position: Mapped[int] = mapped_column(BigInteger, default=0)
    total: Mapped[int] = mapped_column(BigInteger, default=0)
    """In a unit of the kind's choice (bytes, rows, files); 0 while it is not known."""
    n_rows: Mapped[int] = mapped_column(BigInteger, default=0)
    rate: Mapped[float] = mapped_column(default=0.0)
    """Units of `position` a second, lately; 0 while it is not known."""
    checkpoint: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """How far the work is, as the kind wants to know it when it goes on."""
    result: Mapped[dict[str, Any] | None]
    error: Mapped[str] = mapped_column(String(500), default="")
    """Chinese, for people; never a citizen's text."""
    cancel_requested: Mapped[bool] = mapped_column(default=False)
    lease_by: Mapped[str] = mapped_column(String(80), default="")
    lease_until: Mapped[dt.datetime | None]
    n_attempts: Mapped[int] = mapped_column(default=0)
    """Counts claims: whoever holds an older one may write no more."""
    n_stalled: Mapped[int] = mapped_column(default=0)
    """Claims since `position` last moved: work that ends its process every time is given up."""
    idempotency_key: Mapped[str | None] = mapped_column(String(80), unique=True)
    created_by: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[dt.datetime]
    started_at: Mapped[dt.datetime | None]
    finished_at: Mapped[dt.datetime | None]

    __table_args__ = (Index("ix_jobs_state_created", "state", "created_at"),)
