"""Which cases are asked for: conditions that the lists, the counts and the exports share."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, Text, cast, or_, select
from sqlalchemy.orm import Session

from service.cases.errors import CaseError
from service.cases.tables import Case
from service.database.encryption import seals_texts

KINDS = {"message": "诉求", "disclosure": "依申请公开"}
STATES = {"new": "未标注", "review": "待复核", "accepted": "模型判定", "reviewed": "已复核"}
_EXACT = ("kind", "state", "topic", "subtopic", "intent", "outcome", "channel")
_ESCAPE = "\\"
_LAST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Selection:
    """Conditions that all hold; None asks nothing, a blank string asks for what is not known.

    Parameters
    ----------
    kind, state, topic, subtopic, intent, outcome, channel : str, optional
        Codes.
    year, month : int, optional
        Of the day of receipt; a month needs its year.
    due_before : date, optional
        Open cases whose last day to reply is this one or earlier.
    due_from : date, optional
        Open cases whose last day to reply is this one or later.
    is_open : bool, optional
        Whether the case is not closed yet.
    import_id : int, optional
    number : str, optional
        Beginning of the number.
    words : str, optional
        Words of title or text; refused where texts are sealed.
    """

    kind: str | None = None
    state: str | None = None
    topic: str | None = None
    subtopic: str | None = None
    intent: str | None = None
    outcome: str | None = None
    channel: str | None = None
    year: int | None = None
    month: int | None = None
    due_before: dt.date | None = None
    due_from: dt.date | None = None
    is_open: bool | None = None
    import_id: int | None = None
    number: str | None = None
    words: str | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """The conditions for a WHERE over cases.

        Raises
        ------
        CaseError
            If a month has no year, or sealed texts are to be searched.
        """
        found: list[ColumnElement[bool]] = [
            getattr(Case, name) == value
            for name in _EXACT
            if (value := getattr(self, name)) is not None
        ]
        if self.year is not None or self.month is not None:
            first, last = self._span()
            found.append(Case.received_on.between(first, last))
        if self.due_before is not None:
            found += [Case.due_on <= self.due_before, Case.closed_on.is_(None)]
        if self.due_from is not None:
            found += [Case.due_on >= self.due_from, Case.closed_on.is_(None)]
        if self.is_open is not None:
            found.append(Case.closed_on.is_(None) if self.is_open else Case.closed_on.is_not(None))
        if self.import_id is not None:
            found.append(Case.import_id == self.import_id)
        if self.number:
            found.append(_begins(self.number))
        if self.words:
            found.append(_contains(self.words))
        return found

    def _span(self) -> tuple[dt.date, dt.date]:
        if self.year is None:
            raise CaseError("按月份筛选要同时给出年份。")
        try:
            if self.month is None:
                return dt.date(self.year, 1, 1), dt.date(self.year, 12, 31)
            last = calendar.monthrange(self.year, self.month)[1]
            return dt.date(self.year, self.month, 1), dt.date(self.year, self.month, last)
        except (ValueError, calendar.IllegalMonthError) as error:
            raise CaseError("年份应在 1 至 9999 之间，月份应在 1 至 12 之间。") from error


def searching(session: Session, wanted: str, selection: Selection) -> Selection:
    """Selection with what a person typed: the beginning of a number if there is one, else words.

    Raises
    ------
    CaseError
        If no number begins so and the texts are sealed.
    """
    wanted = wanted.strip()
    if not wanted:
        return selection
    by_number = select(Case.id).where(_begins(wanted)).limit(1)
    if session.execute(by_number).first() is not None or seals_texts():
        return replace(selection, number=wanted)
    return replace(selection, words=wanted)


def _begins(number: str) -> ColumnElement[bool]:
    # A range, not LIKE: both databases find it in the index, as numbers are ordered by code point.
    prefix = number[:64]
    return Case.number.between(prefix, prefix + _LAST)


def _contains(words: str) -> ColumnElement[bool]:
    if seals_texts():
        raise CaseError("本库中的文字是加密保存的，不能按内容查找，请按编号查。")
    plain = words.replace(_ESCAPE, _ESCAPE * 2).replace("%", r"\%").replace("_", r"\_")
    pattern = f"%{plain}%"
    title, text = cast(Case.title, Text), cast(Case.text, Text)  # the words are never sealed
    return or_(title.like(pattern, escape=_ESCAPE), text.like(pattern, escape=_ESCAPE))
