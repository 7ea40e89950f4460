"""From counts of features to scores: the arithmetic of `LinearScores`, on whole numbers."""

from __future__ import annotations

import numpy as np
from numba import float32, float64, int16, int32, int64, njit, uint64

from models.compiled.pointers import prefetch

SEGMENT = 512  # features summed in 32 bits: 512 · 2**15 · 127 is below 2**31
_HALVES = np.float32(3 << 22)  # adding it leaves no bit below 1: rounds to even, as np.rint does
_LINE = 64  # bytes that the cache takes at once


@njit(nogil=True)
def _add_rows(total, m, rows, at, n, width):
    """Add `m[i]` times row `at[i]` to the totals, for i < n, four rows at a time.

    `m` and `at` have room for three more.
    """
    for i in range(n, n + 3):
        m[i], at[i] = 0, 0
    for i in range(0, n, 4):
        a, b, c, d = uint64(at[i]), uint64(at[i + 1]), uint64(at[i + 2]), uint64(at[i + 3])
        ma, mb, mc, md = int32(m[i]), int32(m[i + 1]), int32(m[i + 2]), int32(m[i + 3])
        for k in range(width):
            j = uint64(k)
            total[j] += (
                ma * int32(rows[a + j])
                + mb * int32(rows[b + j])
                + mc * int32(rows[c + j])
                + md * int32(rows[d + j])
            )


@njit(nogil=True)
def score_text(
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
    y_score,
):
    """Scores of one text from the counts of its features."""
    largest = len(value_of) - 1
    record_bytes = 4 * record_floats.shape[1]
    squares[:] = 0
    whole[:] = 0
    for block in range(len(shapes)):
        start, width, _, _, field = shapes[block]
        if field >= 0:
            for t in range(n_touched):
                place = int64(record_places[touched[t], field])
                for line in range(0, width if place >= 0 else 0, _LINE):
                    prefetch(rows, start + place * width + line)
    for begin in range(0, n_touched, SEGMENT):
        stop = min(begin + SEGMENT, n_touched)
        for weighting in range(len(squares)):
            for t in range(begin, stop):
                column = touched[t]
                value = value_of[min(int64(counts[column]), largest)]
                loudness = record_floats[column, weighting]
                rounded = (value * loudness + _HALVES) - _HALVES
                m[weighting, t - begin] = int16(rounded)
                squares[weighting] += int64(rounded) * int64(rounded)
        for block in range(len(shapes)):
            start, width, _, weighting, field = shapes[block]
            total[:width] = 0
            if field < 0:  # coefficients stand in the records themselves
                for t in range(begin, stop):
                    at[t - begin] = int64(touched[t]) * record_bytes + start
                _add_rows(total, m[weighting], record_bytes_of, at, stop - begin, width)
            else:
                n = 0
                for t in range(begin, stop):
                    place = int64(record_places[touched[t], field])
                    at[n], chosen[n] = start + place * width, m[weighting, t - begin]
                    n += place >= 0
                _add_rows(total, chosen, rows, at, n, width)
            for j in range(width):
                whole[block, j] += total[j]
    for block in range(len(shapes)):
        _, _, n_outputs, weighting, _ = shapes[block]
        norm = np.sqrt(float64(squares[weighting])) if squares[weighting] else 1.0
        for j in range(n_outputs):
            output = outputs[block, j]
            score = float64(whole[block, j]) * scale[block, j] / norm
            y_score[output] = float32(score) + intercept[output]
