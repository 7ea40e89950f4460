"""Figures entered by people, decisions on them, and drafts with their versions."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.database.base import Base
from service.database.encryption import SealedText


class EnteredFigure(Base):
    """A figure that does not come from cases; only added, the newest is in force."""

    __tablename__ = "entered_figures"

    id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int]
    figure: Mapped[str] = mapped_column(String(80))
    """Id of the figure, such as `t2.laws.made`."""
    value: Mapped[str | None] = mapped_column(String(64))
    """As entered; None: taken back. Blank is not zero."""
    note: Mapped[str] = mapped_column(Text, default="")
    entered_by: Mapped[str] = mapped_column(String(80))
    entered_at: Mapped[dt.datetime]

    __table_args__ = (Index("ix_entered_figures_year_figure", "year", "figure"),)


class Draft(Base):
    """The report of a year."""

    __tablename__ = "drafts"

    id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(index=True)
    created_by: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[dt.datetime]


class DraftVersion(Base):
    """One version of a draft; a version never changes."""

    __tablename__ = "draft_versions"

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("drafts.id"))
    number: Mapped[int]
    content: Mapped[str] = mapped_column(SealedText)
    """JSON of the draft: sentences, figures with sources, findings, and all that it prints."""
    document: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The report as DOCX, made of `content` when it is first asked for."""
    page: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The report as HTML with its sources."""
    edits: Mapped[list[Any]]
    """Sentences that people changed: [section, sentence, text]."""
    note: Mapped[str] = mapped_column(String(255), default="")
    made_by: Mapped[str] = mapped_column(String(80))
    made_at: Mapped[dt.datetime]

    __table_args__ = (UniqueConstraint("draft_id", "number"),)
