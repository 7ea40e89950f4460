"""Conditions over figures, as patterns and the guard use them.

`id` known · `!id` not known · `id > 0`, `id == id2`, … compared · `a | b` either. A comparison
with a figure that is not known does not hold.
"""

from __future__ import annotations

import operator
import re
from decimal import Decimal

from service.report.figures.figure import FigureBook

_COMPARISON = re.compile(r"^(\S+)\s*(==|!=|>=|<=|>|<)\s*(\S+)$")
_OPERATORS = {"==": operator.eq, "!=": operator.ne, ">=": operator.ge, "<=": operator.le,
              ">": operator.gt, "<": operator.lt}  # fmt: skip


def holds(condition: str, book: FigureBook) -> bool:
    """Whether a condition holds for the figures."""
    if "|" in condition:
        return any(holds(part.strip(), book) for part in condition.split("|"))
    match = _COMPARISON.match(condition.strip())
    if not match:
        return condition[1:] not in book if condition.startswith("!") else condition in book
    left, right = _value(match[1], book), _value(match[3], book)
    return left is not None and right is not None and bool(_OPERATORS[match[2]](left, right))


def _value(word: str, book: FigureBook) -> Decimal | None:
    return Decimal(word) if re.fullmatch(r"-?\d+(?:\.\d+)?", word) else book.value(word)
