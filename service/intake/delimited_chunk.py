"""A stretch of delimited text on its way to columns: good records in bulk, doubtful ones singly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from service.intake import records
from service.intake.batch import Batch, Reject


@dataclass(frozen=True, slots=True)
class Layout:
    """What the parsing of a chunk needs to know of its file."""

    names: tuple[str, ...]
    separator: int


@dataclass(frozen=True, slots=True)
class DelimitedChunk:
    """Whole records as UTF-8 bytes; `walked` lists them where the quoting is not well-formed."""

    layout: Layout
    region: bytes
    line: int
    position: int
    walked: tuple[records.Record, ...] | None = None

    def head(self, n_bytes: int) -> DelimitedChunk:
        """Return the same chunk cut after the first record that ends beyond `n_bytes`."""
        if len(self.region) <= n_bytes:
            return self
        if self.walked is not None:
            last = next((i for i, r in enumerate(self.walked) if r.end > n_bytes), None)
            kept = self.walked[: None if last is None else last + 1]
            region = self.region[: kept[-1].end]
            return DelimitedChunk(self.layout, region, self.line, self.position, kept)
        data = np.frombuffer(self.region, np.uint8)
        quotes, newlines = (records.positions(data, b) for b in (records.QUOTE, records.LF))
        ends = records.record_ends(len(data), newlines, quotes)
        end = int(ends[min(int(np.searchsorted(ends, n_bytes)), len(ends) - 1)])
        return DelimitedChunk(self.layout, self.region[:end], self.line, self.position)

    def parse(self) -> Batch:
        """Take the records apart; those that cannot be are returned with their line and reason."""
        try:
            return self._parse(is_utf8=True)
        except pl.exceptions.ComputeError:  # the parser met bytes that are not UTF-8: find them
            return self._parse(is_utf8=False)

    def _parse(self, *, is_utf8: bool) -> Batch:
        pieces = _Pieces(self.layout, self.region, self.line)
        if self.walked is not None:
            for record in self.walked:
                pieces.add(record)
        else:
            self._parse_well_formed(pieces, is_utf8=is_utf8)
        return pieces.batch()

    def _parse_well_formed(self, pieces: _Pieces, *, is_utf8: bool) -> None:
        """Take runs of good records as they are and look at the others one by one."""
        region, width, separator = self.region, len(self.layout.names), self.layout.separator
        data = np.frombuffer(region, np.uint8)
        quotes = records.positions(data, records.QUOTE)
        ends = records.record_ends(len(data), pieces.newlines, quotes)
        starts = np.concatenate(([0], ends[:-1]))
        counts = records.field_counts(data, quotes, ends, separator)
        good = (counts == width) & ~_is_blank(data, starts, ends)
        if not is_utf8:
            good &= [_decodes(region[s:e]) for s, e in zip(starts, ends, strict=True)]
        edges = np.flatnonzero(np.diff(good)) + 1
        for run in np.split(np.arange(len(ends)), edges):
            if good[run[0]]:
                pieces.add_run(starts[run], int(ends[run[-1]]))
                continue
            for i in run:
                start, end = int(starts[i]), int(ends[i])
                for record in records.walk(region[start:end], separator, width, final=True):
                    pieces.add(record, offset=start)


class _Pieces:
    """Usable records gathered in order, and the rejects between them."""

    def __init__(self, layout: Layout, region: bytes, line: int) -> None:
        self._layout, self._region, self._line = layout, region, line
        self.newlines = records.positions(np.frombuffer(region, np.uint8), records.LF)
        header = [str(i).encode() for i in range(len(layout.names))]
        self._bytes = [records.quoted(header, layout.separator)]
        self._starts: list[NDArray[np.int64]] = []
        self._rejects: list[Reject] = []

    def add_run(self, starts: NDArray[np.int64], end: int) -> None:
        """Take neighbouring well-formed records."""
        run = self._region[int(starts[0]) : end]
        self._bytes.append(run if run.endswith(b"\n") else run + b"\n")
        self._starts.append(starts)

    def add(self, record: records.Record, offset: int = 0) -> None:
        """Take one record, or return it as a reject; blank lines are no rows."""
        start, end = record.start + offset, record.end + offset
        content = self._region[start:end]
        if not content.strip(b"\r\n"):
            return
        reason = self._fault(record, content)
        if reason:
            line = int(self._lines(np.array([start]))[0])
            self._rejects.append(Reject(line, reason, readable(content).rstrip("\r\n")))
            return
        if record.fate == "whole":
            self._bytes.append(content if content.endswith(b"\n") else content + b"\n")
        else:
            separator = self._layout.separator
            values = records.fields(content, separator, record.fate)
            self._bytes.append(records.quoted(values, separator))
        self._starts.append(np.array([start]))

    def batch(self) -> Batch:
        """Everything taken so far as columns."""
        names = self._layout.names
        starts = np.concatenate([np.zeros(0, np.int64), *self._starts])
        frame = pl.read_csv(
            b"".join(self._bytes),
            schema={str(i): pl.String for i in range(len(names))},
            separator=chr(self._layout.separator),
            empty_string_is_null=False,
        )
        if frame.height != len(starts):
            raise RuntimeError("records and parsed rows differ in number")
        frame.columns = list(names)
        return Batch(frame, self._lines(starts), tuple(self._rejects))

    def _fault(self, record: records.Record, content: bytes) -> str | None:
        width = len(self._layout.names)
        if not _decodes(content):
            return "有无法识别的字节（文字编码损坏）"
        if record.fate == "broken" and b'"' in content:
            return f"引号不配对，分不出 {width} 列"
        if record.n_fields != width:
            return f"有 {record.n_fields} 列，与表头的 {width} 列不符"
        return None

    def _lines(self, starts: NDArray[np.int64]) -> NDArray[np.int64]:
        return (np.searchsorted(self.newlines, starts) + self._line).astype(np.int64)


def _is_blank(
    data: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Records with nothing but their end of line."""
    length = ends - starts
    first = data[starts]
    alone = (length == 1) & ((first == records.LF) | (first == records.CR))
    blank: NDArray[np.bool_] = alone | (
        (length == 2) & (first == records.CR) & (data[ends - 1] == records.LF)
    )
    return blank


def _decodes(content: bytes) -> bool:
    if content.isascii():
        return True
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def readable(content: bytes) -> str:
    """Text of some bytes; what is not UTF-8 shows as U+FFFD."""
    return content.decode("utf-8", "replace")
