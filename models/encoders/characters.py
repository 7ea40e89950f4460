"""Hashed character n-grams: no segmenter, no vocabulary file, whole batches in arrays.

Chinese needs no word boundaries for a linear model to do well, and characters are robust to the
typing errors, dialect and invented words of real letters. Every 1-gram and 2-gram (and 3-gram if
asked for) of letters, digits and ideographs is hashed into `2**n_bits` buckets; a text becomes
the counts of its buckets. Punctuation says who wrote, not what about: n-grams never contain or
cross it (one point of accuracy on real messages).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from models.text.codepoints import CodePoints

MAX_DOCUMENTS = 4096  # document number (12 bits) and bucket (20 bits) share one 32-bit sort key
_DOCUMENT_BITS = 12
_MIX = np.uint32(0x9E3779B1)  # Fibonacci hashing: 2**32 / golden ratio, odd
_STEP = np.uint32(0x85EBCA6B)  # another odd constant, so that ab and ba fall apart


@dataclass(frozen=True, slots=True)
class Counts:
    """Sparse counts in CSR order: the row of document i is `[indptr[i]:indptr[i + 1]]`.

    Parameters
    ----------
    indptr : int64 array, shape (n_documents + 1,)
    buckets : uint32 array, shape (n_nonzero,)
        Sorted within a row, each once.
    counts : int64 array, shape (n_nonzero,)
        How often the bucket occurs in the document, at least 1.
    """

    indptr: NDArray[np.int64]
    buckets: NDArray[np.uint32]
    counts: NDArray[np.int64]


def hash_grams(codes: NDArray[np.uint32], order: int, n_bits: int) -> NDArray[np.uint32]:
    """Bucket of the n-gram that starts at each position, shape (n_characters - order + 1,)."""
    n_grams = len(codes) - order + 1
    if n_grams <= 0:
        return np.empty(0, np.uint32)
    state = np.full(n_grams, order, np.uint32)
    for offset in range(order):
        state = (state * _STEP) ^ (codes[offset : offset + n_grams] * _MIX)
        state ^= state >> np.uint32(15)
    return (state * _MIX) >> np.uint32(32 - n_bits)


@dataclass(frozen=True, slots=True)
class CharacterHasher:
    """Count hashed character n-grams.

    Parameters
    ----------
    orders : tuple of int
        Lengths of the n-grams.
    n_bits : int
        Buckets are numbered 0 … 2**n_bits - 1; at most 20.
    """

    orders: tuple[int, ...] = (1, 2)
    n_bits: int = 20

    @property
    def n_buckets(self) -> int:
        """Number of buckets."""
        return 1 << self.n_bits

    def encode(self, points: CodePoints) -> Counts:
        """Count the buckets of each text of a batch already in normal form.

        N-grams never reach from one text into the next. Batches of more than 4,096 texts are
        worked through in pieces.
        """
        pieces = [
            self._encode_piece(points, start, min(start + MAX_DOCUMENTS, len(points)))
            for start in range(0, len(points), MAX_DOCUMENTS)
        ]
        if len(pieces) == 1:
            return pieces[0]
        indptr = [np.zeros(1, np.int64)]
        for piece in pieces:
            indptr.append(piece.indptr[1:] + indptr[-1][-1])
        buckets = [piece.buckets for piece in pieces] or [np.empty(0, np.uint32)]
        counts = [piece.counts for piece in pieces] or [np.empty(0, np.int64)]
        return Counts(np.concatenate(indptr), np.concatenate(buckets), np.concatenate(counts))

    def _encode_piece(self, points: CodePoints, start: int, stop: int) -> Counts:
        bounds = points.bounds[start : stop + 1]
        codes = points.codes[bounds[0] : bounds[-1]]
        bounds = bounds - bounds[0]
        lengths = np.diff(bounds)
        document = np.repeat(np.arange(stop - start, dtype=np.uint32), lengths)
        document <<= np.uint32(32 - _DOCUMENT_BITS)
        spoken = letters()[codes]
        keys = [self._keys(codes, document, spoken, order) for order in self.orders]
        key = np.sort(np.concatenate(keys))
        first = np.empty(len(key), bool)
        first[:1] = True
        np.not_equal(key[1:], key[:-1], out=first[1:])
        starts = np.flatnonzero(first)
        unique = key[starts]
        counts = np.diff(starts, append=len(key))
        rows = np.arange(1, stop - start, dtype=np.uint32) << np.uint32(32 - _DOCUMENT_BITS)
        indptr = np.zeros(stop - start + 1, np.int64)
        indptr[1:-1] = np.searchsorted(unique, rows)
        indptr[-1] = len(unique)
        return Counts(indptr, unique & np.uint32((1 << 20) - 1), counts)

    def _keys(
        self,
        codes: NDArray[np.uint32],
        document: NDArray[np.uint32],
        spoken: NDArray[np.bool_],
        order: int,
    ) -> NDArray[np.uint32]:
        buckets = hash_grams(codes, order, self.n_bits)
        whole = whole_grams(spoken, order)
        n_grams = len(buckets)
        if order > 1:
            whole &= document[:n_grams] == document[order - 1 :]
        return (document[:n_grams] | buckets)[whole]


def whole_grams(spoken: NDArray[np.bool_], order: int) -> NDArray[np.bool_]:
    """Where an n-gram starts that holds no punctuation, shape (n_characters - order + 1,)."""
    n_grams = max(len(spoken) - order + 1, 0)
    whole = spoken[:n_grams].copy()
    for offset in range(1, order):
        whole &= spoken[offset : offset + n_grams]
    return whole


@cache
def letters() -> NDArray[np.bool_]:
    """For every code point, whether it is a letter, digit or ideograph."""
    table = np.zeros(0x110000, bool)
    table[:0x10000] = [chr(code).isalnum() for code in range(0x10000)]
    table[0x20000:0x32000] = True  # ideographs beyond the basic plane
    return table
