"""Finding quantities: numbers with their subject, scope, year and, where words say so, meaning."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import replace

from service.report.model import Passage, Report
from service.report.narrative.concepts import meaning
from service.report.narrative.cues import Cues, load_cues
from service.report.narrative.numbers import Number, find_numbers, sentences
from service.report.narrative.quantity import Quantity

_CLAUSE = re.compile(r"[，,。；;、：:()！？!? ]")
_FILLER = re.compile(
    r"^(?:/|其中|具体为|分别为|包括|含|另有|共有|共计|总计|累计|合计|全年|今年|本年度?|年内|截至[^，]{0,12}|"
    r"20\d\d年度?(?!的?结转|的?转)|我局|我市|我县|我区|共|分别|即|有|对|和|及|并|已|则)+"
)
_TAIL_FILLER = re.compile(
    r"(?:共计|合计|总计|累计|总共|共|达到|达|为|有|约|近|的|各|了|是|数量为|数量)+$"
)
_TAIL_FILLER = re.compile(
    r"(?:共计|合计|总计|累计|总共|共|达到|达|为|有|约|近|的|各|了|是|数量为|数量)+$"
)
_YEAR = re.compile(r"(20[0-3]\d)年")
_CLOSED = re.compile(r"\([^()]*\)")
_FUSED_HEADING = re.compile(r"(?:情况|方面|工作)(?=20\d\d年)")
_VERB_AFTER = re.compile(r"^(?:均|已|并|全部|都|其中|以上|次数|的|被|左右|不等|以内|之多)")


def find_quantities(report: Report) -> list[Quantity]:
    """All quantities of the prose of a report, in order."""
    return [q for passage in report.passages for q in passage_quantities(passage, report.year)]


def passage_quantities(passage: Passage, report_year: int | None) -> list[Quantity]:
    """Quantities of one paragraph."""
    cues = load_cues()
    text = passage.text
    numbers = find_numbers(text)
    depths = _depths(text)
    spans = list(sentences(text)) or [(0, len(text))]
    starts = [start for start, _ in spans]
    found: list[Quantity] = []
    for index, number in enumerate(numbers):
        sentence = spans[bisect_right(starts, number.start) - 1]
        previous_end = numbers[index - 1].end if index else 0
        before = _before(text, max(sentence[0], previous_end), number.start)
        after = _after(text, number.end, sentence[1])
        quantity = Quantity(
            number,
            passage,
            sentence,
            before,
            after,
            _subject(before, after, number),
            depths[number.start],
            _year(text, sentence, number.start),
        )
        lead = text[max(sentence[0], previous_end) : number.start]
        concept = meaning(quantity, lead, found, cues, report_year)
        scoped = _is_scoped(quantity, lead, cues)
        found.append(replace(quantity, concept=concept, is_scoped=scoped))
    return found


def _depths(text: str) -> list[int]:
    depths, depth = [], 0
    for character in text:
        if character == "(":
            depth += 1
        depths.append(depth)
        if character == ")":
            depth = max(depth - 1, 0)
    return depths


def _before(text: str, floor: int, start: int) -> str:
    """The clause up to the number; across `、` where it lists kinds (`规划、公示等信息`)."""
    position = start
    if position > floor and text[position - 1] == ")":
        # `作其他处理(含撤回)341件`: the bracket is a remark on the words before it.
        opened = text.rfind("(", floor, position)
        position = opened if opened >= 0 else position
    while position > floor and not _CLAUSE.match(text[position - 1]):
        position -= 1
    if position > floor and text[position - 1] == "、" and "等" in text[position:start]:
        while position > floor and (
            text[position - 1] == "、" or not _CLAUSE.match(text[position - 1])
        ):
            position -= 1
    heading = _FUSED_HEADING.search(text[position:start])
    return text[position + (heading.end() if heading else 0) : start]


def _after(text: str, end: int, stop: int) -> str:
    position = end
    while position < stop and not _CLAUSE.match(text[position]) and not text[position].isdigit():
        position += 1
    return text[end:position]


def _subject(before: str, after: str, number: Number) -> str:
    head = before.removesuffix(number.approximate) if number.approximate else before
    head = _TAIL_FILLER.sub("", _FILLER.sub("", head))
    return head if _VERB_AFTER.match(after) else head + after[:16]


def _year(text: str, sentence: tuple[int, int], start: int) -> int | None:
    # A year in a closed bracket (`含2022年结转`) says nothing about what follows.
    years = _YEAR.findall(_CLOSED.sub("", text[sentence[0] : start]))
    return int(years[-1]) if years else None


def _is_scoped(quantity: Quantity, lead: str, cues: Cues) -> bool:
    text = quantity.passage.text
    clause_start = quantity.number.start - len(quantity.before)
    opening = re.split(r"[；;]", text[quantity.sentence[0] : clause_start])[-1]
    near = _CLOSED.sub("", lead)[-40:] + quantity.after
    return bool(
        cues.scope.search(opening[-60:] + quantity.before)
        or cues.partial.search(near)
        or cues.plan.search(near)
    )
