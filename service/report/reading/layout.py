"""Words with positions to lines: what PDF text layers and OCR have in common."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import Any

from service.report.reading.manuscript import Word


def rows_of(words: Iterable[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Words that share a base line, left to right, top to bottom."""
    rows: list[list[dict[str, Any]]] = []
    for word in sorted(words, key=lambda w: (w["top"] + w["bottom"], w["x0"])):
        middle = (word["top"] + word["bottom"]) / 2
        last = rows[-1] if rows else None
        if last and abs((last[0]["top"] + last[0]["bottom"]) / 2 - middle) <= 4:
            last.append(word)
        else:
            rows.append([word])
    return [sorted(row, key=lambda w: w["x0"]) for row in rows]


def compose(row: Sequence[dict[str, Any]]) -> tuple[str, tuple[Word, ...]]:
    """Join words; a gap wider than a character is a tab, which keeps columns apart."""
    text = row[0]["text"]
    for before, word in itertools.pairwise(row):
        gap = word["x0"] - before["x1"]
        size = max(word["bottom"] - word["top"], 1)
        text += ("\t" if gap > 1.6 * size else " " if gap > 0.15 * size else "") + word["text"]
    return text, tuple(Word(w["text"], float(w["x0"]), float(w["x1"])) for w in row)
