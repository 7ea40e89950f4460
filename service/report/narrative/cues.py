"""How reports word their figures: `data/rules/narrative.toml`, compiled once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from models.resources import data_path
from service.report.errors import ReportFormatError

_NEVER = re.compile(r"(?!)")


@dataclass(frozen=True, slots=True)
class Concept:
    """A meaning a number can have, such as `carry_out`; `cue` sees the number as `#`.

    `anywhere`: also outside sentences about requests for disclosure.
    """

    id: str
    name: str
    cue: re.Pattern[str]
    veto: re.Pattern[str]
    needs_object: bool
    anywhere: bool


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement in words that a table can contradict."""

    id: str
    name: str
    cue: re.Pattern[str]
    veto: re.Pattern[str]
    strict: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Cues:
    """All wording the narrative checks know."""

    units: Sequence[str]
    things: frozenset[str]
    chinese_units: Sequence[str]
    not_counts: Sequence[str]
    approximate_before: Sequence[str]
    approximate_after: Sequence[str]
    scope: re.Pattern[str]
    partial: re.Pattern[str]
    plan: re.Pattern[str]
    request: re.Pattern[str]
    request_object: re.Pattern[str]
    other_objects: re.Pattern[str]
    review_context: re.Pattern[str]
    concepts: Sequence[Concept]
    claims: Sequence[Claim]


@cache
def load_cues() -> Cues:
    """Read the wording.

    Raises
    ------
    ReportFormatError
        If the file is missing or malformed.
    """
    path = data_path("rules", "narrative.toml")
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        units = {*data["units"]["things"], *data["units"]["other"]}
        return Cues(
            units=sorted(units, key=len, reverse=True),
            things=frozenset(data["units"]["things"]),
            chinese_units=sorted(data["units"]["chinese_numeral"], key=len, reverse=True),
            not_counts=sorted(data["units"]["not_counts"], key=len, reverse=True),
            approximate_before=data["approximate"]["before"],
            approximate_after=data["approximate"]["after"],
            scope=_any(data["scope"]["words"]),
            partial=_any(data["scope"]["partial"]),
            plan=_any(data["scope"]["plan"]),
            request=re.compile(data["request"]["context"]),
            request_object=re.compile(data["request"]["object"]),
            other_objects=re.compile(data["request"]["other_objects"]),
            review_context=re.compile(data["request"]["review_context"]),
            concepts=[
                Concept(
                    c["id"],
                    c["name"],
                    re.compile(c["cue"]),
                    re.compile(c["veto"]) if "veto" in c else _NEVER,
                    c.get("needs_object", False),
                    c.get("anywhere", False),
                )
                for c in data["concepts"]
            ],
            claims=[
                Claim(
                    c["id"],
                    c["name"],
                    re.compile(c["cue"]),
                    re.compile(c["veto"]) if "veto" in c else _NEVER,
                    re.compile(c["strict"]) if "strict" in c else _NEVER,
                )
                for c in data["claims"]
            ],
        )
    except (OSError, KeyError, TypeError, tomllib.TOMLDecodeError, re.error) as error:
        raise ReportFormatError(f"叙述规则文件 {path.name} 有误：{error}") from error


def _any(words: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(words))
