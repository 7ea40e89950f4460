"""From scores to answers: the arithmetic of `JointCalibrator` and `Judge`, for one text."""

from __future__ import annotations

import numpy as np
from numba import float32, float64, int64, njit

from models.calibration import (
    EXP_TERMS,
    GRAIN,
    LN2_HIGH,
    LN2_LOW,
    LOG2_E,
    LOG_TERMS,
    LOWEST,
    MANTISSA_BITS,
    ROUND,
    ROUND_BITS,
)

_E7, _E6, _E5, _E4, _E3, _E2, _E1, _E0 = EXP_TERMS
_L7, _L6, _L5, _L4, _L3, _L2, _L1 = LOG_TERMS
_ZERO, _TWO = np.float32(0), np.float32(2)


@njit(nogil=True)
def _exp_below_zero(x):
    x = max(x, LOWEST)
    whole = x * LOG2_E + ROUND
    power = np.float32(whole).view(np.int32) - ROUND_BITS
    whole = whole - ROUND
    r = (x - whole * LN2_HIGH) - whole * LN2_LOW
    y = (((((((r * _E7 + _E6) * r + _E5) * r + _E4) * r + _E3) * r + _E2) * r + _E1) * r) + _E0
    bits = np.float32(y).view(np.int32) + (power << MANTISSA_BITS)
    return np.int32(bits).view(np.float32)


@njit(nogil=True)
def _log1p_to_one(x):
    s = x / (x + _TWO)
    z = s * s
    y = ((((((z * _L7 + _L6) * z + _L5) * z + _L4) * z + _L3) * z + _L2) * z + _L1) * z
    s = s + s
    return y * s + s


@njit(nogil=True)
def _calibrate(y_score, slope, offset, power, starts, y_prob):
    n_outputs = len(y_score)
    for j in range(n_outputs):
        x = y_score[j] * slope[j] + offset[j]
        tail = _log1p_to_one(_exp_below_zero(-abs(x)))
        y_prob[j] = (min(x, _ZERO) - tail) * power[j]
    for head in range(len(starts)):
        start = starts[head]
        stop = starts[head + 1] if head + 1 < len(starts) else n_outputs
        largest = y_prob[start]
        for j in range(start + 1, stop):
            largest = max(largest, y_prob[j])
        for j in range(start, stop):
            y_prob[j] = _exp_below_zero(y_prob[j] - largest)
        whole = float64(0)
        for j in range(start, stop):
            whole += (float64(y_prob[j]) + GRAIN) - GRAIN
        total = float32(whole)
        for j in range(start, stop):
            y_prob[j] = y_prob[j] / total


@njit(nogil=True)
def _rank(y_prob, chosen, ranked):
    """The answer, then the two most probable others; of equal ones the first."""
    second, third = -1, -1
    for j in range(len(y_prob)):
        if j == chosen:
            continue
        if second < 0 or y_prob[j] > y_prob[second]:
            second, third = j, second
        elif third < 0 or y_prob[j] > y_prob[third]:
            third = j
    ranked[0], ranked[1], ranked[2] = chosen, second, third


@njit(nogil=True)
def decide(
    y_score, is_legible, slope, offset, power, starts, links, above, shares, sums, y_prob, best,
    accepted, ranked, document,
):  # fmt: skip
    """Answer all heads for one text.

    `y_prob` (n_outputs,) and the column `document` of `best`, `accepted` and `ranked` are the
    answers; `sums` is room for the outputs of one head; see `Laid` for the others.
    """
    if len(starts) == 0:
        return
    _calibrate(y_score, slope, offset, power, starts, y_prob)
    for head in range(len(starts)):
        start = starts[head]
        stop = starts[head + 1] if head + 1 < len(starts) else len(y_score)
        parent, child = links[head, 0], links[head, 1]
        if child >= 0:
            sums[: stop - start] = 0
            first = starts[child]
            last = starts[child + 1] if child + 1 < len(starts) else len(y_score)
            for j in range(first, last):
                sums[above[j]] += (float64(y_prob[j]) + GRAIN) - GRAIN
        chosen, most = int64(0), float32(-2)
        confidence = float32(0)
        for j in range(start, stop):
            own = y_prob[j]
            sure = own
            if child >= 0:
                second = float32(sums[j - start])
                y_prob[j] = own * shares[head, 0] + second * shares[head, 1]
                sure = min(own, second)
            candidate = y_prob[j]
            if parent >= 0 and above[j] != best[parent, document]:
                candidate = float32(-1)
            if candidate > most:
                chosen, most, confidence = j - start, candidate, sure
        best[head, document] = chosen
        accepted[head, document] = is_legible and confidence >= shares[head, 2]
        _rank(y_prob[start:stop], chosen, ranked[head, document])
