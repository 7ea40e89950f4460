"""What every reader yields: a cheap chunk in file order, parsed by whoever has a core free."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

RAW = "\x00raw"
"""Column with the source line itself, where a row can be carried over without being taken apart."""

KINDS = "\x00kinds"
"""Column with the kinds of each row's cells (see `cells.kinds_of`), where columns are mixed."""


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that cannot be used: where it is, why, and what it holds, so that nothing is lost."""

    line: int
    reason: str
    raw: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows as columns, in file order.

    Parameters
    ----------
    frame : DataFrame, n_rows rows
        One column for each input column; cells as the source shows them.
    lines : int64 array, shape (n_rows,)
        Line (text files) or row (spreadsheets) at which each row starts, from 1.
    rejects : tuple of Reject
        Rows of this stretch of the file that could not be read.
    """

    frame: pl.DataFrame
    lines: NDArray[np.int64]
    rejects: tuple[Reject, ...] = ()


class Chunk(Protocol):
    """A stretch of the input. Cutting it was cheap; `parse` is the work and is thread-safe."""

    @property
    def position(self) -> int:
        """How far the input is read after this chunk, in the unit of `Source.total`."""

    def parse(self) -> Batch:
        """Take the stretch apart."""


class Source(Protocol):
    """An opened input file. Chunks are the same ones on every reading of the same file."""

    @property
    def schema(self) -> Mapping[str, pl.DataType]:
        """Column names, unique and not blank, with their types."""

    @property
    def notices(self) -> tuple[str, ...]:
        """What a reader decided and the user should know, in Chinese."""

    @property
    def total(self) -> int:
        """Size of the input: bytes for text files, rows for the others."""

    def sample(self) -> pl.DataFrame:
        """Return the first rows, for choosing columns."""

    def chunks(self) -> Iterator[Chunk]:
        """Yield the whole input in order."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A few rows of a chunk, already taken apart."""

    batch: Batch
    position: int

    def parse(self) -> Batch:
        """Return the rows."""
        return self.batch


def pieces(chunks: Iterable[Chunk], n_rows: int) -> Iterator[Piece]:
    """Yield the same rows and rejects in the same order, at most `n_rows` rows at a time.

    For work that is slow by the row, where a whole chunk would be too much to lose. Positions
    within a chunk are interpolated.
    """
    start = 0
    for chunk in chunks:
        batch = chunk.parse()
        height = batch.frame.height
        cuts = [*range(0, height, n_rows), height] if height else [0, 0]
        rejects = list(batch.rejects)
        for begin, end in pairwise(cuts):
            is_last = end == height
            own = [r for r in rejects if is_last or r.line < batch.lines[end]]
            rejects = rejects[len(own) :]
            share = Batch(batch.frame.slice(begin, end - begin), batch.lines[begin:end], tuple(own))
            passed = end / height if height else 1.0
            yield Piece(share, start + round((chunk.position - start) * passed))
        start = chunk.position
