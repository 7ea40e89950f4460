"""Cue phrases of each outcome, from `data/labels/outcomes.toml`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

from models.errors import LabelError
from models.labels import PROCEDURAL, outcomes

DECISIVE, CUE, GENERIC, WEAK, HINT = 5.0, 3.0, 2.0, 1.5, 1.0
_STRENGTHS = {"!": DECISIVE, "?": WEAK}
PROVISION = frozenset({"granted"})
"""Outcomes whose cues are looked for in the provision text only."""

Kind = Literal["article", "cue", "hint"]
_REFUSAL = (
    r"(?:不予(?:以)?|不能|不宜|不便|不向[^,。;]{0,8}|拒绝|不得|决定不|可以不予|不作|不属于?[^,。;]{0,10}(?<!信息))"
    r"(?:对外)?(?:公开|提供|披露)(?!申请)"
)


@dataclass(frozen=True, slots=True)
class Hit:
    """One sign of an outcome: `start:end` of the letter's text, with its points."""

    code: str
    start: int
    end: int
    points: float
    kind: Kind


@dataclass(frozen=True, slots=True)
class _Cue:
    code: str
    pattern: re.Pattern[str]
    points: float
    kind: Kind


def find_cues(decision: str, provision: str, start: int, end: int) -> Iterator[Hit]:
    """Signs of outcomes in a part of a letter, each cue at its first place.

    Parameters
    ----------
    decision, provision : str
        Of one length, see `letter.passages`.
    """
    for cue in _outcome_cues():
        text = provision if cue.code in PROVISION else decision
        match = cue.pattern.search(text, start, end)
        if match:
            yield Hit(cue.code, match.start(), match.end(), cue.points, cue.kind)


def find_procedural(text: str) -> Iterator[Hit]:
    """Signs of procedural letters in a text; codes begin with `procedural.`."""
    for cue in _procedural_cues():
        match = cue.pattern.search(text)
        if match:
            yield Hit(cue.code, match.start(), match.end(), cue.points, cue.kind)


@cache
def _outcome_cues() -> tuple[_Cue, ...]:
    cues = [_Cue("refused", _compiled(_REFUSAL, "refused"), GENERIC, "cue")]
    for outcome in outcomes().outcomes:
        for cue in outcome.cues:
            points = _STRENGTHS.get(cue[0], CUE)
            pattern = _compiled(cue.removeprefix("!").removeprefix("?"), outcome.code)
            cues.append(_Cue(outcome.code, pattern, points, "cue"))
        cues += [
            _Cue(outcome.code, _compiled(h, outcome.code), HINT, "hint") for h in outcome.hints
        ]
    return tuple(cues)


@cache
def _procedural_cues() -> tuple[_Cue, ...]:
    return tuple(
        _Cue(f"{PROCEDURAL}{letter.code}", _compiled(cue, letter.code), CUE, "cue")
        for letter in outcomes().procedural
        for cue in letter.cues
    )


def _compiled(cue: str, code: str) -> re.Pattern[str]:
    """~ is up to 16 characters within a clause, ≈ up to 40 within a sentence."""
    expanded = cue.replace("~", "[^,。;!?]{0,16}").replace("≈", "[^。;!?]{0,40}")
    try:
        return re.compile(expanded)
    except re.error as error:
        raise LabelError(f"办理结果 {code} 的线索“{cue}”不是正确的正则表达式：{error}。") from error
