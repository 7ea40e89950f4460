"""Parts of a letter that answer one item each: by their numbers, or by 关于…, 您申请的“…”."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from models.classifiers.letter.articles import Citation
from models.classifiers.letter.numbering import Family, Marker, find_markers
from models.classifiers.letter.text import LetterText

_FACTS = re.compile(
    r"^.{0,6}?(?:你|您)?(?:的)?(?:申请|查明|检索|审查|核查|调查|办理|受理|基本|收件|事实|查找)(?:的)?(?:基本)?(?:情况|过程|事实|经过|内容|事项|方法|范围|人员)(?=[:。,;□]|$)"
    r"|^.{0,6}?(?:救济|权利|复议|联系|其[他它]事项|说明|便民|温馨)[^。:,]{0,6}(?=[:。,;□]|$)"
    r"|^.{0,6}?(?:提供|获取|领取|送达)(?:的)?(?:方式|形式|途径|时间|地点)(?=[:。,;□]|$)"
    r"|^.{0,6}?(?:关于)?(?:费用|收费|期限)(?:问题)?(?=[:。,;□]|$)"
)
HEADING = 16
"""Longest heading of a section, in characters."""
_DECISION = re.compile(r"(?:审查|处理)?(?:决定|结论):|[0-9]?处理:")
_ANSWER = re.compile(r"(?:答复|处理|办理|审查)(?:意见|内容|结果|结论|决定)?[:。]?$")
_CONCLUSION = re.compile(
    r"(?:^|(?<=[。;,:]))(?:综上|综合(?:以|上)|据此,|鉴于(?:上述|以上)|基于(?:上述|以上)|上述信息[^,。;]{0,4}均)"
)
_ABOUT_ALL = re.compile(
    r"(?:以上|上述|前述|上列)(?:各|所有|[两二三四五六七八九十0-9]{1,2})(?:项|件|份|类|个)"
    r"|(?:这|该|共)?[两二三四五六七八九十2-9](?:项|件|份|类)(?:信息|材料|文件|内容|申请|请求|事项)?[^,。;第]{0,8}(?:均|都|皆|一并|有一个共同)"
    r"|(?:共同|总体)(?:意见|说明|答复)|以上(?:依据|系|均|都)"
    r"|(?:适用|所涉|引用|办理|法律)(?:的)?(?:条款|法律|规范|依据|条文|规定)(?:依次|分别)?(?:为|是|:)"
    r"|(?:现将|现把|将)(?:上述|以上)?[两二三四五六七八九2-9](?:项|份|件)"
    r"|依据:|条例第|依《?条例|[┃│|](?:依据|说明|备注|承办|日期)"
)
CITES_ALL = re.compile(
    r"(?<=[。;])[(]?(?:以上|上述)?(?:各项|内容|答复)?(?:分别|依次)?(?:系?依据|根据|依照|适用)(?:的是)?"
    r"(?:《?(?:中华人民共和国)?政府信息公开条例》?|《?条例》?)第[^。;不予现]*?(?=[。;)]|$)"
)
"""A sentence that only cites, after the answers: it belongs to all of them."""
_TOPIC = re.compile(
    r"(?:对于|关于|至于)(?!你(?:反映|提出|来信|投诉)|您(?:反映|提出|来信|投诉)|前[两二三])[^,。;:]{2,40}?(?=——|--|[:,]|$)"
    r"|(?:你|您|申请人|其|原告)(?:们)?(?:所|还)?(?:申请|要求)(?:公开|获取|的)?的?[□“《]"
)
_ATTACHED = re.compile(r"附(?:件|表|图)?(?:清单|目录)?:|附件(?=[一1]?[、.《])")
Role = Literal["item", "facts", "conclusion"]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the letter: `start:end` of its text.

    Parameters
    ----------
    number : str
        As the letter numbers it; empty for what stands before the first number.
    role : str
        `item`; `facts`: headed 申请情况, 查明情况, 救济途径, or the list of enclosures, decides
        nothing; `conclusion`: 综上…, 以上各项….
    keys : tuple of int
        Numbers that it answers; empty if it has none.
    family : str
        Style of the number, `topic` for 关于….
    """

    number: str
    start: int
    end: int
    role: Role = "item"
    keys: tuple[int, ...] = ()
    family: Family | Literal["topic", ""] = ""


