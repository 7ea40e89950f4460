"""Near-duplicates: pairs of texts that share most of their character 5-grams."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from models.encoders.characters import CharacterHasher
from models.text.codepoints import CodePoints
from models.text.normalize import normalize

SHINGLE = 5
COMMON = 60  # a shingle in more texts than this is a stock phrase and finds no pairs
MIN_SHARED = 10  # fewer shared shingles are chance: short texts have few of them
_BLOCK = 2048


def similar_pairs(
    texts: Sequence[str], *, threshold: float = 0.5
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Pairs whose shared share of the shorter text reaches the threshold.

    Parameters
    ----------
    texts : sequence of n str
    threshold : float in (0, 1]
        Containment: shared 5-grams / 5-grams of the text that has fewer.

    Returns
    -------
    pairs : int array, shape (n_pairs, 2)
        Row numbers, the smaller first.
    containment : float array, shape (n_pairs,)
    """
    X, sizes = _shingles(texts)
    rows, columns, found = [], [], []
    for start in range(0, X.shape[0], _BLOCK):
        shared = coo_array(X[start : start + _BLOCK] @ X.T)
        left, right = shared.row + start, shared.col
        smaller = np.minimum(sizes[left], sizes[right])
        containment = shared.data / np.maximum(smaller, 1)
        keep = (left < right) & (containment >= threshold) & (shared.data >= MIN_SHARED)
        rows.append(left[keep])
        columns.append(right[keep])
        found.append(containment[keep])
    pairs = np.stack([np.concatenate(rows), np.concatenate(columns)], axis=1).astype(np.int64)
    return pairs, np.concatenate(found)


def group_similar(texts: Sequence[str], *, threshold: float = 0.5) -> NDArray[np.int64]:
    """Number of the cluster of near-duplicates that each text belongs to, shape (n,)."""
    pairs, _ = similar_pairs(texts, threshold=threshold)
    n = len(texts)
    links = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    _, labels = connected_components(links, directed=False)
    clusters: NDArray[np.int64] = labels.astype(np.int64)
    return clusters


def _shingles(texts: Sequence[str]) -> tuple[csr_array, NDArray[np.int64]]:
    counts = CharacterHasher((SHINGLE,), 20).encode(
        normalize(CodePoints.from_texts(list(texts))).points
    )
    sizes = np.diff(counts.indptr)
    df = np.bincount(counts.buckets, minlength=1 << 20)
    keep = (df[counts.buckets] <= COMMON) & (df[counts.buckets] > 1)
    ends = np.concatenate(([0], np.cumsum(keep)))
    data = np.ones(int(keep.sum()), np.float32)
    columns = counts.buckets[keep].astype(np.int32)
    X = csr_array((data, columns, ends[counts.indptr]), shape=(len(texts), 1 << 20))
    return X, sizes
