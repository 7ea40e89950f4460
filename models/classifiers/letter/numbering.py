"""What numbers a letter gives its answers: 一、 1. （二） ① A—— 第3项 第1至3项 A、B两项 第一，…."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, cast

from models.classifiers.letter.articles import Citation
from models.classifiers.letter.numerals import NUMERAL, parse_numeral
from models.classifiers.letter.text import LetterText

Family = Literal["chinese", "bracketed", "digits", "letter", "circled", "ordinal", "cell", "named"]
MOST_ITEMS = 40
"""Highest number that counts items; what is higher numbers something else."""
_LISTED = re.compile(
    r"(?P<chinese>[一二三四五六七八九十]{1,3})[、.,:]"
    r"|[(\[](?P<bracketed>[一二三四五六七八九十]{1,3}|[0-9]{1,2})[)\]]"
    r"|(?P<digits>[0-9]{1,2})(?:[、):|┃│]|[.,](?![0-9])|\.(?=(?:19|20)[0-9]{2}|[0-9]+:))"
    r"|(?P<letter>[a-h甲乙丙丁戊])(?:[、.:|┃│]|—+|-+)"
    r"|第(?P<ordinal>[一二三四五六七八九])(?:[、,:]|(?=是))"
    r"|项(?P<entry>[一二三四五六七八九1-9])[:、]"
    r"|关于(?P<about>[一二三四五六七八九])[、,:]"
)
_CELL = re.compile(
    r"[┃│|]?(?P<cell>[0-9]{1,2})(?=[一-龥《“])(?![年月日时个份页项件条款万元人户亩米])"
)
_CIRCLED = re.compile(r"[①-⑳㈠-㈩⑴-⒇]")
_JOIN = r"(?:以及|[、,和及与至到~-])"
_ONE = rf"(?:[(]{NUMERAL}[)]|{NUMERAL})"
_ABOUT = (
    r"(?:以上|上述|其中|故)?(?:对于?|关于|针对|就|至于)?(?:[你您贵](?:们|委|方|所|公司|单位|社|会|村|组|院|校)?|申请人|其|原告|来信)?(?:所)?"
    r"(?:申请|要求|提出|提交)?(?:公开|获取)?(?:的|中的?|表中的?)?(?:政府)?(?:信息|申请|内容|事项|材料)?(?:的|中的?)?"
)
_UNITS = r"(?:项|个问题|问|层|点|份|类|部分|条(?:信息|申请|内容))"
_NAMED = re.compile(
    rf"{_ABOUT}第(?P<ranked>{_ONE}(?:[项问份]?{_JOIN}*第?[(]{NUMERAL}[)]|[项问份]?{_JOIN}+第?{NUMERAL})*)"
    rf"(?:[两三四五六]|各|几)?{_UNITS}"
    rf"|{_ABOUT}(?P<joint>[一二三四五六七八九](?:{_JOIN}[一二三四五六七八九])+|[a-h](?:{_JOIN}+[a-h])+"
    rf"|[0-9]{{1,2}}(?:{_JOIN}[0-9]{{1,2}})+)(?:[两二三四五六]|各|几)?项"
    r"|(?P<bare>[0-9]{1,2}|[a-h甲乙丙丁戊])(?:号|事)?项(?![均都皆信内材目])"
    rf"|(?:申请|信息|事项|内容)(?:事项|内容)?(?P<after>{NUMERAL})(?=[:、,(-]|—)"
)
_NUMBER = re.compile(rf"(?P<upto>[至到~-])?第?[(]?(?P<value>{NUMERAL}|[a-h甲乙丙丁戊])[)]?")
_BEFORE = "。;:!?,□”)┃│|"
_REFERS = tuple("对的第见与及项")
"""Characters before a circled number that only refers to an item."""
_STEMS = ("甲", "乙", "丙", "丁", "戊")
_FIRST_LETTER = ord("a") - 1


@dataclass(frozen=True, slots=True)
class Marker:
    """Where an answer begins.

    Parameters
    ----------
    start : int
        Place in the letter's text.
    number : str
        As the letter writes it.
    keys : tuple of int
        The numbers meant, from 1; several for 第1至3项.
    family : str
        Style of the number; `named` refers to a number instead of giving one.
    """

    start: int
    number: str
    keys: tuple[int, ...]
    family: Family


def find_markers(letter: LetterText, decision: str, citations: list[Citation]) -> list[Marker]:
    """Markers in order of place. Numbers inside citations (第（四）项) are none."""
    cited = [(c.start, c.end) for c in citations]
    found: dict[int, Marker] = {}
    taken: list[tuple[int, int]] = []
    for match in _NAMED.finditer(decision):
        group = match.lastgroup or "ranked"
        keys = numbers_in(match[group])
        # …的信息 at the end of a line is no part of 第1项 on the next.
        line = match.start(group) - (group == "ranked")
        at = line if line in letter.line_starts else match.start()
        clause = at == 0 or decision[at - 1] in _BEFORE or at in letter.line_starts
        clause |= decision[at - 1 : at] in tuple("、和及与") and match["ranked"] is not None
        if not clause or not keys or decision[at - 1 : at] == "条":
            continue
        if _inside(match.end() - 1, cited) or _inside(match.start(group), cited):
            continue
        family: Family = "digits" if group == "after" else "named"
        found[at] = Marker(at, match[group].strip("()"), keys, family)
        taken.append((at, match.end()))
    for marker in (*_listed(letter, decision), *_circled(letter, decision)):
        if not _inside(marker.start, cited) and not _inside(marker.start, taken):
            found.setdefault(marker.start, marker)
    for marker in _cells(letter, decision, found):
        found.setdefault(marker.start, marker)
    return _joined([found[at] for at in sorted(found)], decision)


def numbers_in(text: str) -> tuple[int, ...]:
    """Numbers of 1、2和4 or 1至3 or a、b, ascending as written; blank if one is out of range."""
    keys: list[int] = []
    for match in _NUMBER.finditer(text):
        value = key_of(match["value"])
        if value is None:
            return ()
        if match["upto"] and keys and keys[-1] < value:
            keys += range(keys[-1] + 1, value)
        keys.append(value)
    return tuple(dict.fromkeys(keys))


def key_of(number: str) -> int | None:
    """Value of a number or letter in 1..40, None for anything else."""
    if len(number) == 1 and "a" <= number <= "h":
        return ord(number) - _FIRST_LETTER
    if number in _STEMS:
        return _STEMS.index(number) + 1
    value = parse_numeral(number)
    return value if value and value <= MOST_ITEMS else None


def _listed(letter: LetterText, decision: str) -> list[Marker]:
    found = []
    for at in range(len(decision)):
        begins = at in letter.line_starts or at == 0 or decision[at - 1] in "。;:!?┃│|"
        if not begins and decision[at - 1] not in ",□":
            continue
        match = _LISTED.match(decision, at)
        if match is None:
            continue
        family = match.lastgroup or "digits"
        # 经审查，1、…；2、…: a comma is enough before what is followed by 、
        begins |= match.group().endswith(("、", ")"))
        key = key_of(match[family])
        if begins and key:
            style = cast("Family", "ordinal" if family in ("about", "entry") else family)
            found.append(Marker(at, match[family], (key,), style))
    return found


def _circled(letter: LetterText, decision: str) -> list[Marker]:
    found: list[Marker] = []
    if not _CIRCLED.search(letter.original):
        return found
    for at in range(len(decision)):
        first = not at or letter.source[at] != letter.source[at - 1]
        if decision[at - 1 : at] in _REFERS:
            continue
        if first and decision[at] != "□" and _CIRCLED.match(letter.original[letter.source[at]]):
            end = at + 1
            while end < len(decision) and letter.source[end] == letter.source[at]:
                end += 1
            number = decision[at:end].strip("()")
            key = key_of(number)
            if key:
                found.append(Marker(at, number, (key,), "circled"))
    return found


def _cells(letter: LetterText, decision: str, found: dict[int, Marker]) -> list[Marker]:
    """Rows of a table and lines that have lost the point: 1征地批复, if they count from 1."""
    cells: list[Marker] = []
    for at in sorted(letter.line_starts):
        match = _CELL.match(decision, at)
        if match and int(match["cell"]) == len(cells) + 1 and at not in found:
            cells.append(Marker(at, match["cell"], (len(cells) + 1,), "cell"))
    return cells if len(cells) > 1 else []


def _joined(markers: list[Marker], decision: str) -> list[Marker]:
    """①②在目录中有名 is one marker for both."""
    joined: list[Marker] = []
    for marker in markers:
        last = joined[-1] if joined else None
        between = decision[last.start : marker.start] if last else ""
        circled = marker.family == "circled" and (
            (last is not None and last.family == "circled" and _is_bare(between, last))
            or (last is not None and last.family == "named" and len(between) < 4)
        )
        # 第1项征地告知书、第2项听证告知书：…
        listed = between.endswith(tuple("、和及与")) and marker.family == "named"
        listed &= last is None or last.family == "named" or len(between) > 4
        if last and (circled or (listed and last.family == "named" and _is_short(between))):
            both = tuple(dict.fromkeys(last.keys + marker.keys))
            joined[-1] = Marker(last.start, f"{last.number}、{marker.number}", both, last.family)
        elif not listed:
            joined.append(marker)
    return joined


def _is_short(between: str) -> bool:
    return len(between) < 30 and not any(c in "。;,:" for c in between)


def _is_bare(between: str, marker: Marker) -> bool:
    return not between.replace(marker.number, "", 1).strip("()、,和及与□")


def _inside(place: int, spans: list[tuple[int, int]]) -> bool:
    return any(start <= place < end for start, end in spans)
