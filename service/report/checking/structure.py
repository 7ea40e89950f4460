"""Sections, tables, form of the year, fee, date, wording."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from service.report.checking.finding import Finding, Severity
from service.report.checking.rulebook import fails, holds, unknown
from service.report.formats import format_for_year, load_format
from service.report.model import Passage, Place, Report, Section
from service.report.reading.glyphs import squash

_NAMES = "一二三四五六"
_ORDINAL = re.compile(r"^第?([一二三四五六七八九])")
_PLACEHOLDER = re.compile(r"文字描述|请在此|××|XX件|此处填写")
_EMPTY = re.compile(r"^(?:无|没有|无。|暂无|略)?[。.]?$")
_FEE = re.compile(r"信息处理费|处理费|收费|收取.{0,12}费|费用")
_WORDS = (("截止目前", "截至目前"), ("其它", "其他"), ("截止20", "截至20"))
_MIN_SECTIONS = 4
_CERTAIN_YEAR = ("title", "period")


def check_structure(report: Report) -> Iterator[Finding]:
    """Everything about the shape of the report."""
    yield from _sections(report)
    yield from _tables(report)
    yield from _form(report)
    yield from _fee(report)
    yield from _date(report)
    yield from _words(report)
    for note in report.notes:
        where = [note.place] if note.place else []
        severe = note.code in ("picture_tables", "disordered_section")
        rule = "S-SECT" if note.code == "disordered_section" else "S-NOTE"
        severity = Severity.WARNING if severe else Severity.INFO
        yield unknown(rule, note.message, where, severity=severity)


def _sections(report: Report) -> Iterator[Finding]:
    present = [s for s in report.sections if s.number]
    numbers = {s.number for s in present}
    missing = [n for n in range(1, 7) if n not in numbers]
    titles = {f.number: f.title for f in report.format.sections}
    if missing:
        names = "、".join(f"{_NAMES[n - 1]}、{titles[n]}" for n in missing)
        if len(numbers) < _MIN_SECTIONS:
            text = f"只找到 {len(numbers)} 个部分，缺{names}：文件可能不完整，或标题不是规定写法"
            yield unknown("S-SECT", text, severity=Severity.WARNING)
        else:
            headless = all(n in report.tables for n in missing)
            old = report.format.id == "2019"
            severity = Severity.WARNING if headless or old else None
            yield fails("S-SECT", f"缺少第{'、'.join(_NAMES[n - 1] for n in missing)}部分：{names}",
                        [_place(present[-1])], severity=severity)  # fmt: skip
    else:
        yield holds("S-SECT", "六个部分齐全", [_place(s) for s in present])
    for section in present:
        yield from _heading(section, titles[section.number])
        yield from _content(section, report)


def _place(section: Section) -> Place:
    return Place(section.number, start=section.start, end=section.start + len(section.heading),
                 text=section.heading)  # fmt: skip


def _heading(section: Section, title: str) -> Iterator[Finding]:
    printed = squash(section.heading)
    match = _ORDINAL.match(printed)
    if match and _NAMES.find(match[1]) + 1 != section.number:
        text = f"标题“{printed}”编号应为“{_NAMES[section.number - 1]}、”"
        yield fails("S-SECT", text, [_place(section)], severity=Severity.WARNING)
    body = re.sub(r"^第?[一二三四五六七八九\d][、.．部分:：]*", "", printed)
    if body and body.rstrip("。.:：") != title:
        text = f"标题“{printed}”与规定的“{title}”不同"
        yield fails("S-SECT", text, [_place(section)], severity=Severity.INFO)


def _content(section: Section, report: Report) -> Iterator[Finding]:
    if section.number not in (1, 5, 6):
        return
    own = [p for p in report.passages if p.section == section.number]
    text = "".join(p.text for p in own)
    placeholder = _PLACEHOLDER.search(text)
    if placeholder:
        message = f"第{_NAMES[section.number - 1]}部分还留着模板文字“{placeholder.group()}”"
        yield fails("S-SECT", message, [_place(section)], severity=Severity.WARNING)
    elif not text or (section.number != 6 and _EMPTY.match(text)):
        message = f"第{_NAMES[section.number - 1]}部分没有内容"
        yield fails("S-SECT", message, [_place(section)], severity=Severity.WARNING)


def _tables(report: Report) -> Iterator[Finding]:
    for section in report.sections:
        if section.number in (2, 3, 4) and section.number not in report.tables:
            text = f"第{_NAMES[section.number - 1]}部分没有读到表格，相关核对都做不了"
            yield unknown("S-TABLE", text, [_place(section)], severity=Severity.WARNING)


def _form(report: Report) -> Iterator[Finding]:
    if report.year is None or report.format_printed is None:
        return
    due = format_for_year(report.year)
    printed = report.format_printed
    document = load_format(printed).document
    if printed != due:
        text = (
            f"{report.year} 年报告应使用{load_format(due).document}的表式，"
            f"表格却是{document}的（{load_format(printed).first_year} 年起的）表式"
        )
        severity = None if report.year_source in _CERTAIN_YEAR else Severity.WARNING
        yield fails("S-FMT", text, severity=severity)
    else:
        yield holds("S-FMT", f"表式与 {report.year} 年相符（{document}）")
    third = report.tables.get(3)
    if third is not None and third.format_id != printed and len(third.cells) > 100:
        other = load_format(third.format_id).document
        text = f"表二是{document}的表式，表三却是{other}的行（“其他处理”的分行不同）"
        yield fails("S-FMT", text, [Place(3, 3)], severity=Severity.WARNING)


def _fee(report: Report) -> Iterator[Finding]:
    section = next((s for s in report.sections if s.number == 6), None)
    if section is None:
        return
    text = "".join(p.text for p in report.passages if p.section == 6)
    if _FEE.search(text):
        yield holds("S-FEE", "第六部分报告了信息处理费情况", [_place(section)])
    elif report.format.id == "2021":
        message = "第六部分没有报告收取信息处理费的情况（没有收取也应写明）"
        yield fails("S-FEE", message, [_place(section)])


def _date(report: Report) -> Iterator[Finding]:
    if report.year is None or not report.published:
        return
    published = date.fromisoformat(report.published)
    if published.year <= report.year or published.year > report.year + 2:
        return
    government = "人民政府" in (report.agency or "") or report.agency is None
    due = date(report.year + 1, 3, 31) if government else date(report.year + 1, 1, 31)
    who = "政府" if government else "部门"
    text = f"公布日期 {published.isoformat()}，{who}应在 {due.isoformat()} 前公布"
    if published > due:
        yield fails("S-DATE", text)
    else:
        yield holds("S-DATE", text)


def _words(report: Report) -> Iterator[Finding]:
    for wrong, right in _WORDS:
        for passage in report.passages:
            at = passage.text.find(wrong)
            if at >= 0:
                text = f"“{wrong}”应为“{right}”"
                yield fails("S-WORD", text, [_span(passage, at, at + len(wrong))])
                break


def _span(passage: Passage, start: int, end: int) -> Place:
    return Place(passage.section, page=passage.page, start=passage.offsets[start],
                 end=passage.offsets[end - 1] + 1, text=passage.text[start:end])  # fmt: skip
