"""Decisions of people, as the first page, the JSON and `report trace` show them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from service.report.drafting.draft import Decided
from service.report.figures.cases import CaseTable
from service.report.figures.entered import Material
from service.report.figures.figure import FigureBook
from service.report.figures.questions import Question
from service.report.figures.settlement import CELL_NAMES


def decisions_of(
    book: FigureBook, questions: Sequence[Question], material: Material, cases: CaseTable
) -> Iterator[Decided]:
    """Every decision that was carried out, about figures first, then about cases."""
    yield from _of_figures(book, questions, material)
    yield from _of_cases(cases)


def _of_figures(
    book: FigureBook, questions: Sequence[Question], material: Material
) -> Iterator[Decided]:
    """Decisions about contradictions that hold: carried out, or made true by settled cases."""
    asked = {question.id: question for question in questions}
    for id, decision in material.decisions.items():
        question = asked.get(id)
        if not decision.by or (question is not None and not question.is_settled):
            continue
        if question is not None:
            left, right = question.left, question.right
            what = f"{left.name}{left.digits}与{right.name}{right.digits}"
            yield Decided(what, decision.choice, decision.by, decision.on, decision.reason,
                          (left.id, right.id))  # fmt: skip
            continue
        _, _, figure_id = id.partition(".")
        figure = book.get(figure_id) if id.startswith("counted.") else None
        if figure is not None:
            what = f"{figure.name}{figure.digits}，填报数与登记表已一致"
            yield Decided(what, decision.choice, decision.by, decision.on, decision.reason,
                          (figure.id,))  # fmt: skip


def _of_cases(cases: CaseTable) -> Iterator[Decided]:
    for settled in cases.settled:
        made = settled.decision
        where = f"登记表第{made.line}行" if made.line else "登记表以外"
        changes = "、".join(
            f"{CELL_NAMES[code]}由“{before or '空白'}”改为“{after or '空白'}”"
            for code, (before, after) in settled.changes.items()
        )
        id = made.case_id or settled.case_id
        what = f"{id}，{where}" + (f"，{changes}" if changes else "")
        details = {"line": made.line, "changes": {k: list(v) for k, v in settled.changes.items()}}
        yield Decided(what, made.action, made.by, made.on, made.reason, (), id, details)
