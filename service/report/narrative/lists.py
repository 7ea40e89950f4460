"""Totals and their parts: `N条。其中，a x条，b y条`, `N件(甲x件、乙y件)`, `N件，具体为…`.

Finding what belongs to a list is kept apart from judging it (`checking/sums.py`). A list ends where
its bracket closes, its sentence ends, a new total begins, or the unit changes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from service.report.model import Passage
from service.report.narrative.cues import load_cues
from service.report.narrative.quantity import Quantity

_MARKER = re.compile(r"其中|具体为|具体是|具体包括|具体如下|分别为|分别是|分为|包括")
_OPENING_NEXT = re.compile(r"^(?:其中|具体为|包括|分别为)")
_NEW_TOTAL = re.compile(
    r"共计|合计|总计|总共|累计|同比|环比|较上年|比上年|较去年|比去年|另外|另有|此外|同时|已办结|办结率|均已|截至"
    r"|(?<!公)共(?:收|受|有|公开|发布|办|开|组织|举办|承办|召开|制作|印发)"
)
_INCLUSION = re.compile(r"^\(?(?:含|包含|另有|另|不含|较|比|同比|占|约|上年|其中含)")
_BRACKET_MARKER = re.compile(r"^(?:其中|包括|分别为|即|具体为)[:：,，]?")
_CHANGE = re.compile(r"增加|减少|增长|下降|上升|上涨|较上|比上|较去|比去")
_PERCENT = ("%", "‰", "百分点", "个百分点")


@dataclass(frozen=True, slots=True)
class Listing:
    """A total and the parts named after it.

    Parameters
    ----------
    total : Quantity
    parts : sequence of Quantity
    marker : str
        `其中`, `(`, `具体为`, … or `共` for a list without a marker.
    is_plain : bool
        One level, one unit: the sum may be judged with certainty.
    clauses : sequence of int
        For each part the number of its clause; `；` parts clauses.
    others : sequence of Quantity
        Other quantities of the total's unit named before the marker, nearest first.
    """

    total: Quantity
    parts: Sequence[Quantity]
    marker: str
    is_plain: bool
    clauses: Sequence[int]
    others: Sequence[Quantity] = ()


def find_listings(passage: Passage, quantities: Sequence[Quantity]) -> list[Listing]:
    """All lists in one paragraph; `quantities` are those of the paragraph, in order."""
    listings: list[Listing] = []
    for position, marker, depth in _markers(passage.text, quantities):
        total_candidates = _totals(passage, quantities, position, depth)
        if not total_candidates:
            continue
        parts, plain = _parts(passage, quantities, position, depth, marker)
        listings += _match(total_candidates, parts, marker, plain, position)
    return _without_duplicates(listings)


def _markers(text: str, quantities: Sequence[Quantity]) -> list[tuple[int, str, int]]:
    """Where lists begin: position, marker, bracket depth."""
    found = [(m.start(), m.group(), _depth(text, m.start())) for m in _MARKER.finditer(text)]
    for quantity in quantities:
        end = quantity.number.end
        if text[end : end + 1] != "(" or _INCLUSION.match(text[end + 1 : end + 6]):
            continue
        if not _BRACKET_MARKER.match(text[end + 1 : end + 6]):
            found.append((end, "(", quantity.depth + 1))
    return sorted(found)


def _depth(text: str, position: int) -> int:
    return max(text.count("(", 0, position) - text.count(")", 0, position), 0)


def _totals(
    passage: Passage, quantities: Sequence[Quantity], position: int, depth: int
) -> list[Quantity]:
    """Candidates for the total, nearest first.

    They stand before the marker in its sentence or, if it opens a sentence, in the one before.
    """
    text = passage.text
    floor = max((text.rfind(c, 0, position) for c in "。！？"), default=-1) + 1
    if not text[floor:position].strip("(，,") and floor:
        floor = max((text.rfind(c, 0, floor - 1) for c in "。！？"), default=-1) + 1
    outer = [
        q for q in quantities
        if floor <= q.number.start < position
        and q.number.unit not in _PERCENT
        and not _CHANGE.search(q.before)
        and (q.depth <= depth and not (depth and q.depth == depth and text[position] == "("))
    ]  # fmt: skip
    return outer[::-1]


def _parts(
    passage: Passage, quantities: Sequence[Quantity], position: int, depth: int, marker: str
) -> tuple[list[Quantity], bool]:
    text = passage.text
    stop = _stop(text, position + (1 if marker == "(" else 0), depth)
    parts: list[Quantity] = []
    plain = True
    previous = position
    for quantity in quantities:
        if not position < quantity.number.start < stop:
            continue
        if quantity.depth > depth or quantity.number.unit in _PERCENT:
            continue
        between = text[previous : quantity.number.start]
        if parts and _NEW_TOTAL.search(_flat(between)):
            break
        if parts and _MARKER.search(_flat(between)):
            # `…；丙c件，其中…`: 丙 opened a list of its own. Without `；` it may be a part as well.
            if _clause(text, position, parts[-1]) > _clause(text, position, parts[0]):
                parts.pop()
            else:
                plain = False
            break
        parts.append(quantity)
        previous = quantity.number.end
    return parts, plain


def _clause(text: str, position: int, part: Quantity) -> int:
    between = _flat(text[position : part.number.start])
    return between.count(";") + between.count("；")


def _flat(text: str) -> str:
    """Text without what stands in brackets, closed or not."""
    return re.sub(r"\([^()]*\)?", "", text)


def _stop(text: str, start: int, depth: int) -> int:
    """End of the list: the closing bracket of its level, or the end of the sentence."""
    level = depth
    for index in range(start, len(text)):
        character = text[index]
        if character == "(":
            level += 1
        elif character == ")":
            level -= 1
            if level < depth:
                return index
        elif character in "。！？":
            return index
    return len(text)


def _match(
    candidates: Sequence[Quantity],
    parts: Sequence[Quantity],
    marker: str,
    plain: bool,
    position: int,
) -> list[Listing]:
    """Pair the parts of each unit with the nearest total of that unit, or of a kindred one."""
    listings = []
    units: dict[str, list[Quantity]] = {}
    things = load_cues().things
    named = {p.number.unit for p in parts if p.number.unit}
    for part in parts:
        unit = part.number.unit
        if not unit and len(named) == 1 and named <= things:
            unit, plain = next(iter(named)), False
        units.setdefault(unit, []).append(part)
    nearest = candidates[0]
    own = {q.number.unit for q in candidates}
    for unit, group in units.items():
        text = group[0].passage.text
        clauses = [_clause(text, position, part) for part in group]
        same = next((q for q in candidates if q.number.unit == unit), None)
        others = [q for q in candidates if q.number.unit == unit and q is not same]
        if same is not None:
            mixed = any(u in things and unit in things for u in units if u != unit and u not in own)
            listings.append(Listing(same, group, marker, plain and not mixed, clauses, others))
        elif unit in things and nearest.number.unit in things and len(units) == 1:
            listings.append(Listing(nearest, group, marker, plain, clauses))
    return listings


def _without_duplicates(listings: Sequence[Listing]) -> list[Listing]:
    """Keep the tightest list of each set of parts."""
    seen: set[int] = set()
    kept = []
    for listing in listings:
        first = listing.parts[0].number.start
        if first in seen:
            continue
        seen.add(first)
        kept.append(listing)
    return kept
