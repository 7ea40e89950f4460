"""Texts of a column as one buffer of UTF-8 with offsets, the form in which they are classified."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl
from numpy.typing import NDArray

MAX_TEXTS = 512
"""Texts classified at once: few enough that a batch's arrays stay in the cache and in the heap."""
_MAX_BYTES = 1 << 23


def text_buffer(column: pl.Series) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Bytes of all texts end to end, and where each begins.

    Returns
    -------
    data : uint8 array, shape (n_bytes,)
        Valid UTF-8.
    offsets : int64 array, shape (n_texts + 1,)
        Text i is `data[offsets[i]:offsets[i + 1]]`.
    """
    texts = column.fill_null("").cast(pl.Binary).to_list()
    data = np.frombuffer(b"".join(texts), np.uint8)
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    return data, np.concatenate(([0], np.cumsum(lengths)))


def slices(offsets: NDArray[np.int64]) -> Iterator[slice]:
    """Yield runs of at most `MAX_TEXTS` texts and, but for a single longer text, 8 MiB."""
    start, n_texts = 0, len(offsets) - 1
    while start < n_texts:
        within = int(np.searchsorted(offsets, offsets[start] + _MAX_BYTES, side="right")) - 1
        end = min(max(within, start + 1), start + MAX_TEXTS, n_texts)
        yield slice(start, end)
        start = end
