"""CSV and its kin, in any encoding, with titles above the header, stray quotes and broken rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.errors import InputError
from service.intake import records
from service.intake.batch import Batch, Reject
from service.intake.encoding import (
    Encoding,
    detect_encoding,
    mark_last,
    named_encoding,
    utf8_blocks,
)
from service.intake.header import SEARCHED_ROWS, column_names, find_header

_SEPARATORS = b",\t;|"
_SAMPLE_ROWS = 300
_HEAD_BYTES = 1 << 22


class DelimitedSource:
    """A delimited text file.

    Parameters
    ----------
    path : Path
    tabs : bool, default=False
        Prefer the tab where several separators fit.
    encoding : str, optional
        Name of the encoding; detected by default.

    Raises
    ------
    InputError
        If the encoding is unknown, or there is no header or no row below it.
    """

    def __init__(self, path: Path, *, tabs: bool = False, encoding: str | None = None) -> None:
        self._path = path
        self.encoding = named_encoding(path, encoding) if encoding else detect_encoding(path)
        self.total = path.stat().st_size
        head, final = _head(path, self.encoding)
        self.separator = _find_separator(head, tabs=tabs)
        first = _first_records(head, self.separator, SEARCHED_ROWS, final=final)
        rows = [[_readable(value) for value in values] for _, values in first]
        index = find_header(rows)
        names, renamed = column_names(rows[index])
        self._skipped = first[index][0]
        self._layout = _Layout(names, self.separator)
        self.line_terminator = "\r\n" if head[: self._skipped].endswith(b"\r\n") else "\n"
        self.schema = {name: pl.String() for name in names}
        self.notices = self._notices(index) + renamed
        self._sample = self._first_rows()
        if not head[self._skipped :].strip(b"\r\n"):
            raise InputError(f"文件 {path.name} 只有表头，没有数据。")

    def sample(self) -> pl.DataFrame:
        """Return the first rows, for choosing columns."""
        return self._sample

    def chunks(self) -> Iterator[DelimitedChunk]:
        """Yield stretches of whole records, of about 4 MiB, in order.

        Raises
        ------
        InputError
            If the file has no end of line for longer than any record.
        """
        carried, line, to_skip = b"", 1, self._skipped
        for block, position, final in mark_last(utf8_blocks(self._path, self.encoding)):
            buffer = carried + block
            if to_skip:
                if len(buffer) < to_skip and not final:
                    carried = buffer
                    continue
                line += buffer.count(b"\n", 0, to_skip)
                buffer, to_skip = buffer[to_skip:], 0
            end = self._cut(buffer, final=final)
            walked = None
            if end is None:
                n_columns = len(self._layout.names)
                walked = tuple(records.walk(buffer, self.separator, n_columns, final=final))
                end = walked[-1].end if walked else 0
            region, carried = buffer[:end], buffer[end:]
            records.check_length(len(carried), line)
            if region:
                yield DelimitedChunk(self._layout, region, line, position, walked)
                line += region.count(b"\n")

    def _cut(self, buffer: bytes, *, final: bool) -> int | None:
        end = records.cut(buffer, self.separator, final=final)
        if end is not None and len(buffer) - end > records.MAX_RECORD_BYTES:
            return None
        return end

    def _notices(self, header: int) -> tuple[str, ...]:
        notices = []
        if self.encoding.codec != "utf-8":
            notices.append(f"文件的文字编码是 {self.encoding.name}。")
        if header:
            notices.append(f"表头在第 {header + 1} 行，其上 {header} 行标题或说明未带入结果。")
        return tuple(notices)

    def _first_rows(self) -> pl.DataFrame:
        first = next(self.chunks(), None)
        if first is None:
            return pl.DataFrame(schema=self.schema)
        return first.head(1 << 18).parse().frame.head(_SAMPLE_ROWS)


@dataclass(frozen=True, slots=True)
class _Layout:
    """What the parsing of a chunk needs to know of its file."""

    names: tuple[str, ...]
    separator: int


@dataclass(frozen=True, slots=True)
class DelimitedChunk:
    """Whole records as UTF-8 bytes; `walked` lists them where the quoting is not well-formed."""

    layout: _Layout
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

    def __init__(self, layout: _Layout, region: bytes, line: int) -> None:
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
            self._rejects.append(Reject(line, reason, _readable(content).rstrip("\r\n")))
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


def _readable(content: bytes) -> str:
    return content.decode("utf-8", "replace")


def _head(path: Path, encoding: Encoding) -> tuple[bytes, bool]:
    """First bytes of a file as UTF-8, and whether they are all of it."""
    head, final = b"", False
    for block, _, last in mark_last(utf8_blocks(path, encoding)):
        head, final = head + block, last
        if len(head) >= _HEAD_BYTES:
            break
    return head, final


def _first_records(
    head: bytes, separator: int, limit: int, *, final: bool
) -> list[tuple[int, list[bytes]]]:
    """End and values of the first records, blank lines included."""
    found = []
    for record in records.walk(head, separator, None, final=final):
        content = head[record.start : record.end]
        found.append((record.end, records.fields(content, separator, record.fate)))
        if len(found) == limit:
            return found
    if not found:
        content = head.partition(b"\n")[0]
        found.append((min(len(content) + 1, len(head)), records.fields(content, separator)))
    return found


def _find_separator(head: bytes, *, tabs: bool) -> int:
    """Separator that most evenly gives the most columns in the first records."""
    order = b"\t,;|" if tabs else _SEPARATORS
    scores = {}
    for separator in order:
        widths = [len(values) for _, values in _first_records(head, separator, 50, final=True)]
        widths = [width for width in widths if width > 1]
        common = max(set(widths), key=widths.count, default=1)
        scores[separator] = (widths.count(common) if common > 1 else 0, common)
    best = max(order, key=lambda separator: scores[separator])
    return best if scores[best][0] else order[0]
