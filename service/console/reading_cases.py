"""A case read by the model as soon as it is registered, and its letter when one is entered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Protocol

from sqlalchemy.orm import Session

from models.document import Document
from models.replies import ReplyAnswer
from service.accounts.audit import record
from service.cases.errors import CaseError
from service.cases.importing.job import outcome_answer
from service.cases.labelling import append_predictions
from service.cases.registering import touch
from service.cases.repository import claim_case
from service.cases.tables import Case, Reply
from service.classification.content import has_content
from service.database.base import now


class Classifier(Protocol):
    """What reading a case needs of the model in use."""

    @property
    def model_id(self) -> str:
        """Name and version."""

    def predict(self, documents: Sequence[Document]) -> Sequence[Any]:
        """Answers with evidence; each has `heads`."""


class LetterReader(Protocol):
    """What reading a letter needs."""

    @property
    def model_id(self) -> str:
        """Name and version."""

    def read(
        self, replies: Sequence[str], requests: Sequence[str | None] | None = None
    ) -> list[ReplyAnswer]:
        """Read letters, in order, with what each answers if known."""


def read_case(session: Session, case: Case, classifier: Classifier) -> None:
    """Add the model's answers on what the citizen wrote."""
    answers = classifier.predict([Document(case.text)])[0].heads
    append_predictions(session, {case.id: answers}, classifier.model_id)


def add_reply(
    session: Session,
    actor: str,
    number: str,
    version: int,
    text: str,
    replied_on: dt.date | None,
    reader: LetterReader,
) -> Case:
    """Add a letter that the office sent, and what the model reads in it.

    Raises
    ------
    CaseNotFound, StaleCase
    CaseError
        If the letter is empty, or its date is impossible.
    """
    case = claim_case(session, number, version)
    if not has_content(text):
        raise CaseError("答复书是空的。")
    if replied_on is not None and not case.received_on <= replied_on <= dt.date.today():
        raise CaseError("答复日期早于收到日期，或在今天之后。")
    reply = Reply(
        case_id=case.id, text=text, replied_on=replied_on, entered_by=actor, entered_at=now()
    )
    session.add(reply)
    session.flush()
    touch(case, actor)
    answer = reader.read([text], [case.text])[0]
    if answer.outcome is not None:
        append_predictions(
            session,
            {case.id: {"outcome": outcome_answer(answer)}},
            reader.model_id,
            {case.id: reply.id},
        )
    record(session, actor, "case.reply", f"case:{case.id}", reply=reply.id)
    return case
