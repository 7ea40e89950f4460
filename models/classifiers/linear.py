"""A linear classifier over hashed features, in blocks of heads that share weights and columns.

Each head may weigh the features by its own labels (what tells topics apart does not tell intents
apart), and a head with many labels may use fewer of them.

All sums are over whole numbers: a feature's weight times its sub-linear count is rounded to a
multiplier of 15 bits, coefficients have 8, and a score is

    scale · Σ multiplier · coefficient / √(Σ multiplier²) + intercept.

Sums of whole numbers do not depend on their order, so numpy, BLAS, one text or many, and the
compiled pass all give the same bits, on every processor. The rounding moves a score by about a
thousandth of what the 8 bits of the coefficients move it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.encoders.weighting import ONE_PLUS_LOG, Entries

_LARGEST_MULTIPLIER = 32_000


@dataclass(frozen=True, slots=True)
class Block:
    """Coefficients of some heads over some columns.

    Parameters
    ----------
    place : int32 array, shape (n_features,), or None
        For each feature column its row in `values`, -1 where the block does not use it; None if
        it uses all in order.
    values : int8 array, shape (n_used, n_outputs), C order
        Coefficients in units of `scale`.
    scale : float64 array, shape (n_outputs,)
    weighting : int
        Which of the weights its features are multiplied by.
    outputs : int array, shape (n_outputs,)
        Where its scores stand among all outputs.
    """

    place: NDArray[np.int32] | None
    values: NDArray[np.int8]
    scale: NDArray[np.float64]
    weighting: int
    outputs: NDArray[np.intp]

    def product(self, multipliers: Entries) -> NDArray[np.float64]:
        """Sums of multipliers times coefficients, shape (n_documents, n_outputs of the block).

        They are whole numbers below 2**53, so that float64 holds them exactly.
        """
        used = multipliers if self.place is None else multipliers.select(self.place)
        if len(used.indptr) == 2:  # building a sparse matrix for one text would cost more
            coef = self.values[used.columns].astype(np.float64)
            return (used.values.astype(np.float64, copy=False) @ coef)[None, :]
        from scipy.sparse import csr_array  # slow to import, and a single text does without

        present = np.zeros(len(self.values), bool)
        present[used.columns] = True
        number = np.cumsum(present, dtype=np.int32) - 1
        coef = self.values[present].astype(np.float64)
        shape = (len(used.indptr) - 1, len(coef))
        X = csr_array((used.values, number[used.columns], used.indptr), shape=shape)
        product: NDArray[np.float64] = X @ coef
        return product


class LinearScores:
    """All heads' coefficients.

    Parameters
    ----------
    blocks : sequence of Block
        Together they cover every output once.
    weights : sequence of float32 arrays, shape (n_features,)
        One for each weighting, not negative.
    intercept : float32 array, shape (n_outputs,)

    Attributes
    ----------
    loudness : sequence of float32 arrays, shape (n_features,)
        The weights in units in which the largest multiplier has 15 bits.
    """

    def __init__(
        self,
        blocks: Sequence[Block],
        weights: Sequence[NDArray[np.float32]],
        intercept: NDArray[np.float32],
    ) -> None:
        self.blocks, self.weights, self.intercept = blocks, weights, intercept
        self.loudness = [_loudness(vector) for vector in weights]

    def decision_function(self, entries: Entries) -> NDArray[np.float32]:
        """Raw scores, any range, shape (n_documents, n_outputs).

        entries : values are 1 + ln count.
        """
        multipliers = [_multipliers(entries, loudness) for loudness in self.loudness]
        norms = [_norms(rows) for rows in multipliers]
        y_score = np.empty((len(entries.indptr) - 1, len(self.intercept)), np.float32)
        for block in self.blocks:
            product = block.product(multipliers[block.weighting])
            product *= block.scale
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
            used = block.values[place, label[0]] * block.scale[label[0]]
            used *= self.weights[block.weighting][columns]
            used[place < 0] = 0
            coefficients: NDArray[np.float32] = used.astype(np.float32)
            return coefficients
        raise IndexError(output)


def _loudness(weights: NDArray[np.float32]) -> NDArray[np.float32]:
    largest = float(weights.max(initial=0)) * float(ONE_PLUS_LOG[-1])
    factor = _LARGEST_MULTIPLIER / largest if largest > 0 else 1.0
    return (weights * np.float32(factor)).astype(np.float32)


def _multipliers(entries: Entries, loudness: NDArray[np.float32]) -> Entries:
    """The entries as whole numbers, held in float64."""
    values = np.rint(entries.values * loudness[entries.columns])
    return Entries(entries.indptr, entries.columns, values.astype(np.float64))


def _norms(multipliers: Entries) -> NDArray[np.float64]:
    """Euclidean length of each row, shape (n_documents,); 1 for a row of zeros."""
    squares = np.zeros(len(multipliers.values) + 1)
    np.cumsum(multipliers.values * multipliers.values, out=squares[1:])
    ends = squares[multipliers.indptr]
    lengths: NDArray[np.float64] = np.sqrt(np.diff(ends))
    lengths[lengths == 0] = 1
    return lengths