def split_parts(letter: LetterText, decision: str, citations: list[Citation]) -> list[Part]:
    """Cut a letter where a numbered answer begins; one part if nothing is numbered."""
    end = _enclosures(letter, decision)
    markers = [m for m in find_markers(letter, decision, citations) if m.start < end]
    begins: dict[int, Marker | Role] = {m.start: m for m in markers}
    topics = _topics(letter, decision, end) if not markers else {}
    if not begins and not topics:
        parts = [Part("", 0, end)]
        return parts if end == len(decision) else [*parts, Part("", end, len(decision), "facts")]
    begins = _endings(letter, decision, min((*begins, *topics)), end) | begins
    places = sorted({*begins, *topics})
    parts = [Part("", 0, places[0])] if places[0] else []
    for start, stop in zip(places, [*places[1:], len(decision)], strict=True):
        begin = begins.get(start)
        if isinstance(begin, Marker):
            role = _role(letter, decision, start, stop)
            parts.append(Part(begin.number, start, stop, role, begin.keys, begin.family))
        elif begin is not None:
            parts.append(Part("", start, stop, begin))
        else:
            parts.append(Part("", start, stop, "item", (topics[start],), "topic"))
    return _before_the_answer_is_fact(_without_tail(parts, letter), letter, decision)


def _endings(letter: LetterText, decision: str, first: int, end: int) -> dict[int, Marker | Role]:
    """Where, after the first answer, something begins that answers no single item."""
    begins: dict[int, Marker | Role] = {}
    for match in (
        *_CONCLUSION.finditer(decision, first, end),
        *CITES_ALL.finditer(decision, first, end),
    ):
        begins[match.start()] = "conclusion"
    for match in _ABOUT_ALL.finditer(decision, first, end):
        at = match.start()
        if at in letter.line_starts or decision[at - 1 : at] in ("。", ";", "□"):
            begins[at] = "conclusion"
    for match in _DECISION.finditer(decision, first, end):
        if match.start() in letter.line_starts:
            begins[match.start()] = "item"
    if end < len(decision):
        begins[end] = "facts"
    return begins


def _role(letter: LetterText, decision: str, start: int, stop: int) -> Role:
    """Whether a numbered part is headed as one that decides nothing."""
    line = min((a for a in letter.line_starts if start < a <= start + HEADING), default=start)
    is_facts = _FACTS.search(decision[start:stop]) or _FACTS.search(decision[start:line])
    return "facts" if is_facts else "item"


def _without_tail(parts: list[Part], letter: LetterText) -> list[Part]:
    """Where each answer before has so many lines, the last has no more; the rest is about all."""
    numbered = [i for i, part in enumerate(parts) if part.keys and part.role == "item"]
    if len(numbered) < 2:
        return parts
    *earlier, last = (parts[i] for i in numbered)
    most = max(1 + len(_lines(part, letter)) for part in earlier)
    breaks = _lines(last, letter)
    if len(breaks) < most:
        return parts
    at = breaks[most - 1]
    rest = [replace(last, end=at), Part("", at, last.end, "conclusion")]
    return [*parts[: numbered[-1]], *rest, *parts[numbered[-1] + 1 :]]


def _lines(part: Part, letter: LetterText) -> list[int]:
    """Places inside a part where a line begins."""
    return sorted(at for at in letter.line_starts if part.start < at < part.end)


def _topics(letter: LetterText, decision: str, end: int) -> dict[int, int]:
    """Places where 关于…, 您申请的“…” begin an answer each, if there are two or more."""
    found = [
        match.start()
        for match in _TOPIC.finditer(decision, 0, end)
        if match.start() in letter.line_starts or decision[match.start() - 1] in "。;:"
    ]
    return {at: i + 1 for i, at in enumerate(found)} if len(found) > 1 else {}


def _enclosures(letter: LetterText, decision: str) -> int:
    """Where the list of enclosures after the answer begins; the end if there is none."""
    for match in _ATTACHED.finditer(decision, len(decision) // 3):
        at = match.start()
        if at in letter.line_starts or decision[at - 1 : at] in ("。", "□"):
            return at
    return len(decision)


def _before_the_answer_is_fact(parts: list[Part], letter: LetterText, decision: str) -> list[Part]:
    """Of a letter in sections, what stands before the one headed 答复 or 决定 decides nothing."""
    for i, part in reversed(list(enumerate(parts))):
        ends = [
            at for at in range(part.start + 1, part.start + HEADING) if at in letter.line_starts
        ]
        heading = decision[part.start : ends[0]] if ends else ""
        if _ANSWER.search(heading) or _DECISION.match(decision, part.start):
            return [
                replace(p, role="facts") if p.end <= part.start else p for p in parts[:i]
            ] + parts[i:]
    return parts
