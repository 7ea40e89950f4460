"""Reading a filled figures workbook. Blank is not known, never zero; nothing is repaired."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from service.intake.days import read_day
from service.report.figures.errors import FigureFormError
from service.report.figures.facts import Fact, load_facts, table2_facts, table4_facts
from service.report.figures.figure import Entered, Figure, Formula
from service.report.figures.form import (
    ABOUT,
    COLUMNS,
    DECISIONS,
    FACTS,
    TABLE2,
    TABLE4,
    TEXTS,
)
from service.report.formats import ReportFormat

_NOTED = re.compile(r"^(-?\d+(?:\.\d+)?)\s*[（(](.+)[)）]$")
_MAX_BYTES = 20_000_000


@dataclass(frozen=True, slots=True)
class EnteredText:
    """A sentence a person wrote; `{id}` in it cites a figure. `pair` names its counterpart."""

    id: str
    kind: str
    text: str
    pair: str
    cell: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided about two figures that contradict each other."""

    id: str
    choice: str
    by: str
    on: str
    reason: str


@dataclass(frozen=True, slots=True)
class Material:
    """A filled figures workbook."""

    file: str
    about: Mapping[str, str]
    figures: Sequence[Figure]
    texts: Sequence[EnteredText]
    decisions: Mapping[str, Decision]


def read_material(path: Path, year: int, form: ReportFormat) -> Material:
    """Read a figures workbook for a report year.

    Raises
    ------
    FigureFormError
        If it cannot be read, is made for another year or form, or holds a cell that is no number.
    """
    book = _open(path)
    about = {
        str(row[0]): str(row[1]).strip() for _, row in _rows(book, ABOUT) if row[1] is not None
    }
    _check_about(about, path, year, form)
    reader = _Reader(path.name, year, about)
    groups = load_facts().groups
    figures = reader.figures(book, FACTS, [f for g in groups for f in g.facts])
    figures += reader.figures(book, TABLE2, table2_facts(form))
    figures += reader.figures(book, TABLE4, table4_facts(form))
    figures += _table4_totals(figures, form, year)
    texts = [
        EnteredText(
            _text(row[0]) or f"文字{number}",
            _text(row[1]),
            _text(row[2]),
            _text(row[3]),
            f"{TEXTS}!C{number}",
        )
        for number, row in _rows(book, TEXTS, 4)
        if _text(row[2])
    ]
    decisions = {
        _text(row[0]): Decision(*(_text(cell) for cell in row[:5]))
        for _, row in _rows(book, DECISIONS, 5)
        if _text(row[0])
    }
    return Material(path.name, about, figures, texts, decisions)


def _open(path: Path) -> Any:
    import openpyxl

    try:
        if path.stat().st_size > _MAX_BYTES:
            raise FigureFormError(f"{path.name} 太大，不像数据表。")
        book = openpyxl.load_workbook(path, read_only=False)
    except FileNotFoundError:
        raise FigureFormError(f"找不到数据表 {path}。") from None
    except (
        OSError,
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        openpyxl.utils.exceptions.InvalidFileException,
    ) as error:
        raise FigureFormError(
            f"{path.name} 打不开，不是完好的 xlsx 数据表。可用 yangguang report form 取一份空表。"
        ) from error
    missing = [name for name in (ABOUT, FACTS, TABLE2, TABLE4) if name not in book.sheetnames]
    if missing:
        raise FigureFormError(
            f"{path.name} 缺少工作表“{'”“'.join(missing)}”。可用 yangguang report form 取一份空表。"
        )
    return book


def _rows(book: Any, name: str, width: int = 2) -> Iterator[tuple[int, list[Any]]]:
    if name not in book.sheetnames:
        return
    for number, row in enumerate(book[name].iter_rows(min_row=2, values_only=True), 2):
        cells = list(row[:width]) + [None] * (width - len(row))
        if any(cell not in (None, "") for cell in cells):
            yield number, cells


def _text(cell: Any) -> str:
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat()
    return "" if cell is None else str(cell).strip()


