"""Answers as columns: codes for machines, Chinese names for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.errors import InputError
from models.prediction import HeadPredictions, PredictionBatch
from service.classification.headings import DECISIONS, HEADINGS

_CODES = ("review", "accept")
_PREFIX = {True: "阳光_", False: "yangguang_"}


@dataclass(frozen=True, slots=True)
class AnswerColumns:
    """Names and form of the columns that are added.

    Parameters
    ----------
    heads : tuple of str
        Heads of the model, in order.
    for_people : bool
        Chinese headings and names only, instead of codes with names beside them.
    with_evidence : bool
        One more column a head with the words that carried the answer.
    prefix : str
        Put before every name when the input already has one of them.
    """

    heads: tuple[str, ...]
    for_people: bool
    with_evidence: bool
    prefix: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Added columns in order."""
        return tuple(name for head in self.heads for name in self._names(head))

    def frame(
        self, batch: PredictionBatch, evidence: Mapping[str, Sequence[str]] | None = None
    ) -> pl.DataFrame:
        """Answers for a batch, one row a document, in order.

        Probabilities are rounded to four digits after the point.
        """
        columns: list[pl.Series] = []
        for head in self.heads:
            values = self._values(batch.heads[head])
            if self.with_evidence:
                values.append(pl.Series((evidence or {})[head], dtype=pl.String))
            names = self._names(head)
            columns += [v.alias(name) for v, name in zip(values, names, strict=True)]
        return pl.DataFrame(columns)

    def _names(self, head: str) -> tuple[str, ...]:
        title = HEADINGS.get(head, head) if self.for_people else head
        if self.for_people:
            names = [title, f"{title}概率", f"{title}判定"]
            evidence = f"{title}依据"
        else:
            names = [title, f"{title}_name", f"{title}_probability", f"{title}_decision"]
            evidence = f"{title}_evidence"
        if self.with_evidence:
            names.append(evidence)
        return tuple(self.prefix + name for name in names)

    def _values(self, head: HeadPredictions) -> list[pl.Series]:
        probability = pl.Series(np.round(head.probability().astype(np.float64), 4))
        accepted = head.accepted.astype(np.intp)
        names = _pick(head.names, head.best)
        if self.for_people:
            words = (DECISIONS[False], DECISIONS[True])
            return [names, probability, _pick(words, accepted)]
        return [_pick(head.codes, head.best), names, probability, _pick(_CODES, accepted)]


def plan_columns(
    existing: Sequence[str],
    heads: tuple[str, ...],
    *,
    for_people: bool,
    with_evidence: bool,
    others: Sequence[str] = (),
) -> tuple[AnswerColumns, tuple[str, ...]]:
    """Columns to add to a table that has some already, and a notice where names collide.

    Parameters
    ----------
    others : sequence of str
        Further columns that will be added under the same prefix, or none.

    Raises
    ------
    InputError
        If the names collide even with their prefix, as in a table labelled twice before.
    """
    plain = AnswerColumns(heads, for_people, with_evidence)
    same = [name for name in (*plain.names, *others) if name in existing]
    if not same:
        return plain, ()
    prefixed = AnswerColumns(heads, for_people, with_evidence, _PREFIX[for_people])
    if any(name in existing for name in (*prefixed.names, *(prefixed.prefix + n for n in others))):
        raise InputError(
            f"输入文件已有“{same[0]}”和“{prefixed.prefix}{same[0]}”等列，"
            "像是已经标注过。请删去这些列后再试。"
        )
    listed = "、".join(same)
    notice = f"输入文件已有名为 {listed} 的列，原样保留；新增的列名前都加了“{prefixed.prefix}”。"
    return prefixed, (notice,)


def _pick(words: Sequence[str], indices: NDArray[np.intp]) -> pl.Series:
    return pl.Series(words, dtype=pl.String).gather(indices)
