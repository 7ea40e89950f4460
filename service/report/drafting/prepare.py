"""From files to a guarded draft."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from service.report.drafting.compose import compose, unpaired
from service.report.drafting.draft import Draft
from service.report.drafting.guard import guard
from service.report.drafting.hot import find_hot
from service.report.drafting.slots import Filler
from service.report.figures.cases import CaseTable, read_cases
from service.report.figures.counting import count_cases
from service.report.figures.derived import derive
from service.report.figures.entered import Material, read_material
from service.report.figures.errors import DraftError
from service.report.figures.figure import Entered, Figure, FigureBook, Formula
from service.report.figures.last_year import read_last_year
from service.report.figures.questions import find_questions
from service.report.formats import ReportFormat, format_for_year, load_format

_FIRST_YEAR = 2019


def draft_report(
    year: int,
    requests: Path,
    figures: Path,
    previous: Path | None = None,
    previous_requests: Path | None = None,
) -> Draft:
    """Draft the annual report of a year.

    Parameters
    ----------
    year : int
        2019 or later; decides the official form.
    requests : Path
        Register of requests, labelled or not.
    figures : Path
        Filled figures workbook.
    previous : Path, optional
        Last year's report. If it cannot be read the draft goes without, and says so.
    previous_requests : Path, optional
        Last year's register, to compare the matters raised most.

    Raises
    ------
    InputError
        If a file cannot be used.
    UnbackedSentenceError
        If a sentence prints a number or makes a claim that no figure backs.
    """
    if year < _FIRST_YEAR:
        raise DraftError(f"{year}年没有法定的年报格式，只能起草{_FIRST_YEAR}年及以后的报告。")
    form = load_format(format_for_year(year))
    material = read_material(figures, year, form)
    cases = read_cases(requests, year)
    earlier = read_cases(previous_requests, year - 1) if previous_requests else None
    remarks: list[str] = []
    last: list[Figure] = []
    if previous is not None:
        last, fault = read_last_year(previous, year)
        remarks += [fault] if fault else []
    return build_draft(year, form, material, cases, last, earlier, remarks)


def build_draft(
    year: int,
    form: ReportFormat,
    material: Material,
    cases: CaseTable,
    last: list[Figure],
    earlier: CaseTable | None = None,
    remarks: list[str] | None = None,
) -> Draft:
    """Draft from material that is already read; see `draft_report`."""
    book = FigureBook(_time(year))
    book.add(*count_cases(cases, form, year), *material.figures, *last)
    derive(book, f"{year}年")
    questions = find_questions(book, material.decisions)
    topics = find_hot(cases, year, earlier)
    book.add(*(figure for topic in topics for figure in topic.figures))
    if any(topic.topic for topic in topics):
        book.add(Figure("hot.lines", Decimal(len({t.topic for t in topics if t.topic})), "个",
                        f"{year}年", Formula("业务主题个数", [t.figure.id for t in topics]),
                        "热点涉及的业务主题"))  # fmt: skip
    filler = Filler(book, form, material.about, material.file, topics)
    preamble, sections, needs = compose(filler, material.texts)
    agency = material.about.get("机关全称", "")
    notes = [*(remarks or []), *needs, *_blanks(book, form), *unpaired(material.texts)]
    if not agency:
        notes.append("没有填写机关全称")
    draft = Draft(
        title=f"{agency or '（机关全称）'}{year}年政府信息公开工作年度报告",
        agency=agency,
        year=year,
        form=form,
        preamble=preamble,
        sections=sections,
        figures=book,
        questions=tuple(questions),
        remarks=tuple(notes),
        cases=cases,
        signed_on=material.about.get("落款日期", ""),
        hot_topics=topics,
    )
    guard(draft)
    return draft


def _time(year: int) -> list[Figure]:
    source = Entered("命令", "--year")
    period = f"{year}年"

    def figure(id: str, value: int, unit: str, name: str) -> Figure:
        return Figure(id, Decimal(value), unit, period, source, name)

    return [
        figure("year", year, "年", "报告年度"),
        figure("first_day", year * 10000 + 101, "日期", "统计期限起"),
        figure("last_day", year * 10000 + 1231, "日期", "统计期限止"),
    ]


def _blanks(book: FigureBook, form: ReportFormat) -> list[str]:
    """Cells of tables 2 and 4 that were not entered: printed blank, never as zero."""
    blanks = [
        f"{row.label}{column.label}"
        for block in form.table2
        for row in block.rows
        for column in block.columns
        if f"t2.{row.code}.{column.code}" not in book
    ]
    remarks = [f"表二没有填写：{'、'.join(blanks)}"] if blanks else []
    groups = [
        group.label
        for group in form.table4_groups
        if any(
            f"t4.{group.code}.{c.code}" not in book
            for c in form.table4_columns
            if c.code != "total"
        )
    ]
    return remarks + ([f"表四没有填全：{'、'.join(groups)}"] if groups else [])
