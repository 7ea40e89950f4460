"""The words that redaction knows (`data/lexicon/redaction.toml`)."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Any

from models.resources import data_path


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Type names by code, and word lists by what they hint at.

    Parameters
    ----------
    kinds : dict of str to str
        Code of a type to the Chinese name its token shows.
    labels, units : tuple of str
        What stands before and after numbers that are public.
    context : dict of str to tuple of str
        Words near a number or address that say what it is.
    triggers, titles, organisations, stop : tuple of str
        Words before a name, after an official's name, at the end of an organisation's name, and
        words that look like a name.
    surnames, weak_surnames : frozenset of str
        Of one character and of two; those that are common words as well.
    not_before_owner : str
        Characters after which 业主 is part of another word.
    weak_triggers : frozenset of str
        Triggers that often announce no name.
    closings : tuple of str
        Words that end a letter; its signature follows on a line of its own.
    not_given, not_last : str
        Characters that may follow a name but are no part of it, and that no name ends with.
    """

    kinds: dict[str, str]
    labels: tuple[str, ...]
    units: tuple[str, ...]
    context: dict[str, tuple[str, ...]]
    triggers: tuple[str, ...]
    titles: tuple[str, ...]
    organisations: tuple[str, ...]
    stop: frozenset[str]
    surnames: frozenset[str]
    weak_surnames: frozenset[str]
    not_before_owner: str
    weak_triggers: frozenset[str]
    not_given: str
    not_last: str
    closings: tuple[str, ...]


def any_of(words: tuple[str, ...]) -> str:
    """Regular expression of some words, the longer before the shorter."""
    return "(?:" + "|".join(map(re.escape, sorted(words, key=len, reverse=True))) + ")"


@cache
def lexicon() -> Lexicon:
    """Words of the shipped file."""
    path = data_path("lexicon", "redaction.toml")
    content: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    names = content["names"]
    single = "".join(names["surnames"].split())
    return Lexicon(
        kinds=content["kinds"],
        labels=tuple(content["protected"]["labels"]),
        units=tuple(content["protected"]["units"]),
        context={key: tuple(words) for key, words in content["context"].items()},
        triggers=tuple(names["triggers"]),
        titles=tuple(names["titles"]),
        organisations=tuple(names["organisations"]),
        stop=frozenset(names["stop"]),
        surnames=frozenset(single) | frozenset(names["compound_surnames"]),
        weak_surnames=frozenset(names["weak_surnames"]),
        not_before_owner=names["not_before_owner"],
        weak_triggers=frozenset(names["weak_triggers"]),
        not_given=names["not_given"],
        not_last=names["not_last"],
        closings=tuple(names["closings"]),
    )
