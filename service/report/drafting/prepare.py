"""From files to a guarded draft."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from service.report.drafting.compose import compose, unpaired
from service.report.drafting.deciding import decisions_of
from service.report.drafting.draft import Draft
from service.report.drafting.guard import guard
from service.report.drafting.hot import MOST_TEXTS, HotMatter, find_hot
from service.report.drafting.slots import Filler
from service.report.drafting.wording import Wording
from service.report.figures.cases import CaseTable, read_cases
from service.report.figures.counting import count_cases
from service.report.figures.derived import derive
from service.report.figures.entered import Material, read_material
from service.report.figures.errors import DraftError
from service.report.figures.figure import Cases, Entered, Figure, FigureBook, Formula
from service.report.figures.last_year import read_last_year
from service.report.figures.questions import find_questions
from service.report.figures.settlement_form import Settlement
from service.report.formats import ReportFormat, format_for_year, load_format

_FIRST_YEAR = 2019


def draft_report(
    year: int,
    requests: Path,
    figures: Path,
    previous: Path | None = None,
    previous_requests: Path | None = None,
    settlement: Settlement | None = None,
    wording: Wording | None = None,
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
    settlement : Settlement, optional
        What people decided about contradictions and doubtful cases; goes before the sheet 决定 of
        the figures workbook.
    wording : Wording, optional
        Lets a generator name matters and polish the person's own sentences, under guard.

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
    if settlement is not None:
        merged = {**material.decisions, **settlement.decisions}
        material = replace(material, decisions=merged)
    cases = read_cases(requests, year, settlement.cases if settlement else ())
    earlier, doubt = _earlier(previous_requests, year - 1) if previous_requests else (None, "")
    remarks = [doubt] if doubt else []
    last: list[Figure] = []
    if previous is not None:
        last, fault = read_last_year(previous, year)
        remarks += [fault] if fault else []
    return build_draft(year, form, material, cases, last, earlier, remarks, wording)


def _uncounted(cases: CaseTable) -> list[str]:
    """Say that table 3 is blank: with every case set aside, a zero would be a false statement."""
    if cases.frame.height or not cases.n_set_aside:
        return []
    return [f"登记表中的申请（{cases.n_set_aside}）都待核，表三没有数可填，留空；核定后再起草"]


def _earlier(path: Path, year: int) -> tuple[CaseTable | None, str]:
    """Last year's register, and what is wrong with it; a wrong one would make false comparisons."""
    table = read_cases(path, year)
    if 2 * table.n_outside > table.n_rows or not table.frame.height:
        return None, f"上年登记表 {table.file} 中的申请大多不属于{year}年，没有与上年比较"
    return table, ""


def build_draft(
    year: int,
    form: ReportFormat,
    material: Material,
    cases: CaseTable,
    last: list[Figure],
    earlier: CaseTable | None = None,
    remarks: list[str] | None = None,
    wording: Wording | None = None,
) -> Draft:
    """Draft from material that is already read; see `draft_report`."""
    book = FigureBook(_time(year))
    book.add(*count_cases(cases, form, year), *material.figures, *last)
    derive(book, f"{year}年")
    questions = find_questions(book, material.decisions)
    topics = find_hot(cases, year, earlier)
    if wording is not None:
        topics = wording.name_matters(topics)
    book.add(*(figure for topic in topics for figure in topic.figures))
    book.add(*_about_lines(book, cases, topics, earlier, form, year))
    filler = Filler(book, form, material.about, material.file, topics, cases.n_set_aside)
    preamble, sections, needs = compose(filler, material.texts)
    if wording is not None:
        sections = wording.polish_sections(sections, book)
    agency = material.about.get("机关全称", "")
    notes = [
        *(remarks or []),
        *cases.remarks,
        *_uncounted(cases),
        *needs,
        *_blanks(book, form),
        *unpaired(material.texts),
    ]
    if topics and cases.frame.height > MOST_TEXTS:
        notes.append(f"关注事项只从前（{MOST_TEXTS}）件申请中归纳")
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
        worded=wording.worded if wording is not None else (),
        decisions=tuple(decisions_of(book, questions, material, cases)),
    )
    guard(draft)
    return draft


def _about_lines(
    book: FigureBook,
    cases: CaseTable,
    matters: Sequence[HotMatter],
    earlier: CaseTable | None,
    form: ReportFormat,
    year: int,
) -> Iterator[Figure]:
    """How many business lines there are, their requests last year, which matters have points."""
    period = f"{year}年"
    lines = book.under("requests.topic")
    if lines:
        source = Formula("业务主题个数", [f.id for f in lines])
        yield Figure("hot.lines", Decimal(len(lines)), "个", period, source, "申请涉及的业务主题")
    for matter in matters:
        if matter.points:
            yield Figure(f"points.{matter.figure.id}", Decimal(len(matter.points)), "个", period,
                         matter.figure.source, f"{matter.figure.name}的要点")  # fmt: skip
    if earlier is None:
        return
    before = {f.id: f for f in count_cases(earlier, form, year - 1)}
    for line in lines:
        found = before.get(line.id)
        value, cases_of_it = (found.value, found.source) if found else (Decimal(), Cases(()))
        name = f"上年{line.name}申请"
        last = Figure(f"last.{line.id}", value, "件", f"{year - 1}年", cases_of_it, name)
        ids = (line.id, last.id)
        yield last
        source = Formula(f"|{ids[0]} - {ids[1]}|", ids)
        value = abs(line.value - last.value)
        yield Figure(f"change.{line.id}", value, "件", period, source, f"{line.name}申请比上年增减")


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
