"""A letter in normal form without blanks, with the way back to what was received.

Scanned letters break lines and put blanks inside words, so blanks go; where a line began is kept,
because numbered answers begin there. A few misprints that change a decision are mended by
characters of the same number, so that places do not move.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from models.text.blankless import blankless
from models.text.required import Cue, cue

MAX_CHARACTERS = 20_000
"""What is longer is read up to here: the decision of a letter does not stand on page 20."""

_MENDS = (
    (
        r"[己巳](?=经|于|在|向|将|主动|依法|公开|作出|答复|提供|移交|通过|按|过|收到|告知|就|对)",
        "已",
    ),
    (r"末(?=制作|获取|保存|检索|查|找|能|提|作|收|按|在|予|形成|掌握|曾|见|缴|经|补)", "未"),
    (r"[笫弟](?=[零一二三四五六七八九十百0-9(])", "第"),
    (r"条列", "条例"),
    (r"危机(?=国家|公共|经济|社会|“|\"|三安全|到国家)", "危及"),
    (r"不于(?=公开|提供|处理|重复)", "不予"),
    (r"(?<=行政)法案(?=卷)", "执案"),
    (r"[末未](?:仔|存)(?=在)", "不存"),
)

_BREAK = re.compile("[\n\r\u2028\x0b]")


@dataclass(frozen=True, slots=True)
class LetterText:
    """One letter prepared for reading.

    Parameters
    ----------
    original : str
        As received; evidence is given as spans of it.
    text : str
        Normal form without blanks.
    source : int64 array, shape (len(text),)
        Index in `original` of each character of `text`.
    line_starts : frozenset of int
        Places in `text` that began a line.
    """

    original: str
    text: str
    source: NDArray[np.int64]
    line_starts: frozenset[int]

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Place in `original` of a span of `text`; `end` exclusive, both not empty."""
        return int(self.source[start]), int(self.source[end - 1]) + 1


def prepare(original: str) -> LetterText:
    """Bring a letter into the form that the rules read. Accepts any string."""
    found = blankless(original[:MAX_CHARACTERS])
    return LetterText(
        original, mended(found.text), found.source, _line_starts(original, found.source)
    )


def mended(text: str) -> str:
    """Put a few misprints right that change a decision; places do not move.

    Parameters
    ----------
    text : str
        In normal form without blanks.
    """
    for mend, replacement in _mends():
        if mend.search(text):
            text = mend.pattern.sub(replacement, text)
    return text


def _line_starts(original: str, places: NDArray[np.int64]) -> frozenset[int]:
    """Characters before which, blanks aside, a line break stands in the original."""
    breaks = np.array([found.start() for found in _BREAK.finditer(original)], np.int64)
    starts = {0}
    if len(breaks) and len(places):
        before = np.searchsorted(breaks, places)
        starts |= {int(i) for i in np.flatnonzero(np.diff(before, prepend=0))}
    return frozenset(starts)


@cache
def _mends() -> tuple[tuple[Cue, str], ...]:
    return tuple((cue(pattern), replacement) for pattern, replacement in _MENDS)
