"""What a reviewer does with a case: accept, take back, split into items, mark as a repeat.

Correcting a label is `service.cases.labelling.assign`; accepting is the same with the labels that
are in force.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.labels import outcomes
from service.accounts.audit import record
from service.cases.errors import CaseError
from service.cases.in_force import (
    FIXED_BY_KIND,
    IN_CHARGE,
    LAYERS,
    assignments_in_force,
    newest_predictions,
    own_in_force,
    standing_roll_up,
)
from service.cases.items import items_of, rolled_up
from service.cases.labelling import assign, settle, withdraw_assignments
from service.cases.registering import touch
from service.cases.repository import claim_case, get_case
from service.cases.tables import Assignment, Case, Item, Link
from service.database.base import now

MAX_ITEMS = 50
_LOOKED_BACK = 40
"""Assignments among which the last decision still in force is sought."""


def accept(session: Session, actor: str, number: str, version: int) -> Case:
    """Make the model's answers the person's own, where no person has decided yet.

    Raises
    ------
    CaseNotFound, StaleCase
    CaseError
        If the case has no answers to accept, or an outcome that only a person can name.
    """
    case = get_case(session, number)
    judged = assignments_in_force(session, [case.id])
    predicted = newest_predictions(session, [case.id])
    open_layers = [
        layer
        for layer in LAYERS
        if (case.id, layer) in predicted
        and (case.id, layer) not in judged
        and layer not in FIXED_BY_KIND.get(case.kind, {})
    ]
    labels = {layer: predicted[case.id, layer].label for layer in open_layers}
    items = rolled_up(session, [case.id]).get(case.id)
    said = standing_roll_up(items, judged.get((case.id, "outcome")))
    if said is not None:  # the items decide the outcome; what they make of the case is confirmed
        if said.n_open:
            raise CaseError(f"{number} 还有 {said.n_open} 项没有定办理结果，请先逐项定完。")
        labels.pop("outcome", None)
        if not said.is_settled:
            labels["outcome"] = said.outcome
    if not labels:
        raise CaseError(f"{number} 没有等待认可的判断。")
    decided = {outcome.code for outcome in outcomes().decided}
    if labels.get("outcome", next(iter(decided))) not in decided:
        raise CaseError(f"{number} 的答复书读不出办理结果，请选一项再保存。")
    return assign(session, actor, number, version, labels)


def undo(session: Session, actor: str, number: str, version: int) -> Case:
    """Take back what `actor` last decided on a case; what was in force before is so again.

    Values that came with a file are no decision of the person who imported it.

    Raises
    ------
    CaseNotFound, StaleCase
    CaseError
        If there is nothing of this person to take back.
    """
    case = get_case(session, number)
    own = [a for a in own_in_force(session, case).values() if a.assigned_by == actor]
    if not own:
        raise CaseError(f"{number} 没有你可以撤回的标注。")
    last = max(a.assigned_at for a in own)
    ids = [a.id for a in own if a.assigned_at == last]
    return withdraw_assignments(session, actor, number, version, ids)


def undoable(session: Session, actor: str, case: Case, *, is_queue: bool) -> Case | None:
    """The case whose decision `undo` would take back from the page of a case.

    Parameters
    ----------
    case : Case
        The one that is open; it goes first if `actor` decided on it.
    is_queue : bool
        The person goes through the queue: a fresh case stands there because the one before was
        just decided, so the last one that they decided on is meant.
    """
    recent = (
        select(Assignment.case_id)
        .where(Assignment.assigned_by == actor, Assignment.reader == IN_CHARGE)
        .order_by(Assignment.assigned_at.desc(), Assignment.id.desc())
        .limit(_LOOKED_BACK)
    )
    ids = [case.id, *(dict.fromkeys(session.scalars(recent)) if is_queue else ())]
    in_force = assignments_in_force(session, ids)
    own = {case_id for (case_id, _), a in in_force.items() if a.assigned_by == actor}
    for id in ids:
        found = session.get(Case, id)
        if found is not None and (id in own or _decided_items(session, found, actor)):
            return found
    return None


def _decided_items(session: Session, case: Case, actor: str) -> bool:
    decided = (found.assignment for found in items_of(session, case))
    return any(a is not None and a.assigned_by == actor for a in decided)


def split(session: Session, actor: str, number: str, version: int, texts: Sequence[str]) -> Case:
    """Record the several things that a case asks for; an earlier split is replaced.

    An item that is worded as before stays with its outcome. One that is gone is withdrawn: what was
    said of it stays on record and counts no more.

    Parameters
    ----------
    texts : sequence of str
        What each item asks for, in order; at least two, or none to make the case one again.

    Raises
    ------
    CaseNotFound, StaleCase
    CaseError
        If an item is empty, or there is only one.
    """
    case = claim_case(session, number, version)
    cleaned = [text.strip() for text in texts]
    if len(cleaned) == 1 or len(cleaned) > MAX_ITEMS or not all(cleaned):
        raise CaseError(f"分项应有 2 至 {MAX_ITEMS} 项，每项都要有内容；不分项则一项也不填。")
    standing = items_of(session, case)
    for position, text in enumerate(cleaned, 1):
        same = next((found for found in standing if found.item.text == text), None)
        if same is None:
            session.add(Item(case_id=case.id, position=position, text=text))
        else:
            standing.remove(same)
            same.item.position = position
    for gone in standing:
        gone.item.is_withdrawn = True
    settle(session, [case.id], actor=actor, always=True)
    lost = sum(gone.assignment is not None for gone in standing)
    n = len(cleaned)
    record(session, actor, "case.split", f"case:{case.id}", n_items=n, n_outcomes_lost=lost)
    return case


def mark_repeat(session: Session, actor: str, number: str, version: int, of: str | None) -> Case:
    """Record that a case repeats an earlier one; None takes it back.

    Only says that a person thinks so: the outcome 重复申请 is decided like any other.

    Raises
    ------
    CaseNotFound, StaleCase
    CaseError
        If a case would repeat itself or a later one, or there is no mark to take back.
    """
    case = claim_case(session, number, version)
    marked = repeat_of(session, case.id)
    if of is None:
        if marked is None:
            raise CaseError(f"{number} 没有标为重复。")
        other = marked
    else:
        other = get_case(session, of)
        if other.id == case.id:
            raise CaseError("一件不能重复它自己。")
        if (other.received_on, other.id) > (case.received_on, case.id):
            raise CaseError(f"{of} 比 {number} 收到得晚，请打开 {of} 把它标为重复。")
    session.add(
        Link(
            case_id=case.id,
            repeats_id=other.id,
            is_withdrawn=of is None,
            marked_by=actor,
            marked_at=now(),
        )
    )
    touch(case, actor)
    record(session, actor, "case.repeat", f"case:{case.id}", of=other.id, withdrawn=of is None)
    return case


def repeat_of(session: Session, case_id: int) -> Case | None:
    """The case that this one was marked a repeat of, if it still is."""
    query = select(Link).where(Link.case_id == case_id).order_by(Link.id.desc()).limit(1)
    link = session.scalar(query)
    if link is None or link.is_withdrawn:
        return None
    return session.get(Case, link.repeats_id)


def read_again(
    session: Session, reader: str, number: str, version: int, labels: Mapping[str, str]
) -> Case:
    """Add the labels of a blind second reader; the label in force stays.

    Raises
    ------
    CaseNotFound, StaleCase
    CaseError
        If the reader has labelled this case before, or it was read twice already.
    """
    case = get_case(session, number)
    query = select(Assignment.reader, Assignment.assigned_by).where(Assignment.case_id == case.id)
    earlier = session.execute(query).all()
    if any(by == reader for _, by in earlier):
        raise CaseError(f"{number} 是你自己复核过的，第二人复核要由别人来做。")
    if any(n == 2 for n, _ in earlier):
        raise CaseError(f"{number} 已有第二人复核过。")
    return assign(session, reader, number, version, labels, reader=2)
