"""What a cell of a table says: a number, nothing, a mark for none, or something unread."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from service.report.model import CellState
from service.report.reading.glyphs import fold

_UNITS = r"(?:万元|亿元|元|件|条|项|个|份|宗|起|次|人次|人|篇)"
_NUMBER = re.compile(
    rf"^(?P<sign>[+-]?)(?P<digits>\d{{1,3}}(?:,\d{{3}})+|\d+)(?P<fraction>\.\d+)?"
    rf"(?P<note>\s*{_UNITS}?\s*(?:[(].*)?)$",
    re.DOTALL,
)
_NOT_APPLICABLE = re.compile(r"^(?:/+|\\|-+|_+|×|无|不适用|[Nn]/?[Aa]|\*+)$")
_WRAPPED = re.compile(r"(?<=\d)\n+(?=[\d.])")
_SPACE = re.compile(r"\s+")
MAX_DIGITS = 15


@dataclass(frozen=True, slots=True)
class Value:
    """State of a cell, its number if it has one, and what stands beside the number."""

    state: CellState
    number: Decimal | None = None
    note: str = ""


@lru_cache(maxsize=8192)
def parse_value(raw: str) -> Value:
    """Read the text of a cell.

    Never repairs: `O` is not 0 and `1 2` is not 12; both are unread. Only a number that a narrow
    cell breaks over two lines is joined, because nothing else can be meant.
    """
    text = fold(raw).strip()
    if not _SPACE.sub("", text):
        return Value(CellState.BLANK)
    text = _WRAPPED.sub("", text)
    if _NOT_APPLICABLE.match(_SPACE.sub("", text)):
        return Value(CellState.NOT_APPLICABLE)
    match = _NUMBER.match(text)
    digits = match["digits"].replace(",", "") if match else ""
    if not match or len(digits) > MAX_DIGITS:
        return Value(CellState.UNREAD)
    sign = "-" if match["sign"] == "-" else ""
    number = Decimal(f"{sign}{digits}{match['fraction'] or ''}")
    return Value(CellState.NUMBER, number, _SPACE.sub("", match["note"]))


def is_value(token: str) -> bool:
    """Whether a token of a flattened table stands for a cell: a number or a mark for none."""
    return parse_value(token).state in (CellState.NUMBER, CellState.NOT_APPLICABLE)
