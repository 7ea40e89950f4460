"""Whether one cell holds more than one letter: after a signature with its date, a title again."""

from __future__ import annotations

import re

_SIGNED = re.compile(
    r"(?:[0-9]{4}|[二〇○零一三四五六七八九]{4})\s*[年./-]\s*[0-9一二三四五六七八九十]{1,2}\s*[月./-]"
    r"\s*[0-9一二三四五六七八九十]{1,3}\s*日?\s*$"
)
_TITLE = re.compile(
    r"^(?!附).{0,40}(?:答复书|告知书|决定书|通知书|答复函|复函|回执|(?:的|依申请公开)(?:答复|告知|回复))(?:\(.{1,20}\)|（.{1,20}）)?$"
)
_LONGEST_LINE = 60


def count_letters(original: str) -> int:
    """How many letters a text holds, at least 1. Accepts any string.

    Only lines count that hold a date of signature at their end or a title and nothing else, so
    that dates and titles in running text are none.
    """
    n, signed = 1, False
    for line in original.splitlines():
        stripped = re.sub(r"\s", "", line)
        if not stripped or len(stripped) > _LONGEST_LINE:
            continue
        if _SIGNED.search(stripped):
            signed = True
        elif signed and _TITLE.match(stripped):
            n, signed = n + 1, False
    return n
