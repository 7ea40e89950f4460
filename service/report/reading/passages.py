"""Prose of a report as paragraphs: lines rejoined where only the page broke them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from service.report.model import Passage, Section
from service.report.reading.glyphs import compact, fold, squash
from service.report.reading.manuscript import Line

_OPENER = re.compile(
    r"^(?:[(（][一二三四五六七八九十\d]{1,3}[)）]|第?[一二三四五六七八九十]{1,3}[、.．]|\d{1,2}[.、．](?!\d))"
)
_SUBHEADING = re.compile(
    r"^[(（][一二三四五六七八九十]{1,2}[)）]、?[^。，；]{2,40}?(?=[。:：]|$)|^\d{1,2}[.、．][^。，；\d]{2,30}(?=[。:：]|$)"
)
_ENDS = "。！？!?：:"
_TRAILER = re.compile(
    r"^[(（]?此件|^附件[:：]|^(?:打印|关闭|分享|上一篇|下一篇|相关(?:链接|文章|信息)|扫一扫|责任编辑|信息来源|"
    r"主办单位|主办[:：]|承办[:：]|版权所有|网站标识码|网站地图|联系我们|友情链接|浏览次数|备案号|京?ICP|【(?:打印|关闭|字体)|"
    r"Copyright|©)",
    re.IGNORECASE,
)
_INNER_END = re.compile(r"[。；;：:！？]")
_MAX_PASSAGE = 8000
_MAX_HEADING = 40
_WRAPPED_WIDTH = 60
_SECTION_END = 6


def build_passages(
    lines: Sequence[Line], sections: Sequence[Section], taken: Sequence[tuple[int, int]]
) -> list[Passage]:
    """Paragraphs outside the tables.

    taken : spans of the text that belong to tables.
    A line continues the paragraph above unless it is indented, opens a numbered item, or the
    line above ended a sentence; web pages and Word give whole paragraphs, where this does no harm.
    """
    passages: list[Passage] = []
    for section in sections:
        heading = ""
        own = [ln for ln in lines if section.start <= ln.start < section.end]
        rest = [ln for ln in own if not any(a <= _prose_start(ln, section) < b for a, b in taken)]
        for group in _paragraphs(rest, section):
            text, offsets, page = _join(group, section)
            if not text:
                continue
            match = _SUBHEADING.match(text)
            if match:
                heading = match.group()
            for first, stop in _pieces(text):
                piece = Passage(
                    section.number, text[first:stop], offsets[first:stop], heading, page
                )
                passages.append(piece)
    return passages


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """One piece for any real paragraph; an endless one is cut at full stops to bound the work."""
    first = 0
    while len(text) - first > _MAX_PASSAGE:
        stop = text.rfind("。", first, first + _MAX_PASSAGE) + 1 or first + _MAX_PASSAGE
        yield first, stop
        first = stop
    yield first, len(text)


def _prose_start(line: Line, section: Section) -> int:
    if line.start == section.start and line.end > section.start + len(section.heading):
        return line.text.find(section.heading) + len(section.heading) + line.start
    return line.start


def _paragraphs(lines: Sequence[Line], section: Section) -> Iterator[list[Line]]:
    group: list[Line] = []
    width = max((len(squash(line.text)) for line in lines), default=0)
    for line in lines:
        text = squash(line.text)
        if not text:
            continue
        if section.number == _SECTION_END and _TRAILER.match(text):
            break
        if group and _starts_anew(group[-1], line, text, section, width):
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _starts_anew(above: Line, line: Line, text: str, section: Section, width: int) -> bool:
    if above.start <= section.start < above.end or _OPENER.match(text):
        return True
    if _is_heading(squash(above.text), width):
        return True
    ended = squash(above.text)[-1:] in _ENDS
    indented = line.opens or fold(line.text)[:2] == "  " or line.text[:1] == "\t"
    if ended or indented:
        return ended or not line.text.startswith("  ") or line.opens
    # A short line in the middle of prose is a heading or a list, not a broken sentence.
    return len(squash(above.text)) < 12 and not above.wrapped


def _is_heading(text: str, width: int) -> bool:
    """A numbered line without a full stop that stops short of the page's width."""
    if not _OPENER.match(text) or len(text) > _MAX_HEADING or _INNER_END.search(text):
        return False
    return width > _WRAPPED_WIDTH or len(text) < 0.8 * width


def _join(group: Sequence[Line], section: Section) -> tuple[str, list[int], int | None]:
    characters: list[str] = []
    offsets: list[int] = []
    for line in group:
        start = line.start
        text = line.text
        if section.heading and line.start == section.start:
            # The heading itself is not prose; what follows it in the same line is.
            cut = text.find(section.heading) + len(section.heading)
            text, start = text[cut:], start + cut
        piece, places = compact(text, start)
        if characters and piece and characters[-1][-1].isdigit() and piece[0].isdigit():
            piece, places = " " + piece, [places[0], *places]
        characters.append(piece) if piece else None
        offsets += places
    return "".join(characters), offsets, group[0].page
