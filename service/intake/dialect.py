"""What must be known of a delimited file before its first record can be read."""

from __future__ import annotations

from pathlib import Path

from models.errors import InputError
from service.intake import records
from service.intake.encoding import Encoding, mark_last, utf8_blocks

_SEPARATORS = b",\t;|"
_HEAD_BYTES = 1 << 22
_COMPARED_RECORDS = 50


def read_head(path: Path, encoding: Encoding) -> tuple[bytes, bool]:
    """First bytes of a file as UTF-8, and whether they are all of it."""
    head, final = b"", False
    for block, _, last in mark_last(utf8_blocks(path, encoding)):
        head, final = head + block, last
        if len(head) >= _HEAD_BYTES:
            break
    return head, final


def first_records(
    head: bytes, separator: int, limit: int, *, final: bool
) -> list[tuple[int, list[bytes]]]:
    """End and values of the first records, blank lines included.

    Raises
    ------
    InputError
        If not even one record ends within `head`.
    """
    found = []
    for record in records.walk(head, separator, None, final=final):
        content = head[record.start : record.end]
        found.append((record.end, records.fields(content, separator, record.fate)))
        if len(found) == limit:
            return found
    if not found:
        raise InputError(
            f"第 1 行超过 {_HEAD_BYTES >> 20} MB 没有换行，不像表格。请检查文件是否完整。"
        )
    return found


def find_separator(head: bytes, *, tabs: bool) -> int:
    """Separator that most evenly gives the most columns in the first records."""
    order = b"\t,;|" if tabs else _SEPARATORS
    scores = {}
    for separator in order:
        first = first_records(head, separator, _COMPARED_RECORDS, final=True)
        widths = [len(values) for _, values in first if len(values) > 1]
        common = max(set(widths), key=widths.count, default=1)
        scores[separator] = (widths.count(common) if common > 1 else 0, common)
    best = max(order, key=lambda separator: scores[separator])
    return best if scores[best][0] else order[0]
