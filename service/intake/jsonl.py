"""JSONL: one object a line, carried over byte for byte or spread into columns."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from models.errors import InputError
from service.intake.batch import RAW, Batch, Reject
from service.intake.encoding import detect_encoding, mark_last, named_encoding, utf8_blocks
from service.intake.records import check_length

_SAMPLE_BYTES = 1 << 18


class JsonlSource:
    """A JSONL file.

    Parameters
    ----------
    path : Path
    carry : bool, default=False
        Give each line whole in the column `RAW` beside its text fields, for a JSONL result,
        instead of spreading it into columns of strings.
    encoding : str, optional
        Name of the encoding; detected by default.
    typed : bool, default=False
        Give columns that hold nothing but numbers or truth values that type, for a result that
        knows types; all others are text.

    Raises
    ------
    InputError
        If the encoding is unknown or no line is an object with a key.
    """

    def __init__(
        self,
        path: Path,
        *,
        carry: bool = False,
        encoding: str | None = None,
        typed: bool = False,
    ) -> None:
        self._path, self._carry = path, carry
        self.encoding = named_encoding(path, encoding) if encoding else detect_encoding(path)
        self.total = path.stat().st_size
        kinds: dict[str, set[str]] = {}
        for chunk in self._chunks({}):
            for key, found in chunk.kinds().items():
                kinds.setdefault(key, set()).update(found)
        if not kinds:
            raise InputError(f"文件 {path.name} 中没有一行是 JSON 对象。JSONL 应每行一个对象。")
        self.schema = {key: _dtype(found if typed else set()) for key, found in kinds.items()}
        self.notices: tuple[str, ...] = ()
        if self.encoding.codec != "utf-8":
            self.notices = (f"文件的文字编码是 {self.encoding.name}。",)

    def sample(self) -> pl.DataFrame:
        """Return the first rows, for choosing columns."""
        first = next(self._chunks(self.schema), None)
        if first is None:
            return pl.DataFrame(schema=self.schema)
        end = first.region.find(b"\n", _SAMPLE_BYTES) + 1 or len(first.region)
        return JsonlChunk(first.region[:end], 1, end, self.schema, False).parse().frame

    def chunks(self) -> Iterator[JsonlChunk]:
        """Yield stretches of whole lines, of about 4 MiB, in order."""
        yield from self._chunks(self.schema)

    def _chunks(self, schema: Mapping[str, pl.DataType]) -> Iterator[JsonlChunk]:
        carried, line = b"", 1
        for block, position, final in mark_last(utf8_blocks(self._path, self.encoding)):
            end = len(block) if final else block.rfind(b"\n") + 1
            if not end:
                carried += block
                check_length(len(carried), line)
                continue
            region, carried = carried + block[:end], block[end:]
            yield JsonlChunk(region, line, position, schema, self._carry)
            line += region.count(b"\n")


@dataclass(frozen=True, slots=True)
class JsonlChunk:
    """Whole lines as UTF-8 bytes."""

    region: bytes
    line: int
    position: int
    schema: Mapping[str, pl.DataType]
    carry: bool

    def kinds(self) -> dict[str, set[str]]:
        """All keys in order of appearance, with the kinds of their values."""
        kinds: dict[str, set[str]] = {}
        for line in self.region.splitlines():
            record = _object(line)
            if isinstance(record, dict):
                for key, value in record.items():
                    found = kinds.setdefault(key, set())
                    if value is not None:
                        found.add(_kind(value))
        return kinds

    def parse(self) -> Batch:
        """Read each line; those that are no objects are returned with their line and reason."""
        columns: dict[str, list[object]] = {name: [] for name in self.schema}
        raw, lines, rejects = [], [], []
        for number, line in enumerate(self.region.split(b"\n"), start=self.line):
            if not line.strip():
                continue
            record = _object(line)
            if isinstance(record, str):
                rejects.append(Reject(number, record, line.decode("utf-8", "replace").rstrip("\r")))
                continue
            for name, values in columns.items():
                value = record.get(name)
                values.append(_as_text(value) if self.schema[name] == pl.String else value)
            lines.append(number)
            raw.append(line.strip())
        data = {name: _series(name, values, self.schema[name]) for name, values in columns.items()}
        if self.carry:
            data[RAW] = pl.Series(RAW, raw, pl.Binary).cast(pl.String)
        return Batch(pl.DataFrame(data), np.array(lines, dtype=np.int64), tuple(rejects))


def _object(line: bytes) -> dict[str, object] | str:
    """Object of a line, or the reason why there is none."""
    try:
        record = json.loads(line.decode("utf-8").strip() or "null")
    except UnicodeDecodeError:
        return "有无法识别的字节（文字编码损坏）"
    except (ValueError, RecursionError):
        return "不是正确的 JSON"
    if not isinstance(record, dict):
        return "不是 JSON 对象"
    try:
        json.dumps(record, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return "有不成对的 Unicode 代理字符"
    return record


def _kind(value: object) -> str:
    """Kind of a value, by what can hold it without change."""
    if isinstance(value, bool):
        return "truth"
    if isinstance(value, int):
        if abs(value) < 1 << 53:
            return "whole"
        return "long" if -(1 << 63) <= value < 1 << 63 else "other"
    return "fraction" if isinstance(value, float) and math.isfinite(value) else "other"


def _dtype(kinds: set[str]) -> pl.DataType:
    """Type of a column with values of these kinds."""
    if kinds == {"truth"}:
        return pl.Boolean()
    if kinds and kinds <= {"whole", "long"}:
        return pl.Int64()
    if kinds and kinds <= {"whole", "fraction"}:
        return pl.Float64()
    return pl.String()


def _series(name: str, values: list[object], dtype: pl.DataType) -> pl.Series:
    if dtype == pl.Float64:
        values = [None if value is None else float(value) for value in values]  # type: ignore[arg-type]
    return pl.Series(name, values, dtype)


def _as_text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)
