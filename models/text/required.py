"""Searching a text with many patterns, most of which cannot match: what must stand there first.

Looking for a few characters takes a fiftieth of what trying a pattern at every place takes. So of
each pattern is found, once, a small set of strings of which every match holds at least one; the
pattern is tried only where one of them occurs. The answer is the pattern's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

# The parser of `re` itself; its tree is the one thing of it that is not public.
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

_MOST = 24  # strings looked for; beyond that the pattern is as quick


@dataclass(frozen=True, slots=True)
class Cue:
    """A pattern with what every match of it holds.

    Parameters
    ----------
    pattern : re.Pattern
        Without flags that change which characters match.
    required : tuple of str
        Every match holds at least one of these; empty if nothing of the kind is known.
    """

    pattern: re.Pattern[str]
    required: tuple[str, ...]

    def search(self, text: str) -> re.Match[str] | None:
        """The first match, as `pattern.search` gives it."""
        if not self.required:
            return self.pattern.search(text)
        for string in self.required:  # a generator would cost as much as it finds
            if string in text:
                return self.pattern.search(text)
        return None


@cache
def cue(pattern: str) -> Cue:
    """A pattern made ready.

    Raises
    ------
    re.error
        If it is malformed.
    """
    groups = _groups(pattern)
    required = max(groups, key=_telling, default=frozenset[str]())
    return Cue(re.compile(pattern), tuple(sorted(required)))


class Cues:
    """Several patterns, of which one pass over a text says which are worth trying.

    Parameters
    ----------
    patterns : sequence of str

    Raises
    ------
    re.error
        If one is malformed.
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        self.patterns = tuple(map(re.compile, patterns))
        bits: dict[str, int] = {}
        self._needed = []
        n_groups = 0
        for pattern in patterns:
            needed = 0
            for group in _groups(pattern):
                bit = 1 << n_groups
                n_groups += 1
                needed |= bit
                for string in group:
                    bits[string] = bits.get(string, 0) | bit
            self._needed.append(needed)
        self._any = re.compile(_alternatives(sorted(bits))) if bits else None
        self._shown = {
            string: _union(bit for other, bit in bits.items() if _may_hide(other, string))
            for string in bits
        }

    def worth_trying(self, text: str) -> frozenset[int]:
        """Places in `patterns` of those that may match; no other does."""
        strings = set(self._any.findall(text)) if self._any else ()
        shown = _union(self._shown[string] for string in strings)
        return frozenset(i for i, n in enumerate(self._needed) if n & shown == n)


def _union(bits: Iterable[int]) -> int:
    found = 0
    for bit in bits:
        found |= bit
    return found


def _groups(pattern: str) -> list[frozenset[str]]:
    """Sets of strings of each of which every match holds at least one."""
    if re.compile(pattern).flags != re.UNICODE:
        return []
    found = _sets_of(_parser.parse(pattern))
    shortest = sorted(map(_shortest, found), key=_telling, reverse=True)
    fit = [strings for strings in shortest if len(strings) <= _MOST]
    return fit[:1] + [strings for strings in fit[1:] if min(map(len, strings)) > 1]


def _shortest(strings: frozenset[str]) -> frozenset[str]:
    return frozenset(s for s in strings if not any(o in s for o in strings if o != s))


def _alternatives(strings: Sequence[str]) -> str:
    """A pattern of many strings that prefers the longest, told apart by the first character."""
    by_first: dict[str, list[str]] = {}
    for string in strings:
        by_first.setdefault(string[0], []).append(string[1:])
    branches = []
    for first, rests in by_first.items():
        ordered = "|".join(map(re.escape, sorted(rests, key=len, reverse=True)))
        branches.append(f"{re.escape(first)}(?:{ordered})")
    return "|".join(branches)


def _may_hide(other: str, string: str) -> bool:
    """Whether a search that reports `string` and goes on after it may pass `other` over.

    Of strings that begin at one place the longest is reported; so `other` may be the beginning
    of what was, stand inside of it, or begin inside and end after it.
    """
    ends = any(other.startswith(string[i:]) for i in range(1, len(string)))
    return other in string or ends


def _of_sequence(items: Iterable[Any]) -> frozenset[str] | None:
    """Strings of which a match holds one, the most telling set that is to be had."""
    return max(_sets_of(items), key=_telling, default=None)


def _sets_of(items: Iterable[Any]) -> list[frozenset[str]]:
    """Sets of strings of each of which a match of a sequence holds one."""
    found: list[frozenset[str]] = []
    run = ""
    for kind, argument in items:
        if kind is op.LITERAL:
            run += chr(argument)
            continue
        if run:
            found.append(frozenset([run]))
            run = ""
        inner = _of_item(kind, argument)
        if inner is not None:
            found.append(inner)
    if run:
        found.append(frozenset([run]))
    return found


def _telling(strings: frozenset[str]) -> tuple[int, int]:
    return min(map(len, strings)), -len(strings)


def _of_item(kind: Any, argument: Any) -> frozenset[str] | None:
    if kind is op.SUBPATTERN:
        _, added, _, inside = argument
        return None if added else _of_sequence(inside)
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT):
        at_least, _, item = argument
        return _of_sequence(item) if at_least else None
    if kind is op.BRANCH:
        branches = [_of_sequence(branch) for branch in argument[1]]
        if any(branch is None for branch in branches):
            return None
        return frozenset().union(*(branch for branch in branches if branch is not None))
    if kind is op.IN and all(what is op.LITERAL for what, _ in argument):
        return frozenset(chr(code) for _, code in argument)
    return None  # classes, ranges, anchors, looking around: nothing is known
