"""Runs of figures with the words around them, as any table reader finds them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from service.report.formats import Row
from service.report.model import Cell, Place, UnplacedRow
from service.report.reading.alignment import align
from service.report.reading.glyphs import squash
from service.report.reading.values import is_value, parse_value

_OWN, _BEFORE, _AFTER = 5.0, 3.0, 1.0


@dataclass(frozen=True, slots=True)
class RawCell:
    """Source text of a cell and its span."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Run:
    """The figures of one row.

    Parameters
    ----------
    cells : sequence of RawCell or None
        One per column of the form; None where the source has no cell there.
    own : str
        Label in the row itself.
    before, after : str
        Words between this run and its neighbours: group labels, pieces of broken labels.
    page : int or None
    """

    cells: Sequence[RawCell | None]
    own: str
    before: str = ""
    after: str = ""
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """Cells by (row, column) code, printed labels by row code, and what found no place."""

    cells: dict[tuple[str, str], Cell]
    labels: dict[str, str]
    unplaced: list[UnplacedRow]

    @property
    def n_numbers(self) -> int:
        """How many cells hold a number."""
        return sum(cell.value is not None for cell in self.cells.values())


def score(run: Run, row: Row) -> float:
    """Evidence that a run belongs to a row: its own label most, what follows it least."""
    if row.cues is None:
        return 0.0
    own = squash(run.own)
    if row.cues.search(own):
        return _OWN
    before = squash(run.before) + own
    if row.cues.search(before):
        return _BEFORE
    return _AFTER if row.cues.search(before + squash(run.after)) else 0.0


def place_rows(
    table: int, section: int, runs: Sequence[Run], rows: Sequence[Row], columns: Sequence[str]
) -> Placed:
    """Put runs where they belong; a run that fits nowhere with certainty is returned as unplaced.

    columns : codes, in the order of `Run.cells`.
    """
    placed = Placed({}, {}, [])
    pairs = align([[score(run, row) for row in rows] for run in runs])
    for run, index in zip(runs, pairs, strict=True):
        if index is None:
            placed.unplaced.append(unplaced(table, section, run, "行名对不上表式中的任何一行"))
            continue
        row = rows[index]
        if row.cues is not None and row.cues.search(squash(run.own)):
            placed.labels[row.code] = run.own
        for code, raw in zip(columns, run.cells, strict=True):
            if raw is not None:
                placed.cells[row.code, code] = make_cell(table, section, row.code, code, raw, run)
    return placed


def make_cell(table: int, section: int, row: str, column: str, raw: RawCell, run: Run) -> Cell:
    """A cell of the report from its source text."""
    place = Place(section, table, row, column, run.page, raw.start, raw.end, raw.text)
    value = parse_value(raw.text)
    return Cell(value.state, value.number, raw.text, value.note, place)


def unplaced(table: int, section: int, run: Run, reason: str) -> UnplacedRow:
    """A run that stays outside the table, with the reason in Chinese."""
    cells = [cell for cell in run.cells if cell is not None]
    text = " ".join([run.own.strip(), *(cell.text for cell in cells)]).strip()
    start = min((c.start for c in cells), default=None)
    end = max((c.end for c in cells), default=None)
    place = Place(section, table, None, None, run.page, start, end, text)
    return UnplacedRow(table, text, reason, place)


def split_row(
    cells: Sequence[RawCell], n_columns: int
) -> tuple[str, str, Sequence[RawCell] | None]:
    """Part a row of cells into own label, group labels, and exactly `n_columns` figure cells.

    The figures are what follows the last cell with words. Blank cells count as cells; leading
    ones beyond the number needed belong to merged labels. None if the count does not come out.
    """
    last = -1
    for index, cell in enumerate(cells):
        if cell.text.strip() and not is_value(cell.text):
            last = index
    words = [cell.text for cell in cells[: last + 1] if cell.text.strip()]
    own = words[-1] if words else ""
    group = "".join(words[:-1])
    figures = list(cells[last + 1 :])
    while len(figures) > n_columns and not figures[0].text.strip():
        figures.pop(0)
    while len(figures) > n_columns and not figures[-1].text.strip():
        figures.pop()
    return own, group, figures if len(figures) == n_columns else None
