"""Sentences of a draft that a person words anew: numbers stay figures, whatever the words.

In an edit a figure stands as `{id}`. For people it is written 【155件】, or 【name：155件】 where
several figures print alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from service.drafts.errors import YearError
from service.report.drafting.draft import (
    Cited,
    Draft,
    Paragraph,
    Quoted,
    Section,
    Sentence,
    Span,
    Written,
)
from service.report.drafting.guard import faults_of
from service.report.figures.figure import FigureBook

_SLOT = re.compile(r"\{([^{}]+)\}")
_CHIP = re.compile(r"【([^【】]+)】")
LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sentence stands: section (0 for the preamble), its id, its rank among equal ids."""

    section: int
    sentence: str
    rank: int = 0

    @property
    def key(self) -> str:
        """The place as one word."""
        return f"{self.section}/{self.sentence}/{self.rank}"

    @classmethod
    def of(cls, key: str) -> Place:
        """The place of a word that `key` made.

        Raises
        ------
        YearError
        """
        section, _, rest = key.partition("/")
        sentence, _, rank = rest.rpartition("/")
        if not (section.isdecimal() and rank.isdecimal() and sentence):
            raise YearError("没有这一句，请刷新页面。")
        return cls(int(section), sentence, int(rank))


def places(draft: Draft) -> Iterator[tuple[Place, Sentence]]:
    """Every sentence with its place, in printed order."""
    seen: dict[tuple[int, str], int] = {}
    blocks = [(0, draft.preamble), *((s.number, s.paragraphs) for s in draft.sections)]
    for number, paragraphs in blocks:
        for paragraph in paragraphs:
            for sentence in paragraph.sentences:
                rank = seen.get((number, sentence.id), 0)
                seen[number, sentence.id] = rank + 1
                yield Place(number, sentence.id, rank), sentence


def for_people(sentence: Sentence) -> str:
    """The sentence as a person edits it."""
    return "".join(f"【{s.text}】" if isinstance(s, Cited) else s.text for s in sentence.spans)


def from_people(text: str, sentence: Sentence, book: FigureBook) -> str:
    """An edit with `{id}` for each figure.

    Raises
    ------
    YearError
        If a number in 【】 is none of the figures, or the words themselves count something.
    """
    if len(text) > LONGEST:
        raise YearError(f"一句话超过 {LONGEST} 字，请拆开。")
    if "{" in text or "}" in text:
        raise YearError("句子里不能有花括号。")
    waiting = [span for span in sentence.spans if isinstance(span, Cited)]

    def cite(match: re.Match[str]) -> str:
        name, _, shown = match[1].rpartition("：")
        if not name:
            own = next((span for span in waiting if span.text == shown), None)
            if own is not None:
                waiting.remove(own)
                return f"{{{own.figure_id}}}"
        for figure in book:
            if figure.shown == shown and (not name or figure.name == name):
                return f"{{{figure.id}}}"
        raise YearError(f"【{match[1]}】没有这个数。数字来自数据，不能在句子里改；请去“数字”页改。")

    edited = _CHIP.sub(cite, " ".join(text.split()))
    made = _sentence(sentence, edited, book)
    faults = faults_of(made, book)
    if faults:
        raise YearError(f"{faults[0]}。句子里的数要写成【数】，从下面的数里选。")
    return edited


def apply_edits(draft: Draft, edits: Mapping[Place, str]) -> tuple[Draft, list[Place]]:
    """The draft with edits, and the places of edits that no longer stand.

    An edit goes with its sentence; where the sentence is gone, or the edit cites a figure that is
    no longer there or now contradicts one, the draft keeps its own words and says so.
    """
    kept: dict[Place, Sentence] = {}
    lost: list[Place] = []
    known = dict(places(draft))
    for place, text in edits.items():
        sentence = known.get(place)
        try:
            made = _sentence(sentence, text, draft.figures) if sentence is not None else None
        except YearError:
            made = None
        if made is None or faults_of(made, draft.figures):
            lost.append(place)
        else:
            kept[place] = made
    if not kept:
        return draft, lost
    order = iter([(place, kept.get(place, sentence)) for place, sentence in places(draft)])

    def worded(paragraphs: Sequence[Paragraph]) -> tuple[Paragraph, ...]:
        return tuple(replace(p, sentences=tuple(next(order)[1] for _ in p.sentences))
                     for p in paragraphs)  # fmt: skip

    preamble = worded(draft.preamble)
    sections: list[Section] = [replace(s, paragraphs=worded(s.paragraphs)) for s in draft.sections]
    return replace(draft, preamble=preamble, sections=tuple(sections)), lost


def _sentence(before: Sentence, text: str, book: FigureBook) -> Sentence:
    """A sentence of edited words; names quoted from the texts stay quoted where they still stand.

    Raises
    ------
    YearError
        If a figure is not there.
    """
    spans: list[Span] = []
    at = 0
    for match in _SLOT.finditer(text):
        spans += _words(text[at : match.start()], before)
        figure = book.get(match[1])
        if figure is None:
            raise YearError(f"引用的数“{match[1]}”不在了。")
        spans.append(Cited(figure.shown, figure.id))
        at = match.end()
    return Sentence(before.id, (*spans, *_words(text[at:], before)), before.claims)


def _words(text: str, before: Sentence) -> list[Span]:
    """Words with those that were quoted before quoted again."""
    quoted = [s for s in before.spans if isinstance(s, Quoted) and s.text]
    pieces: list[Span] = []
    rest = text
    while rest:
        found = [(rest.find(q.text), -len(q.text), i) for i, q in enumerate(quoted)]
        found = [f for f in found if f[0] >= 0]
        if not found:
            break
        start, _, index = min(found)
        span = quoted.pop(index)
        if start:
            pieces.append(Written(rest[:start], "改写"))
        pieces.append(span)
        rest = rest[start + len(span.text) :]
    return [*pieces, Written(rest, "改写")] if rest else pieces
