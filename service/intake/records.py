"""Where the records of delimited text begin and end.

A file is well-formed when every quote opens a field, closes one or is doubled inside one
(RFC 4180). Then the number of quotes before a newline tells whether it ends a record, and numpy
does it all. One stray quote (5"管道) breaks that count, so a stretch that holds one is walked with
regular expressions instead: a record is taken whole if it is well-formed; else with its stray
quotes as characters, if it then has the right number of fields; else its first line alone is
returned as broken and the next line is tried. So a stray quote never swallows its neighbours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from models.errors import InputError

QUOTE, LF, CR = 34, 10, 13
MAX_RECORD_BYTES = 1 << 25
"""A quote left open for longer than this is taken for a stray one."""

Fate = Literal["whole", "literal", "broken"]


@dataclass(frozen=True, slots=True)
class Record:
    """Bytes `start:end` of a buffer, newline included, and how they are to be read."""

    start: int
    end: int
    fate: Fate
    n_fields: int


def cut(buffer: bytes, separator: int, *, final: bool) -> int | None:
    """Length of the whole records at the start of a buffer, or None if its quoting is broken.

    With `final`, the rest without a newline counts as a record.
    """
    data = np.frombuffer(buffer, np.uint8)
    quotes = positions(data, QUOTE)
    if not _well_formed(data, quotes, separator, final=final):
        return None
    if final:
        return len(buffer) if len(quotes) % 2 == 0 else None
    end = len(buffer)
    if len(quotes) % 2:  # an open field: no record ends after it opened
        end = int(quotes[-1])
    while (newline := buffer.rfind(b"\n", 0, end)) >= 0:
        before = int(np.searchsorted(quotes, newline))
        if before % 2 == 0:
            return newline + 1
        end = int(quotes[before - 1])
    return 0


def record_ends(
    n_bytes: int, newlines: NDArray[np.intp], quotes: NDArray[np.intp]
) -> NDArray[np.int64]:
    """Exclusive end of each record of a well-formed stretch, shape (n_records,).

    Parameters
    ----------
    n_bytes : int
        Length of the stretch; it ends the last record if no newline does.
    newlines, quotes : int arrays
        Positions of all newlines and all quotes.
    """
    ends = newlines[outside(newlines, quotes)] + 1
    if n_bytes and (not len(ends) or ends[-1] != n_bytes):
        ends = np.append(ends, n_bytes)
    return ends.astype(np.int64)


def field_counts(
    data: NDArray[np.uint8], quotes: NDArray[np.intp], ends: NDArray[np.int64], separator: int
) -> NDArray[np.intp]:
    """Count the fields of each record of a well-formed stretch, shape (n_records,)."""
    separators = positions(data, separator)
    separators = separators[outside(separators, quotes)]
    return np.diff(np.searchsorted(separators, ends), prepend=0) + 1


def positions(data: NDArray[np.uint8], byte: int) -> NDArray[np.intp]:
    """Where a byte stands, ascending."""
    return np.flatnonzero(data == byte)


def outside(places: NDArray[np.intp], quotes: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Which places lie outside quotes, in a well-formed stretch."""
    if not len(quotes):
        return np.ones(len(places), dtype=np.bool_)
    even: NDArray[np.bool_] = np.searchsorted(quotes, places) % 2 == 0
    return even


def walk(buffer: bytes, separator: int, n_fields: int | None, *, final: bool) -> Iterator[Record]:
    """Yield the records of any buffer, one by one, well-formed or not.

    Stops before a record that the end of the buffer cuts short, unless `final`. With `n_fields`
    None every number of fields is right.
    """
    start, size = 0, len(buffer)
    while start < size:
        line_end = buffer.find(b"\n", start) + 1
        if not final and (not line_end or _is_cut_short(buffer, start, separator)):
            return
        record = _record(buffer, start, line_end or size, separator, n_fields)
        if not final and buffer[record.end - 1] != LF:
            return
        yield record
        start = record.end


def _record(
    buffer: bytes, start: int, line_end: int, separator: int, n_fields: int | None
) -> Record:
    """Read the record at `start`: whole, else with stray quotes, else its first line alone."""
    grammar = _grammar(separator)
    tries: tuple[tuple[Fate, re.Pattern[bytes], int], ...] = (
        ("whole", grammar.strict, len(buffer)),
        ("literal", grammar.loose, len(buffer)),
        ("literal", grammar.loose, line_end),
    )
    for fate, pattern, limit in tries:
        match = pattern.match(buffer, start, limit)
        if match:
            end = match.end()
            count = len(fields(buffer[start:end], separator, fate))
            if count == n_fields or n_fields is None or (fate == "whole" and end == line_end):
                return Record(start, end, fate, count)
    return Record(start, line_end, "broken", buffer.count(separator, start, line_end) + 1)


