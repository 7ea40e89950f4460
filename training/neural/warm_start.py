"""What counting already knows: character vectors and frequencies, before the first step.

A CPU hour buys a small network about one reading of the texts; half of it would go into learning
what neighbours each character keeps. Positive pointwise mutual information, factored, says that
in seconds.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

_REACH = 4  # characters to either side that count as neighbours


def warm_start(embeddings: Any, bias: Any, stream: NDArray[np.int64], seed: int) -> None:
    """Set the embeddings of a masked language model, and its output bias, from counts.

    Parameters
    ----------
    embeddings, bias : torch parameters, shapes (n_tokens, width) and (n_tokens,)
        Of the input, which the layer that guesses shares; of the guesses.
    stream : int array, shape (n_tokens,)
    """
    import torch

    n_tokens, width = embeddings.shape
    vectors = character_vectors(stream, n_tokens, width, seed)
    seen = np.abs(vectors).sum(axis=1) > 0
    scale = float(embeddings.detach().std()) / float(vectors[seen].std())
    counts = np.bincount(stream, minlength=n_tokens) + 0.1
    with torch.no_grad():
        rows = torch.from_numpy(seen)
        embeddings[rows] = torch.from_numpy(vectors[seen] * scale).to(embeddings)
        bias.copy_(torch.from_numpy(np.log(counts / counts.sum())))


def character_vectors(
    stream: NDArray[np.int64], n_tokens: int, width: int, seed: int
) -> NDArray[np.float32]:
    """Factors of the positive pointwise mutual information, shape (n_tokens, width)."""
    from scipy.sparse import coo_array
    from sklearn.utils.extmath import randomized_svd

    pairs = [(stream[:-reach], stream[reach:]) for reach in range(1, _REACH + 1)]
    left = np.concatenate([a for a, _ in pairs])
    right = np.concatenate([b for _, b in pairs])
    counts = coo_array(
        (np.ones(2 * len(left)), (np.concatenate([left, right]), np.concatenate([right, left]))),
        shape=(n_tokens, n_tokens),
    ).tocsr()  # adds up equal pairs
    together = counts.tocoo()
    share = np.asarray(counts.sum(axis=1)).ravel() ** 0.75  # smoothing of Levy et al. 2015
    total = np.asarray(counts.sum(axis=1)).ravel()
    information = np.log(together.data * share.sum() / (total[together.row] * share[together.col]))
    positive = information > 0
    matrix = coo_array(
        (information[positive], (together.row[positive], together.col[positive])),
        shape=(n_tokens, n_tokens),
    ).tocsr()
    rank = min(width, n_tokens - 1)
    left_factor, strength, _ = randomized_svd(matrix, rank, random_state=seed)
    vectors = np.zeros((n_tokens, width), np.float32)
    vectors[:, :rank] = left_factor * np.sqrt(strength)
    return vectors
