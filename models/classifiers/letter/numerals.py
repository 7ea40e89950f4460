"""Numbers as statutes are cited: 36, ３６ (already half-width), 三十六, 三六, 卅六, 百零三."""

from __future__ import annotations

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "○": 0, "o": 0}
_TENS = {"廿": 20, "卅": 30, "卌": 40}
_UNITS = {"十": 10, "百": 100, "拾": 10}

NUMERAL = r"(?:[0-9]{1,3}|[零〇○一二三四五六七八九十百拾两廿卅卌]{1,7})"
"""Regular expression of one number; it may match what is none (`百百`)."""


def parse_numeral(text: str) -> int | None:
    """Value of a number in 0..999, or None if the characters make none.

    Positional writing (三六) and multiplicative writing (三十六) are both read.
    """
    if text.isdecimal() and text.isascii() and len(text) <= 3:
        return int(text)
    if not text or any(c not in _DIGITS and c not in _TENS and c not in _UNITS for c in text):
        return None
    if all(c in _DIGITS for c in text):
        return int("".join(str(_DIGITS[c]) for c in text)) if len(text) <= 3 else None
    return _multiplicative(text)


def _multiplicative(text: str) -> int | None:
    total, pending, ceiling = 0, None, 1000
    for c in text:
        if c in _DIGITS:
            if pending:  # two digits in a row, and not a leading zero
                return None
            pending = _DIGITS[c]
            continue
        if c in _TENS:
            if pending or ceiling <= 10:
                return None
            total, pending, ceiling = total + _TENS[c], None, 10
            continue
        unit = _UNITS[c]
        if unit >= ceiling or (pending == 0 and unit == 100):
            return None
        total, pending, ceiling = total + (pending or 1) * unit, None, unit
    total += pending or 0
    return total if total < 1000 else None


def chinese_numeral(value: int) -> str:
    """A number in 1..999 as statutes print it: 一百零三, 三十六, 十五.

    Raises
    ------
    ValueError
        If the number is out of range.
    """
    if not 1 <= value <= 999:
        raise ValueError(f"{value} is not in 1..999")
    digits = "零一二三四五六七八九"
    hundreds, rest = divmod(value, 100)
    tens, ones = divmod(rest, 10)
    text = f"{digits[hundreds]}百" if hundreds else ""
    if tens:
        text += ("" if tens == 1 and not hundreds else digits[tens]) + "十"
    elif hundreds and ones:
        text += "零"
    return text + (digits[ones] if ones else "")
