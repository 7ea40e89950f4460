"""The reliability plot of a card, as a small SVG: probability against the share that was right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_SIDE, _GAP, _MARGIN = 180, 40, 34


def reliability_svg(sets: Mapping[str, Mapping[str, Any]]) -> str:
    """Draw one square for each measured set and head.

    Parameters
    ----------
    sets : mapping of set name to mapping of head name to an evaluation's plain values
        Each with `reliability`: bins with `n_documents`, `probability`, `accuracy`. The area of a
        dot is the bin's number of documents; on the diagonal, probabilities are true.
    """
    squares = []
    for row, (title, heads) in enumerate(sets.items()):
        for column, (head, evaluation) in enumerate(heads.items()):
            x = _MARGIN + column * (_SIDE + _GAP)
            y = _MARGIN + row * (_SIDE + _GAP + 14)
            squares.append(_square(x, y, f"{title}: {head}", evaluation["reliability"]))
    width = _MARGIN + max((len(heads) for heads in sets.values()), default=0) * (_SIDE + _GAP)
    height = _MARGIN + len(sets) * (_SIDE + _GAP + 14)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" font-family="sans-serif" font-size="11">'
        f'<rect width="100%" height="100%" fill="white"/>{"".join(squares)}</svg>\n'
    )


def _square(x: int, y: int, title: str, bins: Sequence[Mapping[str, float]]) -> str:
    total = sum(b["n_documents"] for b in bins) or 1
    bottom, right = y + _SIDE, x + _SIDE
    dots = "".join(
        f'<circle cx="{x + b["probability"] * _SIDE:.1f}" '
        f'cy="{bottom - b["accuracy"] * _SIDE:.1f}" '
        f'r="{2 + 16 * (b["n_documents"] / total) ** 0.5:.1f}" fill="#2a6f97" fill-opacity="0.7"/>'
        for b in bins
    )
    return (
        f'<text x="{x}" y="{y - 6}">{title} (n = {total})</text>'
        f'<rect x="{x}" y="{y}" width="{_SIDE}" height="{_SIDE}" fill="none" stroke="#999"/>'
        f'<line x1="{x}" y1="{bottom}" x2="{right}" y2="{y}" stroke="#999" '
        f'stroke-dasharray="4 3"/>{dots}'
        f'<text x="{x}" y="{bottom + 13}">0</text>'
        f'<text x="{right - 6}" y="{bottom + 13}">1</text>'
        f'<text x="{x + 55}" y="{bottom + 13}">probability</text>'
    )
