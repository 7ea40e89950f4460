"""A model as one array of addresses: an argument of the compiled pass instead of two dozen.

Each array that compiled code is handed costs a good half microsecond, however short the text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_TYPES = (
    "u4", "i8", "u4", "?", "u8", "f4", "f4", "i4", "i1", "i1", "i8", "i8", "f8", "f4",
    "f4", "f4", "f4", "i8", "i8", "i8", "f4",
)  # fmt: skip
(
    TABLE, EXPANSION_START, EXPANSIONS, ORDERS, KNOWN_BUCKETS, VALUE_OF, RECORD_FLOATS,
    RECORD_PLACES, RECORD_BYTES, ROWS, SHAPES, OUTPUTS, SCALE, INTERCEPT,
    SLOPE, OFFSET, POWER, STARTS, LINKS, ABOVE, SHARES,
) = range(len(_TYPES))  # fmt: skip
SHIFT, N_WEIGHTINGS, FEWEST_CHINESE = range(len(_TYPES), len(_TYPES) + 3)


@dataclass(frozen=True, slots=True)
class Laid:
    """A model laid out in memory.

    Parameters
    ----------
    fields : int64 array, shape (n_fields, 3)
        For each array its address, length and, where it has two axes, width; for each number
        itself. In order:

        - `table`: what becomes of each code point; `expansion_start`, `expansions` where several
        - `orders`: whether n-grams of a length are counted, for 0 (never) to 3
        - `known_buckets`: for every 64 buckets, a bit for each known one and the number of known
          ones up to and with these; (n_buckets / 64, 2)
        - `value_of`: 1 + ln count by count
        - `record_floats`, `record_places`, `record_bytes`: one memory seen as three types: for
          each column its weights in multipliers' units, its rows in blocks that use some columns
          (or -1), and its coefficients in blocks that use all: what is needed together lies
          together
        - `rows`: coefficients of the blocks that use some columns
        - `shapes`: of each block, (n_blocks, 5): where it starts (in a record or in `rows`),
          padded width, number of outputs, weighting, and which 4 bytes of a record are its place,
          -1 for none
        - `outputs`, `scale`: of each block, (n_blocks, largest padded width)
        - `intercept`, `slope`, `offset`, `power`: of each output
        - `starts`: first output of each head; none if nothing is to be decided
        - `links`: of each head, the number of its parent, and of the child it is blended with, or
          -1; (n_heads, 2)
        - `above`: of each output, the parent's label, counted from its first
        - `shares`: of each head, the weights of its own and of its child's probabilities, and its
          threshold; (n_heads, 3)
        - numbers: `shift`, 32 less the bits of a bucket's number; `n_weightings`;
          `fewest_chinese`, characters below which a text is illegible
    arrays : tuple of arrays
        Keeps the memory.
    """

    fields: NDArray[np.int64]
    arrays: tuple[NDArray[np.generic], ...]


def laid(arrays: Sequence[NDArray[np.generic]], numbers: Sequence[int]) -> Laid:
    """Addresses of arrays in the order of `Laid`, then numbers.

    Raises
    ------
    TypeError
        If one has another type than compiled code would take it for.
    """
    fields = np.zeros((len(_TYPES) + len(numbers), 3), np.int64)
    for field, (array, dtype) in enumerate(zip(arrays, _TYPES, strict=True)):
        if array.dtype != np.dtype(dtype) or not array.flags.c_contiguous:
            raise TypeError(f"field {field} of a compiled model is {array.dtype}, not {dtype}")
        fields[field, 0] = array.ctypes.data
        fields[field, 1 : 1 + array.ndim] = array.shape
    fields[len(_TYPES) :, 0] = numbers
    return Laid(fields, tuple(arrays))
