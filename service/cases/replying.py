"""Letters the office sent, and the outcome that is read from them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.clock import beijing_day
from service.accounts.audit import record
from service.cases.errors import CaseError
from service.cases.importing.job import outcome_answer
from service.cases.labelling import append_predictions
from service.cases.registering import touch
from service.cases.repository import claim_case
from service.cases.tables import Case, Reply
from service.cases.timeline import reckon_due
from service.classification.answer import LetterReader
from service.classification.content import has_content
from service.database.base import now

if TYPE_CHECKING:
    from models.replies import ReplyAnswer


@dataclass(frozen=True, slots=True)
class AddedReply:
    """A stored letter with what it says.

    Parameters
    ----------
    case : Case
    reply : Reply
    answer : ReplyAnswer
        A procedural letter (补正告知 …) names no outcome; the clerk enters its date as an event.
    """

    case: Case
    reply: Reply
    answer: ReplyAnswer


def add_reply(
    session: Session,
    actor: str,
    number: str,
    version: int,
    text: str,
    reader: LetterReader,
    replied_on: dt.date | None = None,
) -> AddedReply:
    """Store a letter and read the outcome from it, as a prediction for a person to judge.

    With a date, a letter that ends the case closes it.

    Raises
    ------
    CaseNotFound, StaleCase
        See `claim_case`.
    CaseError
        If the letter is blank or its date cannot be.
    """
    case = claim_case(session, number, version)
    if not has_content(text):
        raise CaseError("答复书是空的。")
    if replied_on is not None and not case.received_on <= replied_on <= beijing_day():
        raise CaseError("答复日期应在收到日期之后、今天或今天之前。")
    reply = Reply(
        case_id=case.id, text=text, replied_on=replied_on, entered_by=actor, entered_at=now()
    )
    session.add(reply)
    session.flush()
    answer = reader.read([text], [case.text])[0]
    if replied_on is not None and answer.procedural is None and case.closed_on is None:
        case.closed_on = replied_on
    touch(case, actor)
    session.flush()
    reckon_due(session, case)
    if answer.outcome is not None:
        heads = {case.id: {"outcome": outcome_answer(answer)}}
        append_predictions(session, heads, reader.model_id, {case.id: reply.id})
    session.refresh(case)
    read = answer.outcome or (f"procedural.{answer.procedural}" if answer.procedural else "")
    record(session, actor, "case.reply", f"case:{case.id}", reply=reply.id, outcome=read)
    return AddedReply(case, reply, answer)


def replies_of(session: Session, case: Case) -> list[Reply]:
    """Letters of a case, in the order in which they were entered."""
    query = select(Reply).where(Reply.case_id == case.id).order_by(Reply.id)
    return list(session.execute(query).scalars())
