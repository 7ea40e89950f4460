"""Deciding a case item by item; the outcome of the case follows (`service.cases.items`)."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from models.labels import outcomes
from service.accounts.audit import record
from service.cases.errors import CaseError
from service.cases.items import items_of
from service.cases.labelling import settle
from service.cases.repository import claim_case
from service.cases.tables import Assignment, Case
from service.database.base import now


def assign_items(
    session: Session,
    actor: str,
    number: str,
    version: int,
    decided: Mapping[int, str],
    *,
    note: str = "",
) -> Case:
    """Add a person's outcomes of single items; all of one call are taken back together.

    Parameters
    ----------
    version : int
        The one that the person read.
    decided : mapping id of an item → code of a row of table 3
        Items that are left out stay as they are.
    note : str

    Raises
    ------
    CaseNotFound, StaleCase
        See `claim_case`.
    CaseError
        If an item is none of the case, a code no outcome, or nothing was decided.
    """
    case = claim_case(session, number, version)
    if not decided:
        raise CaseError("一项的办理结果也没有选。")
    known, rows = {f.item.id for f in items_of(session, case)}, {o.code for o in outcomes().decided}
    for item, code in decided.items():
        if item not in known:
            raise CaseError(f"{number} 没有这一项，或已经重新拆分。请刷新后再定。")
        if code not in rows:
            raise CaseError(f"“{code[:40]}”不是办理结果的代码，全部代码见 GET /v1/labels。")
    moment = now()
    session.add_all(
        Assignment(
            case_id=case.id,
            item_id=item,
            layer="outcome",
            label=code,
            note=note,
            assigned_by=actor,
            assigned_at=moment,
        )
        for item, code in decided.items()
    )
    settle(session, [case.id], actor=actor, always=True)
    codes = ",".join(f"{item}={code}" for item, code in decided.items())
    record(session, actor, "case.assign_items", f"case:{case.id}", outcomes=codes)
    return case
