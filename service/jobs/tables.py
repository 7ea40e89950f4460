"""Jobs with their state, and the upload and the result as files beside the database."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from service.database.base import Base


class Job(Base):
    """One piece of long work.

    `state`: queued, running, done, failed, cancelled. A worker holds a running job by a lease that
    it renews; a job whose lease has run out is taken up by another worker where it stopped.
    """

    __tablename__ = "jobs"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(12))
    arguments: Mapped[dict[str, Any]]
    position: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    n_rows: Mapped[int] = mapped_column(default=0)
    result: Mapped[dict[str, Any] | None]
    error: Mapped[str] = mapped_column(String(500), default="")
    """Chinese, for people; never a citizen's text."""
    cancel_requested: Mapped[bool] = mapped_column(default=False)
    lease_by: Mapped[str] = mapped_column(String(80), default="")
    lease_until: Mapped[dt.datetime | None]
    n_attempts: Mapped[int] = mapped_column(default=0)
    idempotency_key: Mapped[str | None] = mapped_column(String(80), unique=True)
    created_by: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[dt.datetime]
    started_at: Mapped[dt.datetime | None]
    finished_at: Mapped[dt.datetime | None]

    __table_args__ = (Index("ix_jobs_state_created", "state", "created_at"),)
