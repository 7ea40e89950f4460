"""Texts to dense vectors by a network: rows of like length together, windows averaged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.encoders.networks import Network
from models.encoders.tokens import Row, Tokens, pad


@dataclass(frozen=True, slots=True)
class TransformerEncoder:
    """A tokenizer and a network.

    Parameters
    ----------
    tokens : Tokens
    network : Network
    width : int
        Length of a vector.
    batch_tokens : int
        Most tokens, padding included, that go through the network at once: bounds memory.
    """

    tokens: Tokens
    network: Network
    width: int
    batch_tokens: int = 4096

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of texts in normal form, shape (n_texts, width)."""
        rows = self.tokens.rows(texts)
        vectors = self.row_vectors(rows)
        return average([row.document for row in rows], vectors, len(texts))

    def row_vectors(
        self, rows: Sequence[Row], hidden: Sequence[NDArray[np.bool_] | None] | None = None
    ) -> NDArray[np.float32]:
        """Vectors of rows, shape (n_rows, width).

        Parameters
        ----------
        hidden : sequence of bool arrays or None, optional
            For each row, the tokens that the network must not see.
        """
        vectors = np.zeros((len(rows), self.width), np.float32)
        for batch in alike([len(row.ids) for row in rows], self.batch_tokens):
            ids, mask = pad([rows[i].ids for i in batch], self.tokens.pad_id)
            if hidden is not None:
                for place, i in enumerate(batch):
                    if (gone := hidden[i]) is not None:
                        mask[place, : len(gone)][gone] = 0
            vectors[batch] = self.network(ids, mask)
        return vectors


def alike(lengths: Sequence[int], batch_tokens: int) -> Iterator[list[int]]:
    """Positions of rows in batches of like length, each of at most `batch_tokens` with padding."""
    batch: list[int] = []
    for i in np.argsort(-np.asarray(lengths, np.int64), kind="stable").tolist():
        longest = lengths[batch[0]] if batch else lengths[i]
        if batch and longest * (len(batch) + 1) > batch_tokens:
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch


def average(
    documents: Sequence[int], vectors: NDArray[np.float32], n_documents: int
) -> NDArray[np.float32]:
    """Mean of each document's rows, shape (n_documents, width)."""
    sums = np.zeros((n_documents, vectors.shape[1]), np.float32)
    np.add.at(sums, np.asarray(documents, np.intp), vectors)
    counts = np.bincount(documents, minlength=n_documents)
    means: NDArray[np.float32] = sums / np.maximum(counts, 1).astype(np.float32)[:, None]
    return means
