"""The same quantity said twice, in figures or in words."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from difflib import SequenceMatcher
from itertools import combinations

from service.report.checking.facts import Facts
from service.report.checking.finding import Finding, Severity
from service.report.checking.prose import Prose
from service.report.checking.rulebook import fails, holds, unknown
from service.report.checking.wording import equation, number
from service.report.model import Report
from service.report.narrative.cues import load_cues
from service.report.narrative.quantity import Quantity

_FULL_MARKS = re.compile(r"([一二两三四五六七八九\d])个[“\"]?100%")
_DIGITS = {c: i + 1 for i, c in enumerate("一二三四五六七八九")} | {"两": 2}
_ALL_EXPLAINED = re.compile(r"全部(?:进行)?(?:了)?(?:政策)?解读")
_REPEATED_CONCEPTS = ("received", "carry_in", "carry_out")
_TELLING = Decimal(20)
_YEAR_TOTAL = re.compile(r"共|全年|累计|总计|合计")
_MIN_SUBJECT = 6
_MIN_SHARED = 4
_MAX_GROUP = 12


def check_repeats(report: Report, prose: Prose) -> Iterator[Finding]:
    """Quantities that name the same thing in different sentences."""
    plain = [q for q in prose.quantities if not q.number.approximate and q.number.unit != "%"]
    yield from _same_concept(report, plain, prose)
    yield from _same_subject(plain, prose)
    yield from _in_words(report, prose)


def _same_concept(
    report: Report, quantities: Sequence[Quantity], prose: Prose
) -> Iterator[Finding]:
    """Without a table to decide, two values for one concept contradict each other."""
    facts = Facts(report)
    if facts.row("1", "") is not None:
        return
    for concept in _REPEATED_CONCEPTS:
        same = [
            q for q in quantities
            if q.concept == concept and not q.is_scoped and prose.parent(q) is None
            and q.year in (None, report.year)
        ]  # fmt: skip
        for first, second in itertools.pairwise(same):
            where = [second.place, first.place]
            name = next(c.name for c in load_cues().concepts if c.id == concept)
            if first.value == second.value:
                text = f"{name}两处均为 {number(first.value)}"
                yield holds("N-REP", text, where, left=second.value, right=first.value)
            else:
                text = f"{name}前后不一：{equation([first.value], [second.value])}"
                yield fails("N-REP", text, where, left=second.value, right=first.value,
                            severity=Severity.WARNING)  # fmt: skip


def _same_subject(quantities: Sequence[Quantity], prose: Prose) -> Iterator[Finding]:
    """Pairs with one value and kindred subjects, or one subject and two values."""
    for first, second in _candidates(quantities):
        if first.sentence == second.sentence and first.passage is second.passage:
            continue
        same_year = first.year == second.year or None in (first.year, second.year)
        if first.depth == second.depth and same_year:
            yield from _pair(first, second, prose)


def _candidates(quantities: Sequence[Quantity]) -> Iterator[tuple[Quantity, Quantity]]:
    """Pairs that share unit and value, or unit and subject; big groups are cut short."""
    groups: dict[tuple[str, object], list[Quantity]] = {}
    for quantity in quantities:
        if quantity.value >= _TELLING:
            groups.setdefault((quantity.number.unit, quantity.value), []).append(quantity)
        if len(quantity.subject) >= _MIN_SUBJECT:
            groups.setdefault((quantity.number.unit, quantity.subject), []).append(quantity)
    for group in groups.values():
        yield from combinations(group[:_MAX_GROUP], 2)


def _pair(first: Quantity, second: Quantity, prose: Prose) -> Iterator[Finding]:
    where = [second.place, first.place]
    if first.value == second.value:
        if first.value >= _TELLING and _shared(first.subject, second.subject) >= _MIN_SHARED:
            text = (
                f"“{first.subject[-16:]}”与“{second.subject[-16:]}”两处均为 "
                f"{number(first.value)}{first.number.unit}"
            )
            yield holds("N-REP", text, where, left=second.value, right=first.value)
        return
    if first.concept or len(first.subject) < _MIN_SUBJECT or first.subject != second.subject:
        return
    if prose.parent(first) is not None or prose.parent(second) is not None:
        return
    if first.is_scoped or second.is_scoped:
        return
    text = f"“{first.subject[-16:]}”前后不一：{equation([first.value], [second.value])}"
    if _YEAR_TOTAL.search(first.before) and _YEAR_TOTAL.search(second.before):
        yield fails(
            "N-REP",
            text,
            where,
            left=second.value,
            right=first.value,
            severity=Severity.WARNING,
        )
    else:
        text = f"{text}；可能说的是两件事，请核对"
        yield unknown("N-REP", text, where, left=second.value, right=first.value)


def _shared(first: str, second: str) -> int:
    match = SequenceMatcher(None, first, second, autojunk=False).find_longest_match()
    return match.size


def _in_words(report: Report, prose: Prose) -> Iterator[Finding]:
    """`三个“100%”` after three rates; all documents explained, as many explanations."""
    for passage in report.passages:
        for match in _FULL_MARKS.finditer(passage.text):
            start = max(passage.text.rfind(c, 0, match.start()) for c in "。；！") + 1
            counted = Decimal(len(re.findall(r"(?<!\d)100%", passage.text[start : match.start()])))
            said = Decimal(match[1] if match[1].isdigit() else _DIGITS[match[1]])
            rates = [q for q in prose.quantities if q.passage is passage and q.number.unit == "%"
                     and start <= q.number.start < match.start()]  # fmt: skip
            if not counted or not rates:
                continue
            where = [q.place for q in rates]
            text = f"列出 {number(counted)} 个100%，写作“{match.group()}”"
            if counted == said:
                yield holds("N-REP", text, where, left=counted, right=said)
            else:
                yield fails("N-REP", f"{text}：{number(counted)} ≠ {number(said)}", where,
                            left=counted, right=said, severity=Severity.WARNING)  # fmt: skip
    yield from _explained(prose)


def _explained(prose: Prose) -> Iterator[Finding]:
    for index, papers in enumerate(prose.quantities[:-1]):
        notes = prose.quantities[index + 1]
        if papers.passage is not notes.passage or "文件" not in papers.before:
            continue
        between = papers.passage.text[papers.number.end : notes.number.start]
        if not _ALL_EXPLAINED.search(between) or "解读" not in notes.before:
            continue
        where = [notes.place, papers.place]
        text = f"文件 {number(papers.value)} 件全部解读，解读 {number(notes.value)} 篇"
        if papers.value == notes.value:
            yield holds("N-REP", text, where, left=notes.value, right=papers.value)
        else:
            yield fails(
                "N-REP",
                f"{text}：{equation([papers.value], [notes.value])}",
                where,
                left=notes.value,
                right=papers.value,
                severity=Severity.WARNING,
            )
