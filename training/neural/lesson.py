"""What a network has to learn: rows, labels, weights, and the batches of an epoch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from models.encoders.tokens import Row
from training.fit import HeadTarget

_POOL = 32  # batches that are sorted by length together: little padding, still shuffled


@dataclass(frozen=True)
class Lesson:
    """What there is to learn.

    Parameters
    ----------
    rows : sequence of Row
        Of all documents, in order.
    y : int array, shape (n_documents, n_heads)
        Class numbers; -1 where there is no label.
    widths : sequence of int
        Number of labels of each head.
    weight : float32 array, shape (n_documents,)
    class_weight : sequence of float32 arrays or None, one a head
    task : int array, shape (n_documents,), optional
        Documents of different tasks never share a batch; by default all are of one.
    """

    rows: Sequence[Row]
    y: NDArray[np.intp]
    widths: Sequence[int]
    weight: NDArray[np.float32]
    class_weight: Sequence[NDArray[np.float32] | None]
    task: NDArray[np.intp] | None = None

    @property
    def n_documents(self) -> int:
        """Number of documents."""
        return len(self.y)

    @cached_property
    def _bounds(self) -> NDArray[np.intp]:
        """Rows of document i are `[bounds[i]:bounds[i + 1]]`."""
        owner = np.array([row.document for row in self.rows], np.intp)
        return np.searchsorted(owner, np.arange(self.n_documents + 1))

    def rows_of(self, documents: NDArray[np.intp]) -> tuple[list[Row], NDArray[np.intp]]:
        """Rows of some documents, and for each the place of its document among them."""
        bounds = self._bounds
        chosen: list[Row] = []
        places: list[int] = []
        for place, document in enumerate(documents.tolist()):
            start, end = int(bounds[document]), int(bounds[document + 1])
            chosen += self.rows[start:end]
            places += [place] * (end - start)
        return chosen, np.array(places, np.intp)


def make_lesson(
    rows: Sequence[Row],
    targets: Mapping[str, HeadTarget],
    train: NDArray[np.intp],
    sample_weight: NDArray[np.float64] | None,
    task: NDArray[np.intp] | None = None,
) -> Lesson:
    """Gather labels and weights; classes are balanced over the documents trained on."""
    y = np.stack([target.y for target in targets.values()], axis=1)
    weight = np.ones(len(y)) if sample_weight is None else sample_weight
    balances: list[NDArray[np.float32] | None] = []
    for column, target in enumerate(targets.values()):
        if target.config.class_weight is None:
            balances.append(None)
            continue
        known = y[train, column]
        counts = np.bincount(known[known >= 0], minlength=len(target.codes))
        share = counts.sum() / (len(counts) * np.maximum(counts, 1))
        balances.append(share.astype(np.float32))
    widths = [len(target.codes) for target in targets.values()]
    return Lesson(rows, y, widths, weight.astype(np.float32), balances, task)


def shuffled_batches(
    lesson: Lesson, train: NDArray[np.intp], size: int, seed: tuple[int, int]
) -> list[NDArray[np.intp]]:
    """Shuffled batches of documents of like length and of one task.

    A loss is averaged over the labels of its batch: one letter among fifteen messages would weigh
    as much as the fifteen together.
    """
    rng = np.random.default_rng(seed)
    n_tokens = np.zeros(lesson.n_documents, np.int64)
    for row in lesson.rows:
        n_tokens[row.document] = max(n_tokens[row.document], len(row.ids))
    shuffled = rng.permutation(train)
    task = np.zeros(lesson.n_documents, np.intp) if lesson.task is None else lesson.task
    batches: list[NDArray[np.intp]] = []
    for own in np.unique(task[shuffled]):
        order = shuffled[task[shuffled] == own]
        for start in range(0, len(order), size * _POOL):
            pool = order[start : start + size * _POOL]
            pool = pool[np.argsort(n_tokens[pool], kind="stable")]
            batches += [np.sort(pool[i : i + size]) for i in range(0, len(pool), size)]
    return [batches[i] for i in rng.permutation(len(batches)).tolist()]
