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
from numba import boolean, float32, int32, int64, njit, uint8, uint16, uint64
from numba.types import Array

from models.compiled import counting
from models.compiled.counting import BUCKETS, read_text
from models.compiled.deciding import decide
from models.compiled.memory import (
    ABOVE,
    EXPANSION_START,
    EXPANSIONS,
    FEWEST_CHINESE,
    INTERCEPT,
    KNOWN_BUCKETS,
    LINKS,
    N_WEIGHTINGS,
    OFFSET,
    ORDERS,
    OUTPUTS,
    POWER,
    RECORD_BYTES,
    RECORD_FLOATS,
    RECORD_PLACES,
    ROWS,
    SCALE,
    SHAPES,
    SHARES,
    SHIFT,
    SLOPE,
    STARTS,
    TABLE,
    VALUE_OF,
)
from models.compiled.pointers import array_at, grid_at
from models.compiled.summing import SEGMENT, score_text

__all__ = ["counting", "score_texts"]


def _vector(dtype: Any, *, writable: bool = False, n_axes: int = 1) -> Any:
    return Array(dtype, n_axes, "C", readonly=not writable)


_SIGNATURE = boolean(
    _vector(uint8),  # data
    _vector(int64),  # offsets
    boolean,  # surrogates_pass
    _vector(int64, n_axes=2),  # model
    _vector(uint16, writable=True),  # counts
    _vector(int32, writable=True),  # touched
    _vector(float32, writable=True, n_axes=2),  # y_score
    _vector(boolean, writable=True),  # known
    _vector(int64, writable=True),  # chinese
    _vector(float32, writable=True, n_axes=2),  # y_prob
    _vector(int64, writable=True, n_axes=2),  # best
    _vector(boolean, writable=True, n_axes=2),  # accepted
    _vector(int64, writable=True, n_axes=3),  # ranked
)


def _stamp() -> str:
    """Of all sources compiled together; numba itself looks at the age of this file only."""
    found = 0
    for name in (
        "kernels",
        "counting",
        "summing",
        "deciding",
        "memory",
        "pointers",
        "../calibration",
    ):
        found = zlib.crc32((Path(__file__).parent / f"{name}.py").read_bytes(), found)
    return f"{found:08x}"


def score_texts(
    data,
    offsets,
    surrogates_pass,
    model,
    counts,
    touched,
    y_score,
    known,
    chinese,
    y_prob,
    best,
    accepted,
    ranked,
):
    """Score all texts of a buffer. False, and nothing worth reading, if it is not UTF-8.

    Parameters
    ----------
    data, offsets : the texts; text i is `data[offsets[i]:offsets[i + 1]]`
    surrogates_pass : whether lone surrogates, encoded as UTF-8 would, are let pass
    model : the model, as `models.compiled.memory.Laid` describes it
    counts : zeros, (n_columns + 1,), but for the last; the same afterwards
    touched : room for n_columns + 1
    y_score, known, chinese : the answers: scores, whether any feature is known, Chinese characters
    y_prob, best, accepted : the answers of the heads; the last two have a row for each head
    ranked : candidates, (n_heads, n_documents, 3): the answer first, then the others by
        probability; -1 where there is none
    """
    table = array_at(model, TABLE, np.uint32)
    expansion_start = array_at(model, EXPANSION_START, np.int64)
    expansions = array_at(model, EXPANSIONS, np.uint32)
    orders = array_at(model, ORDERS, np.bool_)
    known_buckets = grid_at(model, KNOWN_BUCKETS, np.uint64)
    value_of = array_at(model, VALUE_OF, np.float32)
    record_floats = grid_at(model, RECORD_FLOATS, np.float32)
    record_places = grid_at(model, RECORD_PLACES, np.int32)
    record_bytes_of = array_at(model, RECORD_BYTES, np.int8)
    rows = array_at(model, ROWS, np.int8)
    shapes = grid_at(model, SHAPES, np.int64)
    outputs = grid_at(model, OUTPUTS, np.int64)
    scale = grid_at(model, SCALE, np.float64)
    intercept = array_at(model, INTERCEPT, np.float32)
    slope = array_at(model, SLOPE, np.float32)
    offset = array_at(model, OFFSET, np.float32)
    power = array_at(model, POWER, np.float32)
    starts = array_at(model, STARTS, np.int64)
    links = grid_at(model, LINKS, np.int64)
    above = array_at(model, ABOVE, np.int64)
    shares = grid_at(model, SHARES, np.float32)
    shift, n_weightings = uint64(model[SHIFT, 0]), model[N_WEIGHTINGS, 0]
    fewest_chinese = model[FEWEST_CHINESE, 0]
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
                ranked,
                document,
            )
        for t in range(n_touched):
            counts[touched[t]] = 0
        if not is_utf8:
            return False
    return True


score_texts.__qualname__ += f"_{_stamp()}"  # names the file that keeps the compiled code
score_texts = njit(_SIGNATURE, nogil=True, cache=True)(score_texts)