def _is_cut_short(buffer: bytes, start: int, separator: int) -> bool:
    """Whether the record at `start` has a quote that is still open at the end of the buffer."""
    if len(buffer) - start > MAX_RECORD_BYTES:
        return False
    return _grammar(separator).opened.match(buffer, start) is not None


def fields(line: bytes, separator: int, fate: Fate = "whole") -> list[bytes]:
    """Values of one record."""
    grammar = _grammar(separator)
    pattern = grammar.strict_field if fate == "whole" else grammar.loose_field
    text = line.removesuffix(b"\n").removesuffix(b"\r")
    return [_value(part) for part in pattern.findall(text + bytes([separator]))]


def _value(part: bytes) -> bytes:
    if len(part) > 1 and part.startswith(b'"') and part.endswith(b'"'):
        inner = part[1:-1]
        if b'"' not in inner.replace(b'""', b""):
            return inner.replace(b'""', b'"')
    return part


def quoted(values: list[bytes], separator: int) -> bytes:
    """One well-formed record of some values."""
    sep = bytes([separator])
    return sep.join(b'"' + value.replace(b'"', b'""') + b'"' for value in values) + b"\n"


def check_length(carried: int, line: int) -> None:
    """Refuse a single line too long to be one.

    Raises
    ------
    InputError
        If more than twice `MAX_RECORD_BYTES` were read without an end of line.
    """
    if carried > 2 * MAX_RECORD_BYTES:
        raise InputError(
            f"第 {line} 行起超过 {2 * MAX_RECORD_BYTES >> 20} MB 没有换行，不像表格。"
            "请检查文件是否完整。"
        )


def _well_formed(
    data: NDArray[np.uint8], quotes: NDArray[np.intp], separator: int, *, final: bool
) -> bool:
    """Whether every quote opens a field, closes one or is doubled inside one."""
    if not len(quotes):
        return True
    opening, closing = quotes[0::2], quotes[1::2]
    before = data[np.maximum(opening - 1, 0)]
    opens = (opening == 0) | (before == separator) | (before == LF)
    opens[1:] |= opening[1:] == closing[: len(opening) - 1] + 1
    last = len(data) - 1
    after = data[np.minimum(closing + 1, last)]
    following = data[np.minimum(closing + 2, last)]
    ends = (after == separator) | (after == LF) | ((after == CR) & (following == LF))
    ends |= closing == last
    ends |= (closing + 1 == last) & (after == CR)
    doubled = np.zeros(len(closing), dtype=np.bool_)
    pairs = opening[1 : len(closing) + 1]
    doubled[: len(pairs)] = pairs == closing[: len(pairs)] + 1
    return bool(opens.all() and (ends | doubled).all())


@dataclass(frozen=True, slots=True)
class _Grammar:
    """Patterns of a record and of a field: by the rules, with stray quotes, and cut short."""

    strict: re.Pattern[bytes]
    loose: re.Pattern[bytes]
    opened: re.Pattern[bytes]
    strict_field: re.Pattern[bytes]
    loose_field: re.Pattern[bytes]


@cache
def _grammar(separator: int) -> _Grammar:
    sep = re.escape(bytes([separator]))
    inside = rb'"(?:[^"]++|"")*+'
    strict = rb"(?:" + inside + rb'"|[^"' + sep + rb"\n]*+)"
    loose = rb"(?:" + inside + rb'"(?=' + sep + rb"|\r?\n|\r?\Z)|[^" + sep + rb"\n]*+)"
    half = rb"(?:" + inside + rb'"|(?!")[^' + sep + rb"\n]*+)"

    def record(field: bytes) -> re.Pattern[bytes]:
        return re.compile(rb"(?:" + field + sep + rb")*+" + field + rb"(?:\r?\n|\r?\Z)")

    return _Grammar(
        strict=record(strict),
        loose=record(loose),
        opened=re.compile(rb"(?:" + half + sep + rb")*+" + inside + rb'"?\r?\Z'),
        strict_field=re.compile(rb"(" + strict + rb")" + sep),
        loose_field=re.compile(rb"(" + loose + rb")" + sep),
    )
