"""One door for every file that is to be redacted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from service.redaction.errors import RedactionError
from service.redaction.findings import Findings
from service.redaction.saving import save_hits, save_map

_TEXTS, _TABLES = (".txt", ".md"), (".csv", ".tsv", ".jsonl", ".ndjson", ".parquet")
_WORD, _WORKBOOK = (".docx",), (".xlsx", ".xlsm")


@dataclass(frozen=True, slots=True)
class RedactedFile:
    """What was done.

    Parameters
    ----------
    findings : Findings
    n_units : int
        Rows, lines or paragraphs.
    hits_path : Path
        List of hits with place, type and confidence.
    map_path : Path or None
        The way back, if asked for.
    """

    findings: Findings
    n_units: int
    target: Path
    hits_path: Path
    map_path: Path | None

    def to_json(self) -> dict[str, object]:
        """Return a plain form for JSON."""
        return {
            "output": str(self.target),
            "hits": str(self.hits_path),
            "map": str(self.map_path) if self.map_path else None,
            "n_units": self.n_units,
            "n_hits": len(self.findings.found),
            "n_doubtful": self.findings.n_doubtful(),
            "by_kind": self.findings.by_kind(),
            "notices": self.findings.notices,
        }


def redact_file(
    source: Path, target: Path, *, map_path: Path | None = None, encoding: str | None = None
) -> RedactedFile:
    """Redact a file into another, with the list of hits beside it.

    Parameters
    ----------
    source, target : Path
        Text, table, workbook or Word document; the target of a like kind.
    map_path : Path, optional
        Where to write the way back; tokens are numbered then.
    encoding : str, optional
        Of a text or CSV file, where it is not to be detected.

    Raises
    ------
    InputError
        If a file cannot be used, the kinds do not match, or a file would be overwritten by itself.
    """
    kind = _kind(source, target)
    hits_path = target.with_name(target.name + ".hits.csv")
    _keep_apart(source, target, hits_path, map_path)
    findings = Findings(numbered=map_path is not None)
    if kind == "text":
        from service.redaction.plain import redact_plain

        n_units = redact_plain(source, target, findings, encoding)
    elif kind == "word":
        from service.redaction.word import redact_word

        n_units = redact_word(source, target, findings)
    elif kind == "workbook":
        from service.redaction.workbook import redact_workbook

        n_units = redact_workbook(source, target, findings)
    else:
        from service.redaction.table import redact_table

        n_units = redact_table(source, target, findings, encoding)
    save_hits(hits_path, findings)
    if map_path is not None:
        save_map(map_path, findings)
    return RedactedFile(findings, n_units, target, hits_path, map_path)


def _kind(source: Path, target: Path) -> str:
    if not source.exists():
        raise RedactionError(f"找不到文件 {source}。")
    if source.is_dir():
        raise RedactionError(f"{source} 是文件夹，不是文件。")
    kinds = {"text": _TEXTS, "table": _TABLES, "word": _WORD, "workbook": _WORKBOOK}
    suffix = source.suffix.lower()
    kind = next((name for name, suffixes in kinds.items() if suffix in suffixes), None)
    if kind is None:
        raise RedactionError(
            f"不会处理 {source.name}：可以处理 txt、csv、tsv、jsonl、parquet、xlsx、docx。"
            "旧版 doc、xls 请先另存为新格式，PDF 请从原件导出。"
        )
    if target.suffix.lower() not in kinds[kind]:
        allowed = "、".join(kinds[kind])
        raise RedactionError(f"结果文件 {target.name} 的后缀应为 {allowed}，与输入的种类一致。")
    return kind


def _keep_apart(source: Path, *targets: Path | None) -> None:
    for target in targets:
        if target is not None and target.exists() and target.samefile(source):
            raise RedactionError("结果不能写在原文件上，请另取一个文件名。")
    resolved = [target.resolve() for target in targets if target is not None]
    if len(set(resolved)) < len(resolved):
        raise RedactionError("结果、命中清单和对照表不能是同一个文件。")
