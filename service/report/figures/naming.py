"""Names of columns and cells in a register of requests (`data/narrative/cases.toml`)."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from models.labels import outcomes
from models.resources import data_path

_SEVERAL = re.compile(r"[;；|/,，]")
_NUMBERING = re.compile(r"^(?:\([一二三四五六七八九]\)|[0-9]+[.、]|[一二三四五六七八九]、)")
_PENDING = ("结转", "未办结", "办理中", "在办", "正在办理", "尚未办结")


@dataclass(frozen=True, slots=True)
class Naming:
    """Names folded for comparison, mapped to our codes.

    `channel_names` gives the printed name of each channel, in printed order.
    """

    columns: Mapping[str, str]
    channels: Mapping[str, str]
    channel_names: Mapping[str, str]
    applicants: Mapping[str, str]
    outcomes: Mapping[str, str]

    def outcome(self, cell: str) -> tuple[str, ...]:
        """Codes that a cell of outcomes names: none, one, or several."""
        whole = self.outcomes.get(fold(cell))
        if whole:
            return (whole,)
        parts = [self.outcomes.get(fold(part), "") for part in _SEVERAL.split(cell) if part.strip()]
        return tuple(dict.fromkeys(parts)) if parts and all(parts) else ()


def fold(name: str) -> str:
    """Half width, lower case, without blanks and closing marks."""
    plain = unicodedata.normalize("NFKC", str(name)).casefold()
    return re.sub(r"[\s\"“”*:]+", "", plain)


@cache
def load_naming() -> Naming:
    """Read the names."""
    data = tomllib.loads(data_path("narrative", "cases.toml").read_text(encoding="utf-8"))
    columns = {fold(n): code for code, names in data["columns"].items() for n in names}
    channels = {fold(w): code for code, c in data["channels"].items() for w in c["words"]}
    applicants = {fold(w): code for code, words in data["applicants"].items() for w in words}
    return Naming(
        columns,
        channels,
        {code: c["name"] for code, c in data["channels"].items()},
        applicants,
        _outcome_names(),
    )


def _outcome_names() -> dict[str, str]:
    known = outcomes()
    names: dict[str, str] = {fold(word): "pending" for word in _PENDING}
    decided = [*known.decided, known.outcome("pending")]
    for outcome in decided:
        for text in (outcome.code, outcome.name, outcome.label_2019, outcome.label_2021):
            folded = fold(text)
            names.setdefault(folded, outcome.code)
            names.setdefault(_NUMBERING.sub("", folded), outcome.code)
            names.setdefault(re.sub(r"\(.*?\)$", "", _NUMBERING.sub("", folded)), outcome.code)
    # 其他 is the name of a row, 其他处理 the row of the 2019 form that three codes share
    names[fold("其他处理")] = names[fold("（六）其他处理")] = "other.other"
    return names
