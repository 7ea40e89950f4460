"""Two models' probabilities together: how much each counts, and whether that is chance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

WEIGHTS: NDArray[np.float64] = np.linspace(0, 1, 21)
"""Weights of the second model that are tried."""


def best_weight(
    first: NDArray[np.floating],
    second: NDArray[np.floating],
    y: NDArray[np.intp],
    sample_weight: NDArray[np.float64] | None = None,
) -> float:
    """Weight of the second model's probabilities with the least log-loss; the lower one of equals.

    Parameters
    ----------
    first, second : float arrays, shape (n_documents, n_labels)
        Calibrated probabilities of documents that neither model has seen.
    y : int array, shape (n_documents,)
    sample_weight : float array, shape (n_documents,), optional
    """
    row = np.arange(len(y))
    a, b = first[row, y].astype(np.float64), second[row, y].astype(np.float64)
    mixed = a[:, None] * (1 - WEIGHTS) + b[:, None] * WEIGHTS
    losses = np.average(-np.log(np.maximum(mixed, 1e-12)), axis=0, weights=sample_weight)
    return float(WEIGHTS[int(losses.round(9).argmin())])  # the first of equals


def cross_blend(
    first: NDArray[np.float32],
    second: NDArray[np.float32],
    y: NDArray[np.intp],
    folds: NDArray[np.intp],
) -> tuple[NDArray[np.float32], list[float]]:
    """Each fold mixed by the weight that is best on the others; and these weights, fold by fold."""
    y_prob = np.zeros_like(first)
    weights = []
    for fold in np.unique(folds):
        own = folds == fold
        weight = best_weight(first[~own], second[~own], y[~own])
        y_prob[own] = (1 - weight) * first[own] + weight * second[own]
        weights.append(weight)
    return y_prob, weights


def paired(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> tuple[int, int, float]:
    """Answers that only the second, and only the first, has right, and the exact McNemar p-value.

    Parameters
    ----------
    first, second : bool arrays, shape (n_documents,)
        Whether each answer is right.
    """
    from scipy.stats import binomtest

    gained, lost = int((second & ~first).sum()), int((first & ~second).sum())
    p_value = float(binomtest(gained, gained + lost).pvalue) if gained + lost else 1.0
    return gained, lost, p_value
