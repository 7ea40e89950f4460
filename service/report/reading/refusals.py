"""Texts that are no report, and files that hold more than one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from service.report.errors import ForeignReportError, SeveralReportsError
from service.report.model import Table
from service.report.reading.glyphs import squash
from service.report.reading.identity import Identity, title_lines
from service.report.reading.manuscript import Grid, Line, Manuscript
from service.report.reading.sections import Heading, n_reports

_KIND = re.compile(r"信息公开")
# A report of few words goes without the six sections, but parts what it says.
_PART = re.compile(
    r"^(?:[(（][一二三四五六][)）]、?|[一二三四五六][、是]|[1-6][.、])[^。，,]{0,12}(?:主动公开|申请公开)"
)
_TABLE_3 = re.compile(r"本年(?:度)?新收[^。]{0,8}申请")
_TABLE_3_SIGN = 0  # beside the numbers of sections


def refuse_several(found: Sequence[Heading], lines: Sequence[Line], grids: Sequence[Grid]) -> None:
    """Refuse a file of several reports.

    Raises
    ------
    SeveralReportsError
        If section 一 starts over after a whole report, or if titles of different years are
        followed by the same sections or by a table 3 each.
    """
    titles = title_lines(lines)
    years = sorted({year for _, year in titles})
    whole = _whole_years(titles, found, lines, grids)
    count = max(n_reports(found), len(whole))
    if count < 2:
        return
    named = whole if len(whole) > 1 else years
    which = f"（{'、'.join(map(str, named))} 年）" if len(named) > 1 else ""
    raise SeveralReportsError(f"文件里有 {count} 份年度报告{which}，请拆成一个文件一份再检查。")


def _whole_years(
    titles: Sequence[tuple[int, int]],
    found: Sequence[Heading],
    lines: Sequence[Line],
    grids: Sequence[Grid],
) -> list[int]:
    """Years whose titles head what only a report of its own repeats; links and mentions do not."""
    if len({year for _, year in titles}) < 2:
        return []
    marks = [(h.start, h.number) for h in found if h.strength >= 2]
    marks += [(ln.start, _TABLE_3_SIGN) for ln in lines if _opens_table_3(ln.text)]
    marks += [
        (grid.start, _TABLE_3_SIGN)
        for grid in grids
        if any(cell and _opens_table_3(cell.text) for row in grid.rows for cell in row)
    ]
    held: dict[int, set[int]] = {year: set() for _, year in titles}
    for start, sign in marks:
        above = [year for index, year in titles if lines[index].start <= start]
        if above:
            held[above[-1]].add(sign)
    return sorted(
        year
        for year, own in held.items()
        if any(
            _TABLE_3_SIGN in (own & others) or len(own & others) >= 2
            for other, others in held.items()
            if other != year
        )
    )


def _opens_table_3(text: str) -> bool:
    label = squash(text)
    return len(label) < 60 and _TABLE_3.search(label) is not None


def refuse_foreign(
    manuscript: Manuscript,
    chain: Sequence[Heading],
    tables: Mapping[int, Table],
    identity: Identity,
) -> None:
    """Refuse what is not an annual disclosure report.

    Raises
    ------
    ForeignReportError
        If no table and no heading is found, or too little speaks of disclosure.
    """
    strong = sum(heading.strength >= 3 for heading in chain)
    cells = sum(len(table.cells) for table in tables.values())
    titled = identity.title is not None and "信息公开" in identity.title
    topical = len(_KIND.findall(squash(manuscript.text)))
    if cells >= 10 and topical:
        return
    if titled and (chain or any(_PART.match(squash(line.text)) for line in _lines(manuscript))):
        return
    if (strong >= 2 and topical >= 2) or (strong >= 1 and topical >= 3):
        return
    raise ForeignReportError(
        "这份文件不像政府信息公开工作年度报告：没有找到标题、六个部分或第三部分的表格。"
    )


def _lines(manuscript: Manuscript) -> list[Line]:
    return [block for block in manuscript.blocks if isinstance(block, Line)]
