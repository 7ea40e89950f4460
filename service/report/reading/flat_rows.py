"""Rows of figures from flattened tables: values in reading order, labels broken over lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from service.report.reading.manuscript import Line
from service.report.reading.rows import RawCell, Run, split_row
from service.report.reading.tokens import Token, by_position, column_centres, tokenize


@dataclass(slots=True)
class _Piece:
    """Either words (cells is None) or the figures of one row, in reading order."""

    text: str
    cells: Sequence[RawCell] | None = None
    page: int | None = None


@dataclass(slots=True)
class Flat:
    """What a region of lines holds.

    Parameters
    ----------
    runs : list of Run
        Rows with exactly the wanted number of figures.
    short : list of Run
        Rows with another number of figures, whose columns cannot be told.
    """

    runs: list[Run] = field(default_factory=list)
    short: list[Run] = field(default_factory=list)


def flat_runs(
    lines: Sequence[Line], n_columns: int, centres: Sequence[float] | None = None
) -> Flat:
    """Find the rows of figures in a region.

    A line with exactly `n_columns` figures is a row. Lines of figures only are strung together
    and are rows if their number is a multiple of `n_columns`. A line with fewer figures is a row
    if tabs or positions on the page say which columns are blank; otherwise it is short.
    """
    tokens = [tokenize(line) for line in lines]
    figures = [[t for t in line if t.is_figure] for line in tokens]
    centres = column_centres(figures, n_columns) or centres
    flat = Flat()
    pieces: list[_Piece] = []
    loose: list[Token] = []
    for line, parts in zip(lines, tokens, strict=True):
        if not parts:
            continue
        only_figures = all(part.is_figure for part in parts)
        if only_figures and len(parts) < n_columns and "\t" not in line.text.strip():
            placed = by_position(parts, centres, line) if centres and line.words else None
            if placed is None:
                loose += parts
                continue
        _close(loose, n_columns, pieces, flat)
        _row(line, parts, n_columns, centres, pieces, flat)
    _close(loose, n_columns, pieces, flat)
    flat.runs = _runs(pieces)
    return flat


def _row(
    line: Line,
    parts: Sequence[Token],
    n_columns: int,
    centres: Sequence[float] | None,
    pieces: list[_Piece],
    flat: Flat,
) -> None:
    """Read one line that holds words, or a whole row of figures, or a table on one line."""
    segments = _segments(parts, n_columns)
    if len(segments) > 1 and "\t" not in line.text:
        for segment in segments:
            _row(line, segment, n_columns, centres, pieces, flat)
        return
    own, cells = _figures(line, parts, n_columns, centres)
    words = "".join(part.cell.text for part in parts if not part.is_figure)
    if cells is not None:
        tail = _tail(parts)
        pieces.append(_Piece(own, cells, line.page))
        if tail:
            pieces.append(_Piece(tail))
        return
    figures = [part.cell for part in parts if part.is_figure]
    if figures and len(figures) > 1:
        flat.short.append(Run(figures, words, page=line.page))
    pieces.append(_Piece(words))


def _segments(parts: Sequence[Token], n_columns: int) -> list[Sequence[Token]]:
    """Part a line after every full row of figures; a line with one row or none stays whole."""
    full = [run[-1] for run in _figure_runs(parts) if len(run) == n_columns]
    if len(full) < 2:
        return [parts]
    segments: list[Sequence[Token]] = []
    begin = 0
    for index, part in enumerate(parts):
        if any(part is last for last in full):
            segments.append(parts[begin : index + 1])
            begin = index + 1
    return [*segments, parts[begin:]] if begin < len(parts) else segments


def _figures(
    line: Line, parts: Sequence[Token], n_columns: int, centres: Sequence[float] | None
) -> tuple[str, Sequence[RawCell] | None]:
    if "\t" in line.text and not line.words:
        own, group, cells = split_row(_tabbed(line), n_columns)
        if cells is not None and any(cell.text.strip() for cell in cells):
            return own or group, cells
    first = next((i for i, part in enumerate(parts) if part.is_figure), len(parts))
    run = []
    for part in parts[first:]:
        if not part.is_figure:
            break
        run.append(part)
    # Figures before the first row label and after it both occur; the longest run is the row.
    best = max(_figure_runs(parts), key=len, default=run)
    label = "".join(part.cell.text for part in parts[: _index(parts, best)])
    if len(best) == n_columns:
        return label, [part.cell for part in best]
    if len(best) > n_columns:
        return label, None
    if best and centres and (line.words or "  " in line.text or "\u3000" in line.text):
        return label, by_position(best, centres, line)
    return label, None


def _figure_runs(parts: Sequence[Token]) -> list[list[Token]]:
    runs: list[list[Token]] = [[]]
    for part in parts:
        if part.is_figure:
            runs[-1].append(part)
        elif runs[-1]:
            runs.append([])
    return runs


def _index(parts: Sequence[Token], run: Sequence[Token]) -> int:
    return next((i for i, part in enumerate(parts) if run and part is run[0]), len(parts))


def _tail(parts: Sequence[Token]) -> str:
    """Words after the last figure of a line: the beginning of the next label, or rest of this."""
    last = max((i for i, part in enumerate(parts) if part.is_figure), default=-1)
    return "".join(part.cell.text for part in parts[last + 1 :]) if last >= 0 else ""


def _tabbed(line: Line) -> list[RawCell]:
    cells = []
    position = line.start
    for text in line.text.split("\t"):
        cells.append(RawCell(text, position, position + len(text)))
        position += len(text) + 1
    return cells


def _close(loose: list[Token], n_columns: int, pieces: list[_Piece], flat: Flat) -> None:
    """Turn strung figures into rows if they come out even; a single one is a page number."""
    if loose and len(loose) % n_columns == 0:
        for first in range(0, len(loose), n_columns):
            row = loose[first : first + n_columns]
            pieces.append(_Piece("", [token.cell for token in row]))
    elif len(loose) > 1:
        flat.short.append(Run([token.cell for token in loose], pieces[-1].text if pieces else ""))
    loose.clear()


def _runs(pieces: Sequence[_Piece]) -> list[Run]:
    """Give every row the words before and after it."""
    runs = []
    for index, piece in enumerate(pieces):
        if piece.cells is None:
            continue
        before = _words(pieces[:index][::-1])[::-1]
        after = _words(pieces[index + 1 :])
        runs.append(Run(piece.cells, piece.text, "".join(before), "".join(after), piece.page))
    return runs


def _words(pieces: Sequence[_Piece]) -> list[str]:
    words = []
    for piece in pieces:
        if piece.cells is not None:
            break
        words.append(piece.text)
    return words