def _check_about(about: Mapping[str, str], path: Path, year: int, form: ReportFormat) -> None:
    said = about.get("报告年度", "")
    if said and said.removesuffix("年") != str(year):
        raise FigureFormError(
            f"{path.name} 是{said}年度的数据表，要起草的是{year}年报告，请换一份。"
        )
    kind = about.get("报告格式", "")
    if kind and kind != form.id:
        raise FigureFormError(
            f"{path.name} 用的是{kind}年格式，{year}年报告应当用{form.document}的格式（{form.id}），"  # noqa: E501
            f"请用 yangguang report form --year {year} 取表重填。"
        )


class _Reader:
    """Turns rows of a sheet into figures."""

    def __init__(self, file: str, year: int, about: Mapping[str, str]) -> None:
        self._file, self._year, self._about = file, year, about

    def figures(self, book: Any, sheet: str, facts: Sequence[Fact]) -> list[Figure]:
        known = {fact.id: fact for fact in facts}
        found: list[Figure] = []
        for number, row in _rows(book, sheet, len(COLUMNS)):
            cell = row[3]
            if cell in (None, "") or (isinstance(cell, str) and cell.startswith("=")):
                continue
            fact = known.get(_text(row[0])) or self._own(sheet, number, row)
            place = f"{sheet}!D{number}"
            value, note = self._value(cell, place, fact)
            source = Entered(
                self._file,
                place,
                _text(row[6]) or self._about.get("填表人", ""),
                _text(row[7]) or self._about.get("填表日期", ""),
            )
            found.append(
                Figure(
                    fact.id,
                    value,
                    fact.unit,
                    f"{self._year}年",
                    source,
                    fact.name,
                    _text(row[5]) == "余",
                    note or _note(row[8], sheet),
                )
            )
        return found

    def _own(self, sheet: str, number: int, row: Sequence[Any]) -> Fact:
        """A row that the office added under an open group."""
        group = next(
            (g for g in load_facts().groups if g.is_open and g.name == _text(row[1])), None
        )
        if sheet != FACTS or group is None or not _text(row[2]):
            raise FigureFormError(
                f"{self._file} 的“{sheet}”第{number}行（{_text(row[0]) or _text(row[2]) or '空'}）不在本年度的表里。"  # noqa: E501
                "自行增加的行要选“主动公开分项”或“群众诉求”，并写明名称。"
            )
        prefix = "appeals.part" if group.id == "appeals" else group.id
        return Fact(f"{prefix}.x{number}", group.id, _text(row[2]), _text(row[4]) or group.unit)

    def _value(self, cell: Any, place: str, fact: Fact) -> tuple[Decimal, str]:
        if fact.kind == "date":
            day = read_day(_text(cell))
            if day is not None:
                return Decimal(f"{day:%Y%m%d}"), ""
            raise FigureFormError(
                f"{self._file} 的 {place}（{fact.name}）不是日期，请写作2020-05-15。"
            )
        text, note = str(cell).strip(), ""
        if match := _NOTED.match(text):
            text, note = match[1], match[2]
        try:
            value = Decimal(text)
        except InvalidOperation:
            value = Decimal("NaN")
        if not value.is_finite() or (value < 0 and not fact.id.endswith(".change")):
            raise FigureFormError(
                f"{self._file} 的 {place}（{fact.name}）应填不小于零的数，请改正。"
            )
        if fact.unit in ("件", "条", "篇", "场", "项", "份", "名", "个", "届") and value != int(
            value
        ):
            raise FigureFormError(f"{self._file} 的 {place}（{fact.name}）应填整数，请改正。")
        return value, note


def _note(cell: Any, sheet: str) -> str:
    """Remarks beside a cell of table 4 are printed with it; elsewhere they are for the office."""
    return _text(cell) if sheet == TABLE4 else ""


def _table4_totals(figures: Sequence[Figure], form: ReportFormat, year: int) -> list[Figure]:
    totals = []
    for group in form.table4_groups:
        parts = [f for f in figures if f.id.startswith(f"t4.{group.code}.")]
        if parts:
            ids = [f.id for f in parts]
            totals.append(
                Figure(
                    f"t4.{group.code}.total",
                    sum((f.value for f in parts), Decimal()),
                    "件",
                    f"{year}年",
                    Formula(" + ".join(ids), ids),
                    f"{group.label}·总计",
                )
            )
    return totals
