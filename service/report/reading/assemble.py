"""From a manuscript to a report: sections, tables, identity, prose."""

from __future__ import annotations

import re
from collections.abc import Sequence

from service.report.errors import OversizedFileError
from service.report.formats import ReportFormat, format_for_year, load_format
from service.report.model import Place, ReadingNote, Report, Section, Table
from service.report.reading.glyphs import squash
from service.report.reading.identity import identify
from service.report.reading.manuscript import Grid, Line, Manuscript
from service.report.reading.passages import build_passages
from service.report.reading.refusals import refuse_foreign, refuse_several
from service.report.reading.sections import (
    Heading,
    choose_headings,
    find_headings,
    to_sections,
)
from service.report.reading.table2 import read_table2
from service.report.reading.table3 import read_table3
from service.report.reading.table4 import read_table4

MAX_CHARACTERS = 250_000
_SIGNED = re.compile(r"(20\d\d)年(\d{1,2})月(\d{1,2})日")
_LONG_MONTHS = (1, 3, 5, 7, 8, 10, 12)


def assemble(manuscript: Manuscript, name: str) -> Report:
    """Build a report.

    Raises
    ------
    ForeignReportError
        If it is not a disclosure report at all.
    SeveralReportsError
        If the file holds more than one.
    OversizedFileError
        If it is far longer than any report.
    """
    if len(manuscript.text) > MAX_CHARACTERS:
        raise OversizedFileError(
            f"正文有 {len(manuscript.text) // 10_000} 万字，不像一份年度报告；"
            "请只提供年度报告本身。"
        )
    lines = [block for block in manuscript.blocks if isinstance(block, Line)]
    grids = [block for block in manuscript.blocks if isinstance(block, Grid)]
    form = load_format("2021")
    found = find_headings(lines, form, grids)
    refuse_several(found, lines, grids)
    chain = choose_headings(found)
    sections = to_sections(chain, len(manuscript.text))
    first = next((h.line for h in chain), len(lines))
    identity = identify(lines, first, name, manuscript.title)
    by_year = load_format(format_for_year(identity.year)) if identity.year else None
    tables, printed, spans = _tables(manuscript, grids, lines, sections, by_year)
    refuse_foreign(manuscript, chain, tables, identity)
    final = load_format(printed) if printed else by_year or form
    taken = [span for table in spans.values() for span in table]
    return Report(
        name=name,
        kind=manuscript.kind,
        text=manuscript.text,
        year=identity.year,
        year_source=identity.year_source,
        agency=identity.agency,
        title=identity.title,
        format=final,
        format_printed=printed,
        sections=sections,
        passages=build_passages(lines, sections, taken),
        tables=tables,
        table_spans=spans,
        notes=[*_notes(manuscript, tables), *_disorder(found, chain)],
        published=manuscript.published or _signed(lines),
    )


def _tables(
    manuscript: Manuscript,
    grids: Sequence[Grid],
    lines: Sequence[Line],
    sections: Sequence[Section],
    by_year: ReportFormat | None,
) -> tuple[dict[int, Table], str | None, dict[int, Sequence[tuple[int, int]]]]:
    """Tables by number, id of the form their labels follow, and their spans."""
    tables: dict[int, Table] = {}
    spans: dict[int, Sequence[tuple[int, int]]] = {}
    view = manuscript.lines or lines
    printed: str | None = None
    numbers = {section.number for section in sections}
    second = read_table2(grids, _within(view, sections, 2) if 2 in numbers else view, by_year)
    if second is not None:
        tables[2], spans[2] = second.table, second.spans
        printed = second.form.id
    known = 3 in numbers
    third = read_table3(grids, _within(view, sections, 3) if known else view, known)
    if third is not None:
        tables[3], spans[3] = third.table, third.spans
        rows = {row for row, _ in third.table.cells}
        if printed is None and len(rows) > 15:
            printed = third.form.id
    form = load_format(printed) if printed else by_year or load_format("2021")
    fourth = read_table4(grids, _within(view, sections, 4) if 4 in numbers else view, form)
    if fourth is not None:
        tables[4], spans[4] = fourth.table, fourth.spans
    return tables, printed, spans


def _within(lines: Sequence[Line], sections: Sequence[Section], number: int) -> list[Line]:
    for section in sections:
        if section.number == number:
            own = [line for line in lines if section.start <= line.start < section.end]
            return [_after_heading(line, section) for line in own]
    return []


def _after_heading(line: Line, section: Section) -> Line:
    """What a heading line goes on with; the line itself if it is not the heading."""
    if line.start != section.start or not section.heading:
        return line
    cut = line.text.find(section.heading) + len(section.heading)
    return Line(line.text[cut:], line.start + cut, line.page)


def _disorder(found: Sequence[Heading], chain: Sequence[Heading]) -> list[ReadingNote]:
    """Headings that are certain but stand out of order."""
    used = {heading.number for heading in chain}
    notes = []
    for heading in found:
        if heading.strength >= 3 and heading not in chain and heading.number not in used:
            text = f"“{squash(heading.text)}”不在应有的次序上"
            place = Place(heading.number, start=heading.start, end=heading.end, text=heading.text)
            notes.append(ReadingNote("disordered_section", text, place))
    return notes


def _signed(lines: Sequence[Line]) -> str:
    """Date under the report, ISO: a line of its own near the end."""
    for line in reversed(lines[-12:]):
        match = _SIGNED.fullmatch(squash(line.text))
        if match:
            year, month, day = (int(part) for part in match.groups())
            if 1 <= month <= 12 and 1 <= day <= 28 + (month != 2) * 2 + (month in _LONG_MONTHS):
                return f"{year:04}-{month:02}-{day:02}"
    return ""


def _notes(manuscript: Manuscript, tables: dict[int, Table]) -> list[ReadingNote]:
    notes = list(manuscript.notes)
    missing = [number for number in (2, 3, 4) if number not in tables]
    if missing and manuscript.n_pictures:
        which = "、".join("一二三四五六"[n - 1] for n in missing)
        notes.append(
            ReadingNote(
                "picture_tables",
                f"第{which}部分没有读到表格，文件里有图片：表格可能是图片，无法核对，请提供文字表格。",
            )
        )
    return notes
