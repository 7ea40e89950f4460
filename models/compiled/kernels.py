"""The whole way from bytes to scores in one compiled pass over each text. Needs numba.

Importing this module compiles it (some seconds, once a machine and user: the result is kept on
the disk) or loads what was compiled before. Nothing here decides anything: it is the arithmetic of
`normalize`, `CharacterHasher`, `Vocabulary` and `LinearScores`, and all of it is either on integers
or one correctly rounded operation at a time, so that the result is theirs to the last bit.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import (
    boolean,
    float32,
    float64,
    int8,
    int16,
    int32,
    int64,
    njit,
    uint8,
    uint16,
    uint32,
    uint64,
)
from numba.types import Array

# Bits of an entry of the table of code points; the lower 21 hold a code point or a place.
CODE_BITS = 21
SPOKEN, CHINESE, VANISHES, EXPANDS = 1 << 24, 1 << 25, 1 << 26, 1 << 27

_CODE = (1 << CODE_BITS) - 1
_LOW = 0xFFFFFFFF
_MIX, _STEP = 0x9E3779B1, 0x85EBCA6B  # those of `hash_grams`
_MOST = (1 << 16) - 1  # counted of one feature; `value_of` rises no further long before
_BUCKETS = 1 << 12  # collected before they are looked up
_HALVES = np.float32(3 << 22)  # adding it leaves no bit below 1: rounds to even, as np.rint does
SEGMENT = 512  # features summed in 32 bits: 512 · 2**15 · 127 is below 2**31


def _vector(dtype: Any, *, writable: bool = False, n_axes: int = 1) -> Any:
    return Array(dtype, n_axes, "C", readonly=not writable)


@njit(nogil=True)
def _is_escape(data, i, end):
    """Whether `_x000D_`, `_x000A_` or `_x0009_`, in either case, stands at `i`."""
    if i + 7 > end or data[i + 1] != 0x78 or data[i + 6] != 0x5F:
        return False
    if data[i + 2] != 0x30 or data[i + 3] != 0x30 or data[i + 4] != 0x30:
        return False
    last = data[i + 5]
    return last == 0x39 or last | 0x20 == 0x61 or last | 0x20 == 0x64


@njit(nogil=True)
def _tally(buckets, n_buckets, known_buckets, counts, touched, n_touched):
    """Count columns. Without a branch that waits for memory: that would cost most of the time."""
    nowhere = len(counts) - 1  # where buckets go that the model does not know; never touched
    for i in range(n_buckets):
        bucket = int64(buckets[i])
        word, rank = known_buckets[bucket >> 6, 0], known_buckets[bucket >> 6, 1]
        word >>= uint64(bucket & 63)
        # The number of set bits of the word, bucket's own included, is the rank from the end.
        ones = word - ((word >> uint64(1)) & uint64(0x5555555555555555))
        ones = (ones & uint64(0x3333333333333333)) + (
            (ones >> uint64(2)) & uint64(0x3333333333333333)
        )
        ones = (ones + (ones >> uint64(4))) & uint64(0x0F0F0F0F0F0F0F0F)
        ones = (ones * uint64(0x0101010101010101)) >> uint64(56)
        column = int64(rank - ones) if word & uint64(1) else nowhere
        buckets[i] = column
    for i in range(n_buckets):
        column = int64(buckets[i])
        touched[n_touched] = column
        n_touched += counts[column] == 0
        counts[column] += counts[column] < _MOST
    return n_touched


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
def _read(
    data,
    start,
    end,
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
):
    """Count the features of one text; also its Chinese characters and whether it is UTF-8."""
    i = start
    n_touched, n_buckets, n_chinese, run, hidden = 0, 0, 0, 0, 0
    # The characters before the newest one, each times _MIX.
    before, earlier = uint64(0), uint64(0)
    while i < end:
        code = int64(data[i])
        length = 1
        if code >= 0x80:
            length = 3
            if code >= 0xF0:
                length = 4
            elif code < 0xE0:
                length = 2
            if code < 0xC2 or code > 0xF4 or i + length > end:
                break
            code &= 0x7F >> length
            malformed = 0
            for k in range(i + 1, i + length):
                byte = int64(data[k]) ^ 0x80
                malformed |= byte
                code = code << 6 | byte
            if (
                malformed > 0x3F
                or (length == 3 and code < 0x800)
                or (length == 4 and (code < 0x10000 or code > 0x10FFFF))
                or (0xD800 <= code < 0xE000 and not surrogates_pass)
            ):
                break
        elif code == 0x5F and _is_escape(data, i, end):
            if hidden == 0:
                run = 0  # it is a line end
            hidden = 7
        i += length
        if hidden > 0:
            hidden -= 1
            continue
        image = int64(table[code])
        first, last = 0, 1
        if image >= VANISHES:
            if image & VANISHES:
                continue
            first = expansion_start[image & _CODE]
            last = expansion_start[(image & _CODE) + 1]
        for k in range(first, last):
            if last > 1 or first > 0:
                image = int64(expansions[k])
            n_chinese += image & CHINESE != 0
            if not image & SPOKEN:
                run = 0
                continue
            mixed = (uint64(image & _CODE) * uint64(_MIX)) & uint64(_LOW)
            run += 1
            for order in range(1, 4):
                if order > run or not orders[order]:
                    continue
                state = (uint64(order) * uint64(_STEP)) & uint64(_LOW)
                if order == 3:
                    state ^= earlier
                    state ^= state >> uint64(15)
                    state = (state * uint64(_STEP)) & uint64(_LOW)
                if order >= 2:
                    state ^= before
                    state ^= state >> uint64(15)
                    state = (state * uint64(_STEP)) & uint64(_LOW)
                state ^= mixed
                state ^= state >> uint64(15)
                buckets[n_buckets] = ((state * uint64(_MIX)) & uint64(_LOW)) >> shift
                n_buckets += 1
            if n_buckets > len(buckets) - 3:
                n_touched = _tally(buckets, n_buckets, known_buckets, counts, touched, n_touched)
                n_buckets = 0
            earlier, before = before, mixed
    n_touched = _tally(buckets, n_buckets, known_buckets, counts, touched, n_touched)
    return n_touched, n_chinese, i == end


@njit(nogil=True)
def _score(
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


_BYTES, _PLACES = _vector(uint8), _vector(int64)


@njit(
    boolean(
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
        _vector(uint16, writable=True),  # counts
        _vector(int32, writable=True),  # touched
        _vector(float32, writable=True, n_axes=2),  # y_score
        _vector(boolean, writable=True),  # known
        _vector(int64, writable=True),  # chinese
    ),
    nogil=True,
    cache=True,
)
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
    counts,
    touched,
    y_score,
    known,
    chinese,
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
    counts : zeros, (n_columns + 1,), but for the last; the same afterwards
    touched : room for n_columns + 1
    y_score, known, chinese : the answers: scores, whether any feature is known, Chinese characters
    """
    widest = scale.shape[1]
    total = np.empty(widest, np.int32)
    whole = np.empty((len(shapes), widest), np.int64)
    squares = np.empty(n_weightings, np.int64)
    m = np.empty((n_weightings, SEGMENT + 3), np.int16)
    chosen, at = np.empty(SEGMENT + 3, np.int16), np.empty(SEGMENT + 3, np.int64)
    buckets = np.empty(_BUCKETS, np.uint32)
    counts[-1] = 1
    for document in range(len(offsets) - 1):
        n_touched, n_chinese, is_utf8 = _read(
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
        )
        if is_utf8:
            known[document], chinese[document] = n_touched > 0, n_chinese
            _score(
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
        for t in range(n_touched):
            counts[touched[t]] = 0
        if not is_utf8:
            return False
    return True
