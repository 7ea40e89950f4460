"""Things with letters or signs in them: plates, deeds, passports, mail, accounts, coordinates."""

from __future__ import annotations

import re
from functools import cache

from models.text.redaction.lexicon import any_of, lexicon
from models.text.redaction.scan import Confidence, Scan

_PROVINCES = "使领京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_PLATE = re.compile(
    r"[A-HJ-NP-Z][·. ]?(?:[DF][A-HJ-NP-Z0-9]\d{4}|\d{5}[DF]"
    r"|[A-HJ-NP-Z0-9]{4}[A-HJ-NP-Z0-9挂学警港澳])(?![A-Za-z0-9])"
)
_DEED = re.compile(r"第 ?([A-Za-z0-9\-]{3,30}) ?号")
_DEED_BEFORE = re.compile(
    r"(?:不动产权|不动产证明|不动产登记证明|房权证|房产证|房证|国用|集用)[^第\n\x1e]{0,14}$"
)
_EMAIL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._%+\-]{0,63}@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+")
_MESSENGER = re.compile(
    r"(?:微信|威信|QQ|qq|Qq|扣扣|wechat|WeChat|vx|VX)(?:号码|号|ID|id)? ?[:是为]{0,2} ?"
    r"([A-Za-z0-9][A-Za-z0-9_\-]{4,19})"
)
_DOCUMENT = re.compile(r"(?<![A-Za-z0-9])(?:[A-Z]{1,2}\d{7,10}|\d{8,10})(?![A-Za-z0-9])")
_COORDINATE = r"(?:\d{1,3}\.\d{4,}|\d{1,3}°\d{1,2}[′'](?:\d{1,2}(?:\.\d+)?[″\"])?)"
_PAIR = re.compile(rf"{_COORDINATE}°? ?[EN]?[,，、/ ] ?{_COORDINATE}°? ?[EN]?")
_SINGLE = re.compile(rf"{_COORDINATE}°?")
_AXIS = re.compile(r"(?:东经|北纬|经度|纬度|(?<![A-Za-z])[EN]) ?[:为]? ?$")


@cache
def _document_context() -> re.Pattern[str]:
    words = any_of(lexicon().context["document"])
    return re.compile(rf"{words}[^0-9A-Za-z。\n\x1e]{{0,8}}")


def find_marks(scan: Scan) -> None:
    """Report everything that a pattern of letters and signs gives away."""
    text = scan.text
    _plates(scan)
    for match in _DEED.finditer(text):
        if _DEED_BEFORE.search(scan.before(match.start(), 30)):
            scan.hit(*match.span(1), "title_deed", Confidence.HIGH, "title_deed_context")
    if "@" in text:
        for match in _EMAIL.finditer(text):
            scan.hit(*match.span(), "email", Confidence.HIGH, "email_shape")
    for match in _MESSENGER.finditer(text):
        scan.hit(*match.span(1), "messenger", Confidence.MEDIUM, "messenger_context")
    for context in _document_context().finditer(text):
        found = _DOCUMENT.match(text, context.end())
        if found:
            scan.hit(*found.span(), "document", Confidence.MEDIUM, "document_context")
    _coordinates(scan)


def _plates(scan: Scan) -> None:
    for start in scan.word_runs(1):
        if start and scan.text[start - 1] in _PROVINCES:
            plate = _PLATE.match(scan.text, start)
            if plate:
                scan.hit(start - 1, plate.end(), "plate", Confidence.HIGH, "plate_shape")


def _coordinates(scan: Scan) -> None:
    """Report pairs of degrees that lie around China, and single ones with their axis named."""
    for start in scan.digit_runs(1, 3):
        if (
            scan.text[start + 1 : start + 4].find(".") < 0
            and "°" not in scan.text[start : start + 4]
        ):
            continue
        axis = _AXIS.search(scan.before(start, 6))
        pair = _PAIR.match(scan.text, start)
        if pair and (axis or _is_place(pair.group())):
            scan.hit(*pair.span(), "coordinates", Confidence.MEDIUM, "coordinates_shape")
            continue
        single = _SINGLE.match(scan.text, start)
        if single and axis:
            scan.hit(*single.span(), "coordinates", Confidence.MEDIUM, "coordinates_axis")


def _is_place(shown: str) -> bool:
    """Whether a pair lies in China or its surroundings; a labelled single one always counts."""
    values = [float(v) for v in re.findall(r"\d{1,3}\.\d{4,}", shown)]
    if len(values) != 2:
        return True
    low, high = sorted(values)
    return 3 <= low <= 54 and 73 <= high <= 136
