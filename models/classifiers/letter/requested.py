"""What a request asks for, item by item, and where a letter speaks of each.

Many letters answer in running text (批复由……，登记表因……). What they are numbered by stands in the
request: its own numbers say how many items there are, and their names where each is answered.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from models.classifiers.letter.items import CITES_ALL
from models.classifiers.letter.numbering import key_of
from models.classifiers.letter.text import prepare

MOST_NAMED = 20
SHORTEST, LONGEST = 2, 16
"""Length of the piece of a name that is looked for; of two characters only its very end."""
HEAD = 8
"""Characters between the head of a clause and a name at most: 您申请的…."""
_MARKER = re.compile(
    r"(?P<chinese>[一二三四五六七八九十]{1,2})、"
    r"|[(](?P<bracketed>[一二三四五六七八九十]{1,2}|[0-9]{1,2})[)](?![项款条])"
    r"|(?P<digits>[0-9]{1,2})(?:[、):,]|\.(?![0-9])|\.(?=(?:19|20)[0-9]{2}|[0-9]+:))"
    r"|(?P<letter>[a-h])(?:[、.:]|(?=[一-龥]))"
)
_CIRCLED = re.compile(r"[①-⑳㈠-㈩⑴-⒇]")
_CLAUSE = re.compile(r"[。;,:!?┃|]")
_IDLE = re.compile(r"(?:复印件|原件|扫描件|电子版|全文|文本|一份|及其?附件|的?(?:相关)?材料)$")
_ASKED = re.compile(
    r"^.*(?:申请|要求|请求|想要?|请)(?:贵局|你局|依法)?(?:公开|获取|提供|看|查|了解)?[:,]?"
)
_STRUNG = re.compile(r"[、;,。:]|以及|还有|及其?|和|与|并")
MOST_STRUNG = 8


@dataclass(frozen=True, slots=True)
class Mention:
    """Where a letter speaks of an item of the request: `start:end` of its text."""

    index: int
    start: int
    end: int


def requested_items(request: str) -> tuple[str, ...]:
    """Names of the items that a request numbers from 1 on; empty if it numbers fewer than two.

    The longest list counts, of whatever style; at most 20 items.
    """
    if not request:
        return ()
    prepared = prepare(request)
    text = prepared.text
    lists: dict[str, list[tuple[int, int]]] = {}
    for match in _MARKER.finditer(text):
        family = match.lastgroup or ""
        at = match.start()
        begins = (
            family == "bracketed"
            or at in prepared.line_starts
            or text[at - 1 : at] in tuple("。;:,、)的”》")
            or (prepared.source[at] > 0 and prepared.original[prepared.source[at] - 1].isspace())
        )
        if begins and key_of(match[family]) == len(lists.setdefault(family, [])) + 1:
            lists[family].append((at, match.end()))
    for at in range(len(text)):
        if (not at or prepared.source[at] != prepared.source[at - 1]) and _CIRCLED.match(
            prepared.original[prepared.source[at]]
        ):
            end = at + 1
            while end < len(text) and prepared.source[end] == prepared.source[at]:
                end += 1
            if key_of(text[at:end].strip("()")) == len(lists.setdefault("circled", [])) + 1:
                lists["circled"].append((at, end))
    best = max(lists.values(), key=len, default=[])
    if not 2 <= len(best) <= MOST_NAMED:
        return ()
    ends = [start for start, _ in best[1:]] + [len(text)]
    return tuple(_name(text[a:b]) for (_, a), b in zip(best, ends, strict=True))


def listed_items(request: str) -> tuple[str, ...]:
    """Names that a request without numbers strings together by 、 and 和; empty if it has one."""
    text = _ASKED.sub("", prepare(request).text)
    names = [_IDLE.sub("", piece) for piece in _STRUNG.split(text)]
    names = [name for name in names if len(name) > 2]
    return tuple(names) if 2 <= len(names) <= MOST_STRUNG else ()


def _name(text: str) -> str:
    """The thing itself: up to the first full stop, without 复印件 and the like."""
    name = re.split(r"[。;\n]", text.strip("。;,、:"))[0][:60]
    return _IDLE.sub("", name) or name


def find_mentions(
    decision: str, names: tuple[str, ...], *, heads_only: bool = False
) -> list[Mention]:
    """Where a letter speaks of each item, in order of place; items not found are left out.

    Parameters
    ----------
    decision : str
        The letter's decision text.
    names : tuple of str
        From `requested_items` or `listed_items`.
    heads_only : bool
        Only places at the head of a clause count.
    """
    found: list[tuple[int, int]] = []
    for index, name in enumerate(names):
        others = "\n".join(other for other in names if other != name)
        place = _place(decision, name, others, heads_only=heads_only)
        if place is not None:
            found.append((_clause_start(decision, place), index))
    found.sort()
    starts = [start for start, _ in found]
    cited = CITES_ALL.search(decision, starts[-1] + 1) if starts else None
    end = cited.start() if cited else len(decision)
    ends = [next((s for s in starts if s > start), end) for start in starts]
    return [Mention(index, start, end) for (start, index), end in zip(found, ends, strict=True)]


def _place(decision: str, name: str, others: str, *, heads_only: bool) -> int | None:
    """Where the longest piece of a name stands that no other name has; its end before its middle.

    Where it stands twice, the place at the head of a clause is where it is answered.
    """
    for piece in _pieces(name):
        if piece in others:
            continue
        places = [match.start() for match in re.finditer(re.escape(piece), decision)]
        heads = [at for at in places if at - _clause_start(decision, at) <= HEAD]
        if heads or (places and not heads_only):
            return (heads or places)[0]
    return None


def _pieces(name: str) -> Iterator[str]:
    """The name's end, the longest first; then its other parts, the last first."""
    longest = min(len(name), LONGEST)
    yield from (name[-length:] for length in range(longest, SHORTEST, -1))
    for length in range(longest - 1, SHORTEST, -1):
        yield from (name[at : at + length] for at in range(len(name) - length - 1, -1, -1))
    yield name[-SHORTEST:]


def _clause_start(decision: str, place: int) -> int:
    before = [match.end() for match in _CLAUSE.finditer(decision, 0, place)]
    return before[-1] if before else 0
