"""A text being searched: what is already spoken for, and what was found."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from enum import IntEnum
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

SEPARATOR = "\x1e"
"""Stands between texts that are searched together; no pattern reaches across it."""
_LAST = 0x110000
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_DASHES = "‐‑‒–—―−－﹣ｰ"
_BLANKS = "\u3000\xa0\u2002\u2003\u2009\u200b\u200c\u200d\ufeff\u2060\x1e"


class Confidence(IntEnum):
    """How sure a find is."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3

    @property
    def shown(self) -> str:
        """Chinese name."""
        return "低中高"[self - 1]


class Hit(NamedTuple):
    """Personal information with its place, in code points; `end` exclusive.

    `rule` names what found it, for the report; `kind` is a code of the lexicon.
    """

    start: int
    end: int
    kind: str
    confidence: Confidence
    rule: str


class Scan:
    """Folded texts laid end to end, and a mark on every character that is taken.

    Parameters
    ----------
    texts : sequence of str
        Places in `text` count a separator after each.
    is_one : bool, default=False
        The texts are pieces of one: a name found in one is looked for in all.
    """

    def __init__(self, texts: Sequence[str], *, is_one: bool = False) -> None:
        self.is_one = is_one
        codes = _fold(SEPARATOR.join(texts))
        ends = np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)) + 1) - 1
        codes[ends[:-1]] = ord(SEPARATOR)
        self._ends = ends
        self._codes = codes
        self.text = codes.tobytes().decode("utf-32-le", "surrogatepass")
        self.hits: list[Hit] = []
        self._taken = bytearray(len(self.text))
        digits = (codes >= ord("0")) & (codes <= ord("9"))
        upper = codes & ~np.uint32(0x20)
        letters = (upper >= ord("A")) & (upper <= ord("Z"))
        self._digit_runs = _runs(digits)
        self._word_runs = _runs(digits | letters)

    def digit_runs(self, shortest: int, longest: int = 1 << 30) -> list[int]:
        """Starts of the unbroken runs of digits of some lengths, ascending."""
        starts, lengths = self._digit_runs
        found: list[int] = starts[(lengths >= shortest) & (lengths <= longest)].tolist()
        return found

    def word_runs(self, shortest: int, longest: int = 1 << 30) -> list[int]:
        """Starts of the unbroken runs of digits and Latin letters of some lengths, ascending."""
        starts, lengths = self._word_runs
        found: list[int] = starts[(lengths >= shortest) & (lengths <= longest)].tolist()
        return found

    def number_of(self, place: int) -> int:
        """Which text a place is in; always 0 where all are one."""
        return 0 if self.is_one else int(np.searchsorted(self._ends, place))

    def occurrences(self, words: set[str]) -> Iterator[tuple[int, str]]:
        """Places of some words, however many there are, in one pass a length."""
        by_length: dict[int, list[str]] = {}
        for word in words:
            by_length.setdefault(len(word), []).append(word)
        for length, group in sorted(by_length.items(), reverse=True):
            first = np.zeros(_LAST, bool)
            first[[ord(word[0]) for word in group]] = True
            starts = np.flatnonzero(first[self._codes[: len(self._codes) - length + 1]])
            wanted = np.sort(
                _keys(_fold("".join(group)), np.arange(0, len(group) * length, length), length)
            )
            keys = _keys(self._codes, starts, length)
            at = np.minimum(np.searchsorted(wanted, keys), len(wanted) - 1)
            for start in starts[wanted[at] == keys].tolist():
                word = self.text[start : start + length]
                if word in words:
                    yield start, word

    def is_free(self, start: int, end: int) -> bool:
        """Whether nobody has claimed any character of a span."""
        return self._taken.find(1, start, end) < 0

    def protect(self, start: int, end: int) -> None:
        """Keep a span as it is, whatever it looks like to later rules."""
        self._taken[start:end] = b"\x01" * (end - start)

    def hit(self, start: int, end: int, kind: str, confidence: Confidence, rule: str) -> bool:
        """Report a span unless part of it is taken; returns whether it was reported."""
        if end <= start or not self.is_free(start, end):
            return False
        self.protect(start, end)
        self.hits.append(Hit(start, end, kind, confidence, rule))
        return True

    def before(self, start: int, n_characters: int) -> str:
        """Up to some characters before a place, of the same line and text."""
        piece = self.text[max(0, start - n_characters) : start]
        return piece[max(piece.rfind("\n"), piece.rfind(SEPARATOR)) + 1 :]


@cache
def _table() -> NDArray[np.uint32]:
    table = np.arange(_LAST, dtype=np.uint32)
    table[0xFF01:0xFF5F] -= 0xFEE0
    for characters, image in ((_DASHES, "-"), (_BLANKS, " ")):
        for character in characters:
            table[ord(character)] = ord(image)
    for code in range(0x80, 0x20000):
        digit = unicodedata.decimal(chr(code), None)
        if digit is not None:
            table[code] = ord("0") + digit
    return table


def _fold(text: str) -> NDArray[np.uint32]:
    """Map look-alike characters to ASCII, one to one, so that places stay the same.

    Full-width forms, every script's decimal digits, dashes, blanks and invisible characters.
    """
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
    return np.take(_table(), codes)


def _keys(codes: NDArray[np.uint32], starts: NDArray[np.int64], length: int) -> NDArray[np.uint64]:
    """One number for each run of some length, nearly always another for another run."""
    keys = np.zeros(len(starts), np.uint64)
    for offset in range(length):
        keys = keys * _FACTOR + codes[starts + offset]
    return keys


def _runs(mask: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Starts and lengths of the runs of true values."""
    edges = np.flatnonzero(np.diff(mask, prepend=False, append=False))
    return edges[::2], edges[1::2] - edges[::2]
