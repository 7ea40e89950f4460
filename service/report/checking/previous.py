"""A year's report against last year's: carry-over, stock and flow, sentences used again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from service.report.checking.finding import Finding, Severity
from service.report.checking.rulebook import fails, holds, unknown
from service.report.checking.wording import equation, number
from service.report.formats import load_format
from service.report.model import Cell, CellState, Passage, Place, Report
from service.report.narrative.numbers import find_numbers, sentences

_YEAR = re.compile(r"20\d\d年")
_MIN_SENTENCE = 14
_MIN_FIGURE = 5


def check_without_previous(report: Report) -> Iterator[Finding]:
    """Say what could not be checked for want of last year's report."""
    if 3 in report.tables:
        text = "未提供上年报告，上年结转数无法与上年“结转下年度继续办理”核对"
        yield unknown("T3-CARRY", text, [Place(3, 3, "2", "total")])


def check_against_previous(report: Report, previous: Report) -> Iterator[Finding]:
    """All checks across two years; only last year's report of the same agency can serve."""
    if report.year and previous.year and previous.year != report.year - 1:
        text = f"上年报告应是 {report.year - 1} 年的，提供的是 {previous.year} 年的，跨年核对没有做"
        yield unknown("P-YEAR", text, severity=Severity.WARNING)
        return
    if report.agency and previous.agency and report.agency != previous.agency:
        text = f"两份报告的机关不同：{report.agency}、{previous.agency}"
        yield unknown("P-YEAR", text, severity=Severity.WARNING)
    yield from _carry(report, previous)
    yield from _pending(report, previous)
    yield from _stock(report, previous)
    yield from _reuse(report, previous)


def _cell(report: Report, table: int, row: str, column: str) -> Cell | None:
    found = report.tables.get(table)
    cell = found.cells.get((row, column)) if found else None
    return None if cell is None or cell.state is CellState.UNREAD else cell


def _carry(report: Report, previous: Report) -> Iterator[Finding]:
    for column in load_format("2021").table3_columns:
        now, then = _cell(report, 3, "2", column.code), _cell(previous, 3, "4", column.code)
        if now is None or then is None:
            text = f"{column.label}列：结转数据不完整，无法核对上年结转"
            yield unknown("T3-CARRY", text)
            continue
        left, right = now.value or Decimal(), then.value or Decimal()
        text = (
            f"{column.label}列 本年“二、上年结转”与上年“四、结转下年”：{equation([left], [right])}"
        )
        if left == right:
            yield holds("T3-CARRY", text, [now.place], left=left, right=right)
        else:
            blank = now.value is None or then.value is None
            severity = Severity.WARNING if blank else None
            yield fails("T3-CARRY", text, [now.place], left=left, right=right, severity=severity)


def _pending(report: Report, previous: Report) -> Iterator[Finding]:
    for group in load_format("2021").table4_groups:
        then = _cell(previous, 4, group.code, "pending")
        now = _cell(report, 4, group.code, "total")
        if then is None or now is None or not then.value or now.value is None:
            continue
        text = (
            f"表四{group.label}：上年尚未审结 {number(then.value)} 件，"
            f"本年总计 {number(now.value)} 件"
        )
        if now.value < then.value:
            yield unknown("T4-PEND", f"{text}，上年未结的去向请核对", [now.place],
                          left=now.value, right=then.value)  # fmt: skip
        else:
            yield holds("T4-PEND", text, [now.place], left=now.value, right=then.value)


def _stock(report: Report, previous: Report) -> Iterator[Finding]:
    now, then = report.tables.get(2), previous.tables.get(2)
    if now is None or then is None or now.format_id != then.format_id:
        return
    form = load_format(now.format_id)
    for block in form.table2:
        for row in block.rows:
            if now.format_id == "2021":
                stock = then.value(row.code, "valid")
                made, gone = now.value(row.code, "made"), now.value(row.code, "repealed")
                valid = now.value(row.code, "valid")
                if None in (stock, made, gone, valid):
                    continue
                rule, terms, result, column = (
                    "T2-F21-STOCK",
                    [stock, made, -(gone or 0)],
                    valid,
                    "valid",
                )
            else:
                stock, change = then.value(row.code, "items"), then.value(row.code, "change")
                result = now.value(row.code, "items")
                if None in (stock, change, result):
                    continue
                rule, terms, column = "T2-F19-STOCK", [stock, change], "items"
            values = [Decimal(term) for term in terms if term is not None]
            total, printed = sum(values, Decimal()), Decimal(result or 0)
            place = now.cells[row.code, column].place
            text = f"表二{row.label}：{equation(values, [printed])}"
            if total == printed:
                yield holds(rule, text, [place], left=total, right=printed)
            else:
                yield fails(rule, f"{text}（修订、过期也会造成差异，请核对）", [place],
                            left=total, right=printed)  # fmt: skip


def _reuse(report: Report, previous: Report) -> Iterator[Finding]:
    """Sentences that say the same with the same figures as last year."""
    old = {key for passage in previous.passages for key, _, _, _ in _keys(passage)}
    total = same = 0
    for passage in report.passages:
        if passage.section not in (1, 5):
            continue
        for key, start, end, figures in _keys(passage):
            total += 1
            if key not in old:
                continue
            same += 1
            if figures:
                same_figures = "、".join(figures[:4])
                sentence = passage.text[start:end][:40]
                text = f"与上年报告一字不差，数字也相同（{same_figures}）：“{sentence}”"
                yield fails("P-REUSE", text, [_place(passage, start, end)])
    if total >= 5:
        text = f"第一、五部分 {total} 句中有 {same} 句与上年相同"
        if same * 2 > total:
            yield fails("P-REUSE", text, severity=Severity.INFO)
        else:
            yield holds("P-REUSE", text)


def _keys(passage: Passage) -> Iterator[tuple[str, int, int, list[str]]]:
    """Sentences with years blanked out, with the telling figures in them."""
    for start, end in sentences(passage.text):
        sentence = passage.text[start:end]
        if len(sentence) < _MIN_SENTENCE:
            continue
        numbers = [n for n in find_numbers(sentence) if n.unit != "%" and n.value >= _MIN_FIGURE]
        yield _YEAR.sub("", sentence), start, end, [n.raw for n in numbers]


def _place(passage: Passage, start: int, end: int) -> Place:
    return Place(passage.section, page=passage.page, start=passage.offsets[start],
                 end=passage.offsets[end - 1] + 1, text=passage.text[start:end])  # fmt: skip
