"""The rejects file: every row without an answer, with its line, why, and what it holds."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable

import numpy as np
import polars as pl
from numpy.typing import NDArray

from service.intake.batch import KINDS, RAW, Reject

HEADER = "\ufeff行号,原因,原始内容\n".encode()
BLANK = "正文为空"
_CONTENT = r"[^\s\p{C}\p{Z}]"
"""A character that is neither white space nor invisible."""


def encode_rejects(rejects: Iterable[Reject]) -> bytes:
    """Rows of the rejects file."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerows((reject.line, reject.reason, reject.raw) for reject in rejects)
    return buffer.getvalue().encode("utf-8", "replace")


def is_blank(texts: pl.Series) -> pl.Series:
    """Which texts hold no character that can be seen."""
    return ~texts.str.contains(_CONTENT).fill_null(False)


def rejected_rows(
    frame: pl.DataFrame, lines: NDArray[np.int64], rows: pl.Series, reason: str
) -> list[Reject]:
    """Rejects for the chosen rows of a frame; they hold the row as a JSON object."""
    chosen = frame.filter(rows).drop(KINDS, strict=False)
    if RAW in chosen.columns:
        contents = chosen[RAW].to_list()
    else:
        contents = [
            json.dumps(row, ensure_ascii=False, default=str) for row in chosen.iter_rows(named=True)
        ]
    return [
        Reject(int(line), reason, content)
        for line, content in zip(lines[rows.to_numpy()], contents, strict=True)
    ]
