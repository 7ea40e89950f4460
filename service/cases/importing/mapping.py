"""Which column of a file is which field of a case: guessed, confirmed once, remembered."""

from __future__ import annotations

import datetime as dt
import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import polars as pl
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.errors import InputError
from models.resources import data_path
from service.cases.errors import CaseError
from service.cases.importing.steps import STEP_FIELDS
from service.cases.selection import KINDS
from service.cases.tables import Import
from service.intake.text_column import find_text_column
from service.report.figures.naming import fold, load_naming

FIELDS = {
    "number": "编号",
    "received_on": "收到日期",
    "closed_on": "办结日期",
    "due_on": "办理期限",
    "channel": "渠道",
    "applicant_type": "申请人类型",
    "applicant": "申请人",
    "contact": "联系方式",
    "title": "标题",
    "text": "正文",
    "is_carried_in": "上年结转",
    "topic": "主题",
    "subtopic": "二级主题",
    "intent": "诉求类型",
    "outcome": "办理结果",
    "reply": "答复内容",
    **STEP_FIELDS,
}
_OF_REPORT = {
    "id": "number",
    "applicant": "applicant_type",
    "carried_in": "is_carried_in",
}
"""Fields that `data/narrative/cases.toml` calls otherwise."""
_DECISIONS = {"topic": ("topic", "subtopic"), "outcome": ("outcome",)}


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """How the columns of a file are read.

    Parameters
    ----------
    kind : str
        `message` or `disclosure`: what every row of the file is.
    columns : mapping field → column
        Fields of `FIELDS`.
    received_on : date, optional
        Day of receipt of all rows, where no column says it.
    notices : tuple of str
        Chinese: what was guessed that the clerk should look at.
    """

    kind: str
    columns: Mapping[str, str]
    received_on: dt.date | None = None
    notices: tuple[str, ...] = field(default=(), compare=False)

    def to_json(self) -> dict[str, Any]:
        """Plain data, as it is stored."""
        day = self.received_on
        return {
            "kind": self.kind,
            "columns": dict(self.columns),
            "received_on": day.isoformat() if day else None,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ColumnMapping:
        """Mapping of plain data that `to_json` made."""
        day = data.get("received_on")
        return cls(data["kind"], data["columns"], dt.date.fromisoformat(day) if day else None)

    def check(self, columns: Sequence[str]) -> None:
        """Refuse a mapping that does not fit a file.

        Raises
        ------
        CaseError
            Names what is missing, unknown or mapped twice.
        """
        if self.kind not in KINDS:
            raise CaseError("请选择文件中是哪一种件：message（诉求）或 disclosure（依申请公开）。")
        unknown = [name for name in self.columns if name not in FIELDS]
        if unknown:
            raise CaseError(f"不认识的项：{'、'.join(unknown)}；可用的有 {'、'.join(FIELDS)}。")
        absent = [name for name in self.columns.values() if name not in columns]
        if absent:
            raise CaseError(f"文件中没有“{'”“'.join(absent)}”列；有：{'、'.join(columns)}。")
        used = list(self.columns.values())
        twice = sorted({name for name in used if used.count(name) > 1})
        if twice:
            raise CaseError(f"“{'”“'.join(twice)}”列对应了两项，一列只能对应一项。")
        if "text" not in self.columns:
            raise CaseError("没有选定正文列。请选择哪一列是诉求或申请的内容。")
        if "received_on" not in self.columns and self.received_on is None:
            raise CaseError("没有收到日期列。请选一列，或给出全部各行共同的收到日期。")


@cache
def _names() -> dict[str, str]:
    """Folded column name → field."""
    own = _own()
    names = {
        name: _OF_REPORT.get(code, code)
        for name, code in load_naming().columns.items()
        if _OF_REPORT.get(code, code) in FIELDS
    }
    names |= {fold(n): code for code, listed in own["columns"].items() for n in listed}
    return {n: code for n, code in names.items() if n not in {*map(fold, own["not_a_number"])}}


@cache
def channel_words() -> dict[str, str]:
    """Folded word → channel."""
    further = {fold(word): code for code, words in _own()["channels"].items() for word in words}
    return {**load_naming().channels, **further}


def header_key(columns: Sequence[str]) -> str:
    """Fingerprint of a header: the same form has the same, whatever the order of its columns."""
    joined = "\x1f".join(sorted(fold(name) for name in columns))
    return hashlib.sha256(joined.encode("utf-8", "replace")).hexdigest()


def guess_mapping(sample: pl.DataFrame) -> ColumnMapping:
    """Guess by the names of the columns; the text also by what is in them.

    Parameters
    ----------
    sample : DataFrame
        First rows of the file.
    """
    notices: list[str] = []
    columns: dict[str, str] = {}
    for name in sample.columns:
        code = _names().get(fold(name))
        if code is None:
            continue
        if code == "closed_on" and code in columns:
            code = _apart(columns, name)
        if code in columns:
            notices.append(f"“{columns[code]}”和“{name}”都像{FIELDS[code]}，先用前一列。")
        else:
            columns[code] = name
    if "text" not in columns:
        rest = sample.drop(list(columns.values()))
        try:
            columns["text"] = find_text_column(rest)
        except InputError:
            notices.append("没有找到正文列，请选择。")
    of_applications = {"applicant_type", "outcome", *STEP_FIELDS} - {"replied"}
    kind = "disclosure" if of_applications & set(columns) else "message"
    _drop_predictions(sample, columns, notices)
    return ColumnMapping(kind, columns, None, tuple(notices))


def _apart(columns: dict[str, str], name: str) -> str:
    """Field of a second column that looks like the day of closing: one of both may be the reply's.

    Alone, 答复日期 is the day of closing; beside 办结日期 it is a step of its own.
    """
    replies = {*map(fold, _own()["replied"]["names"])}
    if fold(name) in replies:
        return "replied"
    if fold(columns["closed_on"]) in replies:
        columns["replied"] = columns.pop("closed_on")
    return "closed_on"


@cache
def _own() -> dict[str, Any]:
    return tomllib.loads(data_path("imports", "columns.toml").read_text(encoding="utf-8"))


def _drop_predictions(sample: pl.DataFrame, columns: dict[str, str], notices: list[str]) -> None:
    """Labels that a model wrote beside the rows are none of the office: the case is read anew."""
    decisions = {fold(name) for name in sample.columns}
    for layer, fields in _DECISIONS.items():
        if f"{layer}_decision" in decisions or f"{FIELDS[layer]}判定" in decisions:
            gone = [FIELDS[name] for name in fields if columns.pop(name, None)]
            if gone:
                notices.append(f"{'、'.join(gone)}是程序标注的结果，不作为本单位的标注导入。")


def remembered_mapping(session: Session, columns: Sequence[str]) -> ColumnMapping | None:
    """How a file with this header was read last time."""
    query = (
        select(Import.mapping)
        .where(Import.header_key == header_key(columns))
        .order_by(Import.id.desc())
        .limit(1)
    )
    stored = session.execute(query).scalar_one_or_none()
    if stored is None:
        return None
    mapping = ColumnMapping.from_json(stored)
    try:
        mapping.check(columns)
    except CaseError:  # columns of other spelling share a fingerprint
        return None
    return mapping
