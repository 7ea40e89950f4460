"""Adding what models predict and what people assign; the label in force follows.

Predictions and assignments are kept apart and never changed. The columns of a case that repeat the
label in force are written here and nowhere else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, insert, inspect, select, update
from sqlalchemy.orm import Session

from models.labels import intents, outcomes, topics
from models.prediction import Prediction as Answer
from service.accounts.audit import record
from service.cases.errors import CaseError
from service.cases.in_force import (
    FIXED_BY_KIND,
    IN_CHARGE,
    LAYERS,
    newest_predictions,
    own_in_force,
    standings,
)
from service.cases.repository import claim_case
from service.cases.tables import Assignment, Case, Prediction
from service.database.base import now

_AT_ONCE = 500
LAYER_NAMES = {"topic": "主题", "subtopic": "二级主题", "intent": "诉求类型", "outcome": "办理结果"}


def append_predictions(
    session: Session,
    answers: Mapping[int, Mapping[str, Answer]],
    model_id: str,
    reply_ids: Mapping[int, int] | None = None,
) -> None:
    """Add a model's answers for many cases.

    A case whose label in force or state changes by it gets a new version, so that a person who
    has it open is told; the others keep theirs.

    Parameters
    ----------
    answers : mapping case id → head → answer
        Heads other than the four layers are left out.
    model_id : str
    reply_ids : mapping case id → id of the reply letter that was read, optional
        For outcomes: their evidence lies in the letter.
    """
    moment, replies = now(), reply_ids or {}
    rows = [
        {
            "case_id": case_id,
            "layer": layer,
            "label": answer.label,
            "probability": round(answer.probability, 6),
            "decision": answer.decision,
            "candidates": [[c.label, round(c.probability, 4)] for c in answer.candidates],
            "evidence": [[e.start, e.end, round(e.weight, 4)] for e in answer.evidence],
            "model_id": model_id,
            "made_at": moment,
            "reply_id": replies.get(case_id),
        }
        for case_id, heads in answers.items()
        for layer, answer in heads.items()
        if layer in LAYERS
    ]
    if rows:
        session.execute(insert(Prediction), rows)
    settle(session, list(answers), actor=f"model:{model_id}"[:80])


def assign(
    session: Session,
    actor: str,
    number: str,
    version: int,
    labels: Mapping[str, str],
    *,
    reader: int = IN_CHARGE,
    note: str = "",
) -> Case:
    """Add a person's labels for a case.

    Parameters
    ----------
    version : int
        The one that the person read.
    labels : mapping layer → code
    reader : int
        1 the reader in charge, 2 the blind second reader, whose labels never come into force.
    note : str

    Raises
    ------
    CaseNotFound, StaleCase
        See `claim_case`.
    CaseError
        If a label is none of its layer or contradicts the kind of the case, or a second-level
        topic lies below another topic.
    """
    case = claim_case(session, number, version)
    labels = with_parents(labels)
    for layer, label in FIXED_BY_KIND.get(case.kind, {}).items():
        if labels.get(layer, label) != label:
            raise CaseError(f"依申请公开的件，{LAYER_NAMES[layer]}由登记的种类确定，不另选。")
    seen = newest_predictions(session, [case.id]) if reader == IN_CHARGE else {}
    moment = now()
    for layer, label in labels.items():
        prediction = seen.get((case.id, layer))
        session.add(
            Assignment(
                case_id=case.id,
                layer=layer,
                label=label,
                reader=reader,
                prediction_id=prediction.id if prediction else None,
                note=note,
                assigned_by=actor,
                assigned_at=moment,
            )
        )
    if reader == IN_CHARGE:
        settle(session, [case.id], actor=actor, always=True)
    codes = ",".join(f"{layer}={label}" for layer, label in labels.items())
    record(session, actor, "case.assign", f"case:{case.id}", labels=codes, reader=reader)
    return case


def withdraw_assignments(
    session: Session, actor: str, number: str, version: int, ids: Sequence[int]
) -> Case:
    """Take assignments back; what was in force before them is so again.

    Raises
    ------
    CaseError
        If one is not an assignment in force of this case.
    """
    case = claim_case(session, number, version)
    own = own_in_force(session, case)
    moment = now()
    for id in ids:
        if id not in own:
            raise CaseError(f"{number} 没有编号为 {id} 的有效标注，或已经撤回。")
        session.add(
            Assignment(
                case_id=case.id,
                item_id=own[id].item_id,
                layer=own[id].layer,
                label="",
                withdraws=id,
                assigned_by=actor,
                assigned_at=moment,
            )
        )
    session.flush()
    settle(session, [case.id], actor=actor, always=True)
    record(session, actor, "case.unassign", f"case:{case.id}", n_assignments=len(ids))
    return case


def settle(
    session: Session, case_ids: Sequence[int], *, actor: str, always: bool = False
) -> list[int]:
    """Write the label in force, state and doubt of some cases; ids of those that changed.

    Parameters
    ----------
    actor : str
        Who is named to a person whose version is stale by it.
    always : bool, default=False
        Count a new version even where nothing that is in force changed.
    """
    session.flush()
    moment = now()
    changed: list[int] = []
    for start in range(0, len(case_ids), _AT_ONCE):
        ids = list(case_ids[start : start + _AT_ONCE])
        columns = (Case.id, *(getattr(Case, layer) for layer in LAYERS), Case.state, Case.doubt)
        query = select(*columns).where(Case.id.in_(ids)).with_for_update()
        before = {row[0]: tuple(row[1:]) for row in session.execute(query)}
        rows: list[dict[str, Any]] = []
        for id, standing in standings(session, list(before)).items():
            after = (*(standing.labels[layer] for layer in LAYERS), standing.state, standing.doubt)
            visible = always or after[:-1] != before[id][:-1]
            if not visible and after == before[id]:
                continue
            rows.append({"id": id, **standing.labels, "state": standing.state,
                         "doubt": standing.doubt, "step": int(visible)})  # fmt: skip
            if visible:
                changed.append(id)
        _write(session, rows, actor, moment)
    return changed


def _write(
    session: Session, rows: Sequence[Mapping[str, Any]], actor: str, moment: dt.datetime
) -> None:
    table = Case.__table__
    layers: dict[str, Any] = {layer: bindparam(f"new_{layer}") for layer in LAYERS}
    values = {**layers, "state": bindparam("new_state"), "doubt": bindparam("new_doubt")}
    told = {"version": table.c.version + 1, "changed_by": actor, "changed_at": moment}
    for step in (0, 1):
        own = [
            {f"new_{name}": value for name, value in row.items() if name != "step"}
            for row in rows
            if row["step"] == step
        ]
        if own:
            change = update(Case).where(table.c.id == bindparam("new_id"))
            changed = change.values(**values, **(told if step else {}))
            session.connection().execute(changed, own)
    written = {row["id"] for row in rows}
    for loaded in list(session.identity_map.values()):
        if isinstance(loaded, Case) and (inspect(loaded).identity or (0,))[0] in written:
            session.refresh(loaded)


def with_parents(labels: Mapping[str, str]) -> dict[str, str]:
    """Labels with the topic that a second-level one lies below.

    Raises
    ------
    CaseError
        If a label is none of its layer, or a second-level topic lies below another topic.
    """
    if not labels:
        raise CaseError("没有给出任何标签。")
    known = {
        "topic": {label.code for label in topics().roots},
        "subtopic": {label.code for label in topics().leaves},
        "intent": {label.code for label in intents()},
        "outcome": {outcome.code for outcome in outcomes().decided},
    }
    for layer, label in labels.items():
        if layer not in known:
            raise CaseError(f"不认识的标签层“{layer[:32]}”，应为 {'、'.join(LAYERS)} 之一。")
        if label not in known[layer]:
            name = LAYER_NAMES[layer]
            raise CaseError(f"“{label[:40]}”不是{name}的代码，全部代码见 GET /v1/labels。")
    found = dict(labels)
    if "subtopic" in found:
        parent = topics()[found["subtopic"]].parent or ""
        if found.setdefault("topic", parent) != parent:
            raise CaseError("二级主题不在所选主题之下，请改其中一个。")
    return found
