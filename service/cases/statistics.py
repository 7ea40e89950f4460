"""How many cases there are by month, topic, outcome …, for the statistics page.

Each count is one pass over the covering index `ix_cases_statistics`; texts are never read. In a
large archive counts are remembered for a while (`service.cases.counting`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, extract, func, select
from sqlalchemy.orm import Session

from service.cases.counting import counted
from service.cases.selection import Selection
from service.cases.tables import Case

Dimension = Literal["year", "month", "topic", "subtopic", "intent", "outcome", "channel", "state"]
DIMENSIONS: tuple[Dimension, ...] = (
    "year", "month", "topic", "subtopic", "intent", "outcome", "channel", "state",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Count:
    """Cases that share a value; `value` is a code, a year or a month, blank where not known."""

    value: str
    n_cases: int


def count_by(session: Session, selection: Selection, dimension: Dimension) -> list[Count]:
    """Cases of a selection by one dimension: years and months in order, the rest by number."""
    key = ("count_by", selection, dimension)
    return counted(session, key, lambda: _count_by(session, selection, dimension))


def _count_by(session: Session, selection: Selection, dimension: Dimension) -> list[Count]:
    column = _column(dimension)
    query = (
        select(column, func.count())
        .where(*_kinds(selection), *selection.conditions())
        .group_by(column)
    )
    found = [Count(str(value), n) for value, n in session.execute(query).all()]
    if dimension in ("year", "month"):
        return sorted(found, key=lambda count: int(count.value))
    return sorted(found, key=lambda count: (-count.n_cases, count.value))


def count_all(
    session: Session, selection: Selection, dimensions: Sequence[Dimension] = DIMENSIONS
) -> dict[Dimension, list[Count]]:
    """Counts by several dimensions."""
    return {dimension: count_by(session, selection, dimension) for dimension in dimensions}


def _column(dimension: Dimension) -> ColumnElement[Any]:
    if dimension in ("year", "month"):
        return extract(dimension, Case.received_on)
    column: ColumnElement[Any] = getattr(Case, dimension)
    return column


def _kinds(selection: Selection) -> list[ColumnElement[bool]]:
    """Without a kind, both by name: the index that begins with the kind then serves a year too."""
    return [Case.kind.in_(("message", "disclosure"))] if selection.kind is None else []
