"""Writing results so that nobody meets half a file or loses the original."""

from __future__ import annotations

import csv
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from service.redaction.errors import RedactionError
from service.redaction.findings import Findings

HITS_HEADER = ("位置", "起", "止", "类型", "把握", "规则")


@contextmanager
def replacing(path: Path, *, private: bool = False) -> Iterator[Path]:
    """Give a file beside the target to write to; it takes the target's place at the end.

    Raises
    ------
    RedactionError
        If the folder is missing or cannot be written.
    """
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=path.suffix)
    except OSError as error:
        raise RedactionError(f"写不出“{path}”，请检查文件夹是否存在、是否可写。") from error
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o600 if private else 0o644)
        temporary.replace(path)
    except OSError as error:
        raise RedactionError(f"写不出“{path}”，请检查磁盘空间和权限。") from error
    finally:
        temporary.unlink(missing_ok=True)


def save_hits(path: Path, findings: Findings) -> None:
    """Write the list of hits: places, types and confidence, without what was found."""
    with (
        replacing(path) as temporary,
        temporary.open("w", encoding="utf-8-sig", newline="") as file,
    ):
        writer = csv.writer(file)
        writer.writerow(HITS_HEADER)
        for hit in findings.found:
            writer.writerow((hit.place, hit.start, hit.end, hit.kind, hit.confidence, hit.rule))


def save_map(path: Path, findings: Findings) -> None:
    """Write the way back. It holds personal information: only its owner may read the file."""
    text = json.dumps(findings.originals, ensure_ascii=False, indent=1)
    with replacing(path, private=True) as temporary:
        temporary.write_text(text, encoding="utf-8")
