"""Chinese numerals as they count things in prose: 十二, 三百, 一万二千, 一千零五十, 百余."""

from __future__ import annotations

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_PLACES = {"十": 10, "百": 100, "千": 1000}
_SCALES = {"万": 10**4, "亿": 10**8}
CHARACTERS = "".join((*_DIGITS, *_PLACES, *_SCALES))


def chinese_value(text: str) -> int | None:
    """Value of a Chinese numeral; None for what is none, such as 百百 or 三三.

    The last digit of a spoken number stands one place below the one before it: 一万二 is 12000,
    三百五 is 350. Bare 百, 千 and 万 are 100, 1000 and 10000.
    """
    total = section = 0
    pending: int | None = None
    below = 1  # worth of a last digit that no place follows
    highest = 10**4  # places of a section fall
    for character in text:
        if character in _DIGITS:
            if pending:
                return None
            pending = _DIGITS[character]
            below = 1 if pending == 0 else below
        elif character in _PLACES:
            place = _PLACES[character]
            if place >= highest:
                return None
            section += (pending or 1) * place
            pending, highest, below = None, place, place // 10
        elif character in _SCALES:
            section += pending or 0
            scale = _SCALES[character]
            if total and scale > 10**4:
                return None
            total = (total + (section or 1) * scale) if scale == 10**4 else (section or 1) * scale
            section, pending, highest, below = 0, None, 10**4, scale // 10
        else:
            return None
    return total + section + (pending or 0) * below if text else None
