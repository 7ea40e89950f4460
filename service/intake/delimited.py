"""CSV and its kin, in any encoding, with titles above the header, stray quotes and broken rows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from models.errors import InputError
from service.intake import records
from service.intake.delimited_chunk import DelimitedChunk, Layout, readable
from service.intake.dialect import find_separator, first_records, read_head
from service.intake.encoding import (
    detect_encoding,
    mark_last,
    named_encoding,
    utf8_blocks,
)
from service.intake.header import SEARCHED_ROWS, column_names, find_header

_SAMPLE_ROWS = 300


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
        head, final = read_head(path, self.encoding)
        self.separator = find_separator(head, tabs=tabs)
        first = first_records(head, self.separator, SEARCHED_ROWS, final=final)
        rows = [[readable(value) for value in values] for _, values in first]
        index = find_header(rows)
        names, renamed = column_names(rows[index])
        self._skipped = first[index][0]
        self._layout = Layout(names, self.separator)
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
