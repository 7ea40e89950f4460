"""The register of requests as a file that is read in stretches, as often as needed.

Only what is counted is kept in memory; texts and cells a person must see are read again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from models.errors import InputError
from service.intake.batch import Batch
from service.intake.reader import open_input
from service.report.figures.errors import CaseTableError
from service.report.figures.naming import Naming, fold, load_naming

NEEDED = {"applicant": "申请人类型", "outcome": "办理结果", "received_on": "收到日期",
          "closed_on": "办结日期"}  # fmt: skip
_OTHERS = ("id", "channel", "carried_in", "topic", "topic_decision", "subtopic", "outcome_decision")
COLUMNS = (*NEEDED, *_OTHERS)
_TEXT_BATCH = 4096


@dataclass(frozen=True, slots=True)
class Register:
    """A register of requests.

    Parameters
    ----------
    file : str
    columns : mapping code → name of the column in the file
    batches : function
        Reads the file from its beginning.
    has_lines : bool
        Whether a person finds a row by its line: not where the register is no file.
    """

    file: str
    columns: Mapping[str, str]
    batches: Callable[[], Iterator[Batch]]
    has_lines: bool = True

    def cells(self, batch: Batch, codes: Sequence[str] = COLUMNS) -> pl.DataFrame:
        """Cells of a batch as trimmed text under our codes, blank where a column is missing."""
        frame = batch.frame
        blank = pl.Series([""], dtype=pl.String).new_from_index(0, frame.height)
        found = {
            code: frame[self.columns[code]]
            .cast(pl.String, strict=False)
            .fill_null("")
            .str.strip_chars()
            if code in self.columns
            else blank
            for code in codes
        }
        return pl.DataFrame({"line": pl.Series(batch.lines, dtype=pl.Int64), **found})

    def rows(self, lines: Sequence[int]) -> pl.DataFrame:
        """Cells of the rows at some lines, read again; in file order."""
        wanted = pl.Series(sorted(set(lines)), dtype=pl.Int64)
        parts = [
            self.cells(batch).filter(pl.col("line").is_in(wanted.implode()))
            for batch in self.batches()
        ]
        return pl.concat(parts) if parts else pl.DataFrame(schema={"line": pl.Int64})

    @property
    def has_text(self) -> bool:
        """Whether there is a column of what people wrote."""
        return "text" in self.columns


class CaseTexts:
    """Texts and titles of the counted cases, read again in batches; never all in memory.

    Parameters
    ----------
    register : Register
    lines : int64 Series, ascending
        Of the counted cases; those that were added by hand have none and stand at the end.
    n_added : int, default=0
    """

    def __init__(self, register: Register, lines: pl.Series, n_added: int = 0) -> None:
        self._register, self._lines, self._n_added = register, lines.to_numpy(), n_added

    def __len__(self) -> int:
        return len(self._lines) + self._n_added

    def __iter__(self) -> Iterator[tuple[list[str], list[str]]]:
        """Yield texts and titles, together in the order of the counted cases."""
        n_read = 0
        for batch in self._register.batches():
            cells = self._register.cells(batch, ("text", "title"))
            kept = cells.filter(pl.Series(np.isin(batch.lines, self._lines, assume_unique=True)))
            n_read += kept.height
            for start in range(0, kept.height, _TEXT_BATCH):
                part = kept.slice(start, _TEXT_BATCH)
                yield part["text"].to_list(), part["title"].to_list()
        if n_read != len(self._lines):
            raise InputError(f"{self._register.file} 在起草时被改动，请关闭正在编辑的程序后再试。")
        if self._n_added:
            yield [""] * self._n_added, [""] * self._n_added

    def at(self, places: Sequence[int]) -> dict[int, tuple[str, str]]:
        """Text and title of some cases, by their place among the counted ones."""
        wanted = set(places)
        found: dict[int, tuple[str, str]] = {}
        start = 0
        for texts, titles in self:
            inside = [place for place in wanted if start <= place < start + len(texts)]
            found |= {place: (texts[place - start], titles[place - start]) for place in inside}
            start += len(texts)
        return found


def open_register(path: Path) -> Register:
    """Open a register: csv, tsv, xlsx, xls, jsonl or parquet.

    Raises
    ------
    InputError
        If the file cannot be read.
    CaseTableError
        If it lacks a column that table 3 needs.
    """
    source = open_input(path).source
    columns = _columns(list(source.schema), path.name)
    return Register(path.name, columns, lambda: (chunk.parse() for chunk in source.chunks()))


def register_of(frame: pl.DataFrame, file: str) -> Register:
    """Return a register that is a frame in memory; its rows count from line 2.

    Raises
    ------
    CaseTableError
        If it lacks a column that table 3 needs.
    """
    lines = np.arange(2, frame.height + 2, dtype=np.int64)
    columns = _columns(frame.columns, file)
    return Register(file, columns, lambda: iter([Batch(frame, lines)]), has_lines=False)


def _columns(names: Sequence[str], file: str) -> dict[str, str]:
    found = _named(names, load_naming())
    missing = [name for code, name in NEEDED.items() if code not in found]
    if missing:
        raise CaseTableError(
            f"{file} 缺少“{'”“'.join(missing)}”列，数不出表三；文件中的列有：{'、'.join(names)}。"
        )
    return found


def _named(names: Sequence[str], naming: Naming) -> dict[str, str]:
    """Which column is which; of two names for one thing the one that is listed first."""
    found: dict[str, str] = {}
    order = {name: rank for rank, name in enumerate(naming.columns)}
    for name in sorted(names, key=lambda n: order.get(fold(n), 0)):
        code = naming.columns.get(fold(name))
        if code and code not in found:
            found[code] = name
    return found
