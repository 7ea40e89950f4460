"""Rows of a file as cases. Every row comes out: as a case, or as a reject with its reason.

What a row holds beyond the needed and cannot be read is left blank and noted, never guessed.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import polars as pl

from models.clock import beijing_day
from models.labels import intents, topics
from service.cases.importing.mapping import FIELDS, ColumnMapping, channel_words
from service.cases.importing.steps import STEP_FIELDS, Step, read_steps
from service.cases.in_force import FIXED_BY_KIND
from service.cases.registering import NewCase, fault_of_facts
from service.classification.rejects import is_blank
from service.intake.batch import KINDS as CELL_KINDS
from service.intake.batch import RAW, Batch
from service.intake.days import read_day
from service.intake.totals import IS_TOTAL, is_total
from service.report.figures.naming import fold, load_naming

LABEL_FIELDS = ("topic", "subtopic", "intent", "outcome")
_UNREAD_DAY = (
    "收到日期无法辨认：请写明年月日，如 2024-03-07、2024/3/7、2024年3月7日；"
    "3/7/2024 分不清月和日，3月7日缺年份。"
)
_YES, _NO = {"是", "true", "1", "y", "yes", "√"}, {"否", "false", "0", "n", "no"}


@dataclass(slots=True)
class Row:
    """A row that becomes a case.

    Parameters
    ----------
    line : int
    new : NewCase
    cells : mapping column → value
        The row as it stood.
    number : str
        Made up for a row without one.
    labels : dict layer → code
        What the office itself had decided.
    reply : str
    steps : tuple of Step
        What the clock reads beside the day of receipt.
    remarks : list of str
        Chinese: what was left blank.
    blank : list of str
        The fields of the remarks.
    """

    line: int
    new: NewCase
    cells: Mapping[str, Any] = field(default_factory=dict)
    number: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    reply: str = ""
    steps: tuple[Step, ...] = ()
    remarks: list[str] = field(default_factory=list)
    blank: list[str] = field(default_factory=list)

    def leave(self, name: str, words: str) -> None:
        """Note that a field was left blank."""
        self.remarks.append(words)
        self.blank.append(name)

    def unread(self, columns: Mapping[str, str]) -> dict[str, Any]:
        """What stands in the cells that were left blank, by column."""
        return {columns[name]: self.cells.get(columns[name]) for name in self.blank}


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that becomes no case: where it stands, why (without its text), what it holds."""

    line: int
    reason: str
    raw: str


def read_rows(
    batch: Batch, mapping: ColumnMapping, max_characters: int
) -> tuple[list[Row], list[Refused]]:
    """Turn a stretch of a file into cases and rejects; together as many as it has rows.

    Parameters
    ----------
    batch : Batch
    mapping : ColumnMapping
    max_characters : int
        Longest text of a case.
    """
    refused = [Refused(r.line, r.reason[:255], r.raw) for r in batch.rejects]
    frame = batch.frame.drop(CELL_KINDS, RAW, strict=False)
    cells = {name: _strings(frame[column]) for name, column in mapping.columns.items()}
    blank = is_blank(pl.Series(cells["text"], dtype=pl.String)).to_list()
    rows: list[Row] = []
    names = frame.columns
    for index, (line, values) in enumerate(
        zip(batch.lines.tolist(), frame.iter_rows(), strict=True)
    ):
        given = {name: column[index] for name, column in cells.items()}
        own = dict(zip(names, values, strict=True))
        row: Row | str
        if is_total(values):
            row = f"{IS_TOTAL}。"
        else:
            row = "正文是空的。" if blank[index] else _row(line, given, mapping)
        reason = row if isinstance(row, str) else _fault(row, max_characters)
        if reason or isinstance(row, str):
            refused.append(Refused(line, reason, raw_of(own)))
        else:
            row.cells = own
            rows.append(row)
    return rows, refused


def raw_of(cells: Mapping[str, Any]) -> str:
    """A row as it stood, for the file of rejects."""
    return json.dumps(dict(cells), ensure_ascii=False, default=str)


def _fault(row: Row, max_characters: int) -> str:
    if max(len(row.new.text), len(row.reply)) > max_characters:
        return f"正文或答复内容超过 {max_characters} 字。"
    return fault_of_facts(row.new)


def _strings(column: pl.Series) -> list[str]:
    if column.dtype in (pl.List, pl.Struct, pl.Array, pl.Object, pl.Binary):
        return [json.dumps(v, ensure_ascii=False, default=str) if v is not None else ""
                for v in column.to_list()]  # fmt: skip
    strings = column.cast(pl.String, strict=False).fill_null("")
    return strings.str.replace_all("\x00", "", literal=True).to_list()


