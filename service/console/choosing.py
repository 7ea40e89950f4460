"""Which cases a page shows: conditions in its address, as a selection and as words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from models.errors import InputError
from service.cases.selection import KINDS, STATES, Selection, searching
from service.console.wording import UNKNOWN, channel_name, label_name

_CODES = ("kind", "state", "topic", "subtopic", "intent", "outcome", "channel")
_ANY = "any"
"""In an address: whatever the last day to reply is, as long as there is one."""
_NONE = "none"
"""In an address: the field is not known (a blank one asks nothing)."""
NAMES = {
    "kind": "种类", "state": "状态", "topic": "主题", "subtopic": "二级主题", "intent": "诉求类型",
    "outcome": "办理结果", "channel": "渠道", "year": "年份", "month": "月份", "open": "办理情况",
    "due_from": "最早到期", "due": "到期", "import": "导入批次", "q": "查找",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Chosen:
    """A selection with the parts of the address that it came from."""

    selection: Selection
    values: dict[str, str]

    @classmethod
    def everything(cls) -> Chosen:
        """No condition at all."""
        return cls(Selection(), {})

    def words(self) -> list[tuple[str, str]]:
        """Pairs (name of the part in the address, what it asks in Chinese)."""
        return [(name, f"{NAMES[name]}：{_shown(name, v)}") for name, v in self.values.items()]


def chosen_cases(session: Session, query: Mapping[str, str]) -> Chosen:
    """The selection that an address asks for.

    Raises
    ------
    InputError
        If a part is malformed.
    """
    values = {name: query[name].strip() for name in NAMES if query.get(name, "").strip()}
    fields: dict[str, object] = {
        name: "" if values[name] == _NONE else values[name] for name in _CODES if name in values
    }
    for name, field in (("year", "year"), ("month", "month"), ("import", "import_id")):
        if name in values:
            fields[field] = _number(values[name], NAMES[name])
    if values.get("open") in ("yes", "no"):
        fields["is_open"] = values["open"] == "yes"
    if "due" in values:
        is_any = values["due"] == _ANY
        fields["due_before"] = dt.date.max if is_any else _day(values["due"])
    if "due_from" in values:
        fields["due_from"] = _day(values["due_from"])
    selection = Selection(**fields)  # type: ignore[arg-type]
    return Chosen(searching(session, values.get("q", ""), selection), values)


def _number(text: str, name: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise InputError(f"{name}应当是数字，请从页面上的筛选进入。")
    return int(text)


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise InputError("到期日应写作 2026-01-31 的样子。") from error


def _shown(name: str, value: str) -> str:
    if value == _NONE:
        return UNKNOWN
    if name in ("topic", "subtopic", "intent", "outcome"):
        return label_name(value, name)
    tables: dict[str, dict[str, str]] = {
        "kind": KINDS, "state": STATES, "open": {"yes": "未办结", "no": "已办结"},
    }  # fmt: skip
    if name == "channel":
        return channel_name(value)
    if name == "due":
        return "有期限，未办结" if value == _ANY else f"{value} 及以前，未办结"
    if name == "due_from":
        return f"{value} 及以后，未办结"
    return tables.get(name, {}).get(value, value)
