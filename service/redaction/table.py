"""Tables of rows: each cell is read with its column's heading, which says what to expect in it."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import polars as pl

from models.text.redaction import Hit, find_hits, redact, replace
from service.intake.batch import RAW, Reject
from service.intake.reader import open_input
from service.redaction.findings import Findings
from service.redaction.saving import replacing

_COLON, _END = "：", "\n"


def redact_table(source: Path, target: Path, findings: Findings, encoding: str | None) -> int:
    """Redact CSV, TSV, JSONL or Parquet into any of these; returns the number of rows.

    Rows that cannot be read go to `TARGET.rejects.csv`, redacted as plain lines.

    Raises
    ------
    InputError
        If the file cannot be used.
    """
    opened = open_input(source, encoding=encoding)
    findings.notices.extend(opened.notices)
    frames: list[pl.DataFrame] = []
    rejects: list[Reject] = []
    for chunk in opened.source.chunks():
        batch = chunk.parse()
        frame = batch.frame.select(pl.exclude(RAW))
        frames.append(redact_frame(frame, batch.lines.tolist(), findings))
        rejects.extend(batch.rejects)
    result = pl.concat(frames, how="vertical_relaxed")
    with replacing(target) as temporary:
        _write(result, temporary, target.suffix.lower(), with_bom=not opened.is_plain_utf8)
    if rejects:
        rows = [(r.line, r.reason, redact(r.raw)[0]) for r in rejects]
        table = pl.DataFrame(rows, schema=["行号", "原因", "原文（已去标识）"], orient="row")
        with replacing(target.with_name(target.name + ".rejects.csv")) as temporary:
            table.write_csv(temporary, include_bom=True)
        findings.notices.append(
            f"{len(rejects)} 行读不出来，已去标识后另存为 {target.name}.rejects.csv。"
        )
    return len(result) + len(rejects)


def redact_frame(frame: pl.DataFrame, lines: list[int], findings: Findings) -> pl.DataFrame:
    """Redact the cells of some rows; columns without a hit keep their type.

    Parameters
    ----------
    frame : DataFrame, n_rows rows
    lines : list of n_rows int
        Where each row is in the file, for the report.
    """
    names = frame.columns
    cells = frame.select(
        pl.col(name).cast(pl.String, strict=False)
        if not _is_nested(dtype)
        else pl.lit("").alias(name)
        for name, dtype in frame.schema.items()
    ).fill_null("")
    texts = cells.select(
        pl.concat_str(
            [
                pl.when(pl.col(name) == "")
                .then(pl.lit(""))
                .otherwise(pl.concat_str(pl.lit(_heading(name)), pl.col(name), pl.lit(_END)))
                for name in names
            ]
        ).alias("text")
    )["text"].to_list()
    changed: defaultdict[str, dict[int, str]] = defaultdict(dict)
    for row, hits in enumerate(find_hits(texts)):
        if hits:
            values = dict(zip(names, cells.row(row), strict=True))
            for name, new in _row(values, hits, lines[row], findings).items():
                changed[name][row] = new
    for name, news in changed.items():
        old = cells[name].to_list()
        for row, new in news.items():
            old[row] = new
        column = pl.Series(name, old, pl.String)
        blank = frame[name].is_null()
        frame = frame.with_columns(
            pl.when(pl.Series(blank)).then(pl.lit(None, pl.String)).otherwise(column).alias(name)
        )
    return frame


def _heading(name: str) -> str:
    return name.replace(_END, " ") + _COLON


def _row(values: dict[str, str], hits: list[Hit], line: int, findings: Findings) -> dict[str, str]:
    """New values of the cells of one row that have hits; hits in headings are dropped."""
    changed, at = {}, 0
    for name, value in values.items():
        if not value:
            continue
        start = at + len(_heading(name))
        at = start + len(value) + len(_END)
        inside = [hit for hit in hits if hit.start >= start and hit.end <= start + len(value)]
        for hit in inside:
            findings.add(f"第{line}行“{name}”", hit, start)
        if inside:
            local = [h._replace(start=h.start - start, end=h.end - start) for h in inside]
            changed[name] = replace(value, local, findings.token)
    return changed


def _is_nested(dtype: pl.DataType) -> bool:
    return dtype.is_nested() or dtype == pl.Binary


def _write(frame: pl.DataFrame, path: Path, suffix: str, *, with_bom: bool) -> None:
    if suffix == ".parquet":
        frame.write_parquet(path)
    elif suffix in (".jsonl", ".ndjson"):
        frame.write_ndjson(path)
    else:
        separator = "\t" if suffix == ".tsv" else ","
        frame.write_csv(path, separator=separator, include_bom=with_bom)
