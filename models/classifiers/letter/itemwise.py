"""Item by item: from the parts of a letter to one reading an item.

An item that only names its thing takes what is said of all of them: 以上各项均不予公开 below, or
现就以下信息予以公开： above.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from models.classifiers.letter.articles import Citation
from models.classifiers.letter.cues import CUE, GENERIC, Hit
from models.classifiers.letter.gathering import Group, Nested, counted, gather
from models.classifiers.letter.items import Part
from models.classifiers.letter.numerals import NUMERAL
from models.classifiers.letter.passages import Passages
from models.classifiers.letter.requested import find_mentions
from models.classifiers.letter.weighing import ItemReading

_SETTLES = ("declined.", "other.", "unavailable.unclear")
"""Outcomes that, said of all items, stand whatever is said beside each."""
_OF_THE_CASE = ("declined.petition", "declined.excessive", "other.", "unavailable.unclear")
"""Outcomes of the application as a whole: said once, they are not multiplied."""

_IS_OF_ALL = re.compile(r"均|都|皆|各项|所有|(?<!第)[两二三四五六七八九十2-9](?:项|份|件|类)")
_IN_ORDER = re.compile(r"依次|分别|对应")
_SAME = re.compile(r"同上|同前|理由相同|亦然")
_NAMES_ONE = re.compile(rf"(?<![条款])第[(]?{NUMERAL}[)]?项")
_TERSE = re.compile(
    r"公开|提供|附(?:后|上|件|录|表|图)|已附|给(?:你|您)|寄|随函|公示|复印|挂网|下载"
)
_TERSE_REFUSAL = re.compile(r"不(?:予|能|宜)?(?:公开|提供|给)|未予公开")
SHORT = 80
"""Longest item, in characters, that is taken for an answer though no sign is read in it."""


class Judge(Protocol):
    """Weighs the signs in some parts as one item."""

    def __call__(self, *parts: Part) -> ItemReading:
        """Read parts of which the first is the item's own."""


def numbered_items(
    parts: Sequence[Part],
    passages: Passages,
    citations: Sequence[Citation],
    judge: Judge,
    names: tuple[str, ...] | None = None,
) -> list[ItemReading]:
    """Readings of the numbered items; none if fewer than two are answered."""
    decision = passages.decision
    nested = _dealt(gather(parts), parts, decision, citations)
    if not nested:
        return []
    above, below = _said_of_all(parts, decision, judge)
    shared = (
        below if below is not None and _IS_OF_ALL.search(decision, below.start, below.end) else None
    )
    outer = [judge(*node.outer.parts, *(p for g in node.inner for p in g.parts)) for node in nested]
    answered = [i for i, reading in enumerate(outer) if reading.best is not None]
    if len(answered) == 1 and len(nested[answered[0]].inner) > 1:
        node = nested[answered[0]]
        own = judge(*node.outer.parts)
        opening = node.outer.parts[0] if own.best is not None else above
        groups = list(node.inner)
    else:
        opening = above
        groups = [_whole(node) for node in nested]
    found = [_resolved(group, judge, opening, shared) for group in groups]
    found = _last_with_tail(found, groups, parts, judge)
    found = _tersely(found, groups, passages)
    kept = _kept(found, groups, names)
    kinds = {item.best for item in kept}
    if len(kinds) == 1 and (kept[0].best or "").startswith(_OF_THE_CASE):
        return []
    return kept if len(kept) > 1 and answered else []


def _kept(
    found: list[ItemReading], groups: list[Group], names: tuple[str, ...] | None
) -> list[ItemReading]:
    """Items that are answered; of a whole list all, for the head may read what rules do not."""
    answered = [item for item in found if item.best is not None]
    keys = [group.key for group in groups]
    is_list = keys == list(range(1, len(keys) + 1))
    if is_list and answered and len(answered) < len(found):
        silent = [item for item in found if item.best is None]
        is_short = all(item.end - item.start < SHORT for item in silent)
        is_whole = is_short and len(answered) > 1
        if is_whole if names is None else len(names) == len(found):
            return found
    return answered


def _last_with_tail(
    found: list[ItemReading], groups: list[Group], parts: Sequence[Part], judge: Judge
) -> list[ItemReading]:
    """The last item with the paragraph after it, if it says nothing without."""
    if found and found[-1].best is None:
        own = groups[-1].parts[0]
        tail = next((p for p in parts if p.start == own.end and p.role == "conclusion"), None)
        if tail is not None:
            found[-1] = replace(judge(*groups[-1].parts, tail), number=found[-1].number)
    return found


def _tersely(
    found: list[ItemReading], groups: list[Group], passages: Passages
) -> list[ItemReading]:
    """A：已附 and 二、…，不公开 say enough where others of the list are answered; 同上 as above."""
    if sum(item.best is not None for item in found) < 1:
        return found
    for i, (item, group) in enumerate(zip(found, groups, strict=True)):
        if item.best not in (None, "refused"):
            continue
        part = group.parts[0]
        if i and _SAME.search(passages.decision, part.start, part.end):
            found[i] = replace(found[i - 1], number=item.number)
            continue
        if item.best is not None:
            continue
        for code, pattern, text in (
            ("refused", _TERSE_REFUSAL, passages.decision),
            ("granted", _TERSE, passages.provision),
        ):
            match = pattern.search(text, part.start, part.end)
            if match:
                hit = Hit(code, match.start(), match.end(), GENERIC, "cue")
                points = item.points | {code: item.points.get(code, 0.0) + GENERIC}
                found[i] = replace(item, points=points, hits=(*item.hits, hit))
                break
    return found


