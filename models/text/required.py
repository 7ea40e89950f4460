"""Searching a text with many patterns, most of which cannot match: what must stand there first.

Looking for a few characters takes a fiftieth of what trying a pattern at every place takes. So of
each pattern is found, once, a small set of strings of which every match holds at least one; the
pattern is tried only where one of them occurs. The answer is the pattern's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
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
    compiled = re.compile(pattern)
    plain = compiled.flags == re.UNICODE
    found = _of_sequence(_parser.parse(pattern)) if plain else None
    if found is None:
        return Cue(compiled, ())
    shortest = sorted(s for s in found if not any(o in s for o in found if o != s))
    return Cue(compiled, tuple(shortest) if len(shortest) <= _MOST else ())


def _of_sequence(items: Iterable[Any]) -> frozenset[str] | None:
    """Strings of which a match holds one, the most telling set that is to be had."""
    candidates: list[frozenset[str]] = []
    run = ""
    for kind, argument in items:
        if kind is op.LITERAL:
            run += chr(argument)
            continue
        if run:
            candidates.append(frozenset([run]))
            run = ""
        inner = _of_item(kind, argument)
        if inner is not None:
            candidates.append(inner)
    if run:
        candidates.append(frozenset([run]))
    return max(candidates, key=_telling, default=None)


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
