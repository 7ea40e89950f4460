"""Results written in one go at the end, from parts kept until then."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import polars as pl

from service.classification.output.target import Unfit

Join = Callable[[Sequence[Path], Path], None]


class SpooledOutput:
    """Parts in Parquet, numbered in order.

    Parameters
    ----------
    folder : Path
        Where parts are kept.
    join : callable
        Writes one file of the format from all parts.
    unfit : callable, optional
        Finds the rows that the format cannot hold.
    max_rows : int, optional
        Number of rows that the format can hold.
    """

    def __init__(
        self,
        folder: Path,
        join: Join,
        unfit: Callable[[pl.DataFrame], Unfit | None] = lambda frame: None,
        max_rows: int | None = None,
    ) -> None:
        self._folder, self._join, self._n_parts = folder, join, 0
        self.unfit, self.max_rows = unfit, max_rows

    @staticmethod
    def encode(frame: pl.DataFrame) -> bytes:
        """Turn rows into a part."""
        buffer = io.BytesIO()
        frame.write_parquet(buffer, compression="lz4")
        return buffer.getvalue()

    def append(self, encoded: bytes) -> int:
        """Add a part, or nothing as a part without rows; the position is the number of parts."""
        self._part(self._n_parts).write_bytes(encoded)
        self._n_parts += 1
        return self._n_parts

    def resume(self, position: int) -> bool:
        """Forget the parts after a position; False if one before it is missing."""
        for part in self._folder.glob("part-*"):
            if int(part.name.removeprefix("part-")) >= position:
                part.unlink()
        self._n_parts = position
        return all(self._part(number).exists() for number in range(position))

    def finish(self, path: Path) -> None:
        """Join the parts, make sure that the result is on the disk, and move it into place."""
        whole = self._folder / f"whole{path.suffix}"
        parts = [self._part(number) for number in range(self._n_parts)]
        self._join([part for part in parts if part.stat().st_size], whole)
        with whole.open("rb+") as file:
            os.fsync(file.fileno())
        whole.replace(path)

    def copy_to(self, path: Path) -> None:
        """As `finish`, which keeps the parts."""
        self.finish(path)

    def close(self) -> None:
        """Nothing is held open between parts."""

    def _part(self, number: int) -> Path:
        return self._folder / f"part-{number}"


def parquet_output(folder: Path, names: Sequence[str]) -> SpooledOutput:
    """Make a Parquet file; `names` are its columns where there is no row to tell them."""

    def join(parts: Sequence[Path], path: Path) -> None:
        if not parts:
            pl.DataFrame(schema=dict.fromkeys(names, pl.String)).write_parquet(path)
            return
        pl.scan_parquet(list(parts), glob=False).sink_parquet(path)

    return SpooledOutput(folder, join)