def _dealt(
    nested: list[Nested], parts: Sequence[Part], decision: str, citations: Sequence[Citation]
) -> list[Nested]:
    """适用条款依次为…: as many articles as items, one each."""
    for part in parts:
        if part.role != "conclusion" or not _IN_ORDER.search(decision, part.start, part.end):
            continue
        cited = [c for c in citations if part.start <= c.start < part.end and c.is_ordinance]
        own = list(dict.fromkeys(n.outer.parts[0] for n in nested))
        if len(cited) == len(own):
            by_part = dict(zip(own, cited, strict=True))
            return [
                replace(
                    n,
                    outer=replace(
                        n.outer, parts=(*n.outer.parts, _span(by_part[n.outer.parts[0]]))
                    ),
                )
                for n in nested
            ]
    return nested


def _span(citation: Citation) -> Part:
    return Part("", citation.start, citation.end)


def _whole(node: Nested) -> Group:
    inner = tuple(part for group in node.inner for part in group.parts)
    return Group(node.outer.key, (*node.outer.parts, *inner))


def _said_of_all(
    parts: Sequence[Part], decision: str, judge: Judge
) -> tuple[Part | None, Part | None]:
    """The announcement before the list and the conclusion after it, if they decide something."""
    first = next((i for i, part in enumerate(parts) if part.keys), len(parts))
    above = None
    if first and decision[: parts[first - 1].end].endswith(":") and not parts[first - 1].keys:
        above = _deciding(parts[first - 1], judge)
    below = None
    for part in parts[first:]:
        if part.role == "conclusion" and (found := _deciding(part, judge)) is not None:
            below = found
            break
    return above, below


def _deciding(part: Part, judge: Judge) -> Part | None:
    best = judge(part).best
    return part if best not in (None, "partial", "refused") else None


def _resolved(group: Group, judge: Judge, above: Part | None, below: Part | None) -> ItemReading:
    """An item's own reading, or what is said of all items where it has none."""
    own = judge(*group.parts)
    number = group.parts[0].number if len(group.parts[0].keys) < 2 else str(group.key)
    own = replace(own, number=number)
    if below is not None and (judge(below).best or "").startswith(_SETTLES):
        own = replace(judge(*group.parts, below), number=number)
    for part in (below, above):
        if own.best is None and part is not None:
            own = replace(judge(*group.parts, part), number=number)
    return own


def multiplied(item: ItemReading, decision: str) -> list[ItemReading]:
    """三项均不存在, said in one sentence, is three items."""
    if item.best is None or item.best.startswith(_OF_THE_CASE) or item.best == "partial":
        return [item]
    n = counted(decision[item.start : item.end])
    return [replace(item, number=str(k + 1)) for k in range(n)] if n > 1 else [item]


def by_request(
    items: list[ItemReading], names: tuple[str, ...], decision: str, judge: Judge
) -> list[ItemReading]:
    """As many items as the request numbers, where the letter shows what was said of each."""
    is_numbered = any(item.number for item in items)
    if len(names) < 2 or not items or (is_numbered and len(items) == len(names)):
        return items
    kinds = {item.best for item in items}
    if len(kinds) == 1 and (items[0].best or "").startswith((*_OF_THE_CASE, "procedural.")):
        return items
    if kinds == {"declined.repeat"}:
        return _copies(items[0], names)
    found = _mentioned(names, decision, judge)
    if len(items) == len(names) and len(found) < len(names):
        return items
    told = {item.best for item in found.values()}
    if len(found) == len(names) or (len(found) > len(items) and len(told) > 1):
        return [replace(found[k], number=str(k + 1)) for k in sorted(found)]
    is_of_one = is_numbered or _NAMES_ONE.search(decision, items[0].start, items[0].end)
    uniform = not is_of_one and (kinds == told or not told)
    if len(kinds) == 1 and uniform and items[0].best not in (None, "partial", "refused"):
        return _copies(items[0], names)
    return items


def apart(
    item: ItemReading, names: tuple[str, ...], decision: str, judge: Judge
) -> list[ItemReading]:
    """A letter without numbers that says different things of what the request strings together."""
    if len(names) < 2 or (item.best or "").startswith((*_OF_THE_CASE, "procedural.")):
        return [item]
    mentions = find_mentions(decision, names, heads_only=True)
    if len({m.start for m in mentions}) < len(names):
        return [item]
    readings = [judge(Part("", m.start, m.end)) for m in mentions]
    if judge(Part("", 0, mentions[0].start)).best is not None:
        return [item]
    pieces: list[ItemReading] = []
    for reading in readings:
        if reading.best is None or reading.points[reading.best] < CUE:
            return [item]
        if all(piece.best != reading.best for piece in pieces):
            pieces.append(reading)
    kinds = {piece.best for piece in pieces}
    return pieces if len(kinds) > 1 and not kinds & {"partial", "refused"} else [item]


def _copies(item: ItemReading, names: tuple[str, ...]) -> list[ItemReading]:
    return [replace(item, number=str(k + 1)) for k in range(len(names))]


def _mentioned(names: tuple[str, ...], decision: str, judge: Judge) -> dict[int, ItemReading]:
    """Readings of the places that name an item; one that only names it takes the next one's."""
    mentions = find_mentions(decision, names)
    readings = [judge(Part("", m.start, m.end)) for m in mentions]
    following: ItemReading | None = None
    for i in reversed(range(len(readings))):
        if readings[i].best is None and following is not None:
            readings[i] = following
        following = readings[i] if readings[i].best is not None else following
    preceding: ItemReading | None = None
    for i, reading in enumerate(readings):
        if reading.best is None and preceding is not None:
            readings[i] = preceding
        preceding = readings[i] if readings[i].best is not None else preceding
    return {m.index: r for m, r in zip(mentions, readings, strict=True) if r.best is not None}
