"""A check as one self-contained web page: the report on the left, its findings on the right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from service.report.checking.check import CheckResult
from service.report.checking.finding import Finding, Severity, Status
from service.report.checking.rulebook import load_rules
from service.report.checking.wording import describe
from service.report.model import Place, Section
from service.report.presenting.form_tables import cell_anchor, render_table
from service.report.presenting.marked_text import Mark, render_passage
from service.report.presenting.style import SCRIPT, STYLE

_NAMES = "一二三四五六"
_LABELS = {
    "error": "错误",
    "warning": "警告",
    "info": "提示",
    "unknown": "待核",
    "holds": "通过",
}
_SOURCES = {"form": "官方表式", "arithmetic": "算术", "law": "法规", "advice": "业务建议"}


@dataclass(frozen=True, slots=True)
class PageParts:
    """A check as pieces for a page: plain words, counts by kind, and two pieces of HTML.

    `counts` are triples (kind, Chinese word, number); `body` is the report with its findings
    marked, `findings` the items of a list.
    """

    title: str
    meta: str
    counts: tuple[tuple[str, str, int], ...]
    body: str
    findings: str


def page_parts(result: CheckResult) -> PageParts:
    """The pieces that both the page of its own and the console are made of."""
    report = result.report
    meta = (
        report.agency or "机关不明",
        f"{report.year} 年" if report.year else "年度不明",
        report.format.document,
        report.name,
    )
    kinds = [_kind(finding) for finding in result.findings]
    return PageParts(
        title=report.title or report.name,
        meta=" · ".join(meta),
        counts=tuple((kind, label, kinds.count(kind)) for kind, label in _LABELS.items()),
        body=_body(result),
        findings=_findings(result),
    )


def render_page(result: CheckResult) -> str:
    """The page as HTML: no scripts, styles, fonts or pictures from elsewhere."""
    parts = page_parts(result)
    title, meta = escape(parts.title), escape(parts.meta)
    counts = "".join(
        f'<button class="count {kind}" data-kind="{kind}" type="button" aria-pressed="'
        f'{"false" if kind == "holds" else "true"}"><b>{number}</b>{label}</button>'
        for kind, label, number in parts.counts
    )
    return (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>核对：{title}</title><style>{STYLE}</style></head><body>"
        f'<header><div><h1>{title}</h1><p>{meta}</p></div><nav aria-label="筛选">{counts}</nav>'
        f'</header><main><article aria-label="报告">{parts.body}</article>'
        f'<aside aria-label="核对结果"><ol>{parts.findings}</ol></aside></main>'
        f"<script>{SCRIPT}</script></body></html>"
    )


def _kind(finding: Finding) -> str:
    if finding.status is Status.FAILS:
        return finding.severity.value
    return finding.status.value


def _findings(result: CheckResult) -> str:
    rules = load_rules()
    items = []
    for index, finding in enumerate(result.findings):
        kind = _kind(finding)
        rule = rules[finding.rule]
        at = describe(finding.where[0], result.report.format) if finding.where else ""
        target = _target(finding.where[0], index) if finding.where else ""
        opening = f'<a href="#{target}">' if target else "<span>"
        closing = "</a>" if target else "</span>"
        place = f"<small>{escape(at)}</small>" if at else ""
        items.append(
            f'<li id="f{index}" class="finding {kind}" data-kind="{kind}"'
            f"{' hidden' if kind == 'holds' else ''}>{opening}"
            f"<em>{_LABELS[kind]}</em><p>{escape(finding.message)}</p>{place}{closing}"
            f"<details><summary>{escape(rule.name)}</summary><dl><dt>规则</dt><dd>{rule.id}</dd>"
            f"<dt>算式</dt><dd>{escape(rule.formula)}</dd>"
            f"<dt>依据</dt><dd>{_SOURCES.get(rule.source, rule.source)}</dd></dl></details></li>"
        )
    return "".join(items)


def _target(place: Place, index: int) -> str:
    if place.table is not None:
        return cell_anchor(place.table, place.row, place.column)
    if place.start is not None:
        return f"m{index}"
    return f"s{place.section}" if place.section is not None else ""


def _body(result: CheckResult) -> str:
    report = result.report
    marks = _marks(result.findings)
    cells = _cells(result.findings)
    pieces: list[str] = []
    for section in report.sections:
        if section.number:
            heading = escape(section.heading.strip()) or f"第{_NAMES[section.number - 1]}部分"
            anchors = _heading_anchors(section, marks)
            pieces.append(f'<h2 id="s{section.number}">{anchors}{heading}</h2>')
        for passage in report.passages:
            if passage.section == section.number:
                pieces.append(render_passage(passage, marks, report.text))
        if section.number in (2, 3, 4):
            pieces.append(_table(result, section.number, cells))
    shown = {section.number for section in report.sections}
    pieces += [_table(result, n, cells) for n in (2, 3, 4) if n not in shown and n in report.tables]
    return "".join(pieces)


def _heading_anchors(section: Section, marks: Sequence[Mark]) -> str:
    """Targets for findings that speak of a heading."""
    end = section.start + len(section.heading)
    return "".join(
        f'<a id="m{mark.index}"></a>'
        for mark in marks
        if mark.is_anchor and section.start <= mark.start < end
    )


def _table(result: CheckResult, number: int, cells: dict[str, tuple[str, int]]) -> str:
    table = result.report.tables.get(number)
    if table is None:
        return f'<p class="missing">没有读到表{_NAMES[number - 1]}。</p>'
    rest = "".join(f"<li>{escape(row.text)}</li>" for row in table.unplaced)
    note = f'<div class="missing">读不出位置的行：<ul>{rest}</ul></div>' if rest else ""
    return render_table(table, cells) + note


def _marks(findings: Sequence[Finding]) -> list[Mark]:
    """Spans of the prose that findings speak of; the first place of each is its anchor."""
    marks = []
    for index, finding in enumerate(findings):
        for rank, place in enumerate(finding.where):
            if place.table is None and place.start is not None and place.end is not None:
                marks.append(Mark(place.start, place.end, _kind(finding), index, rank == 0))
    return marks


def _cells(findings: Sequence[Finding]) -> dict[str, tuple[str, int]]:
    """For each cell the worst finding that speaks of it; `findings` come worst first."""
    cells: dict[str, tuple[str, int]] = {}
    for index, finding in enumerate(findings):
        if finding.status is Status.HOLDS or finding.rule == "S-BLANK":
            continue
        many = finding.severity is not Severity.ERROR and len(finding.where) > 40
        for place in finding.where:
            if place.table is not None and not many:
                anchor = cell_anchor(place.table, place.row, place.column)
                cells.setdefault(anchor, (_kind(finding), index))
    return cells
