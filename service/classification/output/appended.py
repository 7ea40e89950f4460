"""Results that grow by appending: a file with a position, and the encoders of CSV and JSONL."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import polars as pl

from service.classification.output.shown import as_shown
from service.classification.output.target import Unfit
from service.intake.batch import RAW

BOM = b"\xef\xbb\xbf"


class AppendedFile:
    """A file that is only appended to, and cut back to a position after an interruption."""

    def __init__(self, path: Path, header: bytes = b"") -> None:
        self._path, self._header = path, header
        self._file = path.open("ab")
        if not self._file.tell():
            self._file.write(header)
            self._file.flush()

    @property
    def position(self) -> int:
        """Length of what was written, in bytes."""
        return self._file.tell()

    def append(self, encoded: bytes) -> int:
        """Add bytes, handed to the operating system before this returns."""
        self._file.write(encoded)
        self._file.flush()
        return self._file.tell()

    def resume(self, position: int) -> bool:
        """Cut back to a position; False if the file is shorter than that."""
        position = max(position, len(self._header))
        if self._path.stat().st_size < position:
            return False
        self._file.truncate(position)
        self._file.seek(position)
        return True

    def copy_to(self, path: Path) -> None:
        """Put a copy at a path in one step, and keep the file."""
        copy = self._path.with_name(f"{self._path.name}.copy")
        shutil.copyfile(self._path, copy)
        copy.replace(path)

    def finish(self, path: Path) -> None:
        """Make sure that everything is on the disk, and move the file to a path in one step."""
        os.fsync(self._file.fileno())
        self._file.close()
        self._path.replace(path)

    def close(self) -> None:
        """Close the file, without losing or finishing it."""
        self._file.close()


class AppendedOutput:
    """A result in a format that grows by appending."""

    max_rows: int | None = None

    def __init__(
        self, folder: Path, encode: Callable[[pl.DataFrame], bytes], header: bytes = b""
    ) -> None:
        self._file = AppendedFile(folder / "result", header)
        self.encode = encode
        self.append, self.resume = self._file.append, self._file.resume
        self.finish, self.close = self._file.finish, self._file.close
        self.copy_to = self._file.copy_to

    @staticmethod
    def unfit(frame: pl.DataFrame) -> Unfit | None:
        """Text formats hold any row."""
        return None


def delimited_output(
    folder: Path, names: Sequence[str], *, separator: str, line_terminator: str, with_bom: bool
) -> AppendedOutput:
    """CSV or TSV in UTF-8, with a byte-order mark where people's programs need one."""

    def encode(frame: pl.DataFrame) -> bytes:
        return _csv(as_shown(frame), separator, line_terminator)

    titles = pl.DataFrame({str(i): [name] for i, name in enumerate(names)})
    header = _csv(titles, separator, line_terminator)
    return AppendedOutput(folder, encode, (BOM if with_bom else b"") + header)


def jsonl_output(folder: Path, answers: Sequence[str]) -> AppendedOutput:
    """JSONL; where lines were carried over whole, the answers are added before their last brace."""

    def encode(frame: pl.DataFrame) -> bytes:
        buffer = io.BytesIO()
        if RAW not in frame.columns:
            frame.write_ndjson(buffer)
            return buffer.getvalue()
        added = frame.select(pl.struct(answers).struct.json_encode()).to_series()
        whole = frame.select(
            pl.col(RAW).str.head(-1).str.strip_chars_end(" \t") + ", " + added.str.slice(1) + "\n"
        ).to_series()
        joined: str = whole.str.join("").item()
        return joined.encode()

    return AppendedOutput(folder, encode)


def _csv(frame: pl.DataFrame, separator: str, line_terminator: str) -> bytes:
    buffer = io.BytesIO()
    frame.write_csv(
        buffer, include_header=False, separator=separator, line_terminator=line_terminator
    )
    return buffer.getvalue()
