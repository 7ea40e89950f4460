"""Years: stated period, sentences left over from another year."""

from __future__ import annotations

import re
from collections.abc import Iterator

from service.report.checking.finding import Finding, Severity
from service.report.checking.rulebook import fails, holds, unknown
from service.report.model import Passage, Place, Report
from service.report.narrative.numbers import find_numbers, sentences

_PERIOD = re.compile(
    r"(?:统计)(?:数据)?的?(?:期限|时间|周期|时限|口径)[^。]{0,16}?(20\d\d)年1月1日[^。]{0,6}?(?:(20\d\d)年)?12月31日"
)
_MENTION = re.compile(r"统计(?:数据)?的?(?:期限|时间|周期|时限)")
_OPENING_YEAR = re.compile(
    r"^(?:[(（][^)）]{1,3}[)）][^。，]{0,20}[。:：])?(?:今年|截至|全年)?(20\d\d)年度?(?:[，,]|以来|全年|我局|我市|我县|我区|共|累计|主动|收到|受理)"
)
_COMPARES = re.compile(r"较|比|同期|上年|去年|以来|连续|自20\d\d|起|结转|《|截至目前")
_PLANS = re.compile(r"将|计划|下一步|继续|进一步|拟|要|打算|着力|争取")
_OWN = re.compile(r"现将.{0,20}?(20\d\d)年度?.{0,24}?(?:报告如下|公布如下|公开如下)")


def check_years(report: Report) -> Iterator[Finding]:
    """Years in the text against the report year."""
    if report.year is None:
        yield unknown(
            "S-YEAR", "看不出报告年度：标题、统计期限和正文都没有写明", severity=Severity.WARNING
        )
        return
    yield from _period(report)
    for passage in report.passages:
        for start, end in sentences(passage.text):
            yield from _sentence(passage, start, end, report.year)


def _period(report: Report) -> Iterator[Finding]:
    said = False
    for passage in report.passages:
        said = said or bool(_MENTION.search(passage.text))
        for match in _PERIOD.finditer(passage.text):
            years = {int(y) for y in match.groups() if y}
            place = _place(passage, match.start(), match.end())
            if years == {report.year}:
                yield holds("S-YEAR", f"统计期限为 {report.year} 年", [place])
            elif report.year_source == "title":
                other = "、".join(str(y) for y in sorted(years))
                text = f"统计期限写的是 {other} 年，标题是 {report.year} 年"
                yield fails("S-YEAR", text, [place])
    if not said and len(report.passages) > 1:
        yield fails("S-PERIOD", "没有写明统计期限（自本年1月1日起至12月31日止）")


def _sentence(passage: Passage, start: int, end: int, year: int) -> Iterator[Finding]:
    text = passage.text[start:end]
    own = _OWN.search(text)
    if own and int(own[1]) != year:
        place = _place(passage, start + own.start(1), start + own.end(1))
        yield fails(
            "S-YEAR", f"“{own.group()[:30]}”写的是 {own[1]} 年，报告年度是 {year} 年", [place]
        )
        return
    match = _OPENING_YEAR.match(text)
    if not match or int(match[1]) == year or passage.section not in (1, 5):
        return
    if _COMPARES.search(text) or _PLANS.search(text):
        return
    if not find_numbers(text) and passage.section != 5:
        return
    said = int(match[1])
    # Section 五 looks ahead: only last year is out of place there.
    if said != year - 1 and not (said == year + 1 and passage.section == 1):
        return
    if f"{year}年" in text:
        return
    place = _place(passage, start, min(start + 40, end))
    yield fails(
        "S-YEAR",
        f"“{text[:28]}…”写的是 {match[1]} 年，报告年度是 {year} 年，是否沿用了旧文？",
        [place],
    )


def _place(passage: Passage, start: int, end: int) -> Place:
    return Place(passage.section, page=passage.page, start=passage.offsets[start],
                 end=passage.offsets[end - 1] + 1, text=passage.text[start:end])  # fmt: skip
