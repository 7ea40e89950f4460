"""Check a folder of annual reports, uploaded as a ZIP archive."""

from __future__ import annotations

import csv
import io
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from models.errors import YangguangError
from service.errors import ZIP_FAULTS
from service.jobs.context import JobContext
from service.jobs.errors import Interrupted, JobError
from service.jobs.kinds.arguments import Arguments, checker, uploaded
from service.jobs.registry import Kind

REPORT_SUFFIXES = {".pdf", ".docx", ".html", ".htm", ".txt", ".md"}
MAX_REPORTS = 5000
LINES, TABLE = "核对结果.jsonl", "核对结果.csv"
_HEADER = ("文件", "机关", "年度", "规则", "严重程度", "结果", "说明", "页")
_SEVERITIES = {"error": "错误", "warning": "警告", "info": "提示"}
_STATUSES = {"fails": "不符", "unknown": "无法判断"}


class CheckArguments(Arguments):
    """None so far."""


def check_kind() -> Kind:
    """The kind."""
    return Kind("check", "核对一批年报", _check, {"file": True}, checker(CheckArguments))


def _check(context: JobContext) -> dict[str, Any]:
    upload = uploaded(context.arguments, "file")
    assert upload is not None  # the kind asks for it
    readers = _reports(context.input / upload["path"], upload["name"])
    lines = context.output / LINES
    n_done, n_bytes = (int(context.checkpoint.get(key, 0)) for key in ("n_done", "n_bytes"))
    if not lines.exists() or lines.stat().st_size < n_bytes:
        n_done = n_bytes = 0
    try:
        with lines.open("ab") as file:
            file.truncate(n_bytes)  # what a crash left after the last checkpoint is done again
            file.seek(0, os.SEEK_END)
            for name, read in readers[n_done:]:
                line = json.dumps(_checked(name, read), ensure_ascii=False)
                file.write(line.encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
                n_done += 1
                context.progress(n_done, len(readers), n_done)
                context.save({"n_done": n_done, "n_bytes": file.tell()})
    except Interrupted:
        _write_table(lines, context.output / TABLE)
        raise
    return _write_table(lines, context.output / TABLE)


Read = Callable[[], bytes]


def _reports(path: Path, name: str) -> list[tuple[str, Read]]:
    """Each report's name and how to read it, in the order of names."""
    if not zipfile.is_zipfile(path) or Path(name).suffix.lower() == ".docx":
        return [(name, path.read_bytes)]
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError) as error:
        raise JobError(f"压缩包“{name}”已损坏，打不开。") from error
    found = [
        (_name(info), _reader(path, info))
        for info in archive.infolist()
        if not info.is_dir() and _is_report(_name(info))
    ]
    archive.close()
    if not found:
        raise JobError(f"压缩包“{name}”中没有年度报告（PDF、DOCX、HTML、TXT、Markdown）。")
    if len(found) > MAX_REPORTS:
        raise JobError(f"压缩包“{name}”中有 {len(found)} 个文件，一次最多 {MAX_REPORTS} 个。")
    return sorted(found, key=lambda pair: pair[0])


def _name(info: zipfile.ZipInfo) -> str:
    """Name inside the archive; Chinese Windows writes it in GBK without saying so."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return info.filename


def _is_report(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    is_hidden = any(part.startswith((".", "__MACOSX", "~$")) for part in parts)
    return not is_hidden and Path(parts[-1]).suffix.lower() in REPORT_SUFFIXES


def _reader(path: Path, info: zipfile.ZipInfo) -> Read:
    from service.report.reading.source import MAX_BYTES

    def read() -> bytes:
        try:
            with zipfile.ZipFile(path) as archive, archive.open(info) as member:
                # One byte past the limit is enough to refuse; a bomb is never unpacked.
                return member.read(MAX_BYTES + 1)
        except ZIP_FAULTS as error:
            raise JobError("压缩包中的这个文件已损坏、有密码或压缩方式不支持。") from error

    return read


def _checked(name: str, read: Read) -> dict[str, Any]:
    from service.report import check_bytes

    try:
        found = check_bytes((read(), Path(name).name)).to_json()
    except YangguangError as error:
        return {"file": name, "error": error.message, "code": error.code}
    return found | {"file": name}


def _write_table(lines: Path, table: Path) -> dict[str, Any]:
    """A table of all findings that need a look, for Excel; how many there are."""
    counts = {"n_reports": 0, "n_unreadable": 0, "n_with_errors": 0, "n_errors": 0, "n_warnings": 0}
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(_HEADER)
    with lines.open(encoding="utf-8") as file:
        for line in file:
            _add(json.loads(line), writer, counts)
    fresh = table.with_name(f".{table.name}.new")
    fresh.write_bytes(b"\xef\xbb\xbf" + buffer.getvalue().encode())
    fresh.replace(table)
    return counts


def _add(found: dict[str, Any], writer: Any, counts: dict[str, int]) -> None:
    counts["n_reports"] += 1
    if "error" in found:
        counts["n_unreadable"] += 1
        writer.writerow(
            [_plain(found["file"]), "", "", "", "读不出", "", _plain(found["error"]), ""]
        )
        return
    counts["n_errors"] += found["summary"]["errors"]
    counts["n_warnings"] += found["summary"]["warnings"]
    counts["n_with_errors"] += bool(found["summary"]["errors"])
    for item in found["findings"]:
        if item["status"] == "holds":
            continue
        page = item["where"][0].get("page") if item["where"] else None
        cells = (
            found["file"], found["agency"] or "", found["year"] or "", item["rule"],
            _SEVERITIES[item["severity"]], _STATUSES[item["status"]], item["message"], page or "",
        )  # fmt: skip
        writer.writerow([_plain(cell) for cell in cells])


def _plain(cell: object) -> object:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in "=+-@\t\r" and cell else cell
