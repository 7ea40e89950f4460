"""A linear classifier over hashed features, in blocks of heads that share weights and columns.

Each head may weigh the features by its own labels (what tells topics apart does not tell intents
apart), and a head with many labels may use fewer of them. Weights are folded into the
coefficients, so a block costs one sparse product; only the length of the weighted row, by which
scores are divided, is computed beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from models.encoders.weighting import Entries


@dataclass(frozen=True, slots=True)
class Block:
    """Coefficients of some heads over some columns.

    Parameters
    ----------
    place : int32 array, shape (n_features,), or None
        For each feature column its row in `coef`, -1 where the block does not use it; None if it
        uses all in order.
    coef : float32 array, shape (n_used, n_outputs), C order
        Coefficient times feature weight.
    weighting : int
        Which of the squared weights gives the length of its rows.
    outputs : int array, shape (n_outputs,)
        Where its scores stand among all outputs.
    """

    place: NDArray[np.int32] | None
    coef: NDArray[np.float32]
    weighting: int
    outputs: NDArray[np.intp]

    def product(self, entries: Entries) -> NDArray[np.float32]:
        """Sums of values times coefficients, shape (n_documents, n_outputs of the block)."""
        used = entries if self.place is None else entries.select(self.place)
        if (
            len(used.indptr) == 2
        ):  # one document: building a sparse matrix would cost five times more
            return (used.values @ self.coef[used.columns])[None, :]
        shape = (len(used.indptr) - 1, len(self.coef))
        X = csr_array((used.values, used.columns, used.indptr), shape=shape)
        product: NDArray[np.float32] = X @ self.coef
        return product


@dataclass(frozen=True, slots=True)
class LinearScores:
    """All heads' coefficients.

    Parameters
    ----------
    blocks : sequence of Block
        Together they cover every output once.
    squared_weights : sequence of float32 arrays, shape (n_features,)
        One for each weighting.
    intercept : float32 array, shape (n_outputs,)
    """

    blocks: Sequence[Block]
    squared_weights: Sequence[NDArray[np.float32]]
    intercept: NDArray[np.float32]

    def decision_function(self, entries: Entries) -> NDArray[np.float32]:
        """Raw scores, any range, shape (n_documents, n_outputs).

        entries : values are 1 + ln count.
        """
        norms = [_norms(entries, squared) for squared in self.squared_weights]
        y_score = np.empty((len(entries.indptr) - 1, len(self.intercept)), np.float32)
        for block in self.blocks:
            product = block.product(entries)
            product /= norms[block.weighting][:, None]
            y_score[:, block.outputs] = product
        y_score += self.intercept
        return y_score

    def coefficients(self, columns: NDArray[np.int32], output: int) -> NDArray[np.float32]:
        """Weighted coefficient of each of the given columns for one output, same shape."""
        for block in self.blocks:
            label = np.flatnonzero(block.outputs == output)
            if not len(label):
                continue
            place = columns if block.place is None else block.place[columns]
            used: NDArray[np.float32] = block.coef[place, label[0]]
            used[place < 0] = 0
            return used
        raise IndexError(output)


def _norms(entries: Entries, squared_weights: NDArray[np.float32]) -> NDArray[np.float32]:
    """Euclidean length of the weighted rows, shape (n_documents,); 1 for an empty row."""
    squares = entries.values * entries.values * squared_weights[entries.columns]
    ends = np.zeros(len(squares) + 1)
    np.cumsum(squares, dtype=np.float64, out=ends[1:])
    lengths = np.sqrt(ends[entries.indptr[1:]] - ends[entries.indptr[:-1]]).astype(np.float32)
    lengths[np.diff(entries.indptr) == 0] = 1
    return lengths
