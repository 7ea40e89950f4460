"""How the numbers and dates of a workbook's columns are shown: 25%, 2020年5月, ¥1,200.

A value is stored apart from its look. The look of a column is taken from its first rows; of several
looks in a column the commonest is kept.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from xml.etree import ElementTree

from service.intake.formulas import local_tag, part_of_sheet

_LOOKED_AT = 300
_LETTERS = re.compile(r"^[A-Z]+")
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
_DATE_LETTERS = re.compile(r"[ymdhs]", re.IGNORECASE)
_BUILT_IN_DATES = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])
_UNREADABLE = (KeyError, ValueError, OSError, RuntimeError, IndexError)


def column_formats(path: Path, sheet: str, first_row: int) -> dict[int, int | str]:
    """Number format of each column that has one, by column from 0.

    Parameters
    ----------
    path : Path
        Of an xlsx; of an old or broken workbook nothing is known.
    sheet : str
    first_row : int
        First row below the header, from 1.

    Returns
    -------
    mapping column → format
        A built-in format by its number, one of the file's own by its code.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            part = part_of_sheet(archive, sheet)
            if part is None:
                return {}
            formats = _formats(archive)
            with archive.open(part) as file:
                return _commonest(_styles(file, first_row), formats)
    except (zipfile.BadZipFile, zlib.error, ElementTree.ParseError, *_UNREADABLE):
        return {}


def is_date_format(form: int | str) -> bool:
    """Whether a format shows a day or a time."""
    if isinstance(form, int):
        return form in _BUILT_IN_DATES
    return bool(_DATE_LETTERS.search(_QUOTED.sub("", form)))


def _formats(archive: zipfile.ZipFile) -> list[int | str]:
    """Format of each cell style."""
    root = ElementTree.fromstring(archive.read("xl/styles.xml"))
    own: dict[int, str] = {}
    styles: list[int | str] = []
    for element in root.iter():
        if local_tag(element.tag) == "numFmt" and "formatCode" in element.attrib:
            own[int(element.get("numFmtId", "0"))] = element.get("formatCode", "")
    for group in root:
        if local_tag(group.tag) == "cellXfs":
            for style in group:
                number = int(style.get("numFmtId", "0"))
                styles.append(own.get(number, number))
    return styles


def _styles(file: IO[bytes], first_row: int) -> Iterator[tuple[int, int]]:
    """Column and style of the numbers in the first rows."""
    number = 0
    for event, element in ElementTree.iterparse(file, ("start", "end")):
        tag = local_tag(element.tag)
        if event == "start" and tag == "row":
            number = int(element.get("r") or number + 1)
            if number >= first_row + _LOOKED_AT:
                return
        elif event == "end" and tag == "c" and number >= first_row:
            letters = _LETTERS.match(element.get("r", ""))
            is_number = element.get("t", "n") in ("n", "d")
            if letters and is_number and any(local_tag(part.tag) == "v" for part in element):
                yield _column(letters.group()), int(element.get("s", "0"))
        elif event == "end" and tag == "row":
            element.clear()


def _commonest(styles: Iterator[tuple[int, int]], formats: list[int | str]) -> dict[int, int | str]:
    tallies: dict[int, Counter[int | str]] = {}
    for column, style in styles:
        tallies.setdefault(column, Counter())[formats[style]] += 1
    most = {column: tally.most_common(1)[0][0] for column, tally in tallies.items()}
    return {column: form for column, form in most.items() if form not in (0, "", "General", "@")}


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
