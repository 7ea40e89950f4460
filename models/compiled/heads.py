"""Heads laid out for the compiled pass, and its answers as those of a `Judge`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.judging import Judge
from models.prediction import HeadPredictions


@dataclass(frozen=True, slots=True)
class Decided:
    """Answers of all heads to a batch.

    Parameters
    ----------
    y_prob : float32 array, shape (n_documents, n_outputs)
    best : int array, shape (n_heads, n_documents)
    accepted : bool array, shape (n_heads, n_documents)
    ranked : int array, shape (n_heads, n_documents, 3)
        Columns of the candidates, -1 where there are fewer labels.
    """

    y_prob: NDArray[np.float32]
    best: NDArray[np.int64]
    accepted: NDArray[np.bool_]
    ranked: NDArray[np.int64]

    @classmethod
    def room(cls, n_documents: int, n_outputs: int, n_heads: int) -> Decided:
        """Arrays to be filled in."""
        return cls(
            np.empty((n_documents, n_outputs), np.float32),
            np.empty((n_heads, n_documents), np.int64),
            np.empty((n_heads, n_documents), np.bool_),
            np.empty((n_heads, n_documents, 3), np.int64),
        )

    def answers(self, judge: Judge) -> dict[str, HeadPredictions]:
        """What `Judge.decide` would return."""
        return {
            name: HeadPredictions(
                head.codes,
                head.names,
                self.y_prob[:, head.outputs],
                self.best[i],
                self.accepted[i],
                self.ranked[i],
            )
            for i, (name, head) in enumerate(judge.questions.items())
        }


def lay_out(judge: Judge | None) -> tuple[NDArray[np.generic], ...]:
    """All of the heads that `Laid` takes, in its order; without a judge, no heads."""
    if judge is None:
        none, numbers = np.zeros(0, np.float32), np.zeros(0, np.int64)
        links, shares = np.zeros((0, 2), np.int64), np.zeros((0, 3), np.float32)
        return none, none, none, numbers, links, numbers, shares
    heads, calibrator = list(judge.questions.values()), judge.calibrator
    names = [head.name for head in heads]
    links = np.full((len(heads), 2), -1, np.int64)
    shares = np.empty((len(heads), 3), np.float32)
    above = np.zeros(len(calibrator.slope), np.int64)
    for i, head in enumerate(heads):
        if head.parent is not None and head.parent_index is not None:
            links[i, 0] = names.index(head.parent)
            above[head.outputs] = head.parent_index
        if head.blend:
            links[i, 1] = next(k for k, child in enumerate(heads) if child.parent == head.name)
        shares[i] = 1 - head.blend, head.blend, head.threshold
    return (
        np.ascontiguousarray(calibrator.slope, np.float32),
        np.ascontiguousarray(calibrator.offset, np.float32),
        calibrator.power,
        calibrator.starts,
        links,
        above,
        shares,
    )
