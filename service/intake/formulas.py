"""Formulas that a workbook holds without their results, as programs write that never ran them."""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from pathlib import Path
from typing import IO
from xml.etree import ElementTree

_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
_BLOCK_BYTES, _OVERLAP_BYTES = 1 << 20, 64
_DIGITS = re.compile(r"\d+")
_UNREADABLE = (KeyError, ValueError, OSError, RuntimeError)


def formulas_without_result(path: Path, sheet: str) -> dict[int, int]:
    """Number of cells with a formula but no result in each row of a sheet that has any.

    Rows are numbered from 1. Old workbooks (.xls) always hold results; for them, and for parts
    that cannot be read, there are none.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            part = part_of_sheet(archive, sheet)
            if part is None:
                return {}
            with archive.open(part) as file:
                if not _has_formula(file):
                    return {}
            with archive.open(part) as file:
                return _count(file)
    except (zipfile.BadZipFile, zlib.error, ElementTree.ParseError, *_UNREADABLE):
        return {}


def part_of_sheet(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """Name of the part that holds a sheet."""
    targets = {
        relation.get("Id"): relation.get("Target", "")
        for relation in ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    }
    for entry in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter():
        if local_tag(entry.tag) == "sheet" and entry.get("name") == sheet:
            key = next((v for name, v in entry.items() if name.endswith("}id")), None)
            target = targets.get(key, "")
            return posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
    return None


def _has_formula(file: IO[bytes]) -> bool:
    carried = b""
    while block := file.read(_BLOCK_BYTES):
        if _FORMULA.search(carried + block):
            return True
        carried = block[-_OVERLAP_BYTES:]
    return False


def _count(file: IO[bytes]) -> dict[int, int]:
    counts: dict[int, int] = {}
    number = 0
    for event, element in ElementTree.iterparse(file, ("start", "end")):
        tag = local_tag(element.tag)
        if event == "start" and tag == "row":
            number = int(element.get("r") or number + 1)
        elif event == "end" and tag == "c":
            if _lacks_result(element):
                found = _DIGITS.search(element.get("r", ""))
                row = int(found.group()) if found else number
                counts[row] = counts.get(row, 0) + 1
        elif event == "end" and tag == "row":
            element.clear()
    return counts


def _lacks_result(cell: ElementTree.Element) -> bool:
    """Whether a cell has a formula and no value; a text without characters is a value."""
    parts = {local_tag(part.tag): part for part in cell}
    if "f" not in parts:
        return False
    if "v" not in parts:
        return "is" not in parts
    return not parts["v"].text and cell.get("t") != "str"


def local_tag(tag: str) -> str:
    """A tag without its namespace."""
    return tag.rpartition("}")[2]
