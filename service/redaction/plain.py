"""Plain texts: the whole file is one text, so a name found once is found everywhere."""

from __future__ import annotations

from pathlib import Path

from models.text.redaction import find_hits, replace
from service.intake.encoding import detect_encoding, named_encoding
from service.redaction.errors import RedactionError
from service.redaction.findings import Findings
from service.redaction.saving import replacing


def redact_plain(source: Path, target: Path, findings: Findings, encoding: str | None) -> int:
    """Redact a text file, keeping its line ends; returns the number of lines. Written as UTF-8.

    Raises
    ------
    InputError
        If the file is no text.
    """
    try:
        if not source.stat().st_size:
            raise RedactionError(f"文件 {source.name} 是空的。")
        found = named_encoding(source, encoding) if encoding else detect_encoding(source)
        content = source.read_bytes()[found.bom_bytes :].decode(found.codec)
    except OSError as error:
        raise RedactionError(f"读不了文件 {source.name}，请检查路径和权限。") from error
    except UnicodeDecodeError as error:
        raise RedactionError(
            f"{source.name} 中有无法识别的字节，不能保证查全。请另存为 UTF-8 后再试。"
        ) from error
    lines = content.split("\n")
    out = []
    for number, (line, hits) in enumerate(
        zip(lines, find_hits(lines, is_one=True), strict=True), 1
    ):
        for hit in hits:
            findings.add(f"第{number}行", hit)
        out.append(replace(line, hits, findings.token) if hits else line)
    with replacing(target) as temporary:
        temporary.write_bytes("\n".join(out).encode("utf-8"))
    return len(lines)
