"""Text and Markdown: lines as they are, pipe tables as grids."""

from __future__ import annotations

import re
from collections.abc import Sequence

from service.report.reading.manuscript import Manuscript, Scribe
from service.report.reading.spans import SpanCell, lay

_PIPE_ROW = re.compile(r"^\s*\|.*\|\s*$|^[^|\n]*\|[^|\n]*\|.*$")
_RULE_ROW = re.compile(r"^[\s|:+=-]*-[\s|:+=-]*$")
_HEADING = re.compile(r"^(\s*)#{1,6}\s+")
_EMPHASIS = re.compile(r"(\*\*|__|`)")
_CELL_BREAK = re.compile(r"(?<!\\)\|")
_LONE_PIPE = re.compile(r"\s*\|\s*$")
_BR = re.compile(r"<br\s*/?>", re.IGNORECASE)


def read_text(text: str) -> Manuscript:
    """Read plain or Markdown text, already decoded."""
    scribe = Scribe()
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0c", "\n").split("\n")
    index = 0
    while index < len(lines):
        rows = _pipe_rows(lines, index)
        if rows:
            _grid(lines[index : index + rows], scribe)
            index += rows
            continue
        scribe.line(_plain(lines[index]))
        index += 1
    return Manuscript("text", scribe.text, tuple(scribe.blocks))


def _pipe_rows(lines: Sequence[str], first: int) -> int:
    """How many lines from `first` on form a pipe table; 0 if fewer than two do."""
    count = 0
    for line in lines[first:]:
        if not (_PIPE_ROW.match(line) or (count and _RULE_ROW.match(line) and "|" in line)):
            break
        count += 1
    return count if count >= 2 else 0


def _grid(lines: Sequence[str], scribe: Scribe) -> None:
    rows = []
    for line in lines:
        if _RULE_ROW.match(line):
            continue
        body = line.strip()
        body = body[1:] if body.startswith("|") else body
        body = body[:-1] if body.endswith("|") else body
        cells = [_BR.sub("\n", _plain(c.strip())) for c in _CELL_BREAK.split(body)]
        rows.append([SpanCell(cell) for cell in cells])
    slots, texts = lay(rows)
    scribe.grid(slots, texts)


def _plain(line: str) -> str:
    line = _LONE_PIPE.sub("", line)  # crawlers end every cell's own line with a pipe
    return _EMPHASIS.sub("", _HEADING.sub(r"\1", line))
