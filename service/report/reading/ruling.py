"""From the cell boxes of a ruled PDF table to slots, merged cells included."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import Any

Box = tuple[float, float, float, float]
_TOLERANCE = 3.0


def slots_of(
    boxes: Sequence[Box], characters: Iterable[dict[str, Any]]
) -> tuple[list[list[int | None]], list[str]]:
    """Lay boxes (left, top, right, bottom) out as a grid and collect the text of each.

    Returns for each row and column the index of the covering box or None, and the texts.
    """
    xs = _edges(x for box in boxes for x in (box[0], box[2]))
    ys = _edges(y for box in boxes for y in (box[1], box[3]))
    slots: list[list[int | None]] = [[None] * (len(xs) - 1) for _ in range(len(ys) - 1)]
    held: list[list[dict[str, Any]]] = [[] for _ in boxes]
    for index, (left, top, right, bottom) in enumerate(boxes):
        for y in range(_nearest(ys, top), _nearest(ys, bottom)):
            for x in range(_nearest(xs, left), _nearest(xs, right)):
                slots[y][x] = index
    for character in characters:
        x = (character["x0"] + character["x1"]) / 2
        y = (character["top"] + character["bottom"]) / 2
        column, row = _slot(xs, x), _slot(ys, y)
        if column is not None and row is not None:
            covering = slots[row][column]
            if covering is not None:
                held[covering].append(character)
    return slots, [_text(chars) for chars in held]


def _edges(values: Iterable[float]) -> list[float]:
    edges: list[float] = []
    for value in sorted(values):
        if not edges or value - edges[-1] > _TOLERANCE:
            edges.append(value)
    return edges


def _nearest(edges: Sequence[float], value: float) -> int:
    return min(range(len(edges)), key=lambda i: abs(edges[i] - value))


def _slot(edges: Sequence[float], value: float) -> int | None:
    for index in range(len(edges) - 1):
        if edges[index] <= value <= edges[index + 1]:
            return index
    return None


def _text(characters: Sequence[dict[str, Any]]) -> str:
    """Characters of one cell as lines, in reading order."""
    lines: list[list[dict[str, Any]]] = []
    for character in sorted(characters, key=lambda c: (c["top"], c["x0"])):
        if lines and abs(lines[-1][0]["top"] - character["top"]) < 0.5 * character["size"]:
            lines[-1].append(character)
        else:
            lines.append([character])
    return "\n".join(_line(line) for line in lines).strip()


def _line(line: Sequence[dict[str, Any]]) -> str:
    ordered = sorted(line, key=lambda c: c["x0"])
    text = str(ordered[0]["text"])
    for before, character in itertools.pairwise(ordered):
        gap = character["x0"] - before["x1"]
        text += (" " if gap > 0.6 * character["size"] else "") + character["text"]
    return text
