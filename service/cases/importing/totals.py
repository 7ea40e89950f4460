"""Rows that sum a list up, such as 合计; they are no letters."""

from __future__ import annotations

import re
from collections.abc import Sequence

_TOTAL = re.compile(r"(?:本[页月季年]|全[年部]|累计)?(?:合计|总计|小计|共计|总数|累计)[:：]?")
_FIGURE = re.compile(r"[约共]?[\d,.]+\s*[件条封次宗行份个%]?")


def is_total(cells: Sequence[object]) -> bool:
    """Whether a row holds a word for a total and, besides it, nothing but figures.

    A letter that begins with 合计 has words of its own and is none.
    """
    texts = ["".join(str(cell).split()) for cell in cells if cell is not None]
    others = [text for text in texts if text and not _TOTAL.fullmatch(text)]
    n_filled = sum(1 for text in texts if text)
    return len(others) < n_filled and all(_is_figure(text) for text in others)


def _is_figure(text: str) -> bool:
    return _FIGURE.fullmatch(text) is not None
