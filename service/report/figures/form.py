"""The figures workbook: an XLSX form that checks while people type."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from service.report.errors import ReportOutputError
from service.report.figures.errors import FigureFormError
from service.report.figures.facts import Fact, load_facts, table2_facts, table4_facts
from service.report.formats import ReportFormat, format_for_year, load_format

FACTS, TABLE2, TABLE4, TEXTS, DECISIONS, ABOUT = "数据", "表二", "表四", "文字", "决定", "基本信息"
COLUMNS = ("编号", "类别", "名称", "数值", "单位", "约数", "填报人", "填报日期", "备注")
TEXT_COLUMNS = ("编号", "类别", "文字", "对应编号")
DECISION_COLUMNS = ("编号", "决定", "决定人", "决定日期", "理由")
TEXT_KINDS = (
    "重点领域",
    "信息管理",
    "平台建设",
    "监督保障",
    "政策解读",
    "公开活动",
    "问题",
    "改进",
    "其他事项",
)
CHOICES = ("采用填报数", "采用另一数", "暂不决定")
ABOUT_ROWS = ("机关全称", "报告年度", "报告格式", "填表人", "填表日期", "联系方式", "落款日期")
_SPARE_ROWS = 8


@dataclass(frozen=True, slots=True)
class Filling:
    """What to write into a form: values by id (number or text), who, texts, decisions.

    Parameters
    ----------
    about : mapping row name → text
    values : mapping fact id → number or text
    approximate : set of fact ids
    notes : mapping fact id → text
    texts : sequence of (id, kind, text, id of its pair)
    decisions : sequence of (id, choice, who, when, why)
    """

    about: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    approximate: frozenset[str] = frozenset()
    notes: Mapping[str, str] = field(default_factory=dict)
    texts: Sequence[tuple[str, str, str, str]] = ()
    decisions: Sequence[tuple[str, str, str, str, str]] = ()


FIRST_YEAR, LAST_YEAR = 2008, 2100
"""《条例》 first came into force in 2008; later than the last one is a slip of the hand."""


def write_form(path: Path, year: int, filling: Filling | None = None) -> None:
    """Write the form for a report year, empty or filled.

    Raises
    ------
    FigureFormError
        If no report of that year can be, or the file would not be named as a workbook.
    ReportOutputError
        If the file cannot be written.
    """
    import xlsxwriter

    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise FigureFormError(f"年份“{year}”不对，应为四位数，如 2024。")
    if path.suffix.lower() != ".xlsx":
        raise FigureFormError(f"数据表是 Excel 工作簿，“{path.name}”的后缀应为 .xlsx。")
    form = load_format(format_for_year(year))
    filling = filling or Filling()
    book = xlsxwriter.Workbook(str(path))
    try:
        writer = _Writer(book, filling)
        writer.about(year, form)
        writer.facts(FACTS, [f for g in load_facts().groups for f in g.facts], spare=_SPARE_ROWS)
        writer.facts(TABLE2, table2_facts(form))
        writer.facts(TABLE4, table4_facts(form))
        writer.texts()
        writer.decisions()
        book.close()
    except (OSError, xlsxwriter.exceptions.FileCreateError) as error:
        raise ReportOutputError(
            f"写不出“{path}”，请检查文件夹是否存在、文件是否正打开着。"
        ) from error


class _Writer:
    """Sheets of one workbook."""

    def __init__(self, book: Any, filling: Filling) -> None:
        self._book, self._filling = book, filling
        self._head = book.add_format({"bold": True, "bg_color": "#DDE8F0", "border": 1})
        self._locked = book.add_format({"bg_color": "#F2F2F2", "border": 1})
        self._open = book.add_format({"border": 1, "text_wrap": True})
        self._number = book.add_format({"border": 1, "num_format": "0.######"})
        self._bad = book.add_format({"bg_color": "#F8C9C4"})

    def _sheet(self, name: str, columns: Sequence[str], widths: Sequence[int]) -> Any:
        sheet = self._book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        for index, (column, width) in enumerate(zip(columns, widths, strict=True)):
            sheet.set_column(index, index, width)
            sheet.write(0, index, column, self._head)
        return sheet

    def about(self, year: int, form: ReportFormat) -> None:
        sheet = self._sheet(ABOUT, ("项目", "内容", "说明"), (14, 44, 60))
        known = {"报告年度": str(year), "报告格式": form.id, **self._filling.about}
        notes = {"报告格式": f"{year}年报告用{form.document}格式，不要改动",
                 "填表人": "没有单独写明填报人的数，都记在填表人名下"}  # fmt: skip
        for row, name in enumerate(ABOUT_ROWS, 1):
            sheet.write(row, 0, name, self._locked)
            sheet.write(row, 1, known.get(name, ""), self._open)
            sheet.write(row, 2, notes.get(name, ""))
        sheet.data_validation(2, 1, 2, 1, {"validate": "list", "source": [str(year)]})
        sheet.data_validation(3, 1, 3, 1, {"validate": "list", "source": [form.id]})

    def facts(self, name: str, facts: Sequence[Fact], *, spare: int = 0) -> None:
        sheet = self._sheet(name, COLUMNS, (26, 22, 40, 14, 8, 8, 12, 14, 30))
        groups = load_facts().groups
        labels = {g.id: g.name for g in groups}
        for row, fact in enumerate(facts, 1):
            for column, text in enumerate((fact.id, labels.get(fact.group, fact.group), fact.name)):
                sheet.write(row, column, text, self._locked)
            value = self._filling.values.get(fact.id, "")
            sheet.write(row, 3, value, self._number)
            sheet.write(row, 4, fact.unit, self._locked)
            sheet.write(row, 5, "余" if fact.id in self._filling.approximate else "", self._open)
            for column in (6, 7):
                sheet.write(row, column, "", self._open)
            sheet.write(row, 8, self._filling.notes.get(fact.id, ""), self._open)
            sheet.data_validation(row, 3, row, 3, _number_rule(fact))
        last = len(facts) + spare
        if spare:
            names = [g.name for g in groups if g.is_open]
            sheet.data_validation(len(facts) + 1, 1, last, 1, {"validate": "list", "source": names})
            sheet.data_validation(len(facts) + 1, 3, last, 3, _number_rule(None))
        sheet.data_validation(1, 5, last, 5, {"validate": "list", "source": ["余"]})
        if name == FACTS:
            self._mark_sums(sheet, facts)

    def _mark_sums(self, sheet: Any, facts: Sequence[Fact]) -> None:
        """Turn a total red while its parts do not add up to it."""
        rows = {fact.id: row + 1 for row, fact in enumerate(facts, 1)}
        for relation in load_facts().relations.values():
            if relation.total not in rows:
                continue
            cells = []
            for part in relation.parts:
                prefix = part.removesuffix("*")
                cells += [f"$D${r}" for id, r in rows.items()
                          if id == part or (part.endswith("*") and id.startswith(prefix))]  # fmt: skip  # noqa: E501
            total = f"$D${rows[relation.total]}"
            parts = ",".join(cells)
            sheet.conditional_format(
                rows[relation.total] - 1, 3, rows[relation.total] - 1, 3,
                {"type": "formula", "format": self._bad,
                 "criteria": f"=AND({total}<>\"\",COUNT({parts})>0,SUM({parts})<>{total})"},
            )  # fmt: skip

    def texts(self) -> None:
        sheet = self._sheet(TEXTS, TEXT_COLUMNS, (12, 14, 110, 12))
        sheet.write_comment(0, 2, "数字写成{编号}，如{platform.weibo}；没有依据的数字不能出稿。")
        for row, entry in enumerate(self._filling.texts, 1):
            for column, text in enumerate(entry):
                sheet.write(row, column, text, self._open)
        rule = {"validate": "list", "source": list(TEXT_KINDS)}
        sheet.data_validation(1, 1, len(self._filling.texts) + 30, 1, rule)

    def decisions(self) -> None:
        sheet = self._sheet(DECISIONS, DECISION_COLUMNS, (30, 16, 14, 14, 60))
        for row, entry in enumerate(self._filling.decisions, 1):
            for column, text in enumerate(entry):
                sheet.write(row, column, text, self._open)
        rule = {"validate": "list", "source": list(CHOICES)}
        sheet.data_validation(1, 1, len(self._filling.decisions) + 30, 1, rule)


def _number_rule(fact: Fact | None) -> dict[str, Any]:
    if fact is not None and fact.kind == "date":
        return {"validate": "any", "input_title": fact.name, "input_message": "写作2020-05-15。"}
    rule: dict[str, Any] = {
        "validate": "decimal", "criteria": ">=", "value": 0,
        "error_title": "请填数", "error_message": "只填不小于零的数，不写单位；没有数据就留空。",
    }  # fmt: skip
    if fact is not None and fact.id.endswith(".change"):
        rule |= {"criteria": "between", "minimum": -100000, "maximum": 100000}
        rule.pop("value")
    if fact is not None:
        rule |= {
            "input_title": fact.name[:32],
            "input_message": f"单位：{fact.unit}。没有数据就留空，零要写0。",
        }
    return rule
