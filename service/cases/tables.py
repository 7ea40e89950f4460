"""Cases with their texts, items, replies, dates and labels.

Machine predictions and people's assignments are kept apart and only ever added to. The columns
`topic`, `intent`, `outcome` … of a case repeat the label in force, for lists and counts; they are
written by `service.cases.labelling` alone.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from service.database.base import Base
from service.database.encryption import SealedText


class Import(Base):
    """A file that was imported, how its columns were read, and how many rows it gave."""

    __tablename__ = "imports"

    id: Mapped[int] = mapped_column(primary_key=True)
    file_name: Mapped[str] = mapped_column(String(255))
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    header_key: Mapped[str] = mapped_column(String(64), index=True)
    """Fingerprint of the header row: the same form next time is mapped the same way."""
    mapping: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(12), default="running")
    """`running` or `done`; a running one goes on after `last_line`."""
    last_line: Mapped[int] = mapped_column(default=0)
    """Everything up to this line of the file is stored."""
    n_rows: Mapped[int] = mapped_column(default=0)
    n_cases: Mapped[int] = mapped_column(default=0)
    n_rejects: Mapped[int] = mapped_column(default=0)
    imported_by: Mapped[str] = mapped_column(String(80))
    imported_at: Mapped[dt.datetime]


class ImportRemark(Base):
    """A row of a file that became no case, or one that did but holds something unread."""

    __tablename__ = "import_remarks"

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("imports.id"))
    line: Mapped[int]
    is_rejected: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(255))
    """Chinese; never a citizen's text."""
    raw: Mapped[str] = mapped_column(SealedText, default="")
    """The row as it stood; where it became a case, the cells that were left blank."""

    __table_args__ = (Index("ix_import_remarks_import_line", "import_id", "line"),)


def _of_open(name: str, *columns: str) -> Index:
    """An index over the cases that are not closed."""
    is_open = text("closed_on IS NULL")
    return Index(name, *columns, sqlite_where=is_open, postgresql_where=is_open)


class Case(Base):
    """One message, or one application for disclosure."""

    __tablename__ = "cases"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(
        String(64).with_variant(String(64, collation="C"), "postgresql"), unique=True
    )
    """The office's own number (受理编号); made up of year and sequence where there is none.
    Ordered by code point in both databases, so that its beginning can be searched."""
    kind: Mapped[str] = mapped_column(String(16))
    """`message` (诉求) or `disclosure` (依申请公开)."""
    received_on: Mapped[dt.date]
    closed_on: Mapped[dt.date | None]
    due_on: Mapped[dt.date | None]
    """Last day to reply, from the working-day clock over the case's events."""
    channel: Mapped[str] = mapped_column(String(16), default="")
    applicant_type: Mapped[str] = mapped_column(String(16), default="")
    """Column of table 3: natural, commercial, research, social, legal, other; blank = unknown."""
    applicant: Mapped[str] = mapped_column(SealedText, default="")
    contact: Mapped[str] = mapped_column(SealedText, default="")
    title: Mapped[str] = mapped_column(SealedText, default="")
    text: Mapped[str] = mapped_column(SealedText)
    text_key: Mapped[str] = mapped_column(String(32), index=True)
    """Keyed hash of the text in normal form: finds exact repeats even when texts are sealed."""
    is_carried_in: Mapped[bool | None]
    import_id: Mapped[int | None] = mapped_column(ForeignKey("imports.id"))
    line: Mapped[int | None]
    topic: Mapped[str] = mapped_column(String(32), default="")
    subtopic: Mapped[str] = mapped_column(String(32), default="")
    intent: Mapped[str] = mapped_column(String(16), default="")
    outcome: Mapped[str] = mapped_column(String(40), default="")
    state: Mapped[str] = mapped_column(String(12), default="new")
    """`new` (not labelled), `review` (a person must look), `accepted` (the model is sure enough),
    `reviewed` (a person has decided)."""
    doubt: Mapped[float] = mapped_column(default=1.0)
    """1 minus the least probability of the model's answers; orders the queue."""
    version: Mapped[int] = mapped_column(default=1)
    """Counts changes: a writer who read an older one is refused."""
    created_by: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[dt.datetime]
    changed_by: Mapped[str] = mapped_column(String(80))
    changed_at: Mapped[dt.datetime]

    __mapper_args__ = {"version_id_col": version, "version_id_generator": False}  # noqa: RUF012
    __table_args__ = (
        Index("ix_cases_state_kind_doubt", "state", "kind", "doubt"),
        Index("ix_cases_state_topic_doubt", "state", "topic", "doubt"),
        UniqueConstraint("import_id", "line"),
        Index("ix_cases_due", "due_on", "id"),
        # Few cases are open, however long the archive.
        _of_open("ix_cases_open_due", "due_on", "id"),
        _of_open("ix_cases_open_received", "received_on", "id"),
        _of_open("ix_cases_open_state_due", "state", "due_on", "id"),
        Index("ix_cases_received", "received_on", "id"),
        Index("ix_cases_state_key", "state", "text_key"),
        Index("ix_cases_state_received", "state", "received_on", "id"),
        Index("ix_cases_topic_received", "topic", "received_on", "id"),
        Index("ix_cases_subtopic_received", "subtopic", "received_on", "id"),
        Index("ix_cases_outcome_received", "outcome", "received_on", "id"),
        Index("ix_cases_outcome_state_received", "outcome", "state", "received_on", "id"),
        Index("ix_cases_intent_received", "intent", "received_on", "id"),
        Index("ix_cases_channel_received", "channel", "received_on", "id"),
        # Statistics are counted in this index alone, without touching the texts.
        Index(
            "ix_cases_statistics",
            *("kind", "received_on", "topic", "subtopic", "intent", "outcome", "channel", "state"),
        ),
    )


