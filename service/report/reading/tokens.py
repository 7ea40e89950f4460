"""Lines of a flattened table as words and figures with their places."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from service.report.reading.glyphs import fold
from service.report.reading.manuscript import UNSEEN, Line
from service.report.reading.rows import RawCell
from service.report.reading.values import is_value

_TOKEN = re.compile(r"[^\s(]+(?:[ \t　]*\([^)\n]{0,30}\))?|\([^\s]*")
_NUMBER_LABEL = re.compile(r"^\d{1,2}\s*[.、．]")
_PAGE_LINE = re.compile(r"^\s*(?:-+\s*\d{1,3}\s*-+|第\s*\d{1,3}\s*页(?:\s*[/共].*)?)\s*$")
RULE_LINE = re.compile(r"^[\s|:+=-]*-{3,}[\s|:+=-]*$")


@dataclass(frozen=True, slots=True)
class Token:
    """A word or figure. `middle` is its horizontal centre: points in PDF, columns in text."""

    cell: RawCell
    middle: float
    is_figure: bool


def tokenize(line: Line) -> list[Token]:
    """Words and figures of a line in order; a note in brackets stays with its figure."""
    folded = fold(line.text)
    if RULE_LINE.match(folded) or _PAGE_LINE.match(folded):
        return []
    if line.words:
        return list(_from_words(line))
    return list(_from_text(line))


def _from_words(line: Line) -> Iterator[Token]:
    position = 0
    for word in line.words:
        found = line.text.find(word.text, position)
        position = found + len(word.text) if found >= 0 else position
        start = line.start + max(found, 0)
        cell = RawCell(word.text, start, start + len(word.text))
        figure = word.text == UNSEEN or is_value(word.text)
        yield Token(cell, (word.left + word.right) / 2, figure)


def _from_text(line: Line) -> Iterator[Token]:
    folded = fold(line.text)
    for match in _TOKEN.finditer(folded):
        text = line.text[match.start() : match.end()]
        head = match.group().split("(")[0]
        if not is_value(match.group()) and is_value(head) and "(" in match.group():
            # `3 (三)不予公开`: the bracket opens a label, not a note.
            yield _token(line, match.start(), match.start() + len(head.rstrip()), folded)
            begin = match.start() + match.group().index("(")
            yield _token(line, begin, match.end(), folded)
            continue
        cell = RawCell(text, line.start + match.start(), line.start + match.end())
        figure = is_value(text) and not _NUMBER_LABEL.match(folded[match.start() :])
        yield Token(cell, _column(folded, match.start(), match.end()), figure)


def _token(line: Line, start: int, end: int, folded: str) -> Token:
    text = line.text[start:end]
    return Token(
        RawCell(text, line.start + start, line.start + end),
        _column(folded, start, end),
        is_value(text),
    )


def _column(text: str, start: int, end: int) -> float:
    """Centre of a token in display columns: an ideograph is two wide."""
    if "  " not in text and "\t" not in text:
        return float(start)  # words parted by single blanks do not stand in columns
    before = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text[:start])
    return before + (end - start) / 2


def column_centres(rows: Sequence[Sequence[Token]], n_columns: int) -> list[float] | None:
    """Centre of each column from the complete rows; None if they do not stand in columns."""
    full = [row for row in rows if len(row) == n_columns]
    if len(full) < 3:
        return None
    centres = [median(row[i].middle for row in full) for i in range(n_columns)]
    gap = min(b - a for a, b in itertools.pairwise(centres))
    if gap <= 0:
        return None
    strays = sum(
        abs(token.middle - centres[i]) > 0.35 * gap for row in full for i, token in enumerate(row)
    )
    return centres if strays == 0 else None


def by_position(row: Sequence[Token], centres: Sequence[float], line: Line) -> list[RawCell] | None:
    """Put the figures of an incomplete row under their columns; the others are blank.

    After OCR the others are unread: it may have missed them.
    """
    gap = min(b - a for a, b in itertools.pairwise(centres))
    blank = RawCell(UNSEEN if line.recognized else "", line.end, line.end)
    cells = [blank] * len(centres)
    for token in row:
        index = min(range(len(centres)), key=lambda i: abs(centres[i] - token.middle))
        if abs(centres[index] - token.middle) > 0.4 * gap or cells[index] is not blank:
            return None
        cells[index] = token.cell
    return cells
