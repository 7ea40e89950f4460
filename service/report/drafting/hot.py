"""The matters raised most, as figures and names that the narrative cites."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.labels import topics
from service.report.drafting.draft import Quoted
from service.report.figures.cases import CaseTable
from service.report.figures.figure import CaseIds, Cases, Figure, Formula
from service.report.figures.register import CaseTexts

if TYPE_CHECKING:
    from models.summarizers.hot_topics import HotTopic

MOST_TEXTS = 200_000
_MOST_OVERALL, _MOST_OF_LINE, _MOST_GROUPS = 5, 3, 60
_MOST_IDS_OF_NAME = 3


@dataclass(frozen=True, slots=True)
class HotMatter:
    """A matter raised most.

    Parameters
    ----------
    rank : int
        From 1, by how many requests raise it.
    quoted : Quoted
        Its name, taken from the texts and redacted.
    figure : Figure
        How many requests raise it.
    last, change : Figure or None
        How many did last year and the difference, where last year's register is at hand.
    line : str
        Code of the business line that most of its requests have, or empty.
    points : tuple of Quoted
        What its requests ask most, in their words, redacted.
    example : str
        Headline of the request in its middle, redacted.
    """

    rank: int
    quoted: Quoted
    figure: Figure
    last: Figure | None
    change: Figure | None
    line: str
    points: tuple[Quoted, ...]
    example: str

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Figures to add to the book."""
        return tuple(f for f in (self.figure, self.last, self.change) if f is not None)

    def to_json(self) -> dict[str, Any]:
        """The matter as plain data."""
        return {"name": self.quoted.text, "figure": self.figure.id, "topic": self.line,
                "points": [p.text for p in self.points], "example": self.example,
                "last": self.last.id if self.last else None}  # fmt: skip


def find_hot(cases: CaseTable, year: int, earlier: CaseTable | None = None) -> list[HotMatter]:
    """Return the matters raised most in the requests of a year, largest first; none without texts.

    The five largest of all and the three largest of each business line. Last year's requests are
    grouped together with this year's, so a matter is compared with what it was, whatever its name.
    """
    if cases.texts is None or cases.frame.height == 0:
        return []
    n_own = min(cases.frame.height, MOST_TEXTS)
    groups = _groups(cases, earlier, n_own)
    return [
        _matter(rank, topic, cases, earlier, year, n_own)
        for rank, topic in enumerate(_chosen(groups, cases, n_own), 1)
    ]


def _groups(cases: CaseTable, earlier: CaseTable | None, n_own: int) -> list[HotTopic]:
    from models.summarizers.hot_topics import TopicFinder  # brings scipy, which is slow to import

    finder = TopicFinder()
    for table, weight in ((cases, 1.0), (earlier, 0.0)):
        if table is None or table.texts is None:
            continue
        for texts, titles, matters in _batches(table.texts, table.frame["subtopic"]):
            finder.add(texts, titles, matters, weight=weight)

    def read(places: Sequence[int]) -> dict[int, tuple[str, str]]:
        assert cases.texts is not None
        found = cases.texts.at([p for p in places if p < n_own])
        if earlier is not None and earlier.texts is not None:
            before = earlier.texts.at([p - n_own for p in places if p >= n_own])
            found |= {place + n_own: message for place, message in before.items()}
        return found

    return finder.find(read, n_most=_MOST_GROUPS)


def _batches(
    texts: CaseTexts, matters: pl.Series
) -> Iterator[tuple[list[str], list[str], list[str]]]:
    start = 0
    for own, titles in texts:
        n = min(len(own), MOST_TEXTS - start)
        if n <= 0:
            return
        yield own[:n], titles[:n], matters[start : start + n].to_list()
        start += n


def _chosen(groups: Sequence[HotTopic], cases: CaseTable, n_own: int) -> list[HotTopic]:
    """The largest of all and of each line, in order."""
    taken: dict[str, int] = {}
    chosen = []
    for rank, topic in enumerate(groups):
        line = _line(cases, topic.members[topic.members < n_own])
        taken[line] = taken.get(line, 0) + 1
        if rank < _MOST_OVERALL or (line and taken[line] <= _MOST_OF_LINE):
            chosen.append(topic)
    return chosen


def _matter(
    rank: int,
    topic: HotTopic,
    cases: CaseTable,
    earlier: CaseTable | None,
    year: int,
    n_own: int,
) -> HotMatter:
    own = topic.members[topic.members < n_own]
    ids = _ids(cases, own)
    figure = Figure(f"hot.{rank}", Decimal(len(own)), "件", f"{year}年", Cases(ids),
                    f"申请“{topic.name}”")  # fmt: skip
    last = change = None
    if earlier is not None and earlier.texts is not None:
        before = topic.members[topic.members >= n_own] - n_own
        last = Figure(f"last.hot.{rank}", Decimal(len(before)), "件", f"{year - 1}年",
                      Cases(_ids(earlier, before)), f"上年申请“{topic.name}”")  # fmt: skip
        change = Figure(f"change.hot.{rank}", abs(figure.value - last.value), "件", f"{year}年",
                        Formula(f"|{figure.id} - {last.id}|", (figure.id, last.id)),
                        f"申请“{topic.name}”比上年增减")  # fmt: skip
    source = Cases(ids[:_MOST_IDS_OF_NAME])
    points = tuple(Quoted(point, source) for point in topic.points)
    line = _line(cases, own)
    return HotMatter(
        rank, Quoted(topic.name, source), figure, last, change, line, points, topic.example
    )


def _ids(table: CaseTable, members: NDArray[np.intp]) -> CaseIds:
    return CaseIds(table.frame["id"], pl.Series(members.astype(np.uint32)))


def _line(cases: CaseTable, members: NDArray[np.intp]) -> str:
    """Code of the business line of a group, if more than half of it has one that we know."""
    counts = cases.frame["topic"].gather(members).value_counts(sort=True)
    cell, n = counts.row(0)
    if 2 * n <= len(members) or not cell:
        return ""
    known = topics()
    by_name = {label.name: label.code for label in known}
    return str(cell) if cell in known else by_name.get(cell, "")
