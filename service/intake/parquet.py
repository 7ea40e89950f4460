"""Parquet: columns in, columns out, types kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from models.errors import InputError
from service.intake.batch import Batch

ROWS = 4096
_SAMPLE_ROWS = 300


class ParquetSource:
    """A Parquet file.

    Raises
    ------
    InputError
        If the file is damaged or holds no row.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._scan = pl.scan_parquet(path, glob=False)
            self.schema = dict(self._scan.collect_schema())
            self.total = int(self._scan.select(pl.len()).collect().item())
        except (pl.exceptions.PolarsError, OSError) as error:
            raise InputError(f"{path.name} 已损坏或没有下载完整，打不开。") from error
        if not self.total:
            raise InputError(f"文件 {path.name} 只有列名，没有数据。")
        self.notices: tuple[str, ...] = ()

    def sample(self) -> pl.DataFrame:
        """Return the first rows, for choosing columns."""
        return self._scan.head(_SAMPLE_ROWS).collect()

    def chunks(self) -> Iterator[ParquetChunk]:
        """Yield stretches of 4,096 rows in order."""
        for start in range(0, self.total, ROWS):
            yield ParquetChunk(self._scan, start, min(start + ROWS, self.total))


@dataclass(frozen=True, slots=True)
class ParquetChunk:
    """Rows `start` to `position`, `position` exclusive, read when parsed."""

    scan: pl.LazyFrame
    start: int
    position: int

    def parse(self) -> Batch:
        """Read the rows; every one can be read."""
        frame = self.scan.slice(self.start, self.position - self.start).collect()
        return Batch(frame, np.arange(self.start + 1, self.position + 1, dtype=np.int64))
