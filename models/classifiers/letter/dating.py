"""The date under a letter."""

from __future__ import annotations

import re
from datetime import date
from unicodedata import normalize

from models.classifiers.letter.numerals import NUMERAL, parse_numeral

_DIGITS = {c: str(i) for i, c in enumerate("零一二三四五六七八九")} | {"〇": "0", "○": "0"}
_SIGNED = re.compile(
    r"(?<![0-9])([12][0-9]{3}|[一二][〇○零一二三四五六七八九]{3})[年./-]"
    rf"({NUMERAL})[月./-]({NUMERAL})日?[^0-9,，。;；]{{0,12}}$"
)


def date_of_letter(original: str) -> date | None:
    """Date at the end of the last line that ends in one; None if there is none or it is no day.

    Dates inside sentences are not the letter's: 请于2030年1月1日前… is a term.
    """
    for line in reversed(original.splitlines()):
        found = _SIGNED.search(re.sub(r"\s", "", normalize("NFKC", line)))
        if found is None:
            continue
        year = "".join(_DIGITS.get(c, c) for c in found[1])
        month, day = parse_numeral(found[2]), parse_numeral(found[3])
        try:
            return date(int(year), month or 0, day or 0)
        except ValueError:
            return None
    return None
