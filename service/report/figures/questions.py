"""Figures that contradict each other: shown side by side; a person decides, and it is recorded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from service.report.figures.entered import Decision
from service.report.figures.facts import load_facts
from service.report.figures.figure import Figure, FigureBook, Formula

TAKE_ENTERED, TAKE_OTHER = "采用填报数", "采用另一数"


@dataclass(frozen=True, slots=True)
class Question:
    """Two figures that should be one.

    Parameters
    ----------
    id : str
        What the person writes in the sheet 决定.
    message : str
    left, right : Figure
        What was entered, and what it is compared with.
    decision : Decision or None
    is_counted : bool
        The right side is counted from cases and stands in the tables whatever is decided.
    """

    id: str
    message: str
    left: Figure
    right: Figure
    decision: Decision | None
    is_counted: bool

    @property
    def is_settled(self) -> bool:
        """Whether a person chose, and the choice can be carried out."""
        if self.decision is None:
            return False
        choices = (TAKE_OTHER,) if self.is_counted else (TAKE_ENTERED, TAKE_OTHER)
        return self.decision.choice in choices and bool(self.decision.by)

    def to_json(self) -> dict[str, Any]:
        """The question as plain data."""
        decided = self.decision
        return {
            "id": self.id, "message": self.message, "settled": self.is_settled,
            "left": {"figure": self.left.id, "value": float(self.left.value)},
            "right": {"figure": self.right.id, "value": float(self.right.value)},
            "difference": float(self.left.value - self.right.value),
            "decision": None if decided is None else {
                "choice": decided.choice, "by": decided.by, "on": decided.on,
                "reason": decided.reason},
        }  # fmt: skip


def find_questions(book: FigureBook, decisions: Mapping[str, Decision]) -> list[Question]:
    """Compare what should agree: sums, pairs, entered against counted, this year and last.

    Settled sums are carried out: with 采用另一数 the total in `book` becomes the sum of its parts.
    """
    questions = [*_sums(book, decisions), *_pairs(book, decisions), *_counted(book, decisions),
                 *_carried(book, decisions)]  # fmt: skip
    for question in questions:
        decision = question.decision
        is_sum = question.is_settled and question.id.startswith("sum.")
        if is_sum and decision is not None and decision.choice == TAKE_OTHER:
            left, right = question.left, question.right
            book.add(Figure(left.id, right.value, left.unit, left.period, right.source, left.name))
    return questions


def _sums(book: FigureBook, decisions: Mapping[str, Decision]) -> Iterator[Question]:
    for relation in load_facts().relations.values():
        total, parts = book.get(relation.total), relation.members(book)
        if total is None or not parts or total.approximate or any(p.approximate for p in parts):
            continue
        value = sum((p.value for p in parts), Decimal())
        if value == total.value:
            continue
        ids = [p.id for p in parts]
        other = Figure(f"sum.{relation.id}", value, total.unit, total.period,
                       Formula(" + ".join(ids), ids), f"{total.name}各分项合计")  # fmt: skip
        book.add(other)
        yield _question(f"sum.{relation.id}", total, other, decisions)


def _pairs(book: FigureBook, decisions: Mapping[str, Decision]) -> Iterator[Question]:
    for first, second in load_facts().same:
        left, right = book.get(first), book.get(second)
        if left is not None and right is not None and left.value != right.value:
            yield _question(f"same.{first}", left, right, decisions)


def _counted(book: FigureBook, decisions: Mapping[str, Decision]) -> Iterator[Question]:
    for entered in book.under("entered"):
        counted = book.get(entered.id.removeprefix("entered."))
        if counted is not None and counted.value != entered.value:
            yield _question(f"counted.{counted.id}", entered, counted, decisions, is_counted=True)


def _carried(book: FigureBook, decisions: Mapping[str, Decision]) -> Iterator[Question]:
    """二 of this year is 四 of last year, column by column (T3-CARRY)."""
    for last in book.under("last.t3.4"):
        column = last.id.rsplit(".", 1)[1]
        now = book.get(f"t3.2.{column}")
        if now is not None and now.value != last.value:
            yield _question(f"carried.{column}", last, now, decisions, is_counted=True)


def _question(
    id: str,
    left: Figure,
    right: Figure,
    decisions: Mapping[str, Decision],
    *,
    is_counted: bool = False,
) -> Question:
    decided = decisions.get(id)
    counted = "申请登记表数出的" if is_counted else ""
    gap = Figure("", abs(left.value - right.value), left.unit, "", left.source, "")
    # Digits in brackets are not statements of the report: nobody, and no check, takes them for its own.  # noqa: E501
    ask = "请核实"
    if is_counted and decided is not None and decided.choice == TAKE_ENTERED:
        # table 3 is counted: a number that differs is true only when its cases are named
        more = left.value > right.value
        ask = "已决定采用前一数，请在核定表中" + ("补记缺少的申请" if more else "写明不计入的申请")
    message = (
        f"{left.name}（{left.digits}）与{counted}{right.name}（{right.digits}）"
        f"相差（{gap.digits}），{ask}"
    )
    return Question(id, message, left, right, decided, is_counted)
