"""Numbers in folded prose: value, unit, whether approximate; never years or phone numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from service.report.narrative.cues import load_cues
from service.report.narrative.numerals import CHARACTERS, chinese_value

_SCALE = {"万": 10_000, "亿": 100_000_000, "千": 1_000, "百": 100}
_ROUND = "百千万亿"
_IDENTIFIER_BEFORE = re.compile(r"[A-Za-z0-9.@/_:+\-〔\[&=#]$")
_IDENTIFIER_AFTER = re.compile(r"^(?:[A-Za-z@_+〕\]]|[-/.:]\d|[-~至到]\d)")
_BOUNDARY = re.compile(r"^(?:[，,。；;、)\]/ ！？\s]|$|等|\()")
_QUOTED = re.compile(r"[“‘\"'《<「]$")
_NUMBERING = re.compile(r"(?:^|[。；;：:！？])$")
_CHINESE_VETO = re.compile(r"^(?:性|分|件|事|龙|办|起来|体|条|定|些|系列|场|网|站|端|直)")
_CHINESE_BEFORE = re.compile(
    r"[第每逐任同这该某另首零百千万数几跑各其\d一二两三四五六七八九十]$|最多$"
)
_MAX_DIGITS = 15


@dataclass(frozen=True, slots=True)
class Number:
    """A counted or measured number in prose.

    Parameters
    ----------
    value : Decimal
        万 and 亿 multiplied out, unless they belong to a unit of money or area.
    unit : str
        Measure word, `%`, or empty.
    approximate : str
        The word that makes it approximate (近, 余, …), or empty.
    start, end : int
        Span of number and unit in the passage.
    raw : str
    """

    value: Decimal
    unit: str
    approximate: str
    start: int
    end: int
    raw: str


def find_numbers(text: str) -> list[Number]:
    """All numbers that count or measure something, in order.

    text : folded, without white space.
    """
    found = [n for m in _arabic().finditer(text) if (n := _number(text, m)) is not None]
    found += [n for m in _chinese().finditer(text) if (n := _chinese_number(text, m)) is not None]
    return sorted(found, key=lambda n: n.start)


@cache
def _arabic() -> re.Pattern[str]:
    cues = load_cues()
    units = "|".join(map(re.escape, cues.units))
    before = "|".join(cues.approximate_before)
    after = "|".join(cues.approximate_after)
    return re.compile(
        rf"(?P<near>{before})?(?P<digits>\d{{1,3}}(?:,\d{{3}})+(?![\d,]*\d)|\d+)(?P<fraction>\.\d+)?"
        rf"(?P<scale>[万亿千百](?!元|平方米|亩|公顷))?(?P<over>{after})?"
        rf"(?P<scale2>(?<=[余多几])[万亿](?!元|亩|平方米))?"
        rf"(?P<unit>个百分点|百分点|%|‰|(?:{units})(?:次(?!数))?)?(?P<over2>左右|以上|余)?"
    )


@cache
def _chinese() -> re.Pattern[str]:
    units = "|".join(map(re.escape, load_cues().chinese_units))
    return re.compile(
        rf"(?P<digits>[{CHARACTERS}]+)(?:(?P<over>余|多)(?P<scale>[万亿])?)?(?P<unit>{units})"
    )


def _number(text: str, match: re.Match[str]) -> Number | None:
    start, end = match.start("digits"), match.end()
    unit = match["unit"] or ""
    before, after = text[max(0, start - 8) : start], text[end : end + 8]
    if _is_identifier(text, match, before, after):
        return None
    if not unit and (not _BOUNDARY.match(after) or _QUOTED.search(before)):
        return None
    if unit == "%" and _QUOTED.search(before):
        return None
    if _time(text, match, unit) or _is_tabular(text, match):
        return None
    digits = match["digits"].replace(",", "")
    if len(digits) > _MAX_DIGITS:
        return None
    value = Decimal(digits + (match["fraction"] or ""))
    for name in ("scale", "scale2"):
        value *= _SCALE.get(match[name] or "", 1)
    near = match["near"] or match["over"] or match["over2"] or ""
    return Number(value, unit, near, start, end, text[start:end])


def _is_identifier(text: str, match: re.Match[str], before: str, after: str) -> bool:
    start = match.start("digits")
    # `:` opens a list (`:3件`) when a unit follows.
    opens_list = before.endswith((":", "/")) and match["unit"]
    if not opens_list and (before.endswith("第") or _IDENTIFIER_BEFORE.search(before)):
        return True
    if not match["unit"] and _IDENTIFIER_AFTER.match(after):
        return True
    if match["unit"] and re.match(r"^[A-Za-z@]", after):
        return True
    bare = not match["unit"] and not match["scale"]
    if bare and before.endswith("(") and after.startswith(")"):
        return True
    if bare and after[:1] in (".", "、") and _NUMBERING.search(text[max(0, start - 1) : start]):
        return True
    return bool(bare and re.search(r"(?:电话|邮编|编码|传真|号码|代码|热线)[:：为是]?$", before))


def _time(text: str, match: re.Match[str], unit: str) -> bool:
    """Whether the number tells time or order: years, dates, deadlines."""
    end = match.end("fraction") if match["fraction"] else match.end("digits")
    tail = text[end : end + 8].lstrip("余多几")
    return any(tail.startswith(word) and len(word) >= len(unit) for word in load_cues().not_counts)


def _is_tabular(text: str, match: re.Match[str]) -> bool:
    """Figures in a row with only blanks between them belong to a table, not to a sentence."""
    start, end = match.start("digits"), match.end()
    before, after = text[max(0, start - 2) : start], text[end : end + 2]
    return bool(re.search(r"\d $", before) or re.match(r" \d", after))


def _chinese_number(text: str, match: re.Match[str]) -> Number | None:
    before = text[max(0, match.start() - 3) : match.start()]
    after = text[match.end() : match.end() + 3]
    if _CHINESE_BEFORE.search(before[-2:]) or _CHINESE_VETO.match(after):
        return None
    if match["digits"] == "一" and match["unit"] in ("起", "条", "次", "部", "项", "期"):
        return None
    if _QUOTED.search(before[-1:]) or (
        match["digits"] == "一" and before.endswith(("统", "唯", "单"))
    ):
        return None
    digits, over = match["digits"], match["over"] or ""
    value = chinese_value(digits)
    # 零件 counts nothing; 百件, 千件 and 万件 alone are ways of speaking, 百余件 is a count.
    if not value or (len(digits) == 1 and digits in _ROUND and not over):
        return None
    near = _near(text[: match.start()]) if any(c in digits for c in _ROUND) else ""
    return Number(
        Decimal(value) * _SCALE.get(match["scale"] or "", 1),
        match["unit"],
        near or over,
        match.start(),
        match.end(),
        match.group(),
    )


def _near(before: str) -> str:
    """The word that makes a number approximate, at the end of what stands before it."""
    words = (word for word in load_cues().approximate_before if "?" not in word)
    return next((word for word in words if before.endswith(word)), "")


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Spans of sentences: 。！？ end one, wherever they stand."""
    start = 0
    for match in re.finditer(r"[。！？!?]+[”’)]*", text):
        yield start, match.end()
        start = match.end()
    if start < len(text):
        yield start, len(text)
