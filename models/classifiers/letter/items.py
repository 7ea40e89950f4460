"""Parts of a letter that answer one item each: 一、… 1.… （二）… ① 对于第3项…, by their numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from models.classifiers.letter.articles import Citation
from models.classifiers.letter.numerals import NUMERAL, parse_numeral
from models.classifiers.letter.text import LetterText

_LISTED = re.compile(
    r"(?:(?P<chinese>[一二三四五六七八九十]{1,3})[、.,:]"
    r"|[(\[](?P<bracketed>[一二三四五六七八九十]{1,3}|[0-9]{1,2})[)\]]"
    r"|(?P<digits>[0-9]{1,2})(?:[、):|]|[.,](?![0-9]))|(?P<letter>[a-h])(?:[、.:|]|—+|-+))"
)
_CIRCLED = re.compile(r"[①-⑳㈠-㈩⑴-⒇]")
_NAMED = re.compile(
    rf"(?:对于?|关于|针对|就|至于)?(?:你|您|申请人|其|原告|来信)?(?:们)?(?:所)?"
    rf"(?:申请|要求|提出|提交)?(?:公开|获取)?(?:的|中的?|表中的?)?(?:政府)?(?:信息|申请|内容|事项|材料)?(?:的|中的?)?"
    rf"第[(]?(?P<number>{NUMERAL})[)]?(?:(?:[、,和及至到-]|以及)+第?[(]?{NUMERAL}[)]?)*"
    rf"(?:项|个问题|点|份|类|部分|条(?:信息|申请|内容))"
    rf"|(?:申请|信息|事项|内容)(?:事项|内容)?(?P<after>{NUMERAL})(?=[:,、(])"
)
_FACTS = re.compile(
    r"^.{0,6}?(?:你|您)?(?:的)?(?:申请|查明|检索|审查|核查|调查|办理|受理|基本|收件|事实|查找)(?:的)?(?:基本)?(?:情况|过程|事实|经过|内容|事项)(?=[:。,;□]|$)"
    r"|^.{0,6}?(?:救济|权利|复议|联系|其[他它]事项|说明|便民|温馨)[^。:,]{0,6}(?=[:。,;□]|$)"
)
HEADING = 16
"""Longest heading of a section, in characters."""
_ANSWER = re.compile(r"(?:答复|处理|办理|审查)(?:意见|内容|结果|结论|决定)?[:。]?$")
_CONCLUSION = re.compile(
    r"(?:^|(?<=[。;,:]))(?:综上|综合(?:以|上)|据此,|鉴于(?:上述|以上)|上述信息[^,。;]{0,4}均)"
)
Role = Literal["item", "facts", "conclusion"]
_BEFORE = "。;:!?,□”)"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the letter: `start:end` of its text.

    Parameters
    ----------
    number : str
        As the letter numbers it; empty for what stands before the first number.
    role : str
        `item`; `facts`: headed 申请情况, 查明情况, 救济途径, decides nothing; `conclusion`: 综上….
    """

    number: str
    start: int
    end: int
    role: Role = "item"


def split_parts(letter: LetterText, decision: str, citations: list[Citation]) -> list[Part]:
    """Cut a letter where a numbered answer begins; one part if nothing is numbered.

    Numbers inside citations (第（四）项) begin nothing.
    """
    cited = [(c.start, c.end) for c in citations]
    begins: dict[int, tuple[str, bool]] = {}
    for match in _LISTED.finditer(decision):
        at = match.start()
        if at in letter.line_starts or at == 0 or decision[at - 1] in "。;:!?":
            number = match["chinese"] or match["bracketed"] or match["digits"] or match["letter"]
            if (match["letter"] or parse_numeral(number)) and not _inside(at, cited):
                begins[at] = (number, False)
    for at in range(len(decision)):
        first = not at or letter.source[at] != letter.source[at - 1]
        if first and _CIRCLED.match(letter.original[letter.source[at]]) and decision[at] != "□":
            begins.setdefault(at, (decision[at].strip("()"), False))
    for match in _NAMED.finditer(decision):
        at = match.start()
        clause = at == 0 or decision[at - 1] in _BEFORE or at in letter.line_starts
        if clause and not _inside(match.end() - 1, cited) and decision[at - 1 : at] != "条":
            begins.setdefault(at, (match["number"] or match["after"], False))
    if not begins:
        return [Part("", 0, len(decision))]
    for match in _CONCLUSION.finditer(decision, min(begins)):
        begins[match.start()] = ("", True)
    places = sorted(begins)
    ends = [*places[1:], len(decision)]
    parts = [Part("", 0, places[0])] if places[0] else []
    parts += [
        Part(begins[start][0], start, end, _role(begins[start], decision[start:end]))
        for start, end in zip(places, ends, strict=True)
    ]
    return _before_the_answer_is_fact(parts, letter, decision)


def _before_the_answer_is_fact(parts: list[Part], letter: LetterText, decision: str) -> list[Part]:
    """Of a letter in sections, what stands before the one headed 答复 decides nothing."""
    for i, part in enumerate(parts):
        ends = [
            at for at in range(part.start + 1, part.start + HEADING) if at in letter.line_starts
        ]
        if ends and _ANSWER.search(decision[part.start : ends[0]]):
            return [
                replace(p, role="facts") if p.end <= part.start else p for p in parts[:i]
            ] + parts[i:]
    return parts


def _role(begin: tuple[str, bool], text: str) -> Role:
    if begin[1]:
        return "conclusion"
    return "facts" if _FACTS.search(text) else "item"


def _inside(place: int, spans: list[tuple[int, int]]) -> bool:
    return any(start <= place < end for start, end in spans)
