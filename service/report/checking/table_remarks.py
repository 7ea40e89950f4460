"""What else a table shows: rows not placed, blanks, labels, values that look mis-keyed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from difflib import SequenceMatcher

from service.report.checking.finding import Finding, Severity
from service.report.checking.rulebook import fails, holds, unknown
from service.report.checking.wording import describe, number
from service.report.formats import ReportFormat, load_format
from service.report.model import CellState, Place, Report, Table
from service.report.reading.glyphs import squash

_NAMES = {2: "表二", 3: "表三", 4: "表四"}
_LETTERS = re.compile(r"[\u4e00-\u9fff]+")
_OWN_NUMBER = re.compile(r"[（(][一二三四五六七][)）]|(?<!\d)\d[.、．]")
_PARTICLES = set("要到的之了等度个")
_RULE_MADE = re.compile(
    r"(?:制定|印发|出台|修订)(?:并印发|印发|出台)?了?《[^》]{2,40}(?:规定|办法|细则)(?:\([^)]*\))?》"
)
_LEADING_NUMBER = re.compile(r"^[（(]?[一二三四五六七八九十\d]{1,2}[)）]?[、.．,]?")


def check_reading(report: Report) -> Iterator[Finding]:
    """Cells and rows that could not be read, and cells left blank."""
    for table_number, table in sorted(report.tables.items()):
        form = load_format(table.format_id)
        rule = f"T{table_number}-READ"
        for row in table.unplaced:
            yield unknown(
                rule,
                f"{_NAMES[table_number]}有一行读不出位置（{row.reason}）：{row.text[:60]}",
                [row.place],
                severity=Severity.WARNING,
            )
        unread = [c for c in table.cells.values() if c.state is CellState.UNREAD]
        for cell in unread:
            yield unknown(
                rule,
                f"{describe(cell.place, form)}不是数：“{squash(cell.raw)[:30]}”",
                [cell.place],
                severity=Severity.WARNING,
            )
        yield from _absent(table_number, table, form)
        yield from _blanks(table_number, table)


def _expected(table_number: int, form: ReportFormat) -> list[tuple[str, str]]:
    if table_number == 2:
        return [(r.code, c.code) for b in form.table2 for r in b.rows for c in b.columns]
    if table_number == 3:
        return [(r.code, c.code) for r in form.table3_rows for c in form.table3_columns]
    return [(g.code, c.code) for g in form.table4_groups for c in form.table4_columns]


def _absent(table_number: int, table: Table, form: ReportFormat) -> Iterator[Finding]:
    expected = _expected(table_number, form)
    rows = list(dict.fromkeys(key[0] for key in expected if key not in table.cells))
    if not rows:
        yield holds(
            f"T{table_number}-READ",
            f"{_NAMES[table_number]}{len(expected)} 格全部读到（{form.document}表式）",
        )
        return
    names = "、".join(form.row_label(table_number, row)[:14] for row in rows[:4])
    more = f"等 {len(rows)} 行" if len(rows) > 4 else ""
    yield unknown(
        f"T{table_number}-READ",
        f"{_NAMES[table_number]}没有读到：{names}{more}",
        [Place(section=table_number, table=table_number, row=rows[0])],
        severity=Severity.WARNING,
    )


def _blanks(table_number: int, table: Table) -> Iterator[Finding]:
    blank = [c for c in table.cells.values() if c.state is CellState.BLANK]
    marked = [c for c in table.cells.values() if c.state is CellState.NOT_APPLICABLE]
    if blank or marked:
        parts = [f"{len(blank)} 格空白"] if blank else []
        if marked:
            parts.append(f"{len(marked)} 格为“{squash(marked[0].raw)}”")
        yield fails(
            "S-BLANK",
            f"{_NAMES[table_number]}有{'、'.join(parts)}：空白不等于 0，没有的请填 0",
            [cell.place for cell in (*blank, *marked)],
        )


def check_labels(report: Report) -> Iterator[Finding]:
    """Printed row labels against the official ones."""
    checked = 0
    for table_number in (2, 3):
        table = report.tables.get(table_number)
        if table is None:
            continue
        form = load_format(table.format_id)
        for row, printed in table.labels.items():
            official = form.row_label(table_number, row)
            checked += 1
            kind = _difference(printed, official)
            if kind is not None:
                yield fails(
                    "S-LABEL",
                    f"{_NAMES[table_number]}行名“{squash(printed)}”与官方表式“{official}”不同",
                    [Place(section=table_number, table=table_number, row=row, text=printed)],
                    severity=kind,
                )
    if checked:
        yield holds("S-LABEL", f"核对了 {checked} 个行名")


def _difference(printed: str, official: str) -> Severity | None:
    """Warning for wrong words, info for missing or added ones, None if the same.

    A label that a page or a flattened table cut short is not a difference.
    """
    ours, theirs = _letters(printed), _letters(official)
    if ours == theirs or not ours or theirs.startswith(ours) or theirs.endswith(ours):
        return None
    if theirs in ours or ours.replace("其它", "其他") == theirs:
        return None
    blocks = SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes()
    if len(ours) * 2 < len(theirs):
        return Severity.INFO  # a short form, as narrow tables print it
    changed = "".join(
        ours[i1:i2] + theirs[j1:j2] for tag, i1, i2, j1, j2 in blocks if tag != "equal"
    )
    return Severity.INFO if set(changed) <= _PARTICLES else Severity.WARNING


def _letters(label: str) -> str:
    """Chinese characters of a label from its own number on; others may stand before it."""
    text = squash(label)
    numbered = [m.start() for m in _OWN_NUMBER.finditer(text)]
    return "".join(
        _LETTERS.findall(_LEADING_NUMBER.sub("", text[numbered[-1] if numbered else 0 :]))
    )


def check_values(report: Report) -> Iterator[Finding]:
    """Figures of table 2 that contradict or repeat each other."""
    table = report.tables.get(2)
    if table is None or table.format_id != "2019":
        return
    form = load_format("2019")
    for row in ("regulation", "normative"):
        opened, total = table.value(row, "opened"), table.value(row, "total")
        if opened is None or total is None:
            continue
        where = [table.cells[row, "total"].place, table.cells[row, "opened"].place]
        label = form.row_label(2, row)
        if opened > total:
            message = (
                f"表二{label}：对外公开总数量 {number(total)} < 本年新公开数量 {number(opened)}"
            )
            yield fails("T2-VAL", message, where, left=total, right=opened)
        else:
            message = (
                f"表二{label}：对外公开总数量 {number(total)} ≥ 本年新公开数量 {number(opened)}"
            )
            yield holds("T2-VAL", message, where, left=total, right=opened)
    for block in form.table2:
        for entry in block.rows:
            items, change = table.value(entry.code, "items"), table.value(entry.code, "change")
            if items and change and items == change and items > Decimal(1):
                yield unknown(
                    "T2-DELTA",
                    f"表二{entry.label}：上一年项目数量 {number(items)}，"
                    f"本年增/减也是 {number(change)}，是翻了一番还是误填？请核对",
                    [table.cells[entry.code, "change"].place],
                    left=items,
                    right=change,
                    severity=Severity.WARNING,
                )


def check_normative_mentions(report: Report) -> Iterator[Finding]:
    """Rules named in prose while table 2 counts no normative document: a question, not an error."""
    table = report.tables.get(2)
    if table is None:
        return
    made = table.value("normative", "made")
    if made is None or made > 0:
        return
    form = load_format(table.format_id)
    for passage in report.passages:
        match = _RULE_MADE.search(passage.text)
        if match and passage.section == 1:
            place = Place(
                passage.section,
                page=passage.page,
                start=passage.offsets[match.start()],
                end=passage.offsets[match.end() - 1] + 1,
                text=match.group(),
            )
            cell = table.cells["normative", "made"].place
            yield unknown(
                "N-T2",
                f"正文说“{match.group()[:40]}”，{describe(cell, form)}为 0："
                "若属行政规范性文件应计入，请核对",
                [place, cell],
                right=made,
            )
            return
