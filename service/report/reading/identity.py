"""Who reports, on which year: from the title, the stated period, the file name, the prose."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from service.report.reading.glyphs import squash
from service.report.reading.manuscript import Line

_TITLE_WORDS = (
    r"(?:政府|政务)?信息公开(?:工作)?(?:的)?(?:年度)?(?:工作)?(?:情况)?(?:的)?(?:年度)?报告"
    r"|(?:政府|政务)?信息公开(?:工作)?年报"
)
_TITLE = re.compile(
    rf"(?P<before>[^。；\d]{{0,45}}?)(?P<year>20[0-3]\d)年?(?:度)?(?P<mid>[^。；，\d]{{0,30}}?)"
    rf"(?:{_TITLE_WORDS})"
)
_YEAR_LAST = re.compile(
    rf"(?P<before>[^。；\d]{{0,45}}?)(?:{_TITLE_WORDS})[(（]?(?P<year>20[0-3]\d)年?度?[)）]?$"
)
_CHINESE_YEAR = re.compile(r"二[〇○零Oo0][一二三][〇○零一二三四五六七八九](?=年)")
_CHINESE_DIGITS = str.maketrans("〇○零Oo一二三四五六七八九", "00000123456789")
_YEARLESS = re.compile(rf"^[^。，]{{2,40}}(?:{_TITLE_WORDS})$")
_PERIOD = re.compile(
    r"(?:统计)?(?:数据)?(?:的)?(?:统计)?(?:期限|时间|周期|时限)?[^。]{0,14}?自?(20\d\d)年1月1日(?:起)?"
    r"(?:至|到|-|~|—)+(?:(20\d\d)年)?12月31日"
)
_AGENCY = re.compile(
    r"[\u4e00-\u9fff]{2,30}?(?:人民政府(?:办公室|办公厅)?|管理局|规划局|资源局|资源厅|分局|局|委员会|委"
    r"|办公室|厅|中心|管委会|街道办事处|镇|乡)"
)
_YEAR = re.compile(r"(20[0-3]\d)年")
_HEAD_LINES = 60
_MAX_TITLE = 70


@dataclass(frozen=True, slots=True)
class Identity:
    """Title, agency and year, with what the year was taken from (`title`, `period`, …)."""

    title: str | None
    agency: str | None
    year: int | None
    year_source: str


def identify(
    lines: Sequence[Line], first_heading: int, file_name: str, file_title: str = ""
) -> Identity:
    """Find out what the report is.

    lines : all lines; first_heading : index of the line that opens section 一, or len(lines).
    file_title : the title in the file's metadata, for pages that show it nowhere else.
    """
    head = lines[max(0, first_heading - _HEAD_LINES) : first_heading]
    title, agency, year = _from_title(head)
    if year is None and file_title:
        shown, named, year = _from_title_text(file_title)
        title, agency = title or shown, agency or named
    source = "title" if year else ""
    if year is None:
        year, source = _from_period(lines)
    if year is None:
        year, source = _from_majority(lines)
    if year is None:
        in_name = _TITLE.search(squash(file_name)) or re.search(r"(?P<year>20[12]\d)", file_name)
        if in_name:
            year, source = int(in_name["year"]), "name"
    return Identity(title, agency or _agency_in_prose(lines), year, source)


def title_lines(lines: Sequence[Line]) -> list[tuple[int, int]]:
    """Index and year of lines that end a title of an agency; it may run over three lines."""
    found = []
    above = ["", ""]
    for index, line in enumerate(lines):
        text = squash(line.text)
        match = None
        for piece in (text, above[1] + text, "".join(above) + text):
            if 0 < len(piece) <= _MAX_TITLE and "本报告" not in piece:
                match = match or _title(piece)
        if match is not None and _is_heading(match):
            found.append((index, int(match["year"])))
        above = [above[1], text] if text else above
    return found


def _is_heading(match: re.Match[str]) -> bool:
    """Nothing but an agency stands before the year: `上一篇:2022年…` is a link."""
    before = match["before"].strip("《#*")
    return not before or _agency(before) == before


def _from_title(head: Sequence[Line]) -> tuple[str | None, str | None, int | None]:
    """The last title before section 一; it may run over up to three lines."""
    texts = [squash(line.text) for line in head]
    for start in range(len(texts) - 1, -1, -1):
        for count in (1, 2, 3):
            piece = "".join(texts[start : start + count])
            if len(piece) > _MAX_TITLE or not piece:
                continue
            match = _title(piece)
            if match is not None and "本报告" not in piece:
                above = texts[start - 1] if start else ""
                parts = [match["before"], match.groupdict().get("mid") or "", above]
                agency = next((a for part in parts if (a := _agency(part))), None)
                return piece, agency, int(match["year"])
    for text in texts:
        if _YEARLESS.match(text):
            return text, _agency(text), None
    return None, None, None


def _from_title_text(text: str) -> tuple[str | None, str | None, int | None]:
    """A page title, whose site name stands behind `_`, `-` or `|`."""
    piece = re.split(r"[_|]|-(?!\d)", squash(text))[0]
    match = _title(piece)
    if match is None:
        return None, None, None
    agency = _agency(match["before"]) or _agency(match.groupdict().get("mid") or "")
    return piece, agency, int(match["year"])


def _title(piece: str) -> re.Match[str] | None:
    """A line that is a title and nothing else, its year before or after the words."""
    text = _CHINESE_YEAR.sub(lambda m: m.group().translate(_CHINESE_DIGITS), piece)
    if text.endswith(("报告", "年报", "布)", "稿)")):
        return _TITLE.search(text)
    return _YEAR_LAST.match(text)


def _agency(text: str) -> str | None:
    match = re.match(_AGENCY.pattern + r"(?=$|20|关于|政府信息|政务|信息公开|[(（:])", text)
    return match.group() if match else None


def _agency_in_prose(lines: Sequence[Line]) -> str | None:
    for line in lines[:40]:
        match = re.search(
            r"本报告(?:由|是)(" + _AGENCY.pattern + r")(?:办公室)?(?:根据|按照|依据|编制)",
            squash(line.text),
        )
        if match:
            return match.group(1)
    return None


def _from_period(lines: Sequence[Line]) -> tuple[int | None, str]:
    match = _PERIOD.search(squash("".join(line.text for line in lines[:80])))
    return (int(match.group(1)), "period") if match else (None, "")


def _from_majority(lines: Sequence[Line]) -> tuple[int | None, str]:
    years = Counter(int(y) for line in lines for y in _YEAR.findall(squash(line.text)))
    if not years:
        return None, ""
    (year, count), *others = years.most_common(2)
    certain = count >= 2 and (not others or others[0][1] < count)
    return (year, "majority") if certain else (None, "")
