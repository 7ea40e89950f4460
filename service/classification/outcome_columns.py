"""Outcomes as columns: codes for machines, official Chinese words for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from models.replies import ReplyAnswer

HEAD = "outcome"
HEADING = "办理结果"
_DECISIONS = {"accept": "采纳", "review": "复核"}
_CODES = ("", "_name", "_probability", "_decision", "_procedural", "_items", "_note")
_CHINESE = ("", "概率", "判定", "各项", "提示")


@dataclass(frozen=True, slots=True)
class OutcomeColumns:
    """Names and form of the columns about outcomes.

    Parameters
    ----------
    for_people : bool
        Chinese headings and names only.
    with_evidence : bool
        One more column with the words of the letter that carried the answer.
    prefix : str
        Put before every name.
    """

    for_people: bool
    with_evidence: bool
    prefix: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Added columns in order."""
        if self.for_people:
            names = [f"{HEADING}{ending}" for ending in _CHINESE]
            evidence = f"{HEADING}依据"
        else:
            names = [f"{HEAD}{ending}" for ending in _CODES]
            evidence = f"{HEAD}_evidence"
        if self.with_evidence:
            names.append(evidence)
        return tuple(self.prefix + name for name in names)

    def frame(self, answers: Sequence[ReplyAnswer | None]) -> pl.DataFrame:
        """One row a letter, in order; all null where there is no letter."""
        rows = [self._row(answer) for answer in answers]
        types = [
            pl.Float64 if n.endswith(("_probability", "概率")) else pl.String for n in self.names
        ]
        columns = zip(*rows, strict=True) if rows else [()] * len(types)
        return pl.DataFrame(
            [
                pl.Series(name, list(values), dtype=dtype)
                for name, dtype, values in zip(self.names, types, columns, strict=True)
            ]
        )

    def _row(self, answer: ReplyAnswer | None) -> list[object]:
        if answer is None:
            return [None] * len(self.names)
        probability = round(answer.probability, 4)
        note = " ".join(answer.notices) or None
        if self.for_people:
            items = "；".join(f"{i.number or n}：{i.name}" for n, i in enumerate(answer.items, 1))
            row = [answer.name, probability, _DECISIONS[answer.decision], items or None, note]
        else:
            items = ";".join(item.outcome or "?" for item in answer.items)
            row = [
                answer.outcome,
                answer.name,
                probability,
                answer.decision,
                answer.procedural,
                items or None,
                note,
            ]
        if self.with_evidence:
            row.append("；".join(e.text for e in answer.evidence) or None)
        return row
