"""The six statutory sections: headings by number and words, in any of the ways they are printed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from service.report.formats import ReportFormat
from service.report.model import Section
from service.report.reading.glyphs import squash
from service.report.reading.manuscript import Grid, Line

_ORDINALS = "一二三四五六七八九十"
_NUMBER = re.compile(
    rf"^(?:第?([{_ORDINALS}])(?:、|[.．,，:：]|部分[、:：]?|(?=[^、]))|([1-9])[、.．](?!\d))"
)
_SUBLEVEL = re.compile(rf"^[(（](?:[{_ORDINALS}]|\d+)[)）]|^\d+[.．、]\d|^[①-⑳]")
_PROSE = re.compile(r"[。；;！!？?]")
_LEADERS = re.compile(r"[.·…\-]{3,}\d*$")
_MAX_HEADING = 45
_MAX_BARE_HEADING = 22


@dataclass(frozen=True, slots=True)
class Heading:
    """A line that names section `number`; `ordinal` is the number printed before it, if any."""

    line: int
    number: int
    ordinal: int | None
    strength: int
    text: str
    start: int
    end: int


def find_headings(
    lines: Sequence[Line], form: ReportFormat, grids: Sequence[Grid] = ()
) -> list[Heading]:
    """All lines that could be headings of statutory sections, in order, contents lists left out."""
    found = [h for i, line in enumerate(lines) if (h := _heading(i, line, form)) is not None]
    kept = []
    for index, heading in enumerate(found):
        following = found[index + 1].line if index + 1 < len(found) else len(lines)
        between = sum(len(squash(line.text)) for line in lines[heading.line + 1 : following])
        stop = lines[following].start if following < len(lines) else heading.end
        tabled = any(heading.end <= grid.start < stop for grid in grids)
        same_later = any(
            h.number == heading.number and h.strength >= heading.strength
            for h in found[index + 1 :]
        )
        # A contents list names sections one after another and the report names them again.
        if between < 3 and not tabled and same_later:
            continue
        kept.append(heading)
    return kept


def _heading(index: int, line: Line, form: ReportFormat) -> Heading | None:
    # Markdown marks headings with #
    text = _LEADERS.sub("", squash(line.text).lstrip("#"))
    if not text:
        return None
    if _SUBLEVEL.match(text):
        return _bracketed(index, line, text, form)
    match = _NUMBER.match(text)
    body = text[match.end() :] if match else text
    title = _PROSE.split(body)[0]
    for section in form.sections:
        found = section.cues.search(title[:_MAX_HEADING])
        if not found:
            continue
        if match is None:
            ordinal, strength = None, _bare_strength(text, found, section.title)
        else:
            ordinal = _ORDINALS.index(match[1]) + 1 if match[1] else int(match[2])
            strength = _numbered_strength(match, found, title, ordinal == section.number)
        if strength:
            # Prose that goes on in the same line is cut after the words that name the section.
            end = line.end
            goes_on = body.startswith(section.title) and len(body) > len(section.title) + 1
            if match is not None and (goes_on or len(text) > _MAX_HEADING):
                end = _cut(line, section.title, found, match)
            printed = line.text[: end - line.start].strip()
            return Heading(index, section.number, ordinal, strength, printed, line.start, end)
    return None


def _bare_strength(text: str, found: re.Match[str], title: str) -> int:
    """How much a line without a number counts as a heading; 0 if it is none."""
    plain = len(text) <= _MAX_BARE_HEADING and not _PROSE.search(text)
    if not plain or found.start() > 6 or re.search(r"[\d,，、:：]$", text):
        return 0
    return 2 if text == title else 1


def _numbered_strength(
    match: re.Match[str], found: re.Match[str], title: str, is_own_number: bool
) -> int:
    """How much a numbered line counts; 0 if its words only mention the section."""
    # `一是主动公开…` counts points; a number without its mark must touch the title.
    if match.group()[-1] in _ORDINALS and found.start() > 0:
        return 0
    if found.start() > 12 or (len(title) > _MAX_HEADING and found.start() > 8):
        return 0
    return (4 if is_own_number else 3) - (1 if match[2] else 0)


def _bracketed(index: int, line: Line, text: str, form: ReportFormat) -> Heading | None:
    """`（一）总体情况` as a main heading: weak, so that a real `一、` outweighs it."""
    match = re.match(rf"[(（]([{_ORDINALS}])[)）]", text)
    if not match or len(text) > _MAX_HEADING or _PROSE.search(text):
        return None
    number = _ORDINALS.index(match[1]) + 1
    for section in form.sections:
        found = section.cues.search(text, match.end())
        if section.number == number and found and found.start() <= match.end() + 8:
            return Heading(index, number, number, 1, line.text.strip(), line.start, line.end)
    return None


def _cut(line: Line, title: str, found: re.Match[str], match: re.Match[str] | None) -> int:
    """Where the heading ends in a line that goes on with prose: after the words that name it."""
    wanted = (match.end() if match else 0) + found.end()
    folded_title = squash(title)
    seen = 0
    squashed = squash(line.text)
    if squashed[(match.end() if match else 0) :].startswith(folded_title):
        wanted = (match.end() if match else 0) + len(folded_title)
    for offset, character in enumerate(line.text):
        if not character.isspace():
            seen += 1
        if seen >= wanted:
            return line.start + offset + 1
    return line.end


def choose_headings(found: Sequence[Heading]) -> list[Heading]:
    """The strongest chain of headings in ascending order."""
    best: list[tuple[int, int]] = []  # (weight, previous index) per heading
    for i, heading in enumerate(found):
        weight, previous = heading.strength, -1
        for j in range(i):
            if found[j].number < heading.number and best[j][0] + heading.strength > weight:
                weight, previous = best[j][0] + heading.strength, j
        best.append((weight, previous))
    if not best:
        return []
    index = max(range(len(best)), key=lambda i: best[i][0])
    chain = []
    while index >= 0:
        chain.append(found[index])
        index = best[index][1]
    return chain[::-1]


def to_sections(chain: Sequence[Heading], length: int) -> list[Section]:
    """Sections with spans; number 0 is what precedes the first heading."""
    first = chain[0].start if chain else length
    sections = [Section(0, "", 0, first)]
    for index, heading in enumerate(chain):
        end = chain[index + 1].start if index + 1 < len(chain) else length
        sections.append(Section(heading.number, heading.text, heading.start, end))
    return sections


def n_reports(found: Sequence[Heading]) -> int:
    """How many reports the headings belong to: section 一 that starts over after a whole one."""
    count, seen = 1, set[int]()
    for heading in found:
        if heading.strength < 3:
            continue
        if heading.number == 1 and len(seen) >= 3:
            count += 1
            seen = set()
        seen.add(heading.number)
    return count
