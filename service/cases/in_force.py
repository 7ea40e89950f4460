"""Which label of a case is in force: a person's newest assignment, else the newest prediction.

The outcome of a case that was split follows from its items, unless a person has named one for the
whole case since.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.labels import topics
from service.cases.items import RolledUp, item_assignments, rolled_up
from service.cases.tables import Assignment, Case, Item, Prediction

LAYERS = ("topic", "subtopic", "intent", "outcome")
ALWAYS = ("topic", "subtopic", "intent")
"""Layers that every case has once it is labelled; an outcome comes with a reply."""
IN_CHARGE, SECOND = 1, 2
"""Readers: the one in charge, and the blind second one of a sample."""
FIXED_BY_KIND: dict[str, dict[str, str]] = {"disclosure": {"intent": "disclosure"}}
"""Labels that follow from what a case was registered as: an application for disclosure asks for
disclosure, whatever its wording reminds a model of."""
_IMPORT = "import:"


def imported_by(import_id: int) -> str:
    """Who is named for labels that stood in a file.

    The import, not the person who ran it: undo takes back a person's own decisions, and a value of
    the register is none. No user name holds a colon.
    """
    return f"{_IMPORT}{import_id}"


def is_imported(assigned_by: str) -> bool:
    """Whether a label stood in a file that was imported."""
    return assigned_by.startswith(_IMPORT)


@dataclass(frozen=True, slots=True)
class Standing:
    """Labels in force of one case with what follows from them.

    Parameters
    ----------
    labels : dict layer → code
        Blank where there is none.
    state : str
        `new`, `review`, `accepted` or `reviewed`.
    doubt : float, 0..1
        1 minus the least probability among the predictions that no person has judged.
    is_judged : bool
        A person decided the outcome: of the case, or of all its items with nothing to confirm.
    """

    labels: dict[str, str]
    state: str
    doubt: float
    is_judged: bool = False


def assignments_in_force(
    session: Session, case_ids: Sequence[int]
) -> dict[tuple[int, str], Assignment]:
    """Newest assignment of the reader in charge for each case and layer, withdrawn ones left out.

    Assignments to single items of a case are none of the case.
    """
    query = (
        select(Assignment)
        .where(
            Assignment.case_id.in_(case_ids),
            Assignment.reader == IN_CHARGE,
            Assignment.item_id.is_(None),
        )
        .order_by(Assignment.id)
    )
    found = session.execute(query).scalars().all()
    gone = {assignment.withdraws for assignment in found}
    return {(a.case_id, a.layer): a for a in found if a.label and a.id not in gone}


def own_in_force(session: Session, case: Case) -> dict[int, Assignment]:
    """Assignments in force of a case and of its items that stand, by id."""
    items = select(Item.id).where(Item.case_id == case.id, Item.is_withdrawn.is_(False))
    of_items = item_assignments(session, list(session.scalars(items)))
    found = [*assignments_in_force(session, [case.id]).values(), *of_items.values()]
    return {assignment.id: assignment for assignment in found}


def newest_predictions(
    session: Session, case_ids: Sequence[int]
) -> dict[tuple[int, str], Prediction]:
    """Newest prediction for each case and layer."""
    newest = (
        select(func.max(Prediction.id))
        .where(Prediction.case_id.in_(case_ids))
        .group_by(Prediction.case_id, Prediction.layer)
    )
    found = session.execute(select(Prediction).where(Prediction.id.in_(newest))).scalars()
    return {(p.case_id, p.layer): p for p in found}


def standings(session: Session, case_ids: Sequence[int]) -> dict[int, Standing]:
    """Standing of each case."""
    assigned = assignments_in_force(session, case_ids)
    predicted = newest_predictions(session, case_ids)
    rolled = rolled_up(session, case_ids)
    of_cases = select(Case.id, Case.kind).where(Case.id.in_(case_ids))
    kinds = {id: kind for id, kind in session.execute(of_cases)}  # noqa: C416  rows are no pairs
    return {
        id: _standing(
            {layer: assigned[id, layer] for layer in LAYERS if (id, layer) in assigned},
            {layer: predicted[id, layer] for layer in LAYERS if (id, layer) in predicted},
            FIXED_BY_KIND.get(kinds[id], {}),
            standing_roll_up(rolled.get(id), assigned.get((id, "outcome"))),
        )
        for id in case_ids
    }


def standing_roll_up(rolled: RolledUp | None, assigned: Assignment | None) -> RolledUp | None:
    """What the items say, unless a person has named an outcome of the whole case since."""
    if rolled is None or (assigned is not None and assigned.id > rolled.newest):
        return None
    return rolled


def _standing(
    assigned: dict[str, Assignment],
    predicted: dict[str, Prediction],
    fixed: Mapping[str, str],
    rolled: RolledUp | None,
) -> Standing:
    in_force = {layer: p.label for layer, p in predicted.items()}
    in_force |= {layer: a.label for layer, a in assigned.items()}
    in_force |= fixed
    if rolled is not None and rolled.outcome:
        in_force["outcome"] = rolled.outcome
    is_judged = rolled.is_settled if rolled is not None else "outcome" in assigned
    labels = {layer: in_force.get(layer, "") for layer in LAYERS}
    is_astray = _is_astray(labels["topic"], labels["subtopic"])
    if is_astray and "subtopic" in assigned and "topic" in assigned:
        is_astray = assigned["topic"].id > assigned["subtopic"].id
    if is_astray:  # a person moved the case to another topic: the second level is open again
        labels["subtopic"] = ""
    if not set(ALWAYS) <= set(in_force):
        return Standing(labels, "new", 1.0, is_judged)
    if is_astray or (rolled is not None and not rolled.is_settled):
        return Standing(labels, "review", 1.0, is_judged)
    judged = {*assigned, *fixed, *(("outcome",) if is_judged else ())}
    unjudged = [p for layer, p in predicted.items() if layer not in judged]
    if not unjudged:
        return Standing(labels, "reviewed", 0.0, is_judged)
    doubt = round(1 - min(p.probability for p in unjudged), 6)
    is_sure = all(p.decision == "accept" for p in unjudged)
    return Standing(labels, "accepted" if is_sure else "review", doubt, is_judged)


def _is_astray(topic: str, subtopic: str) -> bool:
    """Whether a second-level label lies below another topic, as far as both are known."""
    known = topics()
    return bool(topic and subtopic) and subtopic in known and known[subtopic].parent != topic
