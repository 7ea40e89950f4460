"""Items of a case that was split: what a person decided of each, and what follows for the case.

The rule from items to case is that of reply letters (`models.classifiers.letter.rollup`): some
provided and some not is 部分公开 and awaits a person's confirmation. No text that the project could
read says how a mixed case is counted, so the rule is house advice, and flagged.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.classifiers.letter.rollup import roll_up
from service.cases.tables import Assignment, Case, Item


@dataclass(frozen=True, slots=True)
class ItemOutcome:
    """An item that stands, and the assignment in force of its outcome, if a person decided."""

    item: Item
    assignment: Assignment | None

    @property
    def outcome(self) -> str:
        """Code of a row of table 3, blank while nobody decided."""
        return self.assignment.label if self.assignment else ""


@dataclass(frozen=True, slots=True)
class RolledUp:
    """What decided items make of their case.

    Parameters
    ----------
    outcome : str
        Blank until every item has one.
    n_open : int
        Items without an outcome.
    is_mixed : bool
        Some provided, some not: 部分公开 until a person confirms it.
    is_first_of_several : bool
        Only refusals of different rows: the first stands until a person confirms it.
    newest : int
        Id of the newest assignment to an item: one to the whole case that came later goes first.
    """

    outcome: str
    n_open: int
    is_mixed: bool
    is_first_of_several: bool
    newest: int

    @property
    def is_settled(self) -> bool:
        """Whether the case needs no further look."""
        return not (self.n_open or self.is_mixed or self.is_first_of_several)


def items_of(session: Session, case: Case) -> list[ItemOutcome]:
    """Items of a case that stand, in order; none if it is one thing."""
    return items_of_all(session, [case.id]).get(case.id, [])


def rolled_up(session: Session, case_ids: Sequence[int]) -> dict[int, RolledUp]:
    """What the items make of each case of which a person decided at least one item."""
    found = {}
    for case_id, items in items_of_all(session, case_ids).items():
        decided = [item.assignment for item in items if item.assignment is not None]
        if not decided:
            continue
        newest = max(assignment.id for assignment in decided)
        n_open = len(items) - len(decided)
        if n_open:
            found[case_id] = RolledUp("", n_open, False, False, newest)
        else:
            rolled = roll_up([assignment.label for assignment in decided])
            found[case_id] = RolledUp(
                rolled.outcome, 0, rolled.is_mixed, rolled.is_first_of_several, newest
            )
    return found


def item_assignments(session: Session, item_ids: Sequence[int]) -> dict[int, Assignment]:
    """Assignment in force of each item, those taken back left out."""
    query = (
        select(Assignment).where(Assignment.item_id.in_(item_ids)).order_by(Assignment.id)
    )  # an item has an outcome alone, and no second reader
    found = session.scalars(query).all()
    gone = {assignment.withdraws for assignment in found}
    return {a.item_id: a for a in found if a.item_id and a.label and a.id not in gone}


def items_of_all(session: Session, case_ids: Sequence[int]) -> dict[int, list[ItemOutcome]]:
    """Items that stand of each case that was split."""
    query = (
        select(Item)
        .where(Item.case_id.in_(case_ids), Item.is_withdrawn.is_(False))
        .order_by(Item.case_id, Item.position)
    )
    items = session.scalars(query).all()
    if not items:
        return {}
    decided = item_assignments(session, [item.id for item in items])
    found: dict[int, list[ItemOutcome]] = defaultdict(list)
    for item in items:
        found[item.case_id].append(ItemOutcome(item, decided.get(item.id)))
    return dict(found)