class Item(Base):
    """One of several things asked for in a case (分项); a case without items is one item.

    Never deleted: one that a later split does without is withdrawn, with what was said of it.
    """

    __tablename__ = "items"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    position: Mapped[int]
    text: Mapped[str] = mapped_column(SealedText)
    is_withdrawn: Mapped[bool] = mapped_column(default=False)


class Reply(Base):
    """A letter the office sent."""

    __tablename__ = "replies"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    text: Mapped[str] = mapped_column(SealedText)
    replied_on: Mapped[dt.date | None]
    entered_by: Mapped[str] = mapped_column(String(80))
    entered_at: Mapped[dt.datetime]


class Event(Base):
    """A dated step of a case that the clock reads; only added, withdrawn by a later one.

    `kind`: confirmed, correction_notified, correction_due, correction_received, extension,
    third_party_sent, third_party_served, third_party_answered, agency_sent, agency_answered,
    fee_notice, replied (see `service.casework.facts`).
    """

    __tablename__ = "events"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    kind: Mapped[str] = mapped_column(String(32))
    on: Mapped[dt.date]
    n_days: Mapped[int | None]
    withdraws: Mapped[int | None] = mapped_column(ForeignKey("events.id"))
    entered_by: Mapped[str] = mapped_column(String(80))
    entered_at: Mapped[dt.datetime]


class Prediction(Base):
    """What a model said of a case, once for each head; only added."""

    __tablename__ = "predictions"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    layer: Mapped[str] = mapped_column(String(16))
    """topic, subtopic, intent or outcome."""
    label: Mapped[str] = mapped_column(String(40))
    probability: Mapped[float]
    decision: Mapped[str] = mapped_column(String(8))
    candidates: Mapped[list[Any]]
    """Pairs [label, probability], best first."""
    evidence: Mapped[list[Any]]
    """Triples [start, end, weight] into the case's text, or into the reply's where there is one;
    words are never repeated here."""
    reply_id: Mapped[int | None] = mapped_column(ForeignKey("replies.id"))
    model_id: Mapped[str] = mapped_column(String(80))
    made_at: Mapped[dt.datetime]

    __table_args__ = (Index("ix_predictions_case_layer", "case_id", "layer"),)


class Assignment(Base):
    """What a person said of a case; only added. The newest of the first reader is in force."""

    __tablename__ = "assignments"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    item_id: Mapped[int | None] = mapped_column(ForeignKey("items.id"))
    """Of one item only; what it makes of the case: `service.cases.items`."""
    layer: Mapped[str] = mapped_column(String(16))
    label: Mapped[str] = mapped_column(String(40))
    """Blank: the person takes an earlier one back (undo)."""
    reader: Mapped[int] = mapped_column(default=1)
    """1 the reader in charge, 2 the blind second reader of a sample."""
    prediction_id: Mapped[int | None] = mapped_column(ForeignKey("predictions.id"))
    """The prediction that the person saw; None: saw none."""
    withdraws: Mapped[int | None] = mapped_column(ForeignKey("assignments.id"))
    note: Mapped[str] = mapped_column(SealedText, default="")
    assigned_by: Mapped[str] = mapped_column(String(80))
    assigned_at: Mapped[dt.datetime]

    __table_args__ = (
        Index("ix_assignments_case_layer", "case_id", "layer"),
        Index("ix_assignments_by_at", "assigned_by", "assigned_at"),
        # Over few: most assignments are of no item, and a planner must not begin with those.
        Index(
            "ix_assignments_item", "item_id", sqlite_where=text("item_id IS NOT NULL"),
            postgresql_where=text("item_id IS NOT NULL"),
        ),
        Index(
            "ix_assignments_second", "case_id", sqlite_where=text("reader = 2"),
            postgresql_where=text("reader = 2"),
        ),
    )  # fmt: skip


class Link(Base):
    """A case that a person marked as a repeat of another; only added, withdrawn by a later one."""

    __tablename__ = "links"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    repeats_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    is_withdrawn: Mapped[bool] = mapped_column(default=False)
    marked_by: Mapped[str] = mapped_column(String(80))
    marked_at: Mapped[dt.datetime]
