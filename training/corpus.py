"""Labelled texts in columns."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.errors import InputError
from models.resources import data_path

_ORDINARY = "train"


@dataclass(frozen=True)
class Corpus:
    """Texts with their reference labels.

    Parameters
    ----------
    frame : polars.DataFrame
        One row a text; `text` is a string column without nulls, labels may be null.
    groups : int array, shape (n_documents,), optional
        Rows that must not straddle folds share a number.
    """

    frame: pl.DataFrame
    text_field: str = "text"
    groups: NDArray[np.int64] | None = field(default=None, compare=False)

    def __len__(self) -> int:
        return self.frame.height

    @property
    def texts(self) -> list[str]:
        """The texts in order."""
        return self.frame[self.text_field].to_list()

    def values(self, name: str) -> list[Any]:
        """One column in order.

        Raises
        ------
        InputError
            If there is no such column.
        """
        if name not in self.frame.columns:
            have = "、".join(self.frame.columns)
            raise InputError(f"语料中没有“{name}”这一列；现有：{have}。")
        return self.frame[name].to_list()

    def where(self, mask: NDArray[np.bool_]) -> Corpus:
        """The rows where `mask` is true."""
        groups = None if self.groups is None else self.groups[mask]
        return Corpus(self.frame.filter(pl.Series(mask)), self.text_field, groups)


def read_corpus(path: str | Path, *, text_field: str = "text") -> Corpus:
    """Read JSONL, CSV or parquet; a folder is all its `*.jsonl` one after another.

    Raises
    ------
    InputError
        If the file is missing, of another kind, without the text column, or empty.
    """
    source = Path(path)
    files = sorted(source.glob("*.jsonl")) if source.is_dir() else [source]
    if not files or not all(file.is_file() for file in files):
        raise InputError(f"找不到语料 {source}。")
    frame = pl.concat([_read_file(file) for file in files], how="diagonal_relaxed")
    if text_field not in frame.columns:
        have = "、".join(frame.columns)
        raise InputError(f"语料 {source} 中没有文本列“{text_field}”；现有：{have}。")
    frame = frame.filter(pl.col(text_field).is_not_null())
    if frame.is_empty():
        raise InputError(f"语料 {source} 是空的。")
    return Corpus(frame, text_field)


def _read_file(file: Path) -> pl.DataFrame:
    try:
        match file.suffix:
            case ".jsonl":
                return pl.read_ndjson(file, infer_schema_length=None)
            case ".csv":
                return pl.read_csv(file, infer_schema_length=None)
            case ".parquet":
                return pl.read_parquet(file)
    except (pl.exceptions.PolarsError, OSError, UnicodeDecodeError) as error:
        raise InputError(f"语料 {file} 读不出来，请检查格式和编码（应为 UTF-8）。") from error
    raise InputError(f"语料 {file} 应为 .jsonl、.csv 或 .parquet。")


def shipped_corpus(part: str = _ORDINARY) -> Corpus:
    """Messages written for this project: `train`, or `evaluation`, which is never trained on."""
    return read_corpus(data_path("corpora", f"messages_{part}"))
