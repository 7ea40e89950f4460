"""The matters raised most, as figures and names that the narrative cites."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from models.labels import topics
from models.summarizers.hot_topics import HotTopic, find_hot_topics
from service.report.drafting.draft import Quoted
from service.report.figures.cases import CaseTable
from service.report.figures.figure import Cases, Figure

_MOST, _MOST_TEXTS = 8, 200_000
_MOST_IDS_OF_NAME = 3


@dataclass(frozen=True, slots=True)
class HotMatter:
    """A matter raised most.

    Parameters
    ----------
    quoted : Quoted
        Its name, taken from the texts and redacted.
    figure : Figure
        How many requests raise it.
    last : Figure or None
        How many did last year, where last year's register is at hand.
    topic : str
        Name of the business line that most of its requests have, or empty.
    example : str
        Headline of the request in its middle, redacted.
    """

    quoted: Quoted
    figure: Figure
    last: Figure | None
    topic: str
    example: str

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Figures to add to the book."""
        return (self.figure, self.last) if self.last else (self.figure,)

    def to_json(self) -> dict[str, Any]:
        """The matter as plain data."""
        return {"name": self.quoted.text, "figure": self.figure.id, "topic": self.topic,
                "example": self.example, "last": self.last.id if self.last else None}  # fmt: skip


def find_hot(cases: CaseTable, year: int, earlier: CaseTable | None = None) -> list[HotMatter]:
    """Return the matters raised most in the requests of a year, largest first; none without texts.

    With last year's register, a matter is compared with the requests of the same name there.
    """
    before = {}
    if earlier is not None:
        before = {t.name: (t, earlier) for t in _topics(earlier)}
    found = []
    for rank, topic in enumerate(_topics(cases), 1):
        ids = cases.frame["id"].gather(topic.members).to_list()
        figure = Figure(f"hot.{rank}", Decimal(len(ids)), "件", f"{year}年", Cases(ids),
                        f"申请“{topic.name}”")  # fmt: skip
        last = None
        if topic.name in before:
            last_ids = earlier.frame["id"].gather(before[topic.name][0].members).to_list()  # type: ignore[union-attr]
            last = Figure(f"last.hot.{rank}", Decimal(len(last_ids)), "件", f"{year - 1}年",
                          Cases(last_ids), f"上年申请“{topic.name}”")  # fmt: skip
        quoted = Quoted(topic.name, Cases(ids[:_MOST_IDS_OF_NAME]))
        found.append(HotMatter(quoted, figure, last, _line(cases, topic), topic.example))
    return found


def _topics(cases: CaseTable) -> list[HotTopic]:
    frame = cases.frame
    if not cases.has_text or frame.height == 0:
        return []
    head = frame.head(_MOST_TEXTS)
    return find_hot_topics(
        head["text"].to_list(), head["title"].to_list(), head["subtopic"].to_list(), n_most=_MOST
    )


def _line(cases: CaseTable, topic: HotTopic) -> str:
    """Name of the business line of a group, if more than half of it has one."""
    cells = cases.frame["topic"].gather(topic.members)
    counts = cells.value_counts(sort=True)
    cell, n = counts.row(0)
    if 2 * n <= len(topic.members) or not cell:
        return ""
    known = topics()
    return known[cell].name if cell in known else str(cell)
