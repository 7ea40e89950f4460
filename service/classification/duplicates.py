"""How many rows share their id with another: kept as they are, but worth knowing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

_KNOWN = """
id 编号 留言编号 信件编号 来信编号 诉求编号 工单编号 受理编号 登记编号 申请编号 案件编号 工单号
受理号 流水号 回执号 document_id case_id request_id
"""
_NAMES = _KNOWN.split()


def find_id_column(names: list[str]) -> str | None:
    """Name of the column with the rows' ids, if one is called so."""
    plain = {name.strip().casefold(): name for name in reversed(names)}
    return next((plain[name] for name in _NAMES if name in plain), None)


def id_hashes(column: pl.Series) -> bytes:
    """64-bit hashes of the ids that are not blank, as bytes."""
    ids = column.cast(pl.String).drop_nulls()
    ids = ids.filter(ids.str.strip_chars() != "")
    return ids.hash(seed=0).to_numpy().astype("<u8").tobytes()


def count_duplicates(path: Path) -> int:
    """Rows whose id occurred in a row before them, from a file of hashes."""
    hashes = np.fromfile(path, "<u8")
    return len(hashes) - len(np.unique(hashes))
