"""Texts like a given one: by a network's vectors where there is one, by weighted characters else.

Both live in one index: rows of length 1, cosine by a product, the best few of each query. What
comes back is for a person to look at; it decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack

from models.encoders.characters import CharacterHasher, Counts
from models.text.codepoints import CodePoints
from models.text.normalize import normalize

Encode = Callable[[Sequence[str]], NDArray[np.float32]]
_ORDERS, _BITS = (1, 2, 3), 20
_CELLS = 1 << 24  # similarities held at once: 64 MB


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The nearest texts of each query, nearest first.

    Parameters
    ----------
    rows : int array, shape (n_queries, k)
        Positions in the index; -1 where it holds fewer texts.
    similarity : float32 array, shape (n_queries, k)
        Cosine: 1 for the same direction; -1 where there is no text.
    """

    rows: NDArray[np.intp]
    similarity: NDArray[np.float32]


class WeightedCharacters:
    """Hashed character 1- to 3-grams, (1 + ln count) times the inverse document frequency.

    Parameters
    ----------
    texts : sequence of str
        As received; frequencies are theirs for good, also for texts encoded later.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self._hasher = CharacterHasher(_ORDERS, _BITS)
        counts = self._counts(texts)
        frequency = np.bincount(counts.buckets, minlength=self._hasher.n_buckets)
        self._idf = (np.log((1 + len(texts)) / (1 + frequency)) + 1).astype(np.float32)

    def __call__(self, texts: Sequence[str]) -> csr_array:
        """Rows of length 1 (0 for a text without a letter), shape (n_texts, n_buckets)."""
        counts = self._counts(texts)
        values = (1 + np.log(counts.counts)).astype(np.float32) * self._idf[counts.buckets]
        squares = np.zeros(len(values) + 1)
        np.cumsum(values.astype(np.float64) ** 2, out=squares[1:])
        lengths = np.sqrt(squares[counts.indptr[1:]] - squares[counts.indptr[:-1]])
        values /= np.repeat(np.where(lengths > 0, lengths, 1), np.diff(counts.indptr))
        shape = (len(texts), self._hasher.n_buckets)
        return csr_array((values, counts.buckets.astype(np.int32), counts.indptr), shape=shape)

    def _counts(self, texts: Sequence[str]) -> Counts:
        return self._hasher.encode(normalize(CodePoints.from_texts(texts)).points)


class TextIndex:
    """Texts that can be searched by likeness; grows by `add`.

    Parameters
    ----------
    texts : sequence of str
    vectors : callable, optional
        Texts to rows of length 1, shape (n_texts, width), such as `TransformerPipeline.vectors`;
        by default weighted characters.
    """

    def __init__(self, texts: Sequence[str], vectors: Encode | None = None) -> None:
        self._encode: Callable[[Sequence[str]], Any] = vectors or WeightedCharacters(texts)
        self._rows: Any = self._encode(texts)

    def __len__(self) -> int:
        n_texts: int = self._rows.shape[0]
        return n_texts

    def add(self, texts: Sequence[str]) -> None:
        """Append texts; positions of the earlier ones stay."""
        fresh = self._encode(texts)
        stack = np.vstack if isinstance(fresh, np.ndarray) else vstack
        self._rows = stack([self._rows, fresh])

    def nearest(
        self, texts: Sequence[str], k: int = 10, *, other_than: Sequence[int] | None = None
    ) -> Neighbours:
        """The k most similar texts of the index to each query.

        Parameters
        ----------
        texts : sequence of n_queries str
        other_than : sequence of int, optional
            For each query a position to leave out: the text's own.
        """
        rows = np.full((len(texts), k), -1, np.intp)
        similarity = np.full((len(texts), k), -1, np.float32)
        step = max(_CELLS // max(len(self), 1), 1)
        for start in range(0, len(texts), step):
            part = slice(start, start + step)
            cosine = self._cosine(self._encode(texts[part]))
            if other_than is not None:
                cosine[np.arange(len(cosine)), list(other_than[part])] = -np.inf
            best, value = _best(cosine, k)
            found = np.isfinite(value)
            width = best.shape[1]
            rows[part, :width] = np.where(found, best, -1)
            similarity[part, :width] = np.where(found, value, -1)
        return Neighbours(rows, similarity)

    def _cosine(self, queries: Any) -> NDArray[np.float32]:
        product = queries @ self._rows.T
        dense: NDArray[np.float32] = (
            product if isinstance(product, np.ndarray) else product.toarray()
        )
        return dense.astype(np.float32, copy=False)


def _best(cosine: NDArray[np.float32], k: int) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """Columns of the k greatest of each row, greatest first; equal ones in their order."""
    k = min(k, cosine.shape[1])
    top = np.sort(np.argpartition(-cosine, k - 1, axis=1)[:, :k], axis=1) if k else cosine[:, :0]
    top = top.astype(np.intp)
    value = np.take_along_axis(cosine, top, axis=1)
    order = np.argsort(-value, axis=1, kind="stable")
    return np.take_along_axis(top, order, axis=1), np.take_along_axis(value, order, axis=1)


def index_for(texts: Sequence[str], model: object) -> TextIndex:
    """An index by a model's own vectors if it has any, by weighted characters otherwise."""
    return TextIndex(texts, getattr(model, "vectors", None))
