"""Figures that people enter for a year: only ever added, the newest in force, each signed.

Besides numbers a year has words about the office (`about.机关全称`), sentences of its own
(`text.<kind>.<n>`, the words in the note) and decisions on contradictions (`decision.<id>`, the
reason in the note); all are kept in the same way, so that all have a history.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.accounts.audit import record
from service.database.base import now
from service.drafts.errors import YearError
from service.drafts.tables import EnteredFigure
from service.intake.days import read_day
from service.report.figures.entered import Decision, EnteredText, Material, read_material
from service.report.figures.facts import Fact, load_facts, table2_facts, table4_facts
from service.report.figures.figure import Entered, Figure, Formula
from service.report.figures.form import ABOUT_ROWS, CHOICES, TEXT_KINDS
from service.report.formats import ReportFormat, format_for_year, load_format

SOURCE = "数据填报"
ABOUT, TEXT, DECISION = "about.", "text.", "decision."
_WHOLE = ("件", "条", "篇", "场", "项", "份", "名", "个", "届")
_LONGEST_VALUE, _LONGEST_NOTE = 64, 2000
FIRST_YEAR = 2019


@dataclass(frozen=True, slots=True)
class Entry:
    """What somebody wants to enter; a blank value takes an earlier one back."""

    figure: str
    value: str
    note: str = ""


def form_of(year: int) -> ReportFormat:
    """The official form of a report year.

    Raises
    ------
    YearError
        If there is none.
    """
    if not FIRST_YEAR <= year <= 9999:
        raise YearError(f"{year}年没有法定的年报格式，只能起草{FIRST_YEAR}年及以后的报告。")
    return load_format(format_for_year(year))


def facts_of(form: ReportFormat) -> dict[str, Fact]:
    """Every figure that a person may enter, by id, in the order of the form."""
    facts = [fact for group in load_facts().groups for fact in group.facts]
    facts += [*table2_facts(form), *table4_facts(form)]
    return {fact.id: fact for fact in facts}


def in_force(session: Session, year: int) -> dict[str, EnteredFigure]:
    """Newest entry of each figure of a year, those taken back left out."""
    newest = (
        select(func.max(EnteredFigure.id))
        .where(EnteredFigure.year == year)
        .group_by(EnteredFigure.figure)
    )
    query = select(EnteredFigure).where(EnteredFigure.id.in_(newest)).order_by(EnteredFigure.id)
    return {e.figure: e for e in session.scalars(query) if e.value is not None}


def enter(session: Session, actor: str, year: int, entries: Iterable[Entry]) -> int:
    """Enter figures; those that stay as they are leave no trace. Returns how many changed.

    Raises
    ------
    YearError
        Names the first figure that cannot be entered so; nothing is stored then.
    """
    form = form_of(year)
    facts, before = facts_of(form), in_force(session, year)
    moment, changed = now(), 0
    for entry in entries:
        value, note = entry.value.strip(), " ".join(entry.note.split())
        _check(entry.figure, value, note, facts)
        known = before.get(entry.figure)
        if (value, note) == ((known.value, known.note) if known else ("", "")):
            continue
        if not value and known is None:
            continue
        session.add(
            EnteredFigure(
                year=year,
                figure=entry.figure,
                value=value or None,
                note=note,
                entered_by=actor,
                entered_at=moment,
            )
        )
        shown: dict[str, str] = {"value": value} if entry.figure in facts else {}
        record(session, actor, "figure.enter", f"figure:{year}:{entry.figure}"[:80], **shown)
        changed += 1
    return changed


def _check(figure: str, value: str, note: str, facts: Mapping[str, Fact]) -> None:
    if len(value) > _LONGEST_VALUE or len(note) > _LONGEST_NOTE:
        raise YearError(f"“{name_of(figure, facts)}”太长，请写短一些（文字最多 2000 字）。")
    if not value:
        return
    if figure.startswith(ABOUT) and figure.removeprefix(ABOUT) in ABOUT_ROWS:
        return
    if figure.startswith(TEXT) and figure.split(".")[1] in TEXT_KINDS:
        return
    if figure.startswith(DECISION) and value in CHOICES:
        return
    fact = facts.get(figure) or _own(figure, note)
    if fact is None:
        raise YearError(f"没有“{figure[:60]}”这一项，请从填报页上填。")
    read_value(fact, value)


def name_of(figure: str, facts: Mapping[str, Fact]) -> str:
    """What an entry is, in Chinese."""
    if figure in facts:
        return facts[figure].name
    return figure.split(".", 1)[-1][:60]


def _own(figure: str, note: str) -> Fact | None:
    """A figure that the office added to an open group; its name is in the note."""
    for group in load_facts().groups:
        prefix = "appeals.part" if group.id == "appeals" else group.id
        if group.is_open and figure.startswith(f"{prefix}.x") and note:
            return Fact(figure, group.id, note, group.unit)
    return None


def read_value(fact: Fact, text: str) -> tuple[Decimal, bool]:
    """Value of what was typed, and whether it is approximate (`30余`).

    Raises
    ------
    YearError
    """
    if fact.kind == "date":
        day = read_day(text)
        if day is None:
            raise YearError(f"“{fact.name}”应填日期，请写作 2024-05-15。")
        return Decimal(f"{day:%Y%m%d}"), False
    plain = text.removesuffix("余")
    try:
        value = Decimal(plain)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or (value < 0 and not fact.id.endswith(".change")):
        raise YearError(f"“{fact.name}”应填不小于零的数；没有数据就留空，零要写 0。")
    if fact.unit in _WHOLE and value != int(value):
        raise YearError(f"“{fact.name}”应填整数。")
    return value, plain != text


def material_of(session: Session, year: int) -> Material:
    """What was entered for a year, as drafting takes it."""
    form = form_of(year)
    facts, entered = facts_of(form), in_force(session, year)
    figures = []
    for id, entry in entered.items():
        fact = facts.get(id) or _own(id, entry.note)
        if fact is not None and not id.startswith((ABOUT, TEXT, DECISION)):
            figures.append(_figure(fact, entry, year))
    about = {
        id.removeprefix(ABOUT): e.value or "" for id, e in entered.items() if id.startswith(ABOUT)
    }
    texts = [
        EnteredText(id, id.split(".")[1], entry.note, "", f"{SOURCE} {id}")
        for id, entry in sorted(entered.items())
        if id.startswith(TEXT) and entry.note
    ]
    decisions = {}
    for id, entry in entered.items():
        if id.startswith(DECISION):
            on, asked = f"{entry.entered_at:%Y-%m-%d}", id.removeprefix(DECISION)
            decisions[asked] = Decision(asked, entry.value or "", entry.entered_by, on, entry.note)
    figures += _totals(figures, form, year)
    return Material(SOURCE, about, figures, texts, decisions)


def _figure(fact: Fact, entry: EnteredFigure, year: int) -> Figure:
    value, approximate = read_value(fact, entry.value or "")
    source = Entered(SOURCE, fact.name, entry.entered_by, f"{entry.entered_at:%Y-%m-%d}")
    note = entry.note if fact.id.startswith("t4.") else ""
    return Figure(fact.id, value, fact.unit, f"{year}年", source, fact.name, approximate, note)


def _totals(figures: list[Figure], form: ReportFormat, year: int) -> list[Figure]:
    """Totals of table 4, from the parts that are known."""
    totals = []
    for group in form.table4_groups:
        parts = [f for f in figures if f.id.startswith(f"t4.{group.code}.")]
        if parts:
            ids = [f.id for f in parts]
            source = Formula(" + ".join(ids), ids)
            value = sum((f.value for f in parts), Decimal())
            id, name = f"t4.{group.code}.total", f"{group.label}·总计"
            totals.append(Figure(id, value, "件", f"{year}年", source, name))
    return totals


def enter_workbook(session: Session, actor: str, year: int, path: Path) -> int:
    """Enter everything of a filled figures workbook; returns how many entries changed.

    Raises
    ------
    InputError
        If it cannot be read, or is of another year.
    """
    material = read_material(path, year, form_of(year))
    facts = facts_of(form_of(year))
    entries = [
        Entry(f"{ABOUT}{name}", text)
        for name, text in material.about.items()
        if name in ABOUT_ROWS and name not in ("报告年度", "报告格式")
    ]
    for figure in material.figures:
        if isinstance(figure.source, Formula):
            continue
        note = figure.note if figure.id in facts else figure.name
        value = figure.digits if figure.unit != "日期" else _day(figure.value)
        entries.append(Entry(figure.id, value + ("余" if figure.approximate else ""), note))
    counted: dict[str, int] = {}
    for text in material.texts:
        counted[text.kind] = counted.get(text.kind, 0) + 1
        entries.append(Entry(f"{TEXT}{text.kind}.{counted[text.kind]}", "写", text.text))
    return enter(session, actor, year, entries)


def _day(value: Decimal) -> str:
    digits = f"{int(value):08d}"
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"
