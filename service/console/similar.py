"""Earlier cases like one: what colleagues decided on words of the same kind."""

from __future__ import annotations

from dataclasses import dataclass

from rapidfuzz import fuzz
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from service.cases.tables import Case

_POOL = 400
"""Newest cases of the same line that are compared character by character."""
_LEAST = 0.3
_MOST_CHARACTERS = 600
N_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Similar:
    """A case with its likeness, 0..1; `is_same` where the words are the same."""

    case: Case
    likeness: float
    is_same: bool


def similar_cases(session: Session, case: Case, n: int = N_SHOWN) -> list[Similar]:
    """Cases like one, the most alike first; the same words wherever they are filed."""
    line = Case.subtopic == case.subtopic if case.subtopic else Case.topic == case.topic
    query = (
        select(Case)
        .where(Case.id != case.id, or_(Case.text_key == case.text_key, line))
        .order_by(Case.received_on.desc(), Case.id.desc())
        .limit(_POOL)
    )
    own = case.text[:_MOST_CHARACTERS]
    found = []
    for other in session.scalars(query):
        is_same = other.text_key == case.text_key
        likeness = 1.0 if is_same else fuzz.ratio(own, other.text[:_MOST_CHARACTERS]) / 100
        if likeness >= _LEAST:
            found.append(Similar(other, likeness, is_same))
    found.sort(key=lambda s: (-s.likeness, s.case.state != "reviewed", -s.case.id))
    return found[:n]
