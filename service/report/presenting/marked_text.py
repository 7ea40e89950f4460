"""A paragraph with the spans that findings speak of marked and linked."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from service.report.model import Passage

_RANK = {"error": 0, "warning": 1, "unknown": 2, "info": 3, "holds": 4}


@dataclass(frozen=True, slots=True)
class Mark:
    """A span of `Report.text`, the kind and number of its finding, whether it is its anchor."""

    start: int
    end: int
    kind: str
    index: int
    is_anchor: bool


def render_passage(passage: Passage, marks: Sequence[Mark], source: str) -> str:
    """The paragraph as `<p>` in the characters of `source`, the text of the report.

    Where marks overlap the worst one shows.
    """
    text, offsets = passage.text, passage.offsets
    if not text:
        return ""
    worst: list[Mark | None] = [None] * len(text)
    anchors: dict[int, list[int]] = {}
    for mark in marks:
        first, last = bisect_left(offsets, mark.start), bisect_left(offsets, mark.end)
        if first >= len(text) or last <= first or offsets[first] >= mark.end:
            continue
        if mark.is_anchor:
            anchors.setdefault(first, []).append(mark.index)
        for position in range(first, min(last, len(text))):
            current = worst[position]
            if current is None or _RANK[mark.kind] < _RANK[current.kind]:
                worst[position] = mark
    pieces = ["<p>"]
    open_mark: Mark | None = None
    for position, offset in enumerate(offsets):
        shown = worst[position]
        if shown is not open_mark:
            pieces.append("</a>" if open_mark else "")
            if shown:
                pieces.append(f'<a class="mark {shown.kind}" href="#f{shown.index}">')
            open_mark = shown
        pieces += [f'<span class="at" id="m{index}"></span>' for index in anchors.get(position, [])]
        pieces.append(escape(source[offset]))
    pieces.append("</a></p>" if open_mark else "</p>")
    return "".join(pieces)
