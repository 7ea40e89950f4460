"""What a model says. A batch is arrays; a single prediction is a view of one row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Decision = Literal["accept", "review"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A span of the original text that carried a decision.

    `start` and `end` are offsets in code points into the text as received, `end` exclusive;
    `weight` is the span's share (0..1) of all that spoke for the label.
    """

    text: str
    start: int
    end: int
    weight: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """A label with its calibrated probability."""

    label: str
    name: str
    probability: float


@dataclass(frozen=True, slots=True)
class Prediction:
    """One head's answer for one document; `candidates` are sorted, the answer first."""

    label: str
    name: str
    probability: float
    decision: Decision
    candidates: tuple[Candidate, ...]
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class HeadPredictions:
    """One head's answers for a batch.

    Parameters
    ----------
    codes, names : tuple of str, length n_labels
        Column order of `y_prob`.
    y_prob : float32 array, shape (n_documents, n_labels)
        Calibrated; each row sums to 1.
    best : int array, shape (n_documents,)
        Column of the answer. It is the most probable one, except that a second-level answer
        always lies below the first-level one.
    accepted : bool array, shape (n_documents,)
        False means `review`.
    ranked : int array, shape (n_documents, 3), optional
        Columns of the likeliest labels, the answer first, if known beforehand; -1 for none.
    """

    codes: tuple[str, ...]
    names: tuple[str, ...]
    y_prob: NDArray[np.float32]
    best: NDArray[np.intp]
    accepted: NDArray[np.bool_]
    ranked: NDArray[np.int64] | None = None

    def probability(self) -> NDArray[np.float32]:
        """Probability of each answer, shape (n_documents,)."""
        return self.y_prob[np.arange(len(self.best)), self.best]

    def row(self, index: int, n_candidates: int = 3) -> Prediction:
        """Answer for one document with its runners-up."""
        y_prob, chosen = self.y_prob[index], self._likeliest(index, n_candidates)
        candidates = tuple(Candidate(self.codes[j], self.names[j], y_prob.item(j)) for j in chosen)
        top = candidates[0]
        decision: Decision = "accept" if self.accepted[index] else "review"
        return Prediction(top.label, top.name, top.probability, decision, candidates)

    def _likeliest(self, index: int, n: int) -> list[int]:
        """Columns of the answer and then of the most probable others; of equal ones the first."""
        if self.ranked is not None and n <= self.ranked.shape[1]:
            return [j for j in self.ranked[index, :n].tolist() if j >= 0]
        best = int(self.best[index])
        likely = (-self.y_prob[index]).argsort(kind="stable")[:n].tolist()
        return [best, *(j for j in likely if j != best)][:n]


@dataclass(frozen=True, slots=True)
class PredictionBatch:
    """All heads' answers for a batch, in the order of the documents."""

    model_id: str
    heads: Mapping[str, HeadPredictions]

    def __len__(self) -> int:
        return len(next(iter(self.heads.values())).best)

    def rows(self) -> Iterator[dict[str, Prediction]]:
        """One mapping head → prediction for each document."""
        for index in range(len(self)):
            yield {name: head.row(index) for name, head in self.heads.items()}
