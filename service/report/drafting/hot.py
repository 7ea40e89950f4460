"""The matters raised most, as figures and sentences of the draft."""

from __future__ import annotations

from dataclasses import dataclass

from service.report.drafting.draft import Quoted
from service.report.figures.cases import CaseTable
from service.report.figures.figure import Figure


@dataclass(frozen=True, slots=True)
class HotMatter:
    """A matter raised most: its name with the cases it is taken from, and its figures."""

    quoted: Quoted
    figure: Figure
    figures: tuple[Figure, ...]


def find_hot(cases: CaseTable, year: int, earlier: CaseTable | None = None) -> list[HotMatter]:
    """Return the matters raised most in the requests of a year."""
    return []
