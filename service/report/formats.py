"""The two official forms of the annual report, read from `data/formats/*.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from models.resources import data_path
from service.report.errors import ReportFormatError

FORMAT_IDS = ("2019", "2021")


@dataclass(frozen=True, slots=True)
class SectionForm:
    """A statutory section: its number, official title, and how headings name it."""

    number: int
    title: str
    cues: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Column:
    """A figure column; `cues` match its heading once spaces are gone."""

    code: str
    label: str
    unit: str
    cues: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Row:
    """A figure row, or a group label (`cues` is None) that spans rows."""

    code: str
    label: str
    group: str
    cues: re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class Block:
    """One block of table 2: an article of the Regulation with its own columns."""

    article: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class HeadCell:
    """A cell of a printed table heading with the rows and columns it spans."""

    text: str
    rows: int
    columns: int


@dataclass(frozen=True, slots=True)
class ReportFormat:
    """An official form: labels, merged headings, units and arithmetic.

    `table3_rows` are figure rows in printed order; `table4_groups` are 复议 and the two kinds of
    诉讼, each with `table4_columns`. `signs` are words that only this form prints.
    """

    id: str
    document: str
    name: str
    first_year: int
    last_year: int
    signs: re.Pattern[str]
    sections: tuple[SectionForm, ...]
    table2: tuple[Block, ...]
    table3_head: tuple[tuple[HeadCell, ...], ...]
    table3_columns: tuple[Column, ...]
    table3_groups: tuple[Row, ...]
    table3_rows: tuple[Row, ...]
    table4_head: tuple[tuple[HeadCell, ...], ...]
    table4_groups: tuple[Row, ...]
    table4_columns: tuple[Column, ...]
    formulas: Mapping[str, str]

    def row_label(self, table: int, code: str) -> str:
        """Official label of a row of table 2, 3 or 4."""
        return self._labels[(table, code)]

    def column_label(self, table: int, row: str, code: str) -> str:
        """Official label of a column; in table 2 it depends on the block of the row."""
        if table == 2:
            columns = next(b.columns for b in self.table2 if any(r.code == row for r in b.rows))
        else:
            columns = self.table3_columns if table == 3 else self.table4_columns
        return next(c.label for c in columns if c.code == code)

    @property
    def _labels(self) -> dict[tuple[int, str], str]:
        labels = {(3, r.code): r.label for r in (*self.table3_groups, *self.table3_rows)}
        labels |= {(2, r.code): r.label for b in self.table2 for r in b.rows}
        labels |= {(4, r.code): r.label for r in self.table4_groups}
        return labels

    def leaves(self, group: str) -> tuple[str, ...]:
        """Codes of the figure rows under a group, such as `3.3`; the row itself if it is one."""
        own = tuple(r.code for r in self.table3_rows if r.code == group)
        return own or tuple(r.code for r in self.table3_rows if r.group == group)


def load_format(format_id: str) -> ReportFormat:
    """Read an official form; `format_id` is one of `FORMAT_IDS`.

    Raises
    ------
    ReportFormatError
        If the file is missing or lacks a part.
    """
    return _load(format_id)


def format_for_year(year: int) -> str:
    """Id of the form in force for a report year (2021 and later: the 2021 form)."""
    return "2021" if year >= 2021 else "2019"


@cache
def _load(format_id: str) -> ReportFormat:
    path = data_path("formats", f"{format_id}.toml")
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        return _build(data)
    except (OSError, KeyError, TypeError, tomllib.TOMLDecodeError, re.error) as error:
        raise ReportFormatError(f"年报格式文件 {path.name} 有误：{error}") from error


def _build(data: dict[str, Any]) -> ReportFormat:
    return ReportFormat(
        id=data["id"],
        document=data["document"],
        name=data["name"],
        first_year=data["first_year"],
        last_year=data["last_year"],
        signs=_any(data["signs"]),
        sections=tuple(
            SectionForm(s["number"], s["title"], _any(s["cues"])) for s in data["sections"]
        ),
        table2=tuple(
            Block(b["article"], _columns(b["columns"]), _rows(b["rows"])) for b in data["table2"]
        ),
        table3_head=_head(data["table3"]["head"]),
        table3_columns=_columns(data["table3"]["columns"], data["table3"]["unit"]),
        table3_groups=_rows(data["table3"]["groups"]),
        table3_rows=_rows(data["table3"]["rows"]),
        table4_head=_head(data["table4"]["head"]),
        table4_groups=_rows(data["table4"]["groups"]),
        table4_columns=_columns(data["table4"]["columns"], data["table4"]["unit"]),
        formulas=data["formulas"],
    )


def _any(cues: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{cue})" for cue in cues))


def _columns(columns: Sequence[Mapping[str, Any]], unit: str = "") -> tuple[Column, ...]:
    return tuple(
        Column(c["code"], c["label"], c.get("unit", unit), _any(c.get("cues", [c["label"]])))
        for c in columns
    )


def _rows(rows: Sequence[Mapping[str, Any]]) -> tuple[Row, ...]:
    return tuple(
        Row(r["code"], r["label"], r.get("group", ""), _any(r["cues"]) if "cues" in r else None)
        for r in rows
    )


def _head(head: Sequence[Sequence[Mapping[str, Any]]]) -> tuple[tuple[HeadCell, ...], ...]:
    return tuple(tuple(HeadCell(c["text"], c["rows"], c["columns"]) for c in line) for line in head)
