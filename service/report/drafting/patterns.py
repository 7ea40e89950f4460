"""Narrative patterns, read from `data/narrative/patterns.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from models.resources import data_path


@dataclass(frozen=True, slots=True)
class Pattern:
    """A sentence with slots, when to choose it, and what it claims."""

    id: str
    text: str
    when: tuple[str, ...]
    claims: tuple[str, ...]

    def about(self, line: str, rank: int = 0) -> Pattern:
        """The pattern for one business line (`%`) and one matter (`@`)."""

        def put(text: str) -> str:
            return text.replace("%", line).replace("@", str(rank))

        return Pattern(self.id, put(self.text), tuple(put(w) for w in self.when),
                       tuple(put(c) for c in self.claims))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Block:
    """A heading with one paragraph.

    Parameters
    ----------
    section : int
        0 for the preamble.
    heading : str
        Empty for text without a heading.
    is_joined : bool
        Goes under the heading of the block before.
    patterns : tuple of Pattern
    texts : tuple of str
        Kinds of the person's own sentences that follow.
    needs : str
        What to ask the person for if the block stays empty.
    matters : tuple of Pattern
        For a block that is filled once for each business line: sentences for each of its matters.
        `%` in its patterns stands for the code of the line, `@` for the rank of the matter.
    """

    section: int
    heading: str
    is_joined: bool
    patterns: tuple[Pattern, ...]
    texts: tuple[str, ...]
    needs: str
    matters: tuple[Pattern, ...] = ()


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A problem with its remedy, and when the figures suggest it."""

    id: str
    when: tuple[str, ...]
    problem: str
    remedy: str


@dataclass(frozen=True, slots=True)
class PatternBook:
    """All patterns; `lead` and `next` open the problems and the improvements."""

    blocks: tuple[Block, ...]
    lead: str
    next: str
    most: int
    suggested: tuple[Suggestion, ...]


@cache
def load_patterns() -> PatternBook:
    """Read the patterns."""
    text = data_path("narrative", "patterns.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    blocks = tuple(
        Block(
            b["section"],
            b.get("heading", ""),
            b.get("joined", False),
            _patterns(b.get("sentences", ())),
            tuple(b.get("texts", ())),
            b.get("needs", ""),
            _patterns(b.get("matters", ())),
        )
        for b in data["blocks"]
    )
    problems = data["problems"]
    suggested = tuple(
        Suggestion(s["id"], tuple(s["when"]), s["problem"], s["remedy"])
        for s in problems["suggested"]
    )
    return PatternBook(blocks, problems["lead"], problems["next"], problems["most"], suggested)


def _patterns(entries: Iterable[Mapping[str, Any]]) -> tuple[Pattern, ...]:
    return tuple(
        Pattern(e["id"], e["text"], tuple(e.get("when", ())), tuple(e.get("claims", ())))
        for e in entries
    )
