"""The whole way from bytes to answers in one compiled pass over each text. Needs numba.

Importing this module compiles it (some seconds, once a machine and user: the result is kept on
the disk) or loads what was compiled before. It is the arithmetic of `normalize`,
`CharacterHasher`, `Vocabulary`, `LinearScores` and `Judge`, and all of it is either on integers
or one correctly rounded operation at a time, so that the result is theirs to the last bit.
"""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numba import boolean, float32, float64, int8, int32, int64, njit, uint8, uint16, uint32, uint64
from numba.types import Array

from models.compiled import counting
from models.compiled.counting import BUCKETS, read_text
from models.compiled.deciding import decide
from models.compiled.summing import SEGMENT, score_text

__all__ = ["counting", "score_texts"]


def _vector(dtype: Any, *, writable: bool = False, n_axes: int = 1) -> Any:
    return Array(dtype, n_axes, "C", readonly=not writable)


_BYTES, _PLACES = _vector(uint8), _vector(int64)


_SIGNATURE = boolean(
    _BYTES,  # data
    _PLACES,  # offsets
    boolean,  # surrogates_pass
    _vector(uint32),  # table
    _vector(int64),  # expansion_start
    _vector(uint32),  # expansions
    _vector(boolean),  # orders
    uint64,  # shift
    _vector(uint64, n_axes=2),  # known_buckets
    _vector(float32),  # value_of
    int64,  # n_weightings
    _vector(float32, n_axes=2),  # record_floats
    _vector(int32, n_axes=2),  # record_places
    _vector(int8),  # record_bytes_of
    _vector(int8),  # rows
    _vector(int64, n_axes=2),  # shapes
    _vector(int64, n_axes=2),  # outputs
    _vector(float64, n_axes=2),  # scale
    _vector(float32),  # intercept
    _vector(float32),  # slope
    _vector(float32),  # offset
    _vector(float32),  # power
    _vector(int64),  # starts
    _vector(int64, n_axes=2),  # links
    _vector(int64),  # above
    _vector(float32, n_axes=2),  # shares
    int64,  # fewest_chinese
    _vector(uint16, writable=True),  # counts
    _vector(int32, writable=True),  # touched
    _vector(float32, writable=True, n_axes=2),  # y_score
    _vector(boolean, writable=True),  # known
    _vector(int64, writable=True),  # chinese
    _vector(float32, writable=True, n_axes=2),  # y_prob
    _vector(int64, writable=True, n_axes=2),  # best
    _vector(boolean, writable=True, n_axes=2),  # accepted
)


def _stamp() -> str:
    """Of all sources compiled together; numba itself looks at the age of this file only."""
    found = 0
    for name in ("kernels", "counting", "summing", "deciding", "prefetch", "../calibration"):
        found = zlib.crc32((Path(__file__).parent / f"{name}.py").read_bytes(), found)
    return f"{found:08x}"


def score_texts(
    data,
    offsets,
    surrogates_pass,
    table,
    expansion_start,
    expansions,
    orders,
    shift,
    known_buckets,
    value_of,
    n_weightings,
    record_floats,
    record_places,
    record_bytes_of,
    rows,
    shapes,
    outputs,
    scale,
    intercept,
    slope,
    offset,
    power,
    starts,
    links,
    above,
    shares,
    fewest_chinese,
    counts,
    touched,
    y_score,
    known,
    chinese,
    y_prob,
    best,
    accepted,
):
    """Score all texts of a buffer. False, and nothing worth reading, if it is not UTF-8.

    Parameters
    ----------
    data, offsets : the texts; text i is `data[offsets[i]:offsets[i + 1]]`
    surrogates_pass : whether lone surrogates, encoded as UTF-8 would, are let pass
    table : what becomes of each code point; `expansion_start`, `expansions` where several
    orders : whether n-grams of a length are counted, for 0 (never) to 3
    shift : 32 less the bits of a bucket's number
    known_buckets : for every 64 buckets, a bit for each known one and the number of known ones up
        to and with these; (n_buckets / 64, 2)
    value_of : 1 + ln count by count
    n_weightings : number of weightings
    record_floats, record_places, record_bytes_of : one memory seen as three types: for each column
        its weights in multipliers' units, its rows in blocks that use some columns (or -1), and its
        coefficients in blocks that use all: what is needed together lies together
    rows : coefficients of the blocks that use some columns
    shapes : of each block, (n_blocks, 5): where it starts (in a record or in `rows`), padded width,
        number of outputs, weighting, and which 4 bytes of a record are its place, -1 for none
    outputs, scale : of each block, (n_blocks, largest padded width)
    slope, offset, power : of each output; see `Calibrator`
    starts : first output of each head; none if nothing is to be decided
    links : of each head, the number of its parent, and of the child it is blended with, or -1
    above : of each output, the parent's label, counted from its first
    shares : of each head, the weights of its own and of its child's probabilities, its threshold
    fewest_chinese : characters below which a text is illegible
    counts : zeros, (n_columns + 1,), but for the last; the same afterwards
    touched : room for n_columns + 1
    y_score, known, chinese : the answers: scores, whether any feature is known, Chinese characters
    y_prob, best, accepted : the answers of the heads; the last two have a row for each head
    """
    widest = scale.shape[1]
    total = np.empty(widest, np.int32)
    whole = np.empty((len(shapes), widest), np.int64)
    squares = np.empty(n_weightings, np.int64)
    m = np.empty((n_weightings, SEGMENT + 3), np.int16)
    chosen, at = np.empty(SEGMENT + 3, np.int16), np.empty(SEGMENT + 3, np.int64)
    sums = np.empty(len(slope), np.float64)
    buckets = np.empty(BUCKETS, np.uint32)
    counts[-1] = 1
    for document in range(len(offsets) - 1):
        n_touched, n_chinese, is_utf8 = read_text(
            data,
            offsets[document],
            offsets[document + 1],
            surrogates_pass,
            table,
            expansion_start,
            expansions,
            orders,
            shift,
            known_buckets,
            buckets,
            counts,
            touched,
            record_bytes_of,
        )
        if is_utf8:
            known[document], chinese[document] = n_touched > 0, n_chinese
            score_text(
                counts,
                touched,
                n_touched,
                value_of,
                record_floats,
                record_places,
                record_bytes_of,
                rows,
                shapes,
                outputs,
                scale,
                intercept,
                squares,
                whole,
                total,
                m,
                chosen,
                at,
                y_score[document],
            )
            decide(
                y_score[document],
                known[document] and n_chinese >= fewest_chinese,
                slope,
                offset,
                power,
                starts,
                links,
                above,
                shares,
                sums,
                y_prob[document],
                best,
                accepted,
                document,
            )
        for t in range(n_touched):
            counts[touched[t]] = 0
        if not is_utf8:
            return False
    return True


score_texts.__qualname__ += f"_{_stamp()}"  # names the file that keeps the compiled code
score_texts = njit(_SIGNATURE, nogil=True, cache=True)(score_texts)
