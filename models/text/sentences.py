"""Sentences: spans that end with a Chinese or Western full stop, question mark or line break."""

from __future__ import annotations

import re
from typing import NamedTuple

_SENTENCE = re.compile(r"[^。！？!?；;\n]*[。！？!?；;]+[”’」』）)\"']*|[^。！？!?；;\n]+")


class Sentence(NamedTuple):
    """A sentence with its place in the text; `end` exclusive."""

    text: str
    start: int
    end: int


def sentences(text: str) -> list[Sentence]:
    """Split a text; pieces that are blank are left out, places refer to `text`."""
    found = []
    for match in _SENTENCE.finditer(text):
        piece = match.group().strip()
        if piece:
            start = match.start() + match.group().index(piece[0])
            found.append(Sentence(piece, start, start + len(piece)))
    return found
