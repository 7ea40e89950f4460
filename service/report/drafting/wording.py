"""Words of a draft left to a generator: names of matters, and the sentences a person wrote.

Two guards stand behind it. The one in `models` refuses a rewrite that is not its source in other
words; here every cited figure must be found again, as printed and in order, and the sentence must
pass the guard of the draft as its source did. Sentences of patterns are official wording and are
left alone.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from models.summarizers.generation.rewriting import Rewriter, Rewriting
from service.report.drafting.draft import (
    Literal,
    Paragraph,
    Quoted,
    Section,
    Sentence,
    Span,
    Written,
)
from service.report.drafting.guard import faults_of
from service.report.drafting.hot import HotMatter
from service.report.figures.figure import FigureBook

LONGEST_NAME = 24
_SHORTEST_SENTENCE = 8
_STOP = re.compile(r"[。；;]+$")


@dataclass(frozen=True, slots=True)
class Worded:
    """What became of one text of a draft, and where it stands."""

    place: str
    rewriting: Rewriting

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return {"place": self.place, **self.rewriting.to_json()}


class Wording:
    """Generated words for one draft.

    Parameters
    ----------
    rewriter : Rewriter
    seconds : float
        For the whole draft; what is not worded by then stays as it is.
    """

    def __init__(self, rewriter: Rewriter, seconds: float = 600.0) -> None:
        self._rewriter = rewriter
        self._deadline = time.monotonic() + seconds
        self._worded: list[Worded] = []

    @property
    def worded(self) -> tuple[Worded, ...]:
        """All texts that were put to the generator, in order."""
        return tuple(self._worded)

    def name_matters(self, matters: Sequence[HotMatter]) -> list[HotMatter]:
        """Matters raised most with names by the generator where the guards agree."""
        names = {matter.quoted.text for matter in matters}
        found = []
        for matter in matters:
            made = self._named(matter, names)
            names.add(made.quoted.text)
            found.append(made)
        return found

    def polish_sections(self, sections: Sequence[Section], book: FigureBook) -> tuple[Section, ...]:
        """Sections with the person's own sentences polished where the guards agree."""
        return tuple(replace(s, paragraphs=tuple(self._paragraphs(s, book))) for s in sections)

    def _named(self, matter: HotMatter, taken: set[str]) -> HotMatter:
        old = matter.quoted.text
        sources = [matter.example, *(point.text for point in matter.points)]
        made = self._ask(lambda: self._rewriter.topic(old, sources))
        if made is None:
            return matter
        if made.is_generated and len(made.text) > LONGEST_NAME:
            made = made.refused("length", f"名称超过{LONGEST_NAME}字")
        if made.is_generated and made.text in taken:
            made = made.refused("order", "与另一事项同名")
        self._worded.append(Worded(f"关注事项{matter.rank}", made))
        if not made.is_generated:
            return matter
        figure, last, change = (
            None if f is None else replace(f, name=f.name.replace(old, made.text))
            for f in (matter.figure, matter.last, matter.change)
        )
        assert figure is not None
        quoted = Quoted(made.text, matter.quoted.source)
        return replace(matter, quoted=quoted, figure=figure, last=last, change=change)

    def _paragraphs(self, section: Section, book: FigureBook) -> Iterator[Paragraph]:
        for number, paragraph in enumerate(section.paragraphs, 1):
            place = f"第{'一二三四五六'[section.number - 1]}部分第{number}段"
            sentences = tuple(self._polished(s, place, book) for s in paragraph.sentences)
            yield replace(paragraph, sentences=sentences)

    def _polished(self, sentence: Sentence, place: str, book: FigureBook) -> Sentence:
        own = _own_part(sentence)
        text = "".join(span.text for span in sentence.spans[own])
        if len(text) < _SHORTEST_SENTENCE or faults_of(sentence, book):
            return sentence  # the guard of the draft will speak of it in the person's own words
        made = self._ask(lambda: self._rewriter.polish(text))
        if made is None:
            return sentence
        result = sentence
        if made.is_generated:
            made, result = _applied(sentence, own, made, book)
        self._worded.append(Worded(place, made))
        return result

    def _ask(self, ask: Callable[[], Rewriting]) -> Rewriting | None:
        """None once the time for the draft is spent."""
        return ask() if time.monotonic() < self._deadline else None


def _own_part(sentence: Sentence) -> slice:
    """Spans between the numbering and the closing mark, if a person wrote words among them."""
    own = [i for i, span in enumerate(sentence.spans) if not isinstance(span, Literal)]
    if not any(isinstance(span, Written) for span in sentence.spans):
        return slice(0, 0)
    return slice(own[0], own[-1] + 1)


def _applied(
    sentence: Sentence, own: slice, made: Rewriting, book: FigureBook
) -> tuple[Rewriting, Sentence]:
    text = made.text if _STOP.search(made.original) else _STOP.sub("", made.text)
    spans = _respanned(sentence.spans[own], text)
    if spans is None:
        return made.refused("number", "引用的数或名称在改写中对不上，或写法变了"), sentence
    whole = (*sentence.spans[: own.start], *spans, *sentence.spans[own.stop :])
    result = replace(sentence, spans=whole)
    faults = faults_of(result, book)
    if faults:
        return made.refused("number", faults[0]), sentence
    return replace(made, text=text), result


def _respanned(spans: Sequence[Span], text: str) -> tuple[Span, ...] | None:
    """The spans of a sentence laid over another wording; None if a figure or name is not there."""
    place = next(span.place for span in spans if isinstance(span, Written))
    found: list[Span] = []
    at = 0
    for span in spans:
        if isinstance(span, Literal | Written):
            continue
        # not within a longer number: 5件 does not stand in 195件
        match = re.compile(rf"(?<![\d.,]){re.escape(span.text)}(?!\d)").search(text, at)
        if match is None:
            return None
        if match.start() > at:
            found.append(Written(text[at : match.start()], place))
        found.append(span)
        at = match.end()
    if at < len(text):
        found.append(Written(text[at:], place))
    return tuple(found)
