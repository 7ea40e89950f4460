"""From cells that span rows and columns to a rectangle of slots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MAX_SLOTS = 40_000
_MAX_SPAN = 400


@dataclass(frozen=True, slots=True)
class SpanCell:
    """A cell as written in the file: its text and how far it reaches."""

    text: str
    rows: int = 1
    columns: int = 1


def lay(lines: Sequence[Sequence[SpanCell]]) -> tuple[list[list[int | None]], list[str]]:
    """Lay cells out the way a browser does.

    Returns slots (for each row and column the index of the covering text, or None) and the texts.
    Spans past the end of the table are cut; a table that would need more than `MAX_SLOTS` is cut
    there, so a hostile `colspan` cannot exhaust memory.
    """
    texts: list[str] = []
    taken: dict[tuple[int, int], int] = {}
    width = 0
    for y, line in enumerate(lines):
        x = 0
        for cell in line:
            while (y, x) in taken:
                x += 1
            columns = min(max(cell.columns, 1), _MAX_SPAN)
            rows = min(max(cell.rows, 1), _MAX_SPAN, len(lines) - y)
            if len(taken) + rows * columns > MAX_SLOTS:
                break
            texts.append(cell.text)
            for dy in range(rows):
                for dx in range(columns):
                    taken.setdefault((y + dy, x + dx), len(texts) - 1)
            x += columns
            width = max(width, x)
    slots = [[taken.get((y, x)) for x in range(width)] for y in range(len(lines))]
    return slots, texts
