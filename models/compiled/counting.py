"""From the bytes of a text to counts of the features that the model knows.

The arithmetic of `normalize`, `CharacterHasher` and `Vocabulary`, on whole numbers.
"""

from __future__ import annotations

from numba import int64, njit, uint64

from models.compiled.pointers import prefetch

# Bits of an entry of the table of code points; the lower 21 hold a code point or a place.
CODE_BITS = 21
SPOKEN, CHINESE, VANISHES, EXPANDS = 1 << 24, 1 << 25, 1 << 26, 1 << 27
BUCKETS = 1 << 12  # collected before they are looked up

_CODE = (1 << CODE_BITS) - 1
_LOW = 0xFFFFFFFF
_MIX, _STEP = 0x9E3779B1, 0x85EBCA6B  # those of `hash_grams`
_MOST = (1 << 16) - 1  # counted of one feature; `value_of` rises no further long before


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
def _tally(buckets, n_buckets, known_buckets, counts, touched, n_touched, records):
    """Count columns. Without a branch that waits for memory: that would cost most of the time."""
    record_bytes = len(records) // (len(counts) - 1)
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
        prefetch(counts, column)
        prefetch(records, column * record_bytes)
    for i in range(n_buckets):
        column = int64(buckets[i])
        touched[n_touched] = column
        n_touched += counts[column] == 0
        counts[column] += counts[column] < _MOST
    return n_touched


@njit(nogil=True)
def read_text(
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
    records,
):
    """Count the features of one text; also its Chinese characters and whether it is UTF-8.

    What `records` hold of each feature is on its way to the core's cache afterwards.
    """
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
                n_touched = _tally(
                    buckets, n_buckets, known_buckets, counts, touched, n_touched, records
                )
                n_buckets = 0
            earlier, before = before, mixed
    n_touched = _tally(buckets, n_buckets, known_buckets, counts, touched, n_touched, records)
    return n_touched, n_chinese, i == end
