"""All heads of a fine-tuned network: one product over its vectors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class DenseScores:
    """Linear heads over dense vectors.

    Parameters
    ----------
    weight : float32 array, shape (n_outputs, width)
    bias : float32 array, shape (n_outputs,)
    """

    weight: NDArray[np.float32]
    bias: NDArray[np.float32]

    def decision_function(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Raw scores, any range, shape (n_documents, n_outputs)."""
        scores: NDArray[np.float32] = vectors @ self.weight.T + self.bias
        return scores
