"""From probabilities to `accept` or `review`: thresholds that keep a promise about precision.

A threshold is chosen on documents the model has not seen: the lowest at which the share of wrong
answers among the accepted ones is, with confidence 1 - delta, at most 1 - target. The bound is
the binomial one of Clopper and Pearson; thresholds are tried from a strict one (a tenth of the
documents, and enough for the bound to hold at all) downwards, and the search ends at the first
that fails (fixed-sequence testing, as in selective classification: Geifman and El-Yaniv 2017), so
that trying many does not void the promise. A higher target never accepts more.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

NEVER = 2.0  # above any probability: everything goes to review


def fit_threshold(
    probability: NDArray[np.floating],
    correct: NDArray[np.bool_],
    sample_weight: NDArray[np.floating] | None = None,
    *,
    target: float = 0.95,
    delta: float = 0.1,
    n_steps: int = 100,
) -> float:
    """Lowest probability at which answers may be accepted.

    Parameters
    ----------
    probability : float array, shape (n_documents,)
        Calibrated probability of each answer, from documents unseen in training.
    correct : bool array, shape (n_documents,)
    sample_weight : float array, shape (n_documents,), optional
        Stands for another mix of topics than that of the documents at hand; the bound then
        counts the effective number of documents (Σw)² / Σw².
    target : float in (0, 1)
        Promised precision of accepted answers.
    delta : float in (0, 1)
        Accepted risk that the promise is broken on documents of the same kind.
    n_steps : int
        Thresholds tried: the quantiles of `probability`.

    Returns
    -------
    float
        In 0..1, or `NEVER` if no threshold keeps the promise.
    """
    from scipy.stats import beta

    n = len(probability)
    weight = np.ones(n) if sample_weight is None else np.asarray(sample_weight, np.float64)
    order = np.argsort(-probability, kind="stable")
    w = weight[order]
    total, squares = np.cumsum(w), np.cumsum(w**2)
    wrong = np.cumsum(w * ~correct[order])
    chosen = NEVER
    fewest = int(np.ceil(np.log(delta) / np.log(target)))  # of which none may be wrong
    if n < fewest:
        return NEVER
    for size in np.unique(np.linspace(max(n // 10, fewest), n, n_steps).astype(int)):
        last = size - 1
        n_effective = total[last] ** 2 / squares[last]
        errors = wrong[last] / total[last] * n_effective
        if errors >= n_effective:
            bound = 1.0
        else:
            bound = float(beta.ppf(1 - delta, errors + 1, n_effective - errors))
        if bound <= 1 - target:
            chosen = float(probability[order[last]])
        else:
            break
    return chosen
