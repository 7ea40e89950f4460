"""What every output can do."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import polars as pl

Unfit = tuple[pl.Series, str]
"""Which rows a format cannot hold (bool, one a row), and why."""


class Encoding(Protocol):
    """What the workers of any engine need of an output; thread-safe."""

    def encode(self, frame: pl.DataFrame) -> bytes:
        """Turn rows into bytes of the format."""

    def unfit(self, frame: pl.DataFrame) -> Unfit | None:
        """Rows that the format cannot hold and why; None if it can hold any."""


class Output(Encoding, Protocol):
    """A result being written in a working folder.

    Its `encode` and `unfit` hold no open file, so that they can be sent to another process.
    """

    max_rows: int | None

    def append(self, encoded: bytes) -> int:
        """Add encoded rows in order and return the position after them, for `resume`."""

    def resume(self, position: int) -> bool:
        """Forget what was added after a position; False if what came before it is not there."""

    def finish(self, path: Path) -> None:
        """Put the whole result at `path` in one step, down to the disk.

        If that fails, everything is still there to go on with.
        """

    def copy_to(self, path: Path) -> None:
        """Put a copy of what was added so far at `path` in one step; nothing else changes."""

    def close(self) -> None:
        """Let go of the files."""
