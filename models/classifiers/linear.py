"""A linear classifier over hashed features: one sparse product scores all heads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from models.encoders.weighting import Rows


@dataclass(frozen=True, slots=True)
class LinearScores:
    """Coefficients of all heads side by side.

    Parameters
    ----------
    coef : float32 array, shape (n_features, n_outputs), C order
    intercept : float32 array, shape (n_outputs,)
    """

    coef: NDArray[np.float32]
    intercept: NDArray[np.float32]

    def decision_function(self, rows: Rows) -> NDArray[np.float32]:
        """Raw scores, any range, shape (n_documents, n_outputs)."""
        shape = (len(rows.indptr) - 1, len(self.coef))
        X = csr_array((rows.values, rows.columns, rows.indptr), shape=shape)
        scores: NDArray[np.float32] = X @ self.coef
        scores += self.intercept
        return scores

    def decision_one(
        self, columns: NDArray[np.int32], values: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Raw scores of one document, shape (n_outputs,): no sparse matrix is built."""
        scores: NDArray[np.float32] = values @ self.coef[columns] + self.intercept
        return scores
