"""Numbers, dates, ordinals and codes in a text, each in one form however it is written.

1.5万元, 15000元 and 一万五千元 are one quantity; so are 2023年5月3日, 2023-05-03 and
二〇二三年五月三日, 第（四）项 and 第四项, 56.70% and 百分之五十六点七. 约5亩 and 5亩 are two.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from models.summarizers.guard.lexicon import load_lexicon
from models.summarizers.guard.verdict import FaultKind

_CHINESE = "〇零一二两三四五六七八九十百千万亿"
_DIGIT = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_PLACE = {"十": 10, "百": 100, "千": 1000}
_SCALE = {"": 1, "十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8, "万亿": 10**12}
_COUNTED = (
    "个|件|户|亩|名|人|次|条|项|处|套|间|栋|层|年|月|日|天|岁|元|块|米|公里|千米|平方|平米|公顷|吨|页|份|期|批|宗|起|家|村|组|"
    "镇|街|座|棵|头|本|场|台|部|类|种|位|倍|周|小时|分钟|秒|里|丈|尺|斤|公斤|万元|亿元|工作日|季度|届|号|例|篇|幅|张|所|片|块|道|口|眼|辆|株|只|匹|人次"
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number, date, ordinal or code.

    Parameters
    ----------
    start, end : int
        Span in the text.
    form : str
        Equal for equal quantities, whatever way they are written.
    raw : str
    kind : str
        Kind of fault it is to change it.
    """

    start: int
    end: int
    form: str
    raw: str
    kind: FaultKind


def find_quantities(text: str) -> Iterator[Quantity]:
    """Quantities of a text in normal form, in order, without overlap."""
    for match in _pattern().finditer(text):
        found = _read(match)
        if found is not None:
            form, kind = found
            yield Quantity(match.start(), match.end(), form, match.group(), kind)


@cache
def _pattern() -> re.Pattern[str]:
    lexicon = load_lexicon()
    near = "|".join(sorted(lexicon.approximate, key=len, reverse=True))
    units = "|".join(map(re.escape, sorted(lexicon.units, key=len, reverse=True)))
    year, part = (
        r"(?:\d{4}|[〇零一二三四五六七八九]{4})",
        rf"(?:\d{{1,2}}|[{_CHINESE[2:12]}十]{{1,3}})",
    )
    return re.compile(
        rf"(?P<year>{year})年度?(?:(?P<month>{part})月(?!份?[内前]?个)(?:(?P<day>{part})[日号])?)?"
        rf"|(?P<iso>(?:19|20)\d\d[-./]\d{{1,2}}[-./]\d{{1,2}})(?!\d)"
        rf"|(?P<month2>{part})月(?P<day2>{part})[日号]"
        rf"|第[(（]?(?P<nth>\d+|[{_CHINESE}]+)[)）]?"
        rf"|百分之(?P<percent>\d+(?:\.\d+)?|[{_CHINESE}]+(?:点[〇零一二三四五六七八九]+)?)"
        rf"|(?P<before>{near})?(?:"
        rf"(?P<digits>\d{{1,3}}(?:,\d{{3}})+(?!\d)|\d+)(?P<fraction>\.\d+)?"
        rf"|(?<![统进同唯专])(?P<chinese>[{_CHINESE}]+(?:点[〇零一二三四五六七八九]+)?)(?=(?:余|多)?(?:{_COUNTED}|万|亿)))"
        rf"(?P<over>余|多(?!次))?(?P<scale>万亿|亿|万|千|百)?(?P<over2>余|多(?!次))?(?P<unit>{units})?(?P<after>左右|上下|以上|以下|以内)?"
        rf"|(?P<code>[a-z]+[a-z0-9]*)"
    )


def _read(match: re.Match[str]) -> tuple[str, FaultKind] | None:
    groups = match.groupdict()
    if groups["code"]:
        return f"#code:{groups['code']}", "name"
    if groups["year"] or groups["month2"] or groups["iso"]:
        return _date(groups)
    if groups["nth"]:
        value = _value(groups["nth"])
        return None if value is None else (f"#nth:{_plain(value)}", "article")
    if groups["percent"]:
        value = _value(groups["percent"])
        return None if value is None else (f"#n:{_plain(value)}:%:", "number")
    return _number(groups)


def _date(groups: dict[str, str | None]) -> tuple[str, FaultKind] | None:
    if iso := groups["iso"]:
        parts = [int(part) for part in re.split(r"[-./]", iso)]
        return f"#date:{parts[0]}:{parts[1]}:{parts[2]}", "date"
    year = groups["year"]
    shown = "" if year is None else _year(year)
    month, day = groups["month"] or groups["month2"], groups["day"] or groups["day2"]
    values = [None if part is None else _value(part) for part in (month, day)]
    if (month and values[0] is None) or (day and values[1] is None):
        return None
    return ":".join(["#date", shown, *("" if v is None else _plain(v) for v in values)]), "date"


def _year(text: str) -> str:
    return text if text.isdecimal() and text.isascii() else "".join(str(_DIGIT[c]) for c in text)


def _number(groups: dict[str, str | None]) -> tuple[str, FaultKind] | None:
    raw = (groups["digits"] or "").replace(",", "") + (groups["fraction"] or "")
    value = Decimal(raw) if raw else _value(groups["chinese"] or "")
    if value is None:
        return None
    value *= _SCALE[groups["scale"] or ""]
    lexicon = load_lexicon()
    unit, factor = lexicon.units.get(groups["unit"] or "", ("", Decimal(1)))
    # 10余万 and 10万余 are not the same, so 余 before the scale keeps its scale
    inner = f"over{groups['scale']}" if groups["over"] and groups["scale"] else ""
    words = (
        groups["before"],
        groups["over2"] or (groups["over"] if not inner else None),
        groups["after"],
    )
    classes = {lexicon.approximate[word] for word in words if word}
    near = "+".join(sorted(classes | ({inner} if inner else set())))
    return f"#n:{_plain(value * factor)}:{unit}:{near}", "number"


def _plain(value: Decimal) -> str:
    return format(value.normalize(), "f")


def _value(text: str) -> Decimal | None:
    """Value of digits or of a Chinese numeral; None for words such as 两三 or 一万二."""
    if text.replace(".", "", 1).isdecimal() and text.isascii():
        return Decimal(text)
    whole, point, fraction = text.partition("点")
    value = _whole(whole)
    if value is None or not point:
        return None if value is None else Decimal(value)
    return Decimal(f"{value}." + "".join(str(_DIGIT[c]) for c in fraction))


def _whole(text: str) -> int | None:
    total, section, digit, last = 0, 0, -1, 10**9
    for character in text:
        if character in _DIGIT:
            if digit > 0 or (digit == 0 and _DIGIT[character] == 0):
                return None
            digit = _DIGIT[character]
            last = 10**9 if digit == 0 else last
        elif character in _PLACE:
            place = _PLACE[character]
            if digit < 0 and not (place == 10 and section == 0):
                return None
            section += (1 if digit < 0 else digit) * place
            digit, last = -1, place
        else:
            total = (total + section + max(digit, 0)) * _SCALE[character]
            section, digit, last = 0, -1, _SCALE[character]
    # 一万二 is twelve thousand in speech and 一万零二 in a table: too unsure to be a number
    if digit > 0 and 100 <= last < 10**9:
        return None
    return total + section + max(digit, 0)
