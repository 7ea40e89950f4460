"""MinHash sketches in arrays: near-identical texts share a band of their sketch.

A text is the set of its character 3-grams. For each of 48 hash functions the least value over the
set is kept; two texts agree there with the probability of their Jaccard similarity J. Four values
make a band, and two texts meet if any of the 12 bands agree: J = 0.9 is missed once in 10^5, 0.8
twice in 1,000, 0.7 4 times in 100; at 0.3 one text in ten is looked at in vain.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.encoders.characters import hash_grams
from models.text.codepoints import CodePoints

N_BANDS, N_ROWS, GRAM = 12, 4, 3
_BLOCK = 2048
_RNG = np.random.default_rng(20190515)
_FLIP = _RNG.integers(0, 1 << 32, N_BANDS * N_ROWS, np.uint32)
_FACTOR = _RNG.integers(0, 1 << 31, N_BANDS * N_ROWS, np.uint32) * np.uint32(2) + np.uint32(1)
_MIX = np.uint32(0x9E3779B1)


def band_keys(texts: Sequence[str]) -> NDArray[np.uint32]:
    """Keys of the bands of each text.

    Parameters
    ----------
    texts : sequence of n str
        Comparable forms; those shorter than three characters are filled up.

    Returns
    -------
    uint32 array, shape (12, n)
    """
    keys = np.empty((N_BANDS, len(texts)), np.uint32)
    for start in range(0, len(texts), _BLOCK):
        block = [
            text if len(text) >= GRAM else text.ljust(GRAM, "\0")
            for text in texts[start : start + _BLOCK]
        ]
        keys[:, start : start + len(block)] = _block_keys(block)
    return keys


def _block_keys(texts: Sequence[str]) -> NDArray[np.uint32]:
    points = CodePoints.from_texts(texts)
    grams = hash_grams(points.codes, GRAM, 32)
    lengths = np.diff(points.bounds) - (GRAM - 1)
    inside = np.ones(len(grams), bool)
    for offset in range(1, GRAM):
        inside[points.bounds[1:-1] - offset] = False  # reaches into the next text
    grams = grams[inside]
    starts = np.concatenate(([0], np.cumsum(lengths)[:-1]))
    keys = np.zeros((N_BANDS, len(texts)), np.uint32)
    work = np.empty_like(grams)
    for function in range(N_BANDS * N_ROWS):
        np.bitwise_xor(grams, _FLIP[function], out=work)
        np.multiply(work, _FACTOR[function], out=work)
        least = np.minimum.reduceat(work, starts)
        band = keys[function // N_ROWS]
        band *= _MIX
        band ^= least
        band ^= band >> np.uint32(15)
    return keys
