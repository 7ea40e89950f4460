"""One-to-one folding of characters, so that offsets into the source stay valid.

Full width becomes half width, Kangxi and CJK supplement radicals (which PDF text layers are full
of) become ideographs, traditional becomes simplified. The full-width comma is left alone: it never
groups thousands, and a half-width one may.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache

from models.resources import data_path

_BLOCKS = ((0xA0, 0x100), (0x2000, 0x2070), (0x2460, 0x2500), (0x2E80, 0x3100), (0x3200, 0x3400))
_FORMS = ((0xF900, 0xFB00), (0xFE30, 0xFE70), (0xFF00, 0xFFF0))
_KEPT = {"，", "…", "·"}
_DASHES = "‐‑‒–—―−－─"


@cache
def _table() -> dict[int, str]:
    table: dict[int, str] = {}
    for first, last in (*_BLOCKS, *_FORMS):
        for code in range(first, last):
            character = chr(code)
            image = unicodedata.normalize("NFKC", character)
            if character not in _KEPT and len(image) == 1 and image != character:
                table[code] = image
    for name in ("simplified.tsv", "radicals.tsv"):
        for line in data_path("lexicon", name).read_text(encoding="utf-8").splitlines():
            if line and not line.startswith("#"):
                source, target = line.split("\t")
                if len(source) == 1 and len(target) == 1:
                    table[ord(source)] = target
    table |= {ord(c): "-" for c in _DASHES}
    table |= dict.fromkeys((160, 12288, 65279, 8203, 8204, 8205, 8232, 8233), " ")
    # A circled or bracketed number is one character; it numbers a list and never counts anything.
    table |= dict.fromkeys(range(9312, 9472), "·")
    return table


def fold(text: str) -> str:
    """Folded text of the same length; `fold(text)[i]` stands for `text[i]`."""
    return text.translate(_table())


@lru_cache(maxsize=8192)
def squash(text: str) -> str:
    """Folded text without any white space: the form in which labels are compared."""
    return "".join(fold(text).split())


def compact(text: str, start: int = 0) -> tuple[str, Sequence[int]]:
    """Folded text without white space, with the way back.

    Returns the text and, for each of its characters, `start` plus its index in `text`.
    White space between two digits stays as one blank: `57 174` are two numbers.
    """
    folded = fold(text)
    characters: list[str] = []
    offsets: list[int] = []
    gap = False
    for index, character in enumerate(folded):
        if character.isspace():
            gap = True
            continue
        if gap and characters and character.isdigit() and characters[-1].isdigit():
            characters.append(" ")
            offsets.append(start + index - 1)
        gap = False
        characters.append(character)
        offsets.append(start + index)
    return "".join(characters), offsets
