"""A citizen's words with the spans marked that carried a decision."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup, escape

LAYERS = {"topic": "业务主题", "subtopic": "二级主题", "intent": "诉求类型", "outcome": "办理结果"}


@dataclass(frozen=True, slots=True)
class Span:
    """A span of code points `start`..`end` that spoke for the label of a layer."""

    start: int
    end: int
    layer: str
    weight: float = 0.0


def highlight(text: str, spans: Iterable[Span]) -> Markup:
    """The text, escaped, with `<mark class="layer">` around its spans.

    Where spans overlap the first layer of `LAYERS` shows and the title names all. Spans outside
    the text are cut; paragraphs stay as they are (the page shows line breaks).
    """
    order = list(LAYERS)
    kept = [s for s in spans if s.start < s.end and s.start < len(text) and s.layer in LAYERS]
    edges = sorted(
        {0, len(text), *(max(0, s.start) for s in kept), *(min(s.end, len(text)) for s in kept)}
    )
    pieces: list[str] = []
    for start, end in pairwise(edges):
        layers = sorted(
            {s.layer for s in kept if s.start <= start and s.end >= end}, key=order.index
        )
        words = escape(text[start:end])
        if layers:
            title = "、".join(LAYERS[layer] for layer in layers)
            pieces.append(f'<mark class="{layers[0]}" title="{title}的依据">{words}</mark>')
        else:
            pieces.append(str(words))
    return Markup("".join(pieces))
