"""The job behind an import: store the rows of a file, then let the model read what is new.

Both halves go on where they stopped: rows by the last line stored, answers by which cases of the
import have none of this model yet.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from models.document import Document
from models.prediction import Prediction as Answer
from models.predictor import Predictor
from service.cases.errors import CaseError
from service.cases.importing.run import run_import
from service.cases.labelling import append_predictions
from service.cases.tables import Case, Import, Prediction, Reply
from service.classification.answer import LetterReader
from service.jobs.context import JobContext
from service.jobs.registry import Kind

if TYPE_CHECKING:
    from models.replies import ReplyAnswer

CODE = "import"
_AT_ONCE = 50
"""Cases read between two pauses; with evidence, some tens of milliseconds."""
_HALF = 1000
"""Each half of the work moves the bar by so much."""


def import_kind(model: Callable[[], Predictor], reader: Callable[[], LetterReader]) -> Kind:
    """The kind, over the model in use when a job starts."""

    def work(context: JobContext) -> dict[str, Any]:
        return _import(context, model(), reader())

    return Kind(CODE, "导入登记表", work, {"file": True}, _check)


def _check(options: dict[str, Any]) -> dict[str, Any]:
    if set(options) != {"import_id"} or type(options["import_id"]) is not int:
        raise CaseError("导入要先在“登记与导入”页对应好各列。")
    return options


def _import(context: JobContext, model: Predictor, reader: LetterReader) -> dict[str, Any]:
    import_id = context.arguments["options"]["import_id"]
    path = context.input / context.arguments["files"]["file"]["path"]

    def stored(position: int, total: int, found: Import) -> None:
        context.progress(_HALF * position // max(1, total), 2 * _HALF, found.n_rows)

    found = run_import(context.database, import_id, path, progress=stored)
    _read(context, found, model, reader)
    return {
        "import_id": import_id,
        "n_rows": found.n_rows,
        "n_cases": found.n_cases,
        "n_rejects": found.n_rejects,
    }


def _read(context: JobContext, found: Import, model: Predictor, reader: LetterReader) -> None:
    """Add the model's answers to cases of the import that have none of it."""
    unread = (
        select(Case)
        .where(
            Case.import_id == found.id,
            ~exists().where(Prediction.case_id == Case.id, Prediction.model_id == model.model_id),
        )
        .order_by(Case.id)
    )
    n_done = 0
    while True:
        with context.database.reading() as session:
            cases = list(session.scalars(unread.limit(_AT_ONCE)))
            letters = _letters(session, [case.id for case in cases])
        if not cases:
            return
        answers = model.predict([Document(case.text) for case in cases])
        heads = {case.id: dict(a.heads) for case, a in zip(cases, answers, strict=True)}
        outcomes = _outcomes(letters, reader)
        n_done += len(cases)
        position = _HALF + _HALF * n_done // max(n_done, found.n_cases)
        with context.step(position, 2 * _HALF, found.n_rows, {}) as session:
            append_predictions(session, heads, model.model_id)
            if outcomes:
                replies = {case_id: letters[case_id].id for case_id in outcomes}
                append_predictions(session, outcomes, reader.model_id, replies)


def _letters(session: Session, case_ids: Sequence[int]) -> dict[int, Reply]:
    """Newest letter of each case that has one."""
    newest = select(func.max(Reply.id)).where(Reply.case_id.in_(case_ids)).group_by(Reply.case_id)
    found = session.scalars(select(Reply).where(Reply.id.in_(newest)))
    return {reply.case_id: reply for reply in found}


def _outcomes(letters: dict[int, Reply], reader: LetterReader) -> dict[int, dict[str, Answer]]:
    read = reader.read([reply.text for reply in letters.values()]) if letters else []
    pairs = zip(letters, read, strict=True)
    return {
        case_id: {"outcome": outcome_answer(answer)}
        for case_id, answer in pairs
        if answer.outcome is not None
    }


def outcome_answer(answer: ReplyAnswer) -> Answer:
    """What a letter says as the answer of the layer `outcome`."""
    return Answer(
        answer.outcome or "",
        answer.name,
        answer.probability,
        answer.decision,
        answer.candidates,
        answer.evidence,
    )
