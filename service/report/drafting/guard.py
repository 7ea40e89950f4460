"""The guard: no number without a figure, no claim that a figure contradicts.

It runs over the finished sentences, not over the patterns, and trusts neither: numbers are looked
for in the words themselves, cited figures are formatted again and compared, claims are tested
again, and the wordings that `report check` knows as claims (均已办结, …) are recognised anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from service.report.drafting.conditions import holds
from service.report.drafting.draft import Cited, Draft, GridCell, Literal, Sentence, Written
from service.report.figures.errors import UnbackedSentenceError
from service.report.figures.figure import FigureBook
from service.report.narrative.cues import load_cues
from service.report.narrative.numbers import find_numbers

_DIGITS = re.compile(r"[0-9０-９]+")
_CLAIMS = {
    "all_done": ("t3.4.total == 0",),
    "all_done_rate": ("t3.4.total == 0",),
    "no_review": ("t4.review.total == 0",),
    "no_litigation": ("sum.litigation == 0",),
    "no_correction": ("sum.corrected == 0",),
    "all_upheld": ("sum.corrected == 0",),
    "no_request": ("t3.1.total == 0",),
    "no_fee": ("fee.collected == 0",),
    "no_normative": ("t2.normative.made == 0",),
}
_OF_REQUESTS = {"all_done", "all_done_rate"}
_VETO_TAIL = 14


def guard(draft: Draft) -> None:
    """Let a draft pass, or stop.

    Raises
    ------
    UnbackedSentenceError
        With the place and the words of the first sentence, or cell, that does not stand.
    """
    for place, sentence in draft.sentences():
        for fault in _faults(sentence, draft.figures):
            raise UnbackedSentenceError(f"{place}“{sentence.text}”：{fault}。不能出稿。")
    for section in draft.sections:
        for cell in section.grid.cells if section.grid else ():
            if fault := _cell_fault(cell, draft.figures):
                place = f"表{'二三四'[section.number - 2]}"
                raise UnbackedSentenceError(f"{place}第{cell.row + 1}行：{fault}。不能出稿。")


def _faults(sentence: Sentence, book: FigureBook) -> Iterator[str]:
    for span in sentence.spans:
        if isinstance(span, Cited):
            yield from _cited(span, book)
        elif isinstance(span, Literal | Written):
            where = f"（{span.place}）" if isinstance(span, Written) else ""
            for number in numbers_in(span.text):
                yield f"“{number}”没有数据依据{where}，请写成{{编号}}引用填报的数"
    for claim in sentence.claims:
        if not holds(claim, book):
            yield f"与数据矛盾，应当满足 {claim}"
    yield from _claims(sentence.text, book)


def faults_of(sentence: Sentence, book: FigureBook) -> list[str]:
    """Why a sentence does not stand, in Chinese; empty if it does."""
    return list(_faults(sentence, book))


def numbers_in(text: str) -> list[str]:
    """Everything in some words that counts: digits, and Chinese numerals with a measure word."""
    folded = re.sub(r"\s+", "", text)
    found = _DIGITS.findall(folded)
    return found + [n.raw for n in find_numbers(_DIGITS.sub("", folded))]


def _cited(span: Cited, book: FigureBook) -> Iterator[str]:
    figure = book.get(span.figure_id)
    if figure is None:
        yield f"“{span.text}”引用的数 {span.figure_id} 不存在"
    elif span.text not in (figure.shown, figure.digits):
        yield f"印成“{span.text}”，依据 {span.figure_id} 是{figure.shown}"


def _claims(text: str, book: FigureBook) -> Iterator[str]:
    for claim in load_cues().claims:
        match = claim.cue.search(text)
        if match is None or claim.veto.search(text[match.start() : match.end() + _VETO_TAIL]):
            continue
        if claim.id in _OF_REQUESTS and "申请" not in text:
            continue
        for condition in _CLAIMS.get(claim.id, ()):
            figure_id = condition.split()[0]
            if figure_id in book and not holds(condition, book):
                figure = book[figure_id]
                yield f"“{match.group()}”与{figure.name}{figure.shown}矛盾"


def _cell_fault(cell: GridCell, book: FigureBook) -> str:
    if cell.figure_id is None:
        return "" if cell.is_head or not cell.text else f"“{cell.text}”没有数据依据"
    figure = book.get(cell.figure_id)
    digits = re.match(r"-?[0-9.]*", cell.text)
    shown = digits[0] if digits else ""
    if figure is None:
        return "" if not cell.text else f"“{cell.text}”引用的数 {cell.figure_id} 不存在"
    return "" if shown == figure.digits else f"印成“{cell.text}”，依据是{figure.digits}"
