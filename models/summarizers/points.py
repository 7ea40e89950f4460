"""What the messages of one group ask, as a few different phrases of theirs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher

from models.text.redaction.redact import redact

_MOST, _SHORTEST, _LONGEST = 3, 4, 26
_ALIKE = 0.6
_LIKE_NAME = 0.45
_ASKING = re.compile(
    r"^(?:(?:我们?|本人|现|特|想|问?一下|请(?!求|问))?(?:依法|强烈)?(?:申请|请求|要求|需要|希望|恳请|建议|呼吁|咨询|反映|投诉|举报|请问)?"
    r"(?:予以|依法)?(?:公开|获取|提供|查阅|查询|了解|复制)?(?:并复制)?(?:关于)?)"
)


def find_points(
    titles: Sequence[str], weights: Iterable[float], place: str, name: str
) -> tuple[str, ...]:
    """Phrases that headlines of a group share or that tell it best, at most three, redacted.

    Parameters
    ----------
    titles : sequence of str
        Headlines, that of the centre first.
    weights : iterable of float
        How many messages have each.
    place : str
        Left out at the beginning of a phrase, as the name says it already.
    name : str
        What a group is called; a phrase that only repeats it is no point.
    """
    tally: dict[str, float] = {}
    for title, weight in zip(titles, weights, strict=True):
        phrase = _phrase(title, place)
        if _SHORTEST <= len(phrase) <= _LONGEST and not _repeats(phrase, name):
            tally[phrase] = tally.get(phrase, 0.0) + max(weight, 0.5)
    chosen: list[str] = []
    for phrase in sorted(tally, key=lambda p: -tally[p]):
        if chosen and tally[phrase] < 2:
            break
        if all(not _alike(phrase, other) for other in chosen):
            chosen.append(phrase)
        if len(chosen) == _MOST:
            break
    return tuple(redact(phrase)[0] for phrase in chosen)


def without_asking(title: str) -> str:
    """A headline without the words by which it asks: 请求公开甲村征地批复 becomes 甲村征地批复."""
    match = _ASKING.match(title)
    rest = title[match.end() :] if match else title
    return rest if len(rest) >= _SHORTEST else title


def _phrase(title: str, place: str) -> str:
    rest = without_asking(title)
    if place and rest.startswith(place):
        rest = rest[len(place) :]
    return rest.strip("，,。；;：:、？?！! 的")


def _alike(first: str, second: str, threshold: float = _ALIKE) -> bool:
    return SequenceMatcher(None, first, second, autojunk=False).ratio() >= threshold


def _repeats(phrase: str, name: str) -> bool:
    return phrase in name or _alike(phrase, name, _LIKE_NAME)
