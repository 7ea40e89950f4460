"""A quantity of the prose: a number with its clause, subject, year and meaning."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from service.report.model import Passage, Place
from service.report.narrative.numbers import Number


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in prose with what it speaks of.

    Parameters
    ----------
    number : Number
    passage : Passage
    sentence : (start, end) in the passage text
    before, after : str
        The clause around the number.
    subject : str
        What is counted, as far as the clause says.
    depth : int
        How many brackets it stands in.
    year : int or None
        The year the sentence speaks of, if it names one before the number.
    concept : str
        Code of what it means (`received`, `3.1`, `review.total`, …), or empty.
    is_scoped : bool
        The sentence speaks of more, less or other than this agency's whole year.
    """

    number: Number
    passage: Passage
    sentence: tuple[int, int]
    before: str
    after: str
    subject: str
    depth: int
    year: int | None
    concept: str = ""
    is_scoped: bool = False

    @property
    def value(self) -> Decimal:
        """The number."""
        return self.number.value

    @property
    def place(self) -> Place:
        """Where it stands: number with its clause."""
        return self.place_of(self.number.start - len(self.before), self.number.end)

    def place_of(self, start: int, end: int) -> Place:
        """Place of a span of the passage text."""
        start = max(start, 0)
        end = min(max(end, start + 1), len(self.passage.text))
        offsets = self.passage.offsets
        return Place(
            section=self.passage.section,
            page=self.passage.page,
            start=offsets[start],
            end=offsets[end - 1] + 1,
            text=self.passage.text[start:end],
        )