def _row(line: int, cells: Mapping[str, str], mapping: ColumnMapping) -> Row | str:
    """The row, or why it becomes no case."""
    left: dict[str, str] = {}

    def read(name: str, convert: Callable[[str], Any], missing: Any = "") -> Any:
        cell = cells.get(name, "").strip()
        if not cell:
            return missing
        value = convert(cell)
        if value is None:
            left[name] = f"“{FIELDS[name]}”的写法不认识，已留空"
            return missing
        return value

    received = mapping.received_on
    if "received_on" in mapping.columns and (cell := cells["received_on"].strip()):
        received = read_day(cell)
        if received is None:
            return _UNREAD_DAY
    if received is None:
        return "没有收到日期。"
    closed, due = read("closed_on", read_day, None), read("due_on", read_day, None)
    if closed is not None and not received <= closed <= beijing_day():
        left["closed_on"] = "办结日期早于收到日期或在今天之后，已留空"
        closed = None
    if due is not None and due < received:
        left["due_on"] = "办理期限早于收到日期，已留空"
        due = None
    new = NewCase(
        kind=mapping.kind,
        received_on=received,
        text=cells["text"],
        number=cells.get("number", "").strip(),
        closed_on=closed or _replied_on(cells, received),
        due_on=None if mapping.kind == "disclosure" else due,
        channel=read("channel", lambda cell: channel_words().get(fold(cell))),
        applicant_type=read("applicant_type", lambda c: load_naming().applicants.get(fold(c))),
        applicant=cells.get("applicant", "").strip(),
        contact=cells.get("contact", "").strip(),
        title=cells.get("title", "").strip(),
        is_carried_in=read("is_carried_in", _flag, None),
    )
    labels = {name: read(name, _LABELS[name]) for name in LABEL_FIELDS if name in cells}
    row = Row(line, new, remarks=list(left.values()), blank=list(left))
    row.reply = cells.get("reply", "")
    row.labels = {name: label for name, label in labels.items() if label}
    _fit_kind(row)
    _fit_levels(row)
    row.steps = read_steps(cells, new, row.leave) if STEP_FIELDS.keys() & cells.keys() else ()
    return row


def _replied_on(cells: Mapping[str, str], received: dt.date) -> dt.date | None:
    """A reply closes a case; a day that cannot be is told of as a step."""
    on = read_day(cells.get("replied", "").strip())
    return on if on is not None and received <= on <= beijing_day() else None


def _fit_kind(row: Row) -> None:
    for name, label in FIXED_BY_KIND.get(row.new.kind, {}).items():
        if row.labels.pop(name, label) != label:
            row.leave(name, f"“{FIELDS[name]}”由件的种类确定，没有采用表中的")


def _fit_levels(row: Row) -> None:
    subtopic = row.labels.get("subtopic")
    if subtopic is None:
        return
    parent = topics()[subtopic].parent or ""
    if row.labels.setdefault("topic", parent) != parent:
        row.leave("subtopic", "“二级主题”不在“主题”之下，已留空")
        del row.labels["subtopic"]


def _flag(cell: str) -> bool | None:
    word = fold(cell)
    return True if word in _YES else False if word in _NO else None


@cache
def _topic_names() -> dict[str, dict[str, str]]:
    known = topics()
    return {
        "topic": {fold(t): label.code for label in known.roots for t in (label.code, label.name)},
        "subtopic": {
            fold(t): label.code for label in known.leaves for t in (label.code, label.name)
        },
        "intent": {fold(t): label.code for label in intents() for t in (label.code, label.name)},
    }


def _outcome(cell: str) -> str | None:
    """One row of table 3. 结转 is no decision, and two rows are a question to a person."""
    found = [code for code in load_naming().outcome(cell) if code != "pending"]
    if found:
        return found[0] if len(found) == 1 else None
    return "" if load_naming().outcome(cell) else None


_LABELS: dict[str, Callable[[str], str | None]] = {
    "topic": lambda cell: _topic_names()["topic"].get(fold(cell)),
    "subtopic": lambda cell: _topic_names()["subtopic"].get(fold(cell)),
    "intent": lambda cell: _topic_names()["intent"].get(fold(cell)),
    "outcome": _outcome,
}


def refuse_doubles(
    rows: Iterable[Row], is_taken: Callable[[Sequence[str]], Collection[str]]
) -> tuple[list[Row], list[Row]]:
    """Split rows into those whose number is new and those whose number is in use.

    Parameters
    ----------
    is_taken : callable
        Those of some numbers that cases have already.
    """
    listed = list(rows)
    used = set(is_taken([row.new.number for row in listed if row.new.number]))
    fresh: list[Row] = []
    double: list[Row] = []
    for row in listed:
        number = row.new.number
        (double if number and number in used else fresh).append(row)
        if number:
            used.add(number)
    return fresh, double
