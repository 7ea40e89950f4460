"""The job that lets the model in use read every case that it has not read yet.

Earlier predictions stay, people's labels stay in force; only what the model says is added. Each
stretch of cases is stored together with how far the job is, so every case is read once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import exists, func, select

from models.document import Document
from models.predictor import Predictor
from service.cases.labelling import append_predictions
from service.cases.tables import Case, Prediction
from service.jobs.context import JobContext
from service.jobs.errors import JobError
from service.jobs.registry import Kind

CODE = "relabel"
_AT_ONCE = 200
"""Cases of one step; the model takes a fraction of a second for them without evidence."""


def relabel_kind(model: Callable[[], Predictor]) -> Kind:
    """The kind, over the model in use when a job starts."""

    def work(context: JobContext) -> dict[str, Any]:
        return _relabel(context, model())

    return Kind(CODE, "用在用模型重新标注", work, {}, _check)


def _check(options: dict[str, Any]) -> dict[str, Any]:
    if set(options) - {"evidence"} or type(options.get("evidence", False)) is not bool:
        raise JobError("作业选项有误。可用的选项：evidence（true 或 false，加上依据，慢得多）。")
    return {"evidence": options.get("evidence", False)}


def _relabel(context: JobContext, model: Predictor) -> dict[str, Any]:
    point = context.checkpoint
    if point.get("model_id") != model.model_id:  # another model was put to use meanwhile
        point = {"model_id": model.model_id, "last_id": 0, "n_read": 0}
    with context.database.reading() as session:
        total = session.scalar(select(func.count()).select_from(Case)) or 0
        n_seen = session.scalar(
            select(func.count()).select_from(Case).where(Case.id <= point["last_id"])
        )
    n_seen = n_seen or 0
    has_read = exists().where(Prediction.case_id == Case.id, Prediction.model_id == model.model_id)
    while True:
        query = select(Case.id, Case.text, has_read).where(Case.id > point["last_id"])
        with context.database.reading() as session:
            found = session.execute(query.order_by(Case.id).limit(_AT_ONCE)).all()
        if not found:
            break
        unread = [(id, text) for id, text, known in found if not known]
        documents = [Document(text) for _, text in unread]
        evidence = bool(context.arguments["options"].get("evidence"))
        answers = model.predict(documents, evidence=evidence) if documents else []
        heads = {id: dict(a.heads) for (id, _), a in zip(unread, answers, strict=True)}
        n_seen += len(found)
        point = {
            "model_id": model.model_id,
            "last_id": found[-1][0],
            "n_read": point["n_read"] + len(unread),
        }
        with context.step(n_seen, max(total, n_seen), point["n_read"], point) as session:
            if heads:
                append_predictions(session, heads, model.model_id)
    return {"model_id": model.model_id, "n_cases": n_seen, "n_read": point["n_read"]}
